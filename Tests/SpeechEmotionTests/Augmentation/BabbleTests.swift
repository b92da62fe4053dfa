import Autograd
import Configuration
import SpeechEmotion
import SpeechTestSupport
import Testing

@Suite struct BabbleTests {
    private func clips(_ count: Int) -> [Clip] {
        (1...max(count, 1)).map { number in
            let clip = SyntheticClip(
                seed: 1, speaker: number, emotion: .neutral, statement: 1, repetition: 1)
            return Clip(id: clip.id, source: .synthetic(clip), label: "neutral")
        }
    }

    private func plan(_ json: String) throws -> AugmentationPlan {
        try AugmentationPlan.decode(text: "{\"waveform\": [\(json)]}")
    }

    @Test func ratio() throws {
        var babble = Babble().drawing(from: clips(5))
        babble.snr = Spread(6.0)
        let wave = TestSound.voice(count: 12_000)
        for seed in 0..<5 as Range<UInt64> {
            let made = try babble(wave, RandomGenerator(seed: seed))
            #expect(abs(signalToNoise(made.samples, wave.samples) - 6) < 0.01)
        }
    }

    /// One voice of a pool of two is the other clip: a clip is never its own babble.
    @Test func otherClipsOnly() throws {
        let two = clips(2)
        let plan = try plan(#"{"type": "babble", "voices": 1, "snr": 0}"#).drawing(from: two)
        let silence = Waveform([Float](repeating: 1, count: 4000), rate: 16_000)
        let voice = try two[1].wave().samples
        for epoch in 0..<6 {
            let made = try plan.epochWaveform(
                silence, copy: 0, of: two[0].id, epoch: epoch, RandomGenerator(seed: 1))
            let noise: [Float] = made.samples.map { $0 - 1 }
            let scale = Float(Waveform(noise, rate: 16_000).rms)
            // The segment is somewhere in the other clip, wrapped around its end.
            func isAt(_ start: Int) -> Bool {
                let first = voice[start]
                guard abs(first) > 1e-3 else { return false }
                let factor = noise[0] / first
                for i in 1..<8 {
                    let expected = factor * voice[(start + i) % voice.count]
                    if abs(noise[i] - expected) > 1e-2 * scale { return false }
                }
                return factor > 0
            }
            let isQuiet = noise[..<8].allSatisfy { abs($0) < 0.2 * scale }
            #expect(isQuiet || voice.indices.contains(where: isAt))
        }
        #expect(throws: InputError.self) {
            try plan.drawing(from: [two[0]]).epochWaveform(
                silence, copy: 0, of: two[0].id, epoch: 0, RandomGenerator(seed: 1))
        }
    }

    @Test func withoutTrainingSet() throws {
        #expect(throws: InputError.self) { try Babble()(TestSound.voice(), RandomGenerator(seed: 1)) }
        #expect(throws: ConfigurationError.self) { try Babble.decode(text: #"{"voices": [5, 2]}"#) }
        #expect(throws: ConfigurationError.self) {
            try TestTimeAugmentation.decode(text: #"{"tta": [[{"type": "babble"}]]}"#)
        }
        let leaking = #"{"copies": [[], [{"type": "babble"}]], "leak_copies_into_test": true}"#
        #expect(throws: ConfigurationError.self) { try AugmentationPlan.decode(text: leaking) }
    }

    /// Unreadable clips are skipped, as training omits them.
    @Test func unreadableClips() throws {
        var all = clips(1)
        all.insert(
            Clip(
                id: "lost.wav", source: .file(path: "/nowhere/lost.wav", start: nil, end: nil), label: "sad"),
            at: 0)
        let babble = Babble().drawing(from: all)
        for seed in 0..<4 as Range<UInt64> {
            #expect(try babble(TestSound.voice(), RandomGenerator(seed: seed)) != TestSound.voice())
        }
        #expect(throws: FileError.self) {
            try Babble().drawing(from: [all[0]])(TestSound.voice(), RandomGenerator(seed: 1))
        }
    }
}
