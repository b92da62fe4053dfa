import Autograd
import Configuration
import Foundation

/// Test-time augmentation (TTA): a trained model is evaluated on each recording and on augmented copies of it, and
/// their logits are averaged.
///
/// The augmentations are applied to the preprocessed waveform. Randomness is drawn once, identically for every
/// recording: a prediction depends on the recording alone.
public struct TestTimeAugmentation: Options {
    /// The augmentations of each copy.
    public var copies: [[AnyWaveAugmentation]] = []

    public static let summary =
        "Test-time augmentation: augmented copies of each recording, over which predictions are averaged."
    public static let fields: [Field<Self>] = [
        .init(
            "tta", \.copies, "Augmented copies of each recording: a list of waveform augmentations per copy.",
            limit)
    ]
    /// The maximum number of augmented copies.
    public static let limit = Constraint<[[AnyWaveAugmentation]]>.count(0...64)

    public var validationIssues: [ValidationIssue] {
        copies.enumerated().flatMap { number, row in
            row.indices.filter { row[$0].value.needsFiles }.map { place in
                let name = row[place].options.map { type(of: $0).type } ?? ""
                return ValidationIssue(
                    at: [.key("tta"), .index(number), .index(place)],
                    "\(name == BackgroundNoise.type ? "background noise" : "\"\(name)\"") would require its files wherever the model is used; use other augmentations"
                )
            }
        }
    }

    /// No augmented copies: the recording alone.
    public init() {}

    /// Creates augmented copies in addition to the recording itself.
    public init(_ copies: [[AnyWaveAugmentation]]) { self.copies = copies }

    /// Decodes the value of `tta` in a config. Throws every error with its location.
    public init(list json: JSONValue) throws {
        self = try Self.decode(JSONValue(.object([JSONMember("tta", json)])))
    }

    /// The number of inputs per recording: the recording itself and its copies.
    public var count: Int { copies.count + 1 }

    /// The transforms of a preprocessed waveform, nil first: the recording itself.
    public var transforms: [WaveformTransform?] {
        [nil]
            + copies.enumerated().map { number, row in
                let generator = RandomGenerator(seed: 0).split("view \(number)")
                return WaveformTransform(key: "view \(number), \(row.encode().line)") { wave in
                    try row.applied(to: wave, generator)
                }
            }
    }

    /// Returns what `compute` returns for the recording and all copies. If the recording is too short for one of them, it
    /// takes the place of every copy. Throws if nothing can be computed for the recording itself either.
    public func features(_ compute: (_ transforms: [WaveformTransform?]) throws -> [Features]) throws
        -> [Features]
    {
        guard !copies.isEmpty else { return try compute([nil]) }
        do { return try compute(transforms) } catch {
            return try compute([nil]).flatMap { Array(repeating: $0, count: count) }
        }
    }

    /// The copies, by index, for which a pipeline cannot compute the features of a plain tone of two seconds: they
    /// would fail for every recording.
    public func failures(_ pipeline: FeaturePipeline) -> [(copy: Int, error: any Error)] {
        guard !copies.isEmpty else { return [] }
        let tone = Waveform.tone(2, rate: pipeline.finalRate)
        guard (try? pipeline.features(of: tone)) != nil else { return [] }
        return transforms.dropFirst().enumerated().compactMap { number, transform in
            do {
                _ = try pipeline.features(of: transform?.apply(tone) ?? tone)
                return nil
            } catch { return (number, error) }
        }
    }
}

extension Waveform {
    /// A plain tone of 220 Hz, for trial runs.
    package static func tone(_ seconds: Double, rate: Int) -> Waveform {
        let turn = 2 * Double.pi * 220 / Double(max(rate, 1))
        let count = Int(seconds * Double(rate))
        return Waveform((0..<count).map { Float(0.3 * sin(Double($0) * turn)) }, rate: rate)
    }
}

extension [AnyWaveAugmentation] {
    /// Applies all augmentations, each with independent randomness.
    ///
    /// - Parameter clip: The clip of the waveform, which is not part of its own babble.
    func applied(
        to wave: Waveform, of clip: String? = nil, _ generator: RandomGenerator
    ) throws -> Waveform {
        try enumerated().reduce(wave) { wave, change in
            let own = generator.split("\(change.offset)")
            if let babble = change.element.value as? Babble, let clip {
                return try babble.excluding(clip)(wave, own)
            }
            return try change.element.value(wave, own)
        }
    }
}
