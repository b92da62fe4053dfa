import SpeechTestSupport
import Autograd
import SpeechEmotion
import Testing

@Suite struct ResamplingTests {
    /// Ratios with few places between samples, with many, and with so many that places are interpolated.
    static let rates = [
        (48000, 22050), (16000, 48000), (44100, 16000), (44100, 44101), (48000, 47999), (8000, 100),
        (9973, 99991),
    ]

    @Test(arguments: rates) func aToneStaysATone(_ old: Int, _ new: Int) throws {
        let frequency = 0.2 * Double(min(old, new))
        let wave = TestSound.tone(frequency, rate: old, count: old / 4)
        let made = try wave.resampled(to: new)
        let ideal = TestSound.tone(frequency, rate: new, count: made.count)
        #expect(made.count == (wave.count * new + old - 1) / old)
        // The ends see the silence outside.
        let edge = 80 * max(1, new / min(old, new)) + 80
        guard made.count > 3 * edge else { return }
        #expect(
            signalToNoise(
                Array(made.samples[edge..<made.count - edge]), Array(ideal.samples[edge..<made.count - edge]))
                > 90)
    }

    @Test func whatTheNewRateCannotHoldGoes() throws {
        let wave = TestSound.tone(9000, rate: 48000, count: 24000)
        let made = try wave.resampled(to: 16000)
        #expect(made.samples[200..<7800].allSatisfy { abs($0) < 0.5e-4 })
    }

    @Test func aConstantStaysWhatItIs() throws {
        for (old, new) in Self.rates {
            let made = try Waveform([Float](repeating: 0.75, count: 2 * old), rate: old).resampled(to: new)
            let middle = made.samples[made.count / 3..<2 * made.count / 3]
            #expect(middle.allSatisfy { abs($0 - 0.75) < 1e-5 }, "\(old) to \(new)")
        }
    }

    /// Stepping through the sound is resampling by the same ratio, to the error of the places between rows.
    @Test func aStepIsARatio() throws {
        let wave = TestSound.voice()
        for (old, new) in [(3, 2), (2, 3), (7, 5)] {
            let stepped = try wave.resampled(step: Double(old) / Double(new))
            let rated = try Waveform(wave.samples, rate: 1000 * old).resampled(to: 1000 * new)
            #expect(stepped.rate == wave.rate)
            #expect(signalToNoise(stepped.samples, rated.samples) > 90)
        }
        #expect(try wave.resampled(step: 1) == wave)
    }

    @Test func sameBitsOnAnyNumberOfThreads() throws {
        let threads = Parallel.threads
        defer { Parallel.threads = threads }
        let wave = TestSound.noise(3, rate: 44100, count: 200_000)
        var made: [[Waveform]] = []
        for count in [1, 2, 5] {
            Parallel.threads = count
            made.append([try wave.resampled(to: 48000), try wave.resampled(step: 0.9123)])
        }
        #expect(made[0] == made[1] && made[1] == made[2])
    }

    /// An output depends on its surroundings alone, not on where in a block of the kernel it is computed.
    @Test func aSampleDoesNotKnowItsPlace() throws {
        let tone = TestSound.noise(4, rate: 48000, count: 40_000).samples
        let moved = [Float](repeating: 0, count: 320 * 3) + tone
        let first = try Waveform(tone, rate: 48000).resampled(to: 22050).samples
        let second = try Waveform(moved, rate: 48000).resampled(to: 22050).samples
        #expect(Array(second[147 * 3 + 200..<147 * 3 + 18_000]) == Array(first[200..<18_000]))
    }

    @Test func theShortestSounds() throws {
        for count in [0, 1, 2] {
            for (old, new) in Self.rates {
                let made = try Waveform([Float](repeating: 1, count: count), rate: old).resampled(to: new)
                #expect(made.count == (count * new + old - 1) / old)
                #expect(made.isAllFinite)
            }
        }
    }

    @Test func impossibleRatesAndLengthsThrow() {
        let wave = TestSound.tone(100, rate: 1000, count: 1_000_000)
        #expect(throws: InputError.self) { try wave.resampled(to: 0) }
        #expect(throws: InputError.self) { try wave.resampled(to: -1) }
        #expect(throws: InputError.self) { try wave.resampled(to: .max) }
        #expect(throws: InputError.self) { try wave.resampled(to: 1_000_000) }
        #expect(throws: InputError.self) { try Waveform([1], rate: 3).resampled(to: 16000) }
        #expect(throws: InputError.self) { try wave.resampled(step: .nan) }
        #expect(throws: InputError.self) { try wave.resampled(step: 0) }
        #expect(throws: InputError.self) { try wave.resampled(step: 0.001) }
    }
}
