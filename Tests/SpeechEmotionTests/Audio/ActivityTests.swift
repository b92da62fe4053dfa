import Autograd
import Configuration
import Foundation
import SpeechEmotion
import SpeechTestSupport
import Testing

@Suite struct ActivityTests {
    private func segments(
        _ scores: [Double], _ change: (inout SegmentDecision) -> Void = { _ in }
    ) -> [[Double]] {
        var decision = SegmentDecision(open: 5, close: 3)
        (decision.durations.minSpeech, decision.durations.minSilence, decision.durations.margin) = (0, 0, 0)
        change(&decision)
        return decision(scores, edges: (0...scores.count).map(Double.init)).map {
            [$0.lowerBound, $0.upperBound]
        }
    }

    /// A segment begins at the higher threshold, and reaches as far as the lower one on both sides.
    @Test func hysteresis() {
        #expect(segments([0, 3, 4, 6, 4, 3, 2, 4, 4, 1, 5]) == [[1, 6], [10, 11]])
        #expect(segments([4, 4, 4]) == [] && segments([]) == [])
        #expect(segments([9]) == [[0, 1]])
    }

    @Test func durations() {
        let scores: [Double] = [9, 0, 9, 9, 0, 0, 0, 9, 9, 9, 0]
        #expect(segments(scores) == [[0, 1], [2, 4], [7, 10]])
        #expect(segments(scores) { $0.durations.minSilence = 2 } == [[0, 4], [7, 10]])
        #expect(segments(scores) { $0.durations.minSpeech = 2 } == [[2, 4], [7, 10]])
        // Margins neither overlap nor leave the recording.
        #expect(segments(scores) { $0.durations.margin = 2 } == [[0, 3], [3, 6], [6, 11]])
    }

    /// Tones of 0.5 s in noise whose level rises by 20 dB in 8 s.
    private func bursts(_ seed: UInt64 = 1) -> (wave: Waveform, starts: [Double]) {
        let rate = 8000
        let noise = TestSound.noise(seed, rate: rate, count: 8 * rate, amplitude: 0.002).samples
        let tone = TestSound.tone(300, rate: rate, count: rate / 2, amplitude: 0.5).samples
        func gain(_ seconds: Double) -> Float { Float(exp2(seconds / 8 * 3.3219)) }
        var samples = noise.enumerated().map { gain(Double($0) / Double(rate)) * $1 }
        let starts = [1.0, 3, 5, 6.5]
        for start in starts {
            let first = Int(start * Double(rate))
            let level = 0.05 * gain(start)
            for (place, value) in tone.enumerated() { samples[first + place] += level * value }
        }
        return (Waveform(samples, rate: rate), starts)
    }

    /// The noise floor follows the noise: one threshold finds all tones.
    @Test func energyFollowsTheNoise() {
        let (wave, starts) = bursts()
        var energy = EnergyActivity()
        (energy.durations.margin, energy.window) = (0, 1.5)
        let found = energy.segments(of: wave)
        #expect(found.count == starts.count, "\(found)")
        for (segment, start) in zip(found, starts) {
            #expect(abs(segment.lowerBound - start) <= 0.03, "\(segment)")
            #expect(abs(segment.upperBound - start - 0.5) <= 0.03, "\(segment)")
        }
        // The level of the recording does not matter.
        let quiet = Waveform(wave.samples.map { $0 / 8 }, rate: wave.rate)
        #expect(energy.segments(of: quiet) == found)
        let joined = energy(wave)
        #expect(abs(joined.duration - 2) < 0.12, "\(joined.duration)")
    }

    @Test func recordingsWithoutSpeech() {
        let energy = EnergyActivity()
        for count in [0, 1, 79, 80, 20_000] {
            let silence = Waveform([Float](repeating: 0, count: count), rate: 16_000)
            #expect(energy.segments(of: silence).isEmpty && energy(silence).count == count)
        }
        let noise = TestSound.noise(3, rate: 16_000, count: 48_000, amplitude: 0.05)
        #expect(energy.segments(of: noise).isEmpty)
        #expect(energy.scores(of: Waveform([0.5], rate: 1000)).count == 1)
    }

    @Test func optionsAreChecked() {
        let problem = #expect(throws: ConfigurationError.self) {
            try FeaturePipeline.decode(
                text: #"{"preprocessing": [{"type": "voice_activity", "open_db": 3, "close_db": 6}]}"#)
        }
        #expect(problem.map { "\($0)" }?.contains("must be at most open_db, 3.0") == true)
    }

    /// The digits of the synthesizer follow each other, and the sound around them is quiet.
    @Test func segmentsOfTheSynthesizer() throws {
        let clip = SyntheticClip(
            seed: 1, speaker: 2, emotion: .neutral, statement: 1, repetition: 1, digits: [3, 1, 4])
        let segments = clip.segments
        #expect(segments.map(\.label) == ["3", "1", "4"])
        #expect(zip(segments, segments.dropFirst()).allSatisfy { $0.end == $1.start })
        let wave = clip.wave()
        func level(_ start: Double, _ end: Double) -> Double {
            let range = Int(start * 16_000)..<min(wave.count, Int(end * 16_000))
            return Waveform(Array(wave.samples[range]), rate: 16_000).rms
        }
        let before = level(0, segments[0].start - 0.01)
        #expect(segments.allSatisfy { level($0.start, $0.end) > 5 * before })
        let statement = SyntheticClip(seed: 1, speaker: 2, emotion: .sad, statement: 1, repetition: 1)
        #expect(statement.segments.map(\.label) == ["sad"])
    }
}
