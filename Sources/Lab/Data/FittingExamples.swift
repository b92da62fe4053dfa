import Autograd
import Layers
import SpeechEmotion
import Training

extension TrainingSet {
    /// Returns all examples of the training set for layers that are fitted to them, weighted by class if the experiment
    /// balances classes by weights.
    func fittingExamples(
        classes: Int, _ experiment: Experiment, validation: EvaluationSet?
    ) throws -> FittingExamples {
        let batches = try inOrder()
        let labels = batches.flatMap { $0.targets.labels().values }
        var examples = FittingExamples(batches.map(\.inputs), labels: labels, classes: classes)
        if experiment.data.balance.rule == .weights {
            let weights = TrainingClasses.balanced(classCounts(classes))
            examples.weights = labels.map { weights[$0] }
        }
        if let validation, validation.count > 0 {
            let batches = (0..<validation.count).map { validation.batch($0) }
            examples.validation = .init(
                batches.map(\.inputs), labels: batches.flatMap { $0.targets.labels().values })
        }
        return examples
    }
}
