import Configuration
import Lab

extension Command {
    /// Prints the JSON Schema of configs.
    static let schema: Command = Command(
        name: "schema",
        summary: "Prints the JSON Schema of experiments: every key with its meaning, default and limits.",
        examples: [
            (
                "Train schema > experiment.schema.json",
                "An editor completes configs whose key \"$schema\" names this file."
            )
        ],
        run: { _ in print(Experiment.jsonSchema(title: "Experiment", extends: true).pretty()) })
}
