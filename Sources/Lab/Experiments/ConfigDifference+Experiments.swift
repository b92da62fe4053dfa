import Configuration
import Training

extension ConfigDifference {
    /// Returns the differences among experiments, ignoring settings that do not affect results.
    public static func all(among experiments: [Experiment]) -> [ConfigDifference] {
        all(
            among: experiments.map { experiment in
                var plain = experiment.resolved
                plain.name = Experiment().name
                plain.description = ""
                plain.logging = LoggingOptions()
                plain.sweep = nil
                plain.training.saveEverySeconds = TrainingOptions().saveEverySeconds
                plain.evaluation.batchSize = EvaluationOptions().batchSize
                return plain.encode()
            })
    }
}
