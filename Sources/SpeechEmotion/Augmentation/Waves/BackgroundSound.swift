import Autograd
import Configuration
import Foundation

/// Mixes a part of another recording into a sound.
public struct BackgroundSound: WaveAugmentation {
    /// A folder of sound files, searched through all its folders.
    public var folder = ""
    /// How many decibels the sound is above the background.
    public var snr = Spread(5, 20)
    public var probability = 1.0

    public static let type = "background"
    public static let summary = "Mixes a random part of a random file of a folder into the sound."
    public static let fields: [Field<Self>] = [
        .init("folder", \.folder, "A folder of sound files, with all folders in it.", .required, .notEmpty),
        .init("snr", \.snr, "Decibels of the sound above the background.", .range(-100...200)),
        .init("probability", \.probability, "How often it happens.", .range(0...1)),
    ]

    public var complaints: [Complaint] { snr.complaints("snr") }

    /// Without a folder yet.
    public init() {}

    /// The sound with as much of a file as it is long. Throws a `FileError` where the folder has no sound files.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        guard wave.count > 0 else { return wave }
        let files = try Self.files(in: folder)
        let path = files[generator.below(files.count)]
        let ratio = snr.draw(generator)
        let place = generator.uniform()
        let background = try part(of: path, at: place, like: wave)
        return wave.mixed(with: background, snr: ratio)
    }

    /// As much of a file as the sound is long, from a random place on; shorter files are repeated.
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

    private static let listings = SharedTables<String, [String]>(limit: 16)
    private static let endings: Set = [
        "wav", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc", "au", "snd", "caf", "w64", "m4a",
        "aac",
        "webm", "wma", "mp4",
    ]

    /// The sound files below a folder, in the order of their paths. A folder is listed once.
    private static func files(in folder: String) throws -> [String] {
        let files = listings(folder) {
            let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
            return names.filter { endings.contains(($0 as NSString).pathExtension.lowercased()) }.sorted()
                .map { folder + "/" + $0 }
        }
        guard !files.isEmpty else {
            throw FileError(
                file: folder, place: "background", found: "no sound files there",
                allowed: "a folder with at least one: \(SoundContainer.readable)")
        }
        return files
    }
}
