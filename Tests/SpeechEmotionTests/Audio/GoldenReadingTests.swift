import Autograd
import SpeechEmotion
import Testing

/// Reading and resampling against soundfile and soxr.
@Suite struct GoldenReadingTests {
    @Test func oddFiles() throws {
        guard let golden = try GoldenAudio() else { return }
        for odd in try golden.list("odd_files") {
            let file = try #require(odd["file"]?.text)
            let path = golden.path(file)
            if odd["error"] == true {
                #expect(throws: FileError.self, "\(file)") { try AudioFile.read(path) }
                continue
            }
            let channels = try AudioFile.channels(path, allowTruncated: true)
            let expected = try golden.tensors.tensor(file)
            let info = try AudioFile.info(path)
            #expect(info.rate == odd["sample_rate"]?.integer)
            #expect(info.channels == odd["channels"]?.integer)
            #expect(info.frames == odd["frames"]?.integer)
            #expect([channels.count, channels[0].count] == expected.shape, "\(file)")
            #expect(distance(channels.flatMap(\.samples), expected.array) <= 1e-7, "\(file)")

            let mono = try AudioFile.read(path, allowTruncated: true)
            #expect(distance(mono.samples, expected.mean(axes: [0]).array) <= 1e-7, "\(file)")
            #expect(mono.rate == odd["sample_rate"]?.integer)
        }
    }

    @Test func clips() throws {
        guard let golden = try GoldenAudio() else { return }
        for clip in try golden.clips() {
            let expected = try golden.floats("\(clip.name)/y")
            let wave = try AudioFile.read(clip.file, rate: clip.rate)
            #expect(wave.rate == clip.rate)
            #expect(wave.count == clip.facts["samples"]?.integer, "\(clip.name)")
            #expect(wave.count == (clip.frames * clip.rate + clip.ownRate - 1) / clip.ownRate)
            if clip.rate == clip.ownRate {
                #expect(distance(wave.samples, expected) <= 1e-7, "\(clip.name)")
                continue
            }
            let raw = signalToNoise(wave.samples, expected)
            #expect(raw >= 45, "\(clip.name)")
            let cutoff = 0.85 * min(1, Double(clip.ownRate) / Double(clip.rate))
            let passed = signalToNoise(
                lowPassed(wave.samples, cutoff: cutoff), lowPassed(expected, cutoff: cutoff))
            #expect(passed >= 80, "\(clip.name)")
        }
    }

    private func distance(_ a: [Float], _ b: [some BinaryFloatingPoint]) -> Double {
        a.count == b.count ? zip(a, b).map { abs(Double($0) - Double($1)) }.max() ?? 0 : .infinity
    }
}
