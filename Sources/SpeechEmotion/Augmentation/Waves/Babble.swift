import Autograd
import Configuration

/// Mixes the voices of other training clips into a waveform.
public struct Babble: WaveAugmentation, HasProbability {
    /// The lowest and highest number of voices.
    public var voices = OneOrTwo<Int>(3, 7)
    /// The signal-to-noise ratio in dB.
    public var snr = Spread(5, 20)
    public var probability = 1.0
    /// The clips that voices are drawn from; empty until the training set is known.
    private var pool: [Clip] = []
    /// The id of the clip that is augmented.
    private var own: String?

    public static let type = "babble"
    public static let summary =
        "Babble noise: mixes in the voices of other clips of the training set, never of the validation or test set."
    public static let fields: [Field<Self>] = [
        .init("voices", \.voices, "Number of voices, or the lowest and highest number.", .range(1...32)),
        .init("snr", \.snr, "Signal-to-noise ratio (SNR) in dB.", .range(-100...200)),
        probabilityField,
    ]

    public var validationIssues: [ValidationIssue] {
        (voices.first <= voices.second
            ? []
            : [
                ValidationIssue(
                    "voices", "the first value must be the lower bound, found \(voices.encode().line)")
            ]) + snr.validationIssues("snr")
    }

    /// Three to seven voices.
    public init() {}

    public var needsFiles: Bool { true }

    /// Returns the augmentation with voices from clips.
    public func drawing(from clips: [Clip]) -> Babble {
        var babble = self
        babble.pool = clips
        return babble
    }

    /// Returns the augmentation for a clip, which is not drawn.
    func excluding(_ clip: String) -> Babble {
        var babble = self
        babble.own = clip
        return babble
    }

    /// Mixes in voices of equal level, each from a random position of a random clip. Throws an `InputError` if there are no
    /// clips to draw from.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        guard wave.count > 0 else { return wave }
        let count = voices.first + generator.below(voices.second - voices.first + 1)
        let ratio = snr.draw(generator)
        var sum = Waveform([Float](repeating: 0, count: wave.count), rate: wave.rate)
        for voice in 0..<count {
            let part = try voicePart(like: wave, generator.split("voice \(voice)"))
            let level = part.rms
            if level > 0 { sum = sum.adding(part.samples, times: Float(min(1 / level, 1e30))) }
        }
        return wave.mixed(with: sum, snr: ratio)
    }

    /// Returns a segment of a random clip, repeated if it is shorter than the waveform. An unreadable clip, which training
    /// omits, is skipped.
    private func voicePart(like wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        guard pool.contains(where: { $0.id != own }) else {
            throw InputError(
                Self.type, found: "no training clips to draw voices from",
                allowed: "the training set of an experiment with at least two clips")
        }
        let first = generator.below(pool.count)
        let place = generator.uniform()
        var failure: (any Error)?
        for step in pool.indices {
            let clip = pool[(first + step) % pool.count]
            guard clip.id != own else { continue }
            do {
                let other = try clip.wave(rate: wave.rate).samples
                guard !other.isEmpty else { continue }
                let start = min(other.count - 1, Int(place * Double(other.count)))
                return Waveform(
                    (0..<wave.count).map { other[(start + $0) % other.count] }, rate: wave.rate)
            } catch { failure = error }
        }
        throw failure
            ?? InputError(Self.type, found: "only empty training clips", allowed: "clips with samples")
    }
}
