import Autograd
import Layers
import SpeechEmotion
import Training

extension TrainingSet {
    /// Returns all examples of the training set for layers that are fitted to them, weighted by class if the experiment
    /// balances classes by weights.
    ///
    /// - Parameter targets: The targets of the model; nil if it learns the class alone.
    func fittingExamples(
        classes: Int, targets: TargetSet?, _ experiment: Experiment, validation: EvaluationSet?
    ) throws -> FittingExamples {
        let batches = try inOrder()
        let held = validation.map { set in (0..<set.count).map { set.batch($0) } } ?? []
        if let targets {
            func outputs(_ batches: [Batch]) -> [[Double]] { batches.flatMap { targets.outputs($0.targets) } }
            let (own, others) = (outputs(batches), outputs(held))
            return FittingExamples(
                batches.map(\.inputs), labels: own.map { _ in 0 }, classes: 1, outputs: own,
                validation: held.isEmpty
                    ? nil : .init(held.map(\.inputs), labels: others.map { _ in 0 }, outputs: others))
        }
        let labels = batches.flatMap { $0.targets.labels().values }
        var examples = FittingExamples(batches.map(\.inputs), labels: labels, classes: classes)
        if experiment.data.balance.rule == .weights {
            let weights = TrainingClasses.balanced(classCounts(classes))
            examples.weights = labels.map { weights[$0] }
        }
        if !held.isEmpty {
            examples.validation = .init(
                held.map(\.inputs), labels: held.flatMap { $0.targets.labels().values })
        }
        return examples
    }
}
