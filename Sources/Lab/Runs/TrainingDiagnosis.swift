import Metrics
import Reports
import SpeechEmotion
import Training

/// Detects training that diverged or learned nothing, from the metrics of its epochs, the model's predictions and the activity
/// of its units.
///
/// The thresholds are far from every successful training in the tests, and each deliberate failure there exceeds one of them.
public struct TrainingDiagnosis: Sendable {
    /// The metrics of all epochs.
    public var epochs: [EpochMetrics]
    /// The predictions on the evaluated subset.
    public var predictions: Predictions
    /// The evaluated subset.
    public var subset = Split.Subset.test
    /// The activity of layers with ReLU.
    public var layers: [UnitActivity] = []
    /// The number of training examples per epoch.
    public var examples = 0
    /// The training accuracy of the best constant prediction; nil if the outputs are not class scores.
    public var chance: Double?
    /// The loss of a uniform prediction; nil if unknown.
    public var guessingLoss: Double?
    /// Whether the model was fitted rather than trained in epochs.
    public var isFitted = false

    /// Creates a diagnosis.
    public init(epochs: [EpochMetrics], predictions: Predictions) {
        (self.epochs, self.predictions) = (epochs, predictions)
    }

    /// The minimum number of epochs for a judgment about the loss.
    private static let leastEpochs = 3
    /// The minimum number of predictions for a judgment about constant predictions.
    private static let leastPredictions = 8
    /// The minimum number of predictions for a judgment about chance level.
    private static let leastForChance = 40

    /// The findings; empty if there are no signs of failure.
    public var findings: [TrainingFinding] {
        let accuracy = trainingAtChance
        let constant = oneClass
        return [loss, accuracy, constant].compactMap { $0 } + deadUnits
            + (accuracy == nil && constant == nil ? [measuredAtChance].compactMap { $0 } : [])
    }

    private var loss: TrainingFinding? {
        let losses = epochs.compactMap { $0["train_loss"] }
        guard losses.count >= Self.leastEpochs, let first = losses.first, let lowest = losses.min() else {
            return nil
        }
        let end = mean(losses)
        if let guessingLoss, end > 1.5 * guessingLoss {
            return .init(
                .lossAboveGuessing,
                "Training diverged: the loss is \(text(end)) \(atTheEnd), above the \(text(guessingLoss)) of a uniform prediction. \(slower)"
            )
        }
        if end > 1.1 * lowest, end - lowest > 0.5 * (first - lowest) {
            let epoch = (losses.firstIndex(of: lowest) ?? 0) + 1
            return .init(
                .lossRose,
                "Training diverged: the loss rose from \(text(lowest)) in epoch \(epoch) to \(text(end)) \(atTheEnd). \(slower)"
            )
        }
        if end > 0.98 * first {
            return .init(
                .lossFlat,
                "The training loss did not decrease: \(text(first)) in epoch 1 and \(text(end)) \(atTheEnd). "
                    + (rate > 0 && rate < 1e-6
                        ? "Raise optimizer.learning_rate (\(text(rate)))."
                        : rate == 0
                            ? "The learning rate is 0: raise optimizer.learning_rate." : otherwise))
        }
        return nil
    }

    private var trainingAtChance: TrainingFinding? {
        let accuracies = epochs.compactMap { $0["train_accuracy"] }
        guard let chance, chance < 1, accuracies.count >= Self.leastEpochs, examples > 0 else { return nil }
        let deviation = (chance * (1 - chance) / Double(examples)).squareRoot()
        let end = mean(accuracies)
        guard end < chance + 2 * deviation else { return nil }
        return .init(
            .trainingAtChance,
            "The model did not learn: the training accuracy is \(text(end)) \(atTheEnd), no better than the \(text(chance)) of a constant prediction. \(otherwise)"
        )
    }

    private var oneClass: TrainingFinding? {
        let decisions = predictions.decisions
        guard decisions.count >= Self.leastPredictions, let label = decisions.first,
            decisions.allSatisfy({ $0 == label }), Set(predictions.truths).count > 1
        else { return nil }
        return .init(
            .oneClass,
            "The model predicts \"\(predictions.classes[label])\" for all \(NumberText.count(decisions.count)) examples of the \(subset.word) set. Try \(isFitted ? "weaker regularization, more iterations" : "another optimizer.learning_rate (\(text(rate))), more epochs"), or data.balance if the classes are imbalanced."
        )
    }

    private var measuredAtChance: TrainingFinding? {
        let counts = predictions.classes.indices.map { label in predictions.truths.count { $0 == label } }
        let present = counts.filter { $0 > 0 }
        guard present.count > 1, predictions.ids.count >= Self.leastForChance, chance != nil,
            let accuracy = epochs.last?["train_accuracy"], let matrix = try? predictions.confusion()
        else { return nil }
        let chance = 1 / Double(predictions.classes.count)
        let variance = present.reduce(0.0) { $0 + chance * (1 - chance) / Double($1) }
        let limit = chance + 2 * variance.squareRoot() / Double(present.count)
        let uar = matrix.balancedAccuracy
        guard uar < limit else { return nil }
        return .init(
            .measuredAtChance,
            "The UAR on the \(subset.word) set is \(text(uar)), no better than chance (\(text(chance))), at a training accuracy of \(text(accuracy)): the model does not generalize. Check that the labels match their recordings, and that the training and \(subset.word) sets come from the same distribution."
        )
    }

    private var deadUnits: [TrainingFinding] {
        layers.filter(\.isDead).map { layer in
            .init(
                .deadUnits,
                "\(layer.place): \(NumberText.count(layer.dead)) of \(NumberText.count(layer.units)) ReLU units are dead: they output 0 for every training example and receive no gradient. Lower optimizer.learning_rate (\(text(rate))), or use the activation \"leaky_relu\"."
            )
        }
    }

    /// The last quarter of the epochs.
    private var last: Int { max(1, epochs.count / 4) }
    private func mean(_ values: [Double]) -> Double {
        values.suffix(last).reduce(0, +) / Double(min(last, max(values.count, 1)))
    }
    private var atTheEnd: String {
        last == 1
            ? "in epoch \(epochs.count)"
            : "at the end (mean of the last \(last) of \(epochs.count) epochs)"
    }
    private var rate: Double { epochs.compactMap { $0["learning_rate"] }.max() ?? 0 }
    private var slower: String {
        "Lower optimizer.learning_rate (\(text(rate))), or set optimizer.clip_norm."
    }
    private var otherwise: String {
        "Train for more epochs, try another optimizer.learning_rate (\(text(rate))), and check that the labels match their recordings."
    }
    /// Formats a number as in a config.
    private func text(_ value: Double) -> String { NumberText.short(value).replacing("−", with: "-") }
}
