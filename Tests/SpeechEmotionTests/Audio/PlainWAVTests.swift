import Foundation
import SpeechEmotion
import SpeechTestSupport
import Testing

/// Uncompressed WAV files are not read by libsndfile; their samples have the same bits as those that it reads.
@Suite struct PlainWAVTests {
    /// A WAV file of two channels. RF64 files are read by libsndfile.
    private func file(
        _ id: String, tag: UInt16, bits: UInt16, samples: [UInt8], isExtensible: Bool = false
    ) -> [UInt8] {
        func number(_ value: UInt64, _ bytes: Int) -> [UInt8] {
            (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        var header = number(UInt64(isExtensible ? 0xFFFE : tag), 2) + number(2, 2) + number(16_000, 4)
        header += number(32_000 * UInt64(bits) / 8, 4) + number(UInt64(bits) / 4, 2) + number(UInt64(bits), 2)
        if isExtensible {
            header += number(22, 2) + number(UInt64(bits), 2) + number(3, 4) + number(UInt64(tag), 2)
            header += [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113]
        }
        let size = UInt64(samples.count)
        let isLong = id == "RF64"
        var body = Array("WAVE".utf8)
        if isLong {
            body += Array("ds64".utf8) + number(28, 4) + number(size + 100, 8) + number(size, 8)
            body += number(size / UInt64(bits / 4), 8) + number(0, 4)
        }
        body += Array("fmt ".utf8) + number(UInt64(header.count), 4) + header
        body += Array("data".utf8) + number(isLong ? 0xFFFF_FFFF : size, 4) + samples
        return Array(id.utf8) + number(isLong ? 0xFFFF_FFFF : UInt64(body.count), 4) + body
    }

    @Test(
        arguments: [
            (1, 8, "Unsigned 8 bit PCM"), (1, 16, "Signed 16 bit PCM"), (1, 24, "Signed 24 bit PCM"),
            (1, 32, "Signed 32 bit PCM"), (3, 32, "32 bit float"), (3, 64, "64 bit float"),
        ] as [(UInt16, UInt16, String)], [false, true])
    func everyEncoding(_ encoding: (tag: UInt16, bits: UInt16, name: String), _ isExtensible: Bool) throws {
        let (tag, bits, name) = encoding
        let frames = 20_011
        let noise = TestSound.noise(3, rate: 16_000, count: 2 * frames, amplitude: 0.3).samples
        let samples: [UInt8] =
            switch (tag, bits) {
            case (3, 32): noise.flatMap { value in withUnsafeBytes(of: value.bitPattern) { Array($0) } }
            case (3, 64):
                noise.flatMap { value in withUnsafeBytes(of: (Double(value) / 3).bitPattern) { Array($0) } }
            default:
                (0..<2 * frames * Int(bits) / 8).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 7919 >> 5) }
            }
        let folder = try TestFolder()
        let paths = try ["RIFF", "RF64"].map { id in
            try folder.write(
                file(id, tag: tag, bits: bits, samples: samples, isExtensible: isExtensible), id)
        }
        let info = try paths.map { try AudioFile.info($0) }
        #expect(info[0].format == "\(isExtensible ? "WAVEX" : "WAV") (Microsoft), \(name)")
        #expect(info[1].format == "RF64 (RIFF 64), \(name)")
        for info in info { #expect(info.frames == frames && info.channels == 2 && info.rate == 16_000) }
        for offset in [0, 0.7] {
            let found = try paths.map { try AudioFile.channels($0, offset: offset).map(\.samples) }
            #expect(found[0].map { $0.map(\.bitPattern) } == found[1].map { $0.map(\.bitPattern) })
            #expect(found[0][1].count == frames - Int(offset * 16_000))
        }
    }

    @Test(arguments: [(AudioEncoding.wav16, AudioEncoding.aiff16), (.wav16, .au16), (.wav24, .flac24)])
    func otherFormatsHaveTheSameSamples(_ encodings: (AudioEncoding, AudioEncoding)) throws {
        let wave = TestSound.voice(count: 70_001)
        let found = try [encodings.0, encodings.1].map {
            try AudioFile.read(bytes: AudioFile.bytes([wave, wave, wave], as: $0)).samples
        }
        #expect(found[0] == found[1])
    }
}
