import Autograd
import Foundation
import Layers
import SpeechEmotion
import Training

/// Examples whose features are ready: in memory, put together to batches on request.
struct ExampleTable: Sendable {
    /// The shape of one example.
    let shape: [Int]
    /// What the examples are called.
    private(set) var ids: [String] = []
    /// The class of each.
    private(set) var labels: [Int] = []
    /// The valid frames of each, where there is padding.
    private var lengths: [Int]?
    /// What was cut off the sound of each; nil where that is not known.
    private(set) var truncations: [Truncation?] = []
    /// The numbers of each up to its last one that is not zero: padding takes no memory.
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
        truncations.append(features.truncation)
        self.features.append(Self.withoutPadding(features.values))
    }

    /// Normalises the examples of each group by themselves; `groups` names that of each example. Throws where a group says nothing of
    /// a speaker.
    mutating func normalize(in groups: [String]) throws {
        var members: [String: [Int]] = [:]
        for (number, group) in groups.enumerated() { members[group, default: []].append(number) }
        let found = try members.mapValues { numbers in
            do throws(DataError) {
                return try SpeakerNormalization(numbers.map { self.features($0) })
            } catch {
                throw error.of(ids[numbers[0]])
            }
        }
        normalizations = groups.compactMap { found[$0] }
        for number in ids.indices {
            features[number] = Self.withoutPadding(normalized(self.features(number), as: number).values)
        }
    }

    /// Features of the same sound, made once more, as this example's are.
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

    /// What comes before the zeros at the end. A zero with a sign is a number like others.
    private static func withoutPadding(_ values: [Float]) -> [Float] {
        var count = values.count
        values.withUnsafeBufferPointer { while count > 0, $0[count - 1].bitPattern == 0 { count -= 1 } }
        return count < values.count ? Array(values[..<count]) : values
    }

    /// A batch of examples by their numbers.
    func batch(_ numbers: [Int]) -> Batch {
        Batch(numbers.map(features), labels: numbers.map { labels[$0] }, ids: numbers.map { ids[$0] })
    }
}
