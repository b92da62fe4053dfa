import Configuration
import Lab

extension Command {
    private static let format = Option.choice(
        "format", ["json", "markdown"],
        help: "json: a JSON Schema (draft 2020-12). markdown: the config reference. Default: json.")

    /// Prints the JSON Schema of experiments, or their reference.
    static let schema: Command = Command(
        name: "schema",
        summary:
            "Print the JSON Schema of experiments, or a reference of all keys with their meanings, defaults and limits.",
        options: [format],
        examples: [
            (
                "Train schema > experiment.schema.json",
                "For completion in an editor, set the key \"$schema\" of a config to this file."
            ),
            ("Train schema --format markdown > configuration.md", "Write the config reference as Markdown."),
        ],
        run: { arguments in
            if arguments[format] == "markdown" {
                print(ConfigReference.markdown, terminator: "")
            } else {
                print(Experiment.jsonSchema(title: "Experiment", extends: true).pretty())
            }
        })
}
