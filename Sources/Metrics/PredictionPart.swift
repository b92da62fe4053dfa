import Autograd

/// The predictions of one of several targets.
public struct PredictionPart: Sendable {
    /// The name of the target.
    public var name: String
    /// Whether the target counts towards metrics of the model; auxiliary and adversarial ones do not.
    public var isMain: Bool
    /// The predictions for the examples that have the target.
    public var predictions: Predictions

    /// Creates a part.
    public init(_ name: String, isMain: Bool = true, _ predictions: Predictions) {
        (self.name, self.isMain, self.predictions) = (name, isMain, predictions)
    }

    /// Returns examples in their order; those without the target are left out. The same clip may have been tested several times.
    func selecting(_ examples: [(id: String, occurrence: Int)]) -> PredictionPart {
        let rows = Dictionary(grouping: predictions.ids.indices, by: { predictions.ids[$0] })
        let places = examples.compactMap { example in
            rows[example.id].flatMap { example.occurrence < $0.count ? $0[example.occurrence] : nil }
        }
        return PredictionPart(name, isMain: isMain, predictions.selecting(places))
    }

    /// Pools the parts of several predictions by target. Throws if the main targets differ. An auxiliary or adversarial target whose
    /// classes differ, such as the training speakers of each fold, has no examples.
    static func pooled(_ all: [[PredictionPart]]) throws(InputError) -> [PredictionPart] {
        let names = all.map { $0.filter(\.isMain).map(\.name) }
        guard names.allSatisfy({ $0 == names[0] }) else {
            throw InputError("different targets; to pool predictions, their targets must be the same")
        }
        var parts: [PredictionPart] = []
        for part in all.first ?? [] {
            let own = all.compactMap { parts in parts.first { $0.name == part.name }?.predictions }
            let isPoolable =
                own.count == all.count
                && own.allSatisfy {
                    $0.task == part.predictions.task && $0.classes == part.predictions.classes
                }
            parts.append(
                PredictionPart(
                    part.name, isMain: part.isMain,
                    part.isMain || isPoolable
                        ? try Predictions.pooled(own) : part.predictions.selecting([])))
        }
        return parts
    }
}

extension Predictions {
    /// Creates the predictions of a regression.
    ///
    /// - Parameter name: The name of the value.
    public init(regressionOf name: String) {
        self.init(classes: [name])
        task = .regression
    }

    /// Creates predictions of several targets for the same examples.
    public init(_ parts: [PredictionPart], ids: [String], speakers: [String?]) {
        self.init(classes: [])
        (self.parts, self.ids, self.speakers) = (parts, ids, speakers)
    }

    /// Appends an example of a regression.
    public mutating func append(_ id: String, speaker: String? = nil, truth: Double, value: Double) {
        ids.append(id)
        speakers.append(speaker)
        trueValues.append(truth)
        values.append(value)
    }

    /// The predictions of a classification: these, or those of the first main target that is one; nil if there is none.
    public var classification: Predictions? {
        guard !parts.isEmpty else { return task == .classification ? self : nil }
        return parts.first { $0.isMain && $0.predictions.task == .classification }?.predictions
    }

    /// The names of the main targets that are classifications, in order; empty without targets.
    public var classificationTargets: [String] {
        parts.filter { $0.isMain && $0.predictions.task == .classification }.map(\.name)
    }

    /// The speakers of all examples, by id, for the parts of several targets.
    public mutating func setSpeakers(_ speakers: [String?]) {
        self.speakers = speakers
        guard !parts.isEmpty else { return }
        let known = Dictionary(zip(ids, speakers), uniquingKeysWith: { first, _ in first })
        for index in parts.indices {
            parts[index].predictions.speakers = parts[index].predictions.ids.map { known[$0] ?? nil }
        }
    }

    /// The ids at these places, each with the number of examples before it that have the same id.
    func occurrences(_ places: [Int]) -> [(id: String, occurrence: Int)] {
        var seen: [String: Int] = [:]
        let numbers = ids.map { id in
            defer { seen[id, default: 0] += 1 }
            return seen[id, default: 0]
        }
        return places.map { (ids[$0], numbers[$0]) }
    }

    /// Whether the predictions of one target have a metric.
    func has(_ metric: Metric) -> Bool {
        parts.isEmpty && task.has(metric) && (!metric.needsVotes || !references.isEmpty)
    }

    /// Returns the predictions of the targets that a metric is about. Throws if there are none.
    func own(_ metric: Metric) throws(InputError) -> [Predictions] {
        let found =
            parts.isEmpty
            ? [self].filter { $0.has(metric) }
            : parts.filter { metric.target == nil ? $0.isMain : metric.target == $0.name }
                .map(\.predictions).filter { $0.has(metric) }
        guard !found.isEmpty else {
            throw InputError("the metric \(metric.name) does not apply to any target of these predictions")
        }
        return found
    }
}

extension Predictions.Task {
    /// Whether predictions of the task have a metric. Some metrics of a classification also need votes of annotators.
    public func has(_ metric: Metric) -> Bool {
        metric.task == self || self == .frames && metric.isOfDecisions
    }
}
