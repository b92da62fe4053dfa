import Configuration
import Layers
import Reports
import SpeechEmotion

/// The training data of each class: clips, examples after balancing and augmentation, and the weight of an example.
public struct TrainingClasses: Sendable, Equatable {
    /// The classes.
    public let classes: [String]
    /// The number of training clips of each class.
    public let clips: [Int]
    /// The number of examples in an epoch, or of those that a model is fitted to: augmented copies, after balancing.
    public let examples: [Int]
    /// The weight of an example of each class: that of the loss, or of the fit.
    public let weights: [Double]

    /// Creates counts by class.
    public init(classes: [String], clips: [Int], examples: [Int], weights: [Double]) {
        (self.classes, self.clips, self.examples, self.weights) = (classes, clips, examples, weights)
    }

    /// Counts the training clips of an experiment, as if all of them were usable.
    public init(_ experiment: Experiment, _ data: ExperimentData) {
        classes = data.corpus.classes
        let all = (try? data.corpus.clips(of: .train, in: data.split)) ?? []
        let labels = all.compactMap { [classes] clip in classes.firstIndex(of: clip.label) }
        // As in a training set, the copies of a clip follow each other, and balancing draws from all of them.
        let copies = experiment.augmentation.afterSplit.copies.count
        let rows = labels.flatMap { Array(repeating: $0, count: copies) }
        let drawn = experiment.data.balance.draw(rows).map { rows[$0] }
        clips = Self.counts(labels, classes.count)
        examples = Self.counts(drawn, classes.count)
        weights = Self.weights(experiment, examples)
    }

    /// Whether training sees more than the clips: copies, repeated or omitted examples, or weights.
    public var isPlain: Bool { examples == clips && weights.allSatisfy { $0 == 1 } }

    /// The examples of each class times their weight.
    public var effective: [Double] { zip(examples, weights).map { Double($0) * $1 } }

    private static func counts(_ labels: [Int], _ classes: Int) -> [Int] {
        labels.reduce(into: Array(repeating: 0, count: classes)) { $0[$1] += 1 }
    }

    /// The weights of a fit to balanced classes: n / (classes with examples × count), 0 for a class without examples.
    static func balanced(_ counts: [Int]) -> [Double] {
        let (total, present) = (counts.reduce(0, +), counts.count { $0 > 0 })
        return counts.map { $0 > 0 ? Double(total) / Double(present * $0) : 0 }
    }

    private static func weights(_ experiment: Experiment, _ counts: [Int]) -> [Double] {
        let equal = counts.map { _ in 1.0 }
        guard experiment.model.spec.hasEstimator else {
            let loss = experiment.balancedLoss.fitted(classCounts: counts)
            guard case .second(let weights)? = (loss as? any ClassWeightedLoss)?.classWeights,
                weights.count == counts.count
            else { return equal }
            return weights
        }
        let rule =
            experiment.data.balance.rule == .weights
            ? balanced(counts) : equal
        let model = experiment.model.spec.encode().classWeights(counts)
        return zip(rule, model ?? equal).map { $0 * $1 }
    }
}

extension JSONValue {
    /// The class weights of the fitted model in a model's config; nil without weights, or with several fitted models, each of
    /// which has its own.
    fileprivate func classWeights(_ counts: [Int]) -> [Double]? {
        let found = settings("class_weight")
        guard found.count == 1 else { return nil }
        if found[0].text != nil { return TrainingClasses.balanced(counts) }
        let list = found[0].elements?.compactMap(\.double) ?? []
        return list.count == counts.count ? list : nil
    }

    /// The values of a key anywhere below.
    private func settings(_ key: String) -> [JSONValue] {
        if let elements { return elements.flatMap { $0.settings(key) } }
        return (members ?? []).flatMap { $0.key == key ? [$0.value] : $0.value.settings(key) }
    }
}

extension TrainingClasses {
    /// The counts as bars: the clips and, where they differ, the examples that training sees and their number times the weight
    /// of the class.
    public func chart() -> GroupedBarChart {
        let isWeighted = weights.contains { $0 != 1 }
        let names = zip(classes, weights).map { name, weight in
            isWeighted ? "\(name) (× \(NumberText.short(weight)))" : name
        }
        var chart = GroupedBarChart.classCounts(
            title: "Training examples by class", classes: names, clips: clips,
            examples: examples == clips ? nil : examples)
        if isWeighted { chart.groups.append(.init("examples × class weight", effective)) }
        return chart
    }
}
