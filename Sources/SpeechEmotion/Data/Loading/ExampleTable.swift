import Autograd
import Foundation
import Layers

/// Examples whose features are ready: in memory as one block, put together to batches on request.
struct ExampleTable: Sendable {
    /// The shape of one example.
    let shape: [Int]
    /// What the examples are called.
    private(set) var ids: [String] = []
    /// The class of each.
    private(set) var labels: [Int] = []
    /// The valid frames of each, where there is padding.
    private var lengths: [Int]?
    private var features: [[Float]] = []
    /// Of the group of each example, where examples are normalised in groups.
    private var normalizations: [SpeakerNormalization] = []

    init(shape: [Int]) {
        self.shape = shape
        lengths = shape.count == 2 ? [] : nil
    }

    var count: Int { ids.count }

    mutating func append(_ id: String, label: Int, _ features: Features) {
        ids.append(id)
        labels.append(label)
        lengths?.append(features.length ?? features.shape[0])
        self.features.append(features.values)
    }

    /// Normalises the examples of each group by themselves; `groups` names that of each example. Throws where a group says nothing of
    /// a speaker.
    mutating func normalize(in groups: [String]) throws {
        var members: [String: [Int]] = [:]
        for (number, group) in groups.enumerated() { members[group, default: []].append(number) }
        let found = try members.mapValues { numbers in
            do throws(DataProblem) {
                return try SpeakerNormalization(numbers.map { self.features($0) })
            } catch {
                throw error.of(ids[numbers[0]])
            }
        }
        normalizations = groups.compactMap { found[$0] }
        for number in ids.indices { features[number] = normalized(self.features(number), as: number).values }
    }

    /// Features of the same sound, made once more, as this example's are.
    func normalized(_ features: Features, as number: Int) -> Features {
        normalizations.isEmpty ? features : normalizations[number](features)
    }

    /// The features of an example.
    func features(_ index: Int) -> Features {
        Features(shape: shape, values: features[index], length: lengths?[index])
    }

    /// A batch of examples by their numbers.
    func batch(_ numbers: [Int]) -> Batch {
        Batch(numbers.map(features), labels: numbers.map { labels[$0] }, ids: numbers.map { ids[$0] })
    }
}
