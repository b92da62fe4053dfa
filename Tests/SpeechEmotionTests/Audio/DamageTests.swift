import SpeechTestSupport
import Autograd
import Foundation
import SpeechEmotion
import Testing

/// Thousands of damaged files: each is read or named, and none crashes, hangs or gives more than it can hold.
@Suite struct DamageTests {
    /// Of each format; `DAMAGE=50000` for a long search.
    static let variants = ProcessInfo.processInfo.environment["DAMAGE"].flatMap { Int($0) } ?? 500

    @Test(arguments: AudioEncoding.allCases) func damagedFiles(_ encoding: AudioEncoding) throws {
        let generator = RandomGenerator(seed: 11).split(encoding.rawValue)
        let sounds = try [
            AudioFile.bytes([TestSound.voice(count: 3000)], as: encoding),
            AudioFile.bytes(
                [TestSound.voice(count: 1500), TestSound.noise(2, rate: 16000, count: 1500)], as: encoding),
        ]
        var read = 0
        for variant in 0..<Self.variants {
            let bytes = damaged(sounds[variant % sounds.count], generator)
            for allowTruncated in [false, true] {
                do {
                    let wave = try AudioFile.read(bytes: bytes, allowTruncated: allowTruncated)
                    #expect(!wave.samples.isEmpty && wave.isAllFinite)
                    // The densest frame of any of these formats.
                    #expect(wave.count <= 70_000 * max(1, bytes.count / 8))
                    read += 1
                } catch is FileError {
                } catch is InputError {
                }
            }
        }
        #expect(read > 0, "not one could be read: the damage is too great to tell anything")
        #expect(read < 2 * Self.variants, "all could be read: the damage is too small to tell anything")
    }

    @Test(arguments: AudioEncoding.allCases) func everyLength(_ encoding: AudioEncoding) throws {
        let whole = try AudioFile.bytes([TestSound.voice(count: 600)], as: encoding)
        for count in 0..<min(whole.count, 1500) {
            #expect(throws: FileError.self, "\(count) of \(whole.count) bytes") {
                try AudioFile.read(bytes: Array(whole.prefix(count)))
            }
        }
    }

    private func damaged(_ bytes: [UInt8], _ generator: RandomGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0...generator.below(3) {
            guard bytes.count > 8 else { break }
            // Half of the damage is in the header, where it does most.
            let reach = generator.below(2) == 0 ? min(bytes.count, 100) : bytes.count
            let place = generator.below(reach - 4)
            switch generator.below(6) {
            case 0: bytes.removeLast(generator.below(bytes.count - 4))
            case 1: bytes[place] = UInt8(generator.below(256))
            case 2:
                let extremes: [[UInt8]] = [
                    [0, 0, 0, 0], [255, 255, 255, 255], [255, 255, 255, 127], [0, 0, 0, 128],
                    [127, 255, 255, 255],
                ]
                bytes.replaceSubrange(place..<place + 4, with: extremes[generator.below(extremes.count)])
            case 3:
                bytes.removeSubrange(place..<place + 1 + generator.below(min(64, bytes.count - place - 1)))
            case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: place)
            default: for _ in 0..<16 { bytes[generator.below(bytes.count)] ^= UInt8(1 << generator.below(8)) }
            }
        }
        return bytes
    }
}
