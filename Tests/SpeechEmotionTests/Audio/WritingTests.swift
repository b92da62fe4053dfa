import SpeechTestSupport
import Autograd
import Foundation
import SpeechEmotion
import Testing

@Suite struct WritingTests {
    /// Two channels, integers of 16 bits and the ends of the range among them.
    static let stereo: [Waveform] = [TestSound.voice(), TestSound.tone(300, rate: 16000, count: 8000)].map {
        wave in
        var samples = wave.samples.map { ($0 * 32768).rounded() / 32768 }
        samples[5] = -1
        samples[6] = 32767 / 32768
        return Waveform(samples, rate: wave.rate)
    }

    @Test(arguments: AudioEncoding.allCases) func roundTrip(_ encoding: AudioEncoding) throws {
        let folder = try TestFolder()
        let path = folder.file("sound")
        try AudioFile.write(channels: Self.stereo, to: path, as: encoding)
        let info = try AudioFile.info(path)
        #expect(info.channels == 2 && info.shortfall == nil)
        #expect(info.rate == 16000)
        let read = try AudioFile.channels(path)
        #expect(read.count == 2)
        switch encoding {
        case .vorbis, .opus, .mp3:
            for (found, expected) in zip(read, Self.stereo) {
                #expect(abs(found.count - expected.count) <= 2400, "\(found.count) samples")
                let count = min(found.count, expected.count)
                let shift = bestShift(found.samples, expected.samples)
                #expect(abs(shift) <= 1200)
                let (from, to) = (1300, count - 1300)
                let loss = signalToNoise(
                    Array(found.samples[from + shift..<to + shift]), Array(expected.samples[from..<to]))
                #expect(loss > 12, "\(encoding) loses \(loss) dB, shift \(shift)")
            }
        case .wav8:
            for (found, expected) in zip(read, Self.stereo) {
                #expect(found.count == expected.count)
                #expect(zip(found.samples, expected.samples).allSatisfy { abs($0 - $1) <= 1 / 128 })
            }
        default:
            #expect(read == Self.stereo)
            let mono = try AudioFile.read(path)
            #expect(
                zip(mono.samples, zip(Self.stereo[0].samples, Self.stereo[1].samples))
                    .allSatisfy { $0 == ($1.0 + $1.1) / 2 })
        }
    }

    private func bestShift(_ found: [Float], _ expected: [Float]) -> Int {
        func match(_ shift: Int) -> Float {
            (1300..<5000).reduce(0) { $0 + found[$1 + shift] * expected[$1] }
        }
        return (-1200...1200).max { match($0) < match($1) } ?? 0
    }

    /// A part is the same as that part of the whole.
    @Test(arguments: AudioEncoding.allCases) func parts(_ encoding: AudioEncoding) throws {
        let folder = try TestFolder()
        let path = folder.file("sound")
        try AudioFile.write(TestSound.voice(count: 32000), to: path, as: encoding)
        let whole = try AudioFile.read(path)
        let part = try AudioFile.read(path, offset: 0.75, duration: 0.5)
        #expect(part.count == 8000)
        let expected = Array(whole.samples[12000..<20000])
        if [.vorbis, .opus, .mp3].contains(encoding) {
            #expect(signalToNoise(part.samples, expected) > 40)
        } else {
            #expect(part.samples == expected)
        }
        #expect(try AudioFile.read(path, offset: 1.9, duration: 5).count <= whole.count - 30400)
        #expect(throws: FileError.self) { try AudioFile.read(path, offset: 5) }
        #expect(throws: InputError.self) { try AudioFile.read(path, offset: -1) }
        #expect(throws: InputError.self) { try AudioFile.read(path, offset: .nan) }
        #expect(throws: InputError.self) { try AudioFile.read(path, duration: 0) }
        #expect(throws: InputError.self) { try AudioFile.read(path, rate: 0) }
    }

    @Test func theSameSoundGivesTheSameFile() throws {
        for encoding in AudioEncoding.allCases where ![.vorbis, .opus].contains(encoding) {
            let first = try AudioFile.bytes(Self.stereo, as: encoding)
            #expect(try AudioFile.bytes(Self.stereo, as: encoding) == first, "\(encoding)")
        }
    }

    @Test func tooLoudIsClipped() throws {
        let bytes = try AudioFile.bytes([Waveform([2, -2, 1, -1, 1e30], rate: 8000)], as: .wav16)
        #expect(
            try AudioFile.read(bytes: bytes).samples == [32767 / 32768, -1, 32767 / 32768, -1, 32767 / 32768])
        let exact = try AudioFile.bytes([Waveform([2, -2, 1e30], rate: 8000)], as: .wavFloat)
        #expect(try AudioFile.read(bytes: exact).samples == [2, -2, 1e30])
    }

    @Test func whatCannotBeWrittenThrowsAndLeavesTheOldFile() throws {
        let folder = try TestFolder()
        let path = folder.file("a.wav")
        try AudioFile.write(TestSound.voice(), to: path)
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(throws: InputError.self) { try AudioFile.write(Waveform([.nan], rate: 8000), to: path) }
        #expect(throws: InputError.self) {
            try AudioFile.write(Waveform([0, 1], rate: 44100), to: path, as: .opus)
        }
        #expect(throws: InputError.self) { try AudioFile.write(channels: [], to: path) }
        #expect(throws: InputError.self) {
            try AudioFile.write(
                channels: [Waveform([0], rate: 8000), Waveform([0, 1], rate: 8000)], to: path)
        }
        #expect(throws: FileError.self) {
            try AudioFile.write(TestSound.voice(), to: folder.file("no/a.wav"))
        }
        #expect(throws: FileError.self) { try AudioFile.write(TestSound.voice(), to: folder.path) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.wav"])
    }
}
