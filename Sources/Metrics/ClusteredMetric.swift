/// A metric of predictions with clustered examples, such as the clips of a speaker. The clusters are independent of
/// each other.
///
/// The metric can be computed for any multiset of clusters, as resampling requires. Predictions of several models,
/// such as one per seed, share the clusters; the metric is then the mean over the models.
public struct ClusteredMetric: Sendable {
    /// The unit that is resampled as a whole.
    public enum Unit: String, Sendable, CaseIterable { case speakers, clips }

    /// The metric to compute.
    public enum Statistic: Sendable, Equatable {
        case figure(Metric)
        /// The recall of the class with this index.
        case recall(Int)
    }

    /// The names of the clusters.
    public let clusters: [String]
    private let statistic: Statistic
    private let models: [Model]

    /// One model's examples, by cluster.
    private struct Model: Sendable {
        var classes: [String]
        /// For each cluster, the cells of the confusion matrix (truth * classes + prediction) and their counts.
        var cells: [[(cell: Int, count: Int)]]
        /// For each cluster, the sum over its examples and their number, for metrics that are means over examples.
        var sums: [(sum: Double, count: Int)]
        /// For each cluster, the indices of its examples, for metrics that need all of them.
        var places: [[Int]]
        var predictions: Predictions
        var decisions: [Int]
    }

    /// Groups the predictions of one or more models by cluster.
    ///
    /// Throws a `MetricError` if there are no examples, or if the clusters are speakers and a speaker is unknown.
    public init(
        _ statistic: Statistic, _ models: [Predictions], by unit: Unit
    ) throws(MetricError) {
        var numbers: [String: Int] = [:]
        var names: [String] = []
        var built: [Model] = []
        for predictions in models {
            var keys: [String] = []
            for (id, speaker) in zip(predictions.ids, predictions.speakers) {
                guard let key = unit == .clips ? id : speaker else {
                    throw MetricError("the speaker of \(id) is unknown; expected a speaker for each clip")
                }
                if numbers[key] == nil {
                    numbers[key] = names.count
                    names.append(key)
                }
                keys.append(key)
            }
            built.append(
                Model(
                    classes: predictions.classes, cells: [], sums: [],
                    places: [], predictions: predictions, decisions: predictions.decisions))
            built[built.count - 1].places = Array(repeating: [], count: names.count)
            for (place, key) in keys.enumerated() {
                built[built.count - 1].places[numbers[key] ?? 0].append(place)
            }
        }
        guard !names.isEmpty else { throw MetricError("no examples; expected at least one") }
        for index in built.indices {
            built[index].places += Array(repeating: [], count: names.count - built[index].places.count)
            Self.summarize(&built[index], statistic)
        }
        clusters = names
        self.statistic = statistic
        self.models = built
    }

    private init(clusters: [String], statistic: Statistic, models: [Model]) {
        self.clusters = clusters
        self.statistic = statistic
        self.models = models
    }

    /// The number of models.
    public var modelCount: Int { models.count }

    /// Returns the metric over the clusters of both, those of `other` last. The models are joined in their order. If there are
    /// different numbers of them, each is repeated until both have equally many, so that the mean over the models stays the same.
    func joined(with other: ClusteredMetric) throws(MetricError) -> ClusteredMetric {
        guard statistic == other.statistic else {
            throw MetricError("two different metrics; a paired test needs the same one")
        }
        var joint: [Model] = []
        let count = models.count / Self.commonDivisor(models.count, other.models.count) * other.models.count
        for index in 0..<count {
            let (mine, its) = (models[index % models.count], other.models[index % other.models.count])
            let predictions = try Predictions.pooled([mine.predictions, its.predictions])
            joint.append(
                Model(
                    classes: mine.classes, cells: mine.cells + its.cells, sums: mine.sums + its.sums,
                    places: mine.places
                        + its.places.map { $0.map { $0 + mine.predictions.ids.count } },
                    predictions: predictions, decisions: mine.decisions + its.decisions))
        }
        return ClusteredMetric(
            clusters: clusters + other.clusters, statistic: statistic, models: joint)
    }

    private static func commonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : commonDivisor(b, a % b) }

    private static func summarize(_ model: inout Model, _ statistic: Statistic) {
        let (predictions, decisions, count) = (model.predictions, model.decisions, model.classes.count)
        if !statistic.needsProbabilities {
            model.cells = model.places.map { places in
                var counts: [Int: Int] = [:]
                for place in places {
                    counts[predictions.truths[place] * count + decisions[place], default: 0] += 1
                }
                return counts.keys.sorted().map { ($0, counts[$0] ?? 0) }
            }
        } else if case .figure(let figure) = statistic, figure.isMeanOverExamples {
            model.sums = model.places.map { places in
                let sum = places.reduce(0.0) { sum, place in
                    sum + Self.value(figure, of: predictions, at: [place], decisions)
                }
                return (sum, places.count)
            }
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
        return models.map { value($0, weights) }
    }

    /// The metric over all examples, averaged over the models.
    public var estimate: Double { value(Array(repeating: 1, count: clusters.count)) }

    private func value(_ model: Model, _ weights: [Int]) -> Double {
        if !statistic.needsProbabilities {
            var counts = Array(repeating: 0, count: model.classes.count * model.classes.count)
            for (weight, cells) in zip(weights, model.cells) where weight != 0 {
                for (cell, count) in cells { counts[cell] += weight * count }
            }
            let size = model.classes.count
            switch statistic {
            case .figure(.accuracy): return Self.accuracy(counts, size)
            case .figure(.uar): return Self.meanRecall(counts, size)
            default: break
            }
            let matrix = ConfusionMatrix(classes: model.classes, flat: counts)
            switch statistic {
            case .figure(let figure): return figure.value(matrix, .none)
            case .recall(let label): return matrix.supports[label] > 0 ? matrix.recalls[label] : .nan
            }
        }
        guard case .figure(let figure) = statistic else { return .nan }
        if figure.isMeanOverExamples {
            var (sum, count) = (0.0, 0)
            for (weight, part) in zip(weights, model.sums) {
                sum += Double(weight) * part.sum
                count += weight * part.count
            }
            return count > 0 ? sum / Double(count) : .nan
        }
        var places: [Int] = []
        for (weight, own) in zip(weights, model.places) {
            for _ in 0..<weight { places += own }
        }
        return Self.value(figure, of: model.predictions, at: places, model.decisions)
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
        _ figure: Metric, of predictions: Predictions, at places: [Int], _ decisions: [Int]
    ) -> Double {
        let truths = places.map { predictions.truths[$0] }
        guard
            let soft = try? ProbabilityMetrics(
                probabilities: places.map { predictions.probabilities[$0] }, truths: truths,
                classes: predictions.classes.count)
        else { return .nan }
        return figure.value(ConfusionMatrix(classes: predictions.classes), soft)
    }
}

extension ClusteredMetric.Statistic {
    fileprivate var needsProbabilities: Bool {
        if case .figure(let figure) = self { return figure.needsProbabilities }
        return false
    }
}

extension Metric {
    /// Whether the metric is the mean of a value per example.
    fileprivate var isMeanOverExamples: Bool {
        switch self {
        case .top2, .top3, .logLoss, .brier: true
        default: false
        }
    }
}
