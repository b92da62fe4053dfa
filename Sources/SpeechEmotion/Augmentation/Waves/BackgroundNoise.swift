import Autograd
import Configuration

/// Mixes a segment of another recording into a waveform.
public struct BackgroundNoise: WaveAugmentation, HasProbability {
    /// The folder with audio files, searched recursively.
    public var folder = ""
    /// The signal-to-noise ratio in dB.
    public var snr = Spread(5, 20)
    public var probability = 1.0

    public static let type = "background"
    public static let summary = "Adds background noise: mixes in a random segment of a random file."
    public static let fields: [Field<Self>] = [
        .init("folder", \.folder, "Folder with audio files, searched recursively.", .required, .notEmpty),
        .init("snr", \.snr, "Signal-to-noise ratio (SNR) in dB.", .range(-100...200)),
        probabilityField,
    ]

    public var validationIssues: [ValidationIssue] { snr.validationIssues("snr") }

    /// Without a folder yet.
    public init() {}

    public var needsFiles: Bool { true }

    /// Mixes in a segment as long as the waveform. Throws a `FileError` if the folder contains no audio files.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        guard wave.count > 0 else { return wave }
        let files = try AudioFolder.files(in: folder, for: Self.type)
        let path = files[generator.below(files.count)]
        let ratio = snr.draw(generator)
        let place = generator.uniform()
        let background = try part(of: path, at: place, like: wave)
        return wave.mixed(with: background, snr: ratio)
    }

    /// Returns a segment of a file as long as the waveform, from a random position; shorter files are repeated.
    private func part(of path: String, at place: Double, like wave: Waveform) throws -> Waveform {
        let seconds = wave.duration + 0.01
        let there = try AudioFile.info(path).duration ?? 0
        var samples: [Float]
        if there > seconds {
            samples = try AudioFile.read(
                path, rate: wave.rate, offset: place * (there - seconds), duration: seconds
            ).samples
        } else {
            let whole = try AudioFile.read(path, rate: wave.rate).samples
            let start = min(whole.count - 1, Int(place * Double(whole.count)))
            let turned = whole[start...] + whole[..<start]
            samples = []
            while samples.count < wave.count { samples += turned.prefix(wave.count - samples.count) }
        }
        samples = Array(samples.prefix(wave.count))
        samples += [Float](repeating: 0, count: wave.count - samples.count)
        return Waveform(samples, rate: wave.rate)
    }
}
