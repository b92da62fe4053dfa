import Autograd

/// A metric of predictions with clustered examples, such as the clips of a speaker. The clusters are independent of
/// each other.
///
/// The metric can be computed for any multiset of clusters, as resampling requires. Predictions of several models,
/// such as one per seed, share the clusters; the metric is then the mean over the models.
public struct ClusteredMetric: Sendable {
    /// The unit that is resampled as a whole.
    public enum Unit: String, Sendable, CaseIterable { case speakers, clips }

    /// The names of the clusters.
    public let clusters: [String]
    let metric: Metric
    private let models: [Model]
    /// The number of entries of `models` for each model: one for each target to which the metric applies.
    private var targets = 1

    /// One model's examples, by cluster.
    private struct Model: Sendable {
        var classes: [String]
        /// For each cluster, the cells of the confusion matrix (truth * classes + prediction) and their counts.
        var cells: [[(cell: Int, count: Int)]]
        /// For each cluster, the sum over its examples and the divisor, for metrics that are ratios of sums.
        var sums: [(sum: Double, divisor: Double)]
        /// For each cluster, the indices of its examples, for metrics that need all of them.
        var places: [[Int]]
        var predictions: Predictions
        var decisions: [Int]
        /// For the area under the ROC curve.
        var ranked: RankedScores?

        mutating func rankScores(_ metric: Metric) {
            guard case .areaUnderROC = metric.formula else { return }
            ranked = RankedScores(
                predictions.probabilities, truths: predictions.truths, classes: classes.count)
        }

        /// Returns how often each example is in a multiset of clusters.
        func exampleWeights(_ weights: [Int]) -> [Int] {
            var found = Array(repeating: 0, count: decisions.count)
            for (weight, own) in zip(weights, places) where weight != 0 {
                for place in own { found[place] = weight }
            }
            return found
        }

        /// Returns the indices of the examples of a multiset of clusters.
        func examples(_ weights: [Int]) -> [Int] {
            zip(weights, places).flatMap { weight, own in (0..<weight).flatMap { _ in own } }
        }
    }

    /// Groups the predictions of one or more models by cluster.
    ///
    /// Throws an `InputError` if there are no examples, or if the clusters are speakers and a speaker is unknown.
    public init(
        _ metric: Metric, _ models: [Predictions], by unit: Unit
    ) throws(InputError) {
        var own: [Predictions] = []
        for predictions in models {
            let found = try predictions.own(metric)
            targets = found.count
            own += found
        }
        guard own.count == targets * models.count else {
            throw InputError("models with different targets; expected the same ones")
        }
        var numbers: [String: Int] = [:]
        var names: [String] = []
        var built: [Model] = []
        for predictions in own {
            var owners: [Int] = []
            for (id, speaker) in zip(predictions.ids, predictions.speakers) {
                guard let key = unit == .clips ? id : speaker else {
                    throw InputError("the speaker of \(id) is unknown; expected a speaker for each clip")
                }
                // The clips of a speaker usually follow each other.
                if let last = owners.last, names[last] == key {
                    owners.append(last)
                    continue
                }
                let number = numbers[key] ?? names.count
                if number == names.count {
                    numbers[key] = number
                    names.append(key)
                }
                owners.append(number)
            }
            built.append(
                Model(
                    classes: predictions.classes, cells: [], sums: [],
                    places: [], predictions: predictions, decisions: predictions.decisions))
            built[built.count - 1].places = Array(repeating: [], count: names.count)
            for (place, owner) in owners.enumerated() {
                built[built.count - 1].places[owner].append(place)
            }
        }
        guard !names.isEmpty else { throw InputError("no examples; expected at least one") }
        for index in built.indices {
            built[index].places += Array(repeating: [], count: names.count - built[index].places.count)
            Self.summarize(&built[index], metric)
        }
        clusters = names
        self.metric = metric
        self.models = built
    }

    private init(clusters: [String], metric: Metric, models: [Model], targets: Int) {
        self.clusters = clusters
        self.metric = metric
        self.models = models
        self.targets = targets
    }

    /// The number of models.
    public var modelCount: Int { models.count / targets }

    /// The effective number of clusters divided by their number: 1 if all have equally many examples, less if a few have most of
    /// them (Kish 1965).
    var effectiveShare: Double {
        var counts = Array(repeating: 0.0, count: clusters.count)
        for model in models {
            for (cluster, places) in model.places.enumerated() { counts[cluster] += Double(places.count) }
        }
        let sum = counts.reduce(0, +)
        let squares = counts.reduce(0) { $0 + $1 * $1 }
        return squares > 0 ? sum * sum / squares / Double(counts.count) : 1
    }

    /// Returns the metric over the clusters of both, those of `other` last. The models are joined in their order. If there are
    /// different numbers of them, each is repeated until both have equally many, so that the mean over the models stays the same.
    func joined(with other: ClusteredMetric) throws(InputError) -> ClusteredMetric {
        guard metric == other.metric, targets == other.targets else {
            throw InputError("two different metrics; a paired test needs the same one")
        }
        var joint: [Model] = []
        let count = models.count / Self.commonDivisor(models.count, other.models.count) * other.models.count
        for index in 0..<count {
            let (mine, its) = (models[index % models.count], other.models[index % other.models.count])
            let predictions = try Predictions.pooled([mine.predictions, its.predictions])
            var both = Model(
                classes: mine.classes, cells: mine.cells + its.cells, sums: mine.sums + its.sums,
                places: mine.places
                    + its.places.map { $0.map { $0 + mine.predictions.ids.count } },
                predictions: predictions, decisions: mine.decisions + its.decisions)
            both.rankScores(metric)
            joint.append(both)
        }
        return ClusteredMetric(
            clusters: clusters + other.clusters, metric: metric, models: joint, targets: targets)
    }

    private static func commonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : commonDivisor(b, a % b) }

    private static func summarize(_ model: inout Model, _ metric: Metric) {
        let (predictions, decisions, count) = (model.predictions, model.decisions, model.classes.count)
        switch metric.formula {
        case .confusion:
            model.cells = model.places.map { places in
                guard predictions.task != .frames else {
                    return predictions.frameCounts(at: places).enumerated().filter { $1 > 0 }.map {
                        (cell: $0, count: $1)
                    }
                }
                var counts: [Int: Int] = [:]
                for place in places {
                    counts[predictions.truths[place] * count + decisions[place], default: 0] += 1
                }
                return counts.keys.sorted().map { ($0, counts[$0] ?? 0) }
            }
        case .meanOverExamples(let value):
            model.sums = model.places.map { places in
                guard !places.isEmpty else { return (0, 0) }
                let count = Double(places.count)
                return (Self.value(value, of: predictions, at: places) * count, count)
            }
        case .ratio(_, let value):
            model.sums = model.places.map { places in
                places.reduce((0, 0)) { sums, place in
                    let own = value(predictions, place)
                    return (sums.0 + own.0, sums.1 + own.1)
                }
            }
        case .areaUnderROC: model.rankScores(metric)
        case .probabilities, .predictions, .numbers, .labels, .votes: break
        }
    }

    /// Returns the metric of a multiset of clusters that contains each cluster `weights` times.
    public func value(_ weights: [Int]) -> Double {
        let sum = models.reduce(0.0) { $0 + value($1, weights) }
        return sum / Double(models.count)
    }

    /// The metric of each model over all examples.
    public var values: [Double] {
        let weights = Array(repeating: 1, count: clusters.count)
        return stride(from: 0, to: models.count, by: targets).map { first in
            let own = models[first..<first + targets]
            return own.reduce(0) { $0 + value($1, weights) } / Double(targets)
        }
    }

    /// The metric over all examples, averaged over the models.
    public var estimate: Double { value(Array(repeating: 1, count: clusters.count)) }

    private func value(_ model: Model, _ weights: [Int]) -> Double {
        switch metric.formula {
        case .confusion(let value):
            let size = model.classes.count
            var counts = Array(repeating: 0, count: size * size)
            for (weight, cells) in zip(weights, model.cells) where weight != 0 {
                for (cell, count) in cells { counts[cell] += weight * count }
            }
            switch metric {
            case .accuracy: return Self.accuracy(counts, size)
            case .uar: return Self.meanRecall(counts, size)
            default: return value(ConfusionMatrix(classes: model.classes, flat: counts))
            }
        case .meanOverExamples, .ratio:
            var (sum, divisor) = (0.0, 0.0)
            for (weight, own) in zip(weights, model.sums) {
                sum += Double(weight) * own.sum
                divisor += Double(weight) * own.divisor
            }
            return divisor > 0 ? sum / divisor : .nan
        case .areaUnderROC: return model.ranked?.areaUnderROC(model.exampleWeights(weights)) ?? .nan
        case .probabilities(let value):
            return Self.value(value, of: model.predictions, at: model.examples(weights))
        case .predictions(let value):
            return value(model.predictions.selecting(model.examples(weights)))
        case .numbers, .labels, .votes:
            return (try? metric.singleValue(of: model.predictions.selecting(model.examples(weights)))) ?? .nan
        }
    }

    // The two most frequently resampled metrics, computed without a matrix, whose arrays take most of the time.

    private static func accuracy(_ counts: [Int], _ size: Int) -> Double {
        let total = counts.reduce(0, +)
        let right = (0..<size).reduce(0) { $0 + counts[$1 * size + $1] }
        return total == 0 ? 0 : Double(right) / Double(total)
    }

    private static func meanRecall(_ counts: [Int], _ size: Int) -> Double {
        var (sum, present) = (0.0, 0)
        for label in 0..<size {
            var support = 0
            for place in label * size..<(label + 1) * size { support += counts[place] }
            guard support > 0 else { continue }
            sum += Double(counts[label * size + label]) / Double(support)
            present += 1
        }
        return present == 0 ? 0 : sum / Double(present)
    }

    private static func value(
        _ formula: (ProbabilityMetrics) -> Double, of predictions: Predictions, at places: [Int]
    ) -> Double {
        let soft = try? ProbabilityMetrics(
            probabilities: places.map { predictions.probabilities[$0] },
            truths: places.map { predictions.truths[$0] }, classes: predictions.classes.count)
        return soft.map(formula) ?? .nan
    }
}
