import Autograd
import SpeechEmotion
import Testing

/// Stretched and shifted sounds against librosa's.
@Suite struct GoldenChangeTests {
    @Test func stretchAndPitch() throws {
        guard let golden = try GoldenAudio() else { return }
        let changed = try #require(golden.json["changed"]?.members)
        #expect(!changed.isEmpty)
        for member in changed {
            let parts = member.key.split(separator: "/")
            let change = try #require(parts.last).split(separator: "_")
            let number = try #require(Double(change.last ?? ""))
            let rate = try #require(Int(parts[1]))
            let wave = Waveform(try golden.floats("\(parts[0])/\(parts[1])/y"), rate: rate)
            let expected = try golden.floats(member.key)
            let isStretch = change.first == "time"
            let made = isStretch ? try wave.stretched(rate: number) : try wave.pitchShifted(semitones: number)
            #expect(made.rate == rate)
            #expect(made.count == member.value["samples"]?.integer, "\(member.key)")
            let noise = signalToNoise(made.samples, expected)
            #expect(noise >= (isStretch ? 50 : 40), "\(member.key)")
        }
    }
}
