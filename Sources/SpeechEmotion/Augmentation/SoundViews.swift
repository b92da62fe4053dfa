import Autograd
import Configuration

/// Changed forms of a sound that a trained model is asked about beside the sound itself; the mean of its logits answers
/// (test-time augmentation).
///
/// What is random in a change is drawn once, the same for every sound: an answer depends on the sound alone.
public struct SoundViews: Options {
    /// The changes of each form, as a row of an `AugmentationPlan` has them.
    public var changed: [[AnyWaveAugmentation]] = []

    public static let summary = "Forms of a sound that a model is asked about beside the sound itself."
    public static let fields: [Field<Self>] = [
        .init("views", \.changed, "A list of changes for each form.")
    ]

    /// The sound itself alone.
    public init() {}

    /// The sound itself, and these forms of it.
    public init(_ changed: [[AnyWaveAugmentation]]) { self.changed = changed }

    /// The forms that a list as a config writes it names. Throws every mistake in it with its place.
    public init(list json: JSONValue) throws {
        self = try Self.decode(JSONValue(.object([JSONMember("views", json)])))
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
}

extension [AnyWaveAugmentation] {
    /// The sound after all of the changes, each with draws of its own.
    func applied(to wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        try enumerated().reduce(wave) { wave, change in
            try change.element.value(wave, generator.split("\(change.offset)"))
        }
    }
}
