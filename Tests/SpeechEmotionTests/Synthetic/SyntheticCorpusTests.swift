import SpeechEmotion
import Testing

@Suite struct SyntheticCorpusTests {
    private func clip(_ speaker: Int, _ emotion: SyntheticEmotion, _ repetition: Int = 1) -> SyntheticClip {
        SyntheticClip(seed: 1, speaker: speaker, emotion: emotion, statement: 1, repetition: repetition)
    }

    @Test func soundIsSoundAndAlwaysTheSame() {
        for emotion in SyntheticEmotion.allCases {
            for speaker in 1...4 {
                let wave = clip(speaker, emotion).wave()
                #expect(wave.rate == 16000)
                #expect((0.8...4).contains(wave.duration), "\(emotion) lasts \(wave.duration) s")
                #expect(wave.samples.allSatisfy { $0.isFinite && abs($0) < 1 })
                let power = wave.samples.reduce(0) { $0 + Double($1 * $1) } / Double(wave.count)
                #expect(power > 1e-5, "\(emotion) of speaker \(speaker) is hardly audible: \(power)")
                #expect(wave == clip(speaker, emotion).wave())
            }
        }
    }

    @Test func everySayingDiffers() {
        let waves = (1...3).map { clip(2, .happy, $0).wave() }
        #expect(waves[0] != waves[1] && waves[1] != waves[2])
        #expect(clip(2, .happy).wave() != clip(4, .happy).wave())
        var other = clip(2, .happy)
        other.seed = 2
        #expect(other.wave() != waves[0])
    }

    @Test func corpusHasEachSayingOnce() {
        var options = SyntheticCorpus()
        options.speakers = 5
        options.repetitions = 3
        let corpus = options.corpus()
        #expect(corpus.clips.count == 5 * 8 * 2 * 3)
        #expect(Set(corpus.clips.map(\.id)).count == corpus.clips.count)
        #expect(corpus.classes.count == 8 && corpus.classes == corpus.classes.sorted())
        #expect(Set(corpus.clips.compactMap(\.speaker)).count == 5)
    }

    @Test func angerIsLouderThanSadness() {
        func loudness(_ emotion: SyntheticEmotion) -> Double {
            (1...12).map { number in
                let samples = clip(number, emotion).wave().samples
                return samples.reduce(0) { $0 + Double($1 * $1) } / Double(samples.count)
            }.reduce(0, +)
        }
        #expect(loudness(.angry) > 4 * loudness(.sad))
    }
}
