import Autograd
import Foundation
import Layers
import SpeechEmotion
import Training

/// Examples with their features in memory, from which batches are assembled.
struct ExampleTable: Sendable {
    /// The shape of one example.
    let shape: [Int]
    /// The ids of the examples.
    private(set) var ids: [String] = []
    /// The classes of the examples.
    private(set) var labels: [Int] = []
    /// The target values of each example, if a model has other targets than the class.
    private(set) var targets: [[Real]] = []
    /// The number of valid frames of each example, if there is padding.
    private var lengths: [Int]?
    /// The truncation of each example; nil if unknown.
    private(set) var truncations: [Truncation?] = []
    /// The values of each example without trailing zeros, so that padding takes no memory.
    private var features: [[Float]] = []
    /// The normalization of each example's group, if examples are normalized in groups.
    private var normalizations: [any GroupNormalization] = []
    /// The domain of each example, if domains are aligned in training.
    private var domains: [Int] = []

    init(shape: [Int]) {
        self.shape = shape
        lengths = shape.count == 2 ? [] : nil
    }

    var count: Int { ids.count }

    mutating func append(
        _ id: String, label: Int, targets row: [Real]?, domain: Int? = nil, _ features: Features
    ) {
        ids.append(id)
        if let domain { domains.append(domain) }
        labels.append(label)
        if let row { targets.append(row) }
        lengths?.append(features.length ?? features.shape[0])
        truncations.append(features.truncation)
        self.features.append(Self.withoutPadding(features.values))
    }

    /// Normalizes the examples of each group separately; `groups` names the group of each example. Throws if a group
    /// has too few values.
    mutating func normalize(in groups: [String], by normalizing: FeaturePipeline.Normalizing) throws {
        var members: [String: [Int]] = [:]
        for (number, group) in groups.enumerated() { members[group, default: []].append(number) }
        let found = try members.mapValues { numbers in
            try normalizing.fit(numbers.map { self.features($0) }, of: ids[numbers[0]])
        }
        normalizations = groups.compactMap { found[$0] }
        for number in ids.indices {
            features[number] = Self.withoutPadding(normalized(self.features(number), as: number).values)
        }
    }

    /// Normalizes each example with the examples of its group up to and including it.
    mutating func normalizeRunning(in groups: [String]) {
        var statistics: [String: SpeakerStatistics] = [:]
        for (number, group) in groups.enumerated() {
            let own = self.features(number)
            statistics[group, default: SpeakerStatistics()].add(own)
            let normalization = SpeakerNormalization(statistics[group] ?? SpeakerStatistics())
            features[number] = Self.withoutPadding(normalization(own).values)
        }
    }

    /// Applies the normalization of an example to other features of the same recording.
    func normalized(_ features: Features, as number: Int) -> Features {
        normalizations.isEmpty ? features : normalizations[number](features)
    }

    /// The features of an example.
    func features(_ index: Int) -> Features {
        var values = features[index]
        let count = shape.reduce(1, *)
        if values.count < count {
            values.reserveCapacity(count)
            values.append(contentsOf: repeatElement(0, count: count - values.count))
        }
        return Features(shape: shape, values: values, length: lengths?[index])
    }

    /// Drops trailing zeros. A negative zero is kept.
    private static func withoutPadding(_ values: [Float]) -> [Float] {
        var count = values.count
        values.withUnsafeBufferPointer { while count > 0, $0[count - 1].bitPattern == 0 { count -= 1 } }
        return count < values.count ? Array(values[..<count]) : values
    }

    /// The target values of examples by their indices; nil if the class is the target.
    func rows(_ numbers: [Int]) -> [[Real]]? { targets.isEmpty ? nil : numbers.map { targets[$0] } }

    /// The domains of examples by their indices; none if domains are not aligned.
    func domains(_ numbers: [Int]) -> [Int] { domains.isEmpty ? [] : numbers.map { domains[$0] } }

    /// Assembles a batch from the indices of examples.
    func batch(_ numbers: [Int]) -> Batch {
        var batch = batch(numbers, with: numbers.map(features))
        batch.isFixed = true
        return batch
    }

    /// Assembles a batch from the indices of examples and features in place of theirs, such as augmented ones.
    func batch(_ numbers: [Int], with features: [Features]) -> Batch {
        var batch = Batch(
            features, labels: numbers.map { labels[$0] }, targets: rows(numbers), ids: numbers.map { ids[$0] }
        )
        batch.domains = domains(numbers)
        return batch
    }
}
