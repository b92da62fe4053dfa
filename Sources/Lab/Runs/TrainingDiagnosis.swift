import Metrics
import Reports
import SpeechEmotion
import Training

/// Decides whether a training diverged or learned nothing, from the metrics of its epochs, the predictions of its model and the activity
/// of its units.
///
/// The limits are those that no ordinary training of the tests comes near, while each planted failure is beyond one of them.
public struct TrainingDiagnosis: Sendable {
    /// The metrics of all epochs.
    public var epochs: [EpochMetrics]
    /// The predictions for the measured examples.
    public var predictions: Predictions
    /// The name of the measured part.
    public var part = Split.Subset.test
    /// The layers whose units may die.
    public var layers: [UnitActivity] = []
    /// The training examples of an epoch.
    public var examples = 0
    /// The training accuracy of the best constant prediction; nil where outputs do not score classes.
    public var chance: Double?
    /// The loss of outputs that are all alike; nil where it is not known.
    public var guessingLoss: Double?

    /// A diagnosis of some epochs and predictions.
    public init(epochs: [EpochMetrics], predictions: Predictions) {
        (self.epochs, self.predictions) = (epochs, predictions)
    }

    /// Fewer epochs say nothing about the course of a training.
    private static let leastEpochs = 3
    /// Fewer measured examples say nothing about a constant prediction.
    private static let leastPredictions = 8
    /// Fewer measured examples say nothing about recalls at chance.
    private static let leastForChance = 40

    /// Everything that was found; empty for a training without signs of a failure.
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
                "The training diverged: its loss is \(text(end)) \(atTheEnd), above the \(text(guessingLoss)) of equal outputs for all classes. \(slower)"
            )
        }
        if end > 1.1 * lowest, end - lowest > 0.5 * (first - lowest) {
            let epoch = (losses.firstIndex(of: lowest) ?? 0) + 1
            return .init(
                .lossRose,
                "The training diverged: its loss rose from \(text(lowest)) in epoch \(epoch) to \(text(end)) \(atTheEnd). \(slower)"
            )
        }
        if end > 0.98 * first {
            return .init(
                .lossFlat,
                "The training loss did not fall: \(text(first)) in epoch 1 and \(text(end)) \(atTheEnd). "
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
            "Nothing was learned: the training accuracy is \(text(end)) \(atTheEnd), no better than the \(text(chance)) of one constant prediction. \(otherwise)"
        )
    }

    private var oneClass: TrainingFinding? {
        let decisions = predictions.decisions
        guard decisions.count >= Self.leastPredictions, let label = decisions.first,
            decisions.allSatisfy({ $0 == label }), Set(predictions.truths).count > 1
        else { return nil }
        return .init(
            .oneClass,
            "The model predicts \"\(predictions.classes[label])\" for all \(NumberText.count(decisions.count)) examples of the \(part.rawValue) part. Try another optimizer.learning_rate (\(text(rate))), more epochs, or data.balance where classes differ in size."
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
            "The UAR of the \(part.rawValue) part is \(text(uar)), no better than the \(text(chance)) of guessing, at a training accuracy of \(text(accuracy)): nothing was learned that carries over. Check that labels belong to their recordings, and that training and \(part.rawValue) data are of one kind."
        )
    }

    private var deadUnits: [TrainingFinding] {
        layers.filter(\.isDead).map { layer in
            .init(
                .deadUnits,
                "\(layer.place): \(NumberText.count(layer.dead)) of \(NumberText.count(layer.units)) ReLU units put out 0 for every training example, and no gradient reaches them. Lower optimizer.learning_rate (\(text(rate))), or take \"leaky_relu\" as activation."
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
            : "at the end (the mean of the last \(last) of \(epochs.count) epochs)"
    }
    private var rate: Double { epochs.compactMap { $0["learning_rate"] }.max() ?? 0 }
    private var slower: String {
        "Lower optimizer.learning_rate (\(text(rate))), or set optimizer.clip_norm."
    }
    private var otherwise: String {
        "Train for more epochs, try another optimizer.learning_rate (\(text(rate))), and check that labels belong to their recordings."
    }
    /// As a config takes it.
    private func text(_ value: Double) -> String { NumberText.short(value).replacing("−", with: "-") }
}
