import Configuration
import Lab

extension Command {
    private static let format = Option.choice(
        "format", ["json", "markdown"],
        help: "json: a JSON Schema (draft 2020-12). markdown: the config reference. (default: json)")

    /// Prints the JSON Schema of experiments, or their reference.
    static let schema: Command = Command(
        name: "schema",
        summary: "Prints the JSON Schema of experiments: every key with its meaning, default and limits.",
        options: [format],
        examples: [
            (
                "Train schema > experiment.schema.json",
                "An editor completes configs whose key \"$schema\" names this file."
            ),
            ("Train schema --format markdown > configuration.md", "Writes the config reference for people."),
        ],
        run: { arguments in
            if arguments[format] == "markdown" {
                print(ConfigReference.markdown, terminator: "")
            } else {
                print(Experiment.jsonSchema(title: "Experiment", extends: true).pretty())
            }
        })
}
