import Autograd
import Configuration
import Foundation

/// Changed forms of a sound that a trained model is asked about beside the sound itself; the mean of its logits answers
/// (test-time augmentation).
///
/// The changes are made of the prepared sound. What is random in them is drawn once, the same for every sound: an answer depends on
/// the sound alone.
public struct SoundViews: Options {
    /// The changes of each form, as a row of an `AugmentationPlan` has them.
    public var changed: [[AnyWaveAugmentation]] = []

    public static let summary = "Forms of a sound that a model is asked about beside the sound itself."
    public static let fields: [Field<Self>] = [
        .init("tta", \.changed, "A list of changes for each form.", limit)
    ]
    /// So many forms, at most.
    public static let limit = Constraint<[[AnyWaveAugmentation]]>.count(0...64)

    public var complaints: [Complaint] {
        changed.enumerated().flatMap { number, row in
            row.indices.filter { row[$0].value is BackgroundSound }.map { place in
                Complaint(
                    at: [.key("tta"), .index(number), .index(place)],
                    "a background needs files of its own wherever the model is used; take changes of the sound itself"
                )
            }
        }
    }

    /// The sound itself alone.
    public init() {}

    /// The sound itself, and these forms of it.
    public init(_ changed: [[AnyWaveAugmentation]]) { self.changed = changed }

    /// The forms that a list as a config writes it names. Throws every mistake in it with its place.
    public init(list json: JSONValue) throws {
        self = try Self.decode(JSONValue(.object([JSONMember("tta", json)])))
    }

    /// How many forms there are, the sound itself among them.
    public var count: Int { changed.count + 1 }

    /// What makes the forms of a prepared sound, nil first: the sound itself.
    public var changes: [SoundChange?] {
        [nil]
            + changed.enumerated().map { number, row in
                let generator = RandomGenerator(seed: 0).split("view \(number)")
                return SoundChange(key: "view \(number), \(row.encode().line)") { wave in
                    try row.applied(to: wave, generator)
                }
            }
    }

    /// What `make` gives for all forms. A sound that is too short for one of them is taken as it is in the place of each, so that the
    /// answer is that of the sound itself. Throws where nothing can be made of that either.
    public func made(_ make: (_ changes: [SoundChange?]) throws -> [Features]) throws -> [Features] {
        guard !changed.isEmpty else { return try make([nil]) }
        do { return try make(changes) } catch {
            return try make([nil]).flatMap { Array(repeating: $0, count: count) }
        }
    }

    /// The forms, by their places in the list, of which a pipeline makes no features though it does so of a plain tone of two seconds: they
    /// would fail for any sound.
    public func failures(_ pipeline: FeaturePipeline) -> [(view: Int, error: any Error)] {
        guard !changed.isEmpty else { return [] }
        let tone = Waveform.tone(2, rate: pipeline.finalRate)
        guard (try? pipeline.features(of: tone)) != nil else { return [] }
        return changes.dropFirst().enumerated().compactMap { number, change in
            do {
                _ = try pipeline.features(of: change?.apply(tone) ?? tone)
                return nil
            } catch { return (number, error) }
        }
    }
}

extension Waveform {
    /// A plain tone of 220 Hz, for trying things out.
    package static func tone(_ seconds: Double, rate: Int) -> Waveform {
        let turn = 2 * Double.pi * 220 / Double(max(rate, 1))
        let count = Int(seconds * Double(rate))
        return Waveform((0..<count).map { Float(0.3 * sin(Double($0) * turn)) }, rate: rate)
    }
}

extension [AnyWaveAugmentation] {
    /// The sound after all of the changes, each with draws of its own.
    func applied(to wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        try enumerated().reduce(wave) { wave, change in
            try change.element.value(wave, generator.split("\(change.offset)"))
        }
    }
}
