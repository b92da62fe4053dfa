import Autograd
import Configuration

/// Convolves a waveform with a measured room impulse response.
public struct ImpulseResponse: WaveAugmentation, HasProbability {
    /// The folder with impulse responses, searched recursively.
    public var folder = ""
    public var probability = 1.0

    public static let type = "impulse_response"
    public static let summary =
        "Reverberation with a measured room impulse response: a random file of a folder, of which the first channel is used. The direct sound keeps its time and level; the length is kept."
    public static let fields: [Field<Self>] = [
        .init(
            "folder", \.folder, "Folder with impulse responses as audio files, searched recursively.",
            .required, .notEmpty),
        probabilityField,
    ]

    /// The longest impulse response in seconds.
    static let mostSeconds = 30.0

    /// Without a folder yet.
    public init() {}

    public var needsFiles: Bool { true }

    /// Convolves with a random response. Throws a `FileError` if the folder contains no audio files, or if a response is
    /// silent or too long.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        guard wave.count > 0 else { return wave }
        let files = try AudioFolder.files(in: folder, for: Self.type)
        let path = files[generator.below(files.count)]
        let (response, peak) = try Self.response(path, rate: wave.rate)
        return Waveform(convolved(wave.samples, response, skip: peak), rate: wave.rate)
    }

    private static let responses = SharedTables<String, (samples: [Float], peak: Int)>(limit: 256)

    /// Returns the response of a file, with a peak of 1, and the position of the peak. Each file is read once.
    private static func response(_ path: String, rate: Int) throws -> (samples: [Float], peak: Int) {
        try responses("\(rate) \(path)") {
            if let seconds = try AudioFile.info(path).duration, seconds > mostSeconds {
                throw FileError(
                    file: path, place: type, found: "an impulse response of \(seconds) s",
                    allowed: "at most \(mostSeconds) s; remove other recordings from the folder")
            }
            let channels = try AudioFile.channels(path, duration: mostSeconds)
            let samples = try channels[0].resampled(to: rate).samples
            let peak = samples.indices.max { abs(samples[$0]) < abs(samples[$1]) } ?? 0
            guard let scale = samples.isEmpty ? nil : 1 / samples[peak], scale.isFinite else {
                throw FileError(
                    file: path, place: type, found: "a silent first channel",
                    allowed: "an impulse response; remove the file from the folder")
            }
            return (samples.map { $0 * scale }, peak)
        }
    }
}
