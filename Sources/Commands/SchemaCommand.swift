import Configuration
import Lab

extension Command {
    /// Prints the JSON Schema of configs.
    static let schema: Command = Command(
        name: "schema",
        summary: "Print the JSON Schema of experiments: every key with its description, default and limits.",
        examples: [
            (
                "Train schema > experiment.schema.json",
                "Enable completion in editors: set \"$schema\" in a config to this file."
            )
        ],
        run: { _ in print(Experiment.jsonSchema(title: "Experiment", extends: true).pretty()) })
}
