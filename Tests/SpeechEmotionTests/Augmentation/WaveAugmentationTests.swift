import SpeechTestSupport
import Autograd
import Configuration
import Foundation
import SpeechEmotion
import Testing

@Suite struct WaveAugmentationTests {
    /// One of each kind, such as a config may have it.
    private static func examples(_ folder: String) throws -> [AnyWaveAugmentation] {
        struct Part: Options {
            var all: [AnyWaveAugmentation] = []
            static let fields: [Field<Self>] = [.init("all", \.all, "All kinds.")]
        }
        return try Part.decode(
            text: """
                {"all": [
                  {"type": "noise"}, {"type": "noise", "amplitude": [0.001, 0.01], "of": "peak", "color": "pink"},
                  {"type": "noise", "snr": [0, 20], "color": "brown"}, {"type": "noise", "snr": 10, "color": "blue"},
                  {"type": "noise", "snr": 10, "color": "violet"}, {"type": "background", "folder": "\(folder)"},
                  {"type": "time_stretch"}, {"type": "pitch_shift"}, {"type": "speed"}, {"type": "gain"},
                  {"type": "polarity_inversion", "probability": 1}, {"type": "time_shift"}, {"type": "time_shift", "fill": "roll"},
                  {"type": "filter", "low": [50, 300], "high": [3000, 4000]}, {"type": "filter", "high": 2000},
                  {"type": "filter", "low": 1000, "high": 2000, "stop": true}, {"type": "reverb"},
                  {"type": "room"}, {"type": "impulse_response", "folder": "\(folder)"}, {"type": "babble"},
                  {"type": "codec"}, {"type": "codec", "codecs": ["opus"], "bitrate": [16, 64]}]}
                """
        ).all.map { ($0.value as? Babble).map { AnyWaveAugmentation($0.drawing(from: voices)) } ?? $0 }
    }

    /// The clips that babble draws from.
    private static let voices = (1...3).map { number in
        let clip = SyntheticClip(seed: 1, speaker: number, emotion: .happy, statement: 1, repetition: 1)
        return Clip(id: clip.id, source: .synthetic(clip), label: "happy")
    }

    @Test func everyKindIsTested() throws {
        let folder = try backgrounds()
        let tested = try Set(Self.examples(folder.path).compactMap { $0.options.map { type(of: $0).type } })
        #expect(tested == Set(WaveAugmentationKinds.kinds.map { $0.type }))
    }

    private func backgrounds() throws -> TestFolder {
        let folder = try TestFolder()
        try AudioFile.write(TestSound.noise(7, rate: 8000, count: 20_000), to: folder.file("long.wav"))
        try AudioFile.write(
            TestSound.tone(200, rate: 16000, count: 500), to: folder.file("short.flac"), as: .flac16)
        _ = try folder.write(Array("no sound".utf8), "readme.txt")
        return folder
    }

    /// The same generator gives the same bits, another one others, and the caller's generator moves on by one number.
    @Test func drawnFromTheGeneratorAlone() throws {
        let folder = try backgrounds()
        let wave = TestSound.voice()
        for example in try Self.examples(folder.path) {
            let name = example.encode().line
            let generator = RandomGenerator(seed: 5)
            let first = try example.value(wave, generator)
            #expect(generator.state.counter == 1, "\(name)")
            #expect(try example.value(wave, RandomGenerator(seed: 5)) == first, "\(name)")
            let isRandom = try (6..<12).contains {
                try example.value(wave, RandomGenerator(seed: $0)) != first
            }
            let fixed = ["polarity_inversion", "filter"].contains(example.options.map { type(of: $0).type })
            #expect(isRandom == !(fixed && !name.contains("[")), "\(name)")
            #expect(first != wave && first.isAllFinite && first.rate == wave.rate, "\(name)")
        }
    }

    @Test func sameBitsOnAnyNumberOfThreads() throws {
        let threads = Parallel.threads
        defer { Parallel.threads = threads }
        let folder = try backgrounds()
        let wave = TestSound.voice(count: 80_000)
        for example in try Self.examples(folder.path) {
            Parallel.threads = 1
            let first = try example.value(wave, RandomGenerator(seed: 5))
            Parallel.threads = 4
            #expect(try example.value(wave, RandomGenerator(seed: 5)) == first, "\(example.encode().line)")
        }
    }

    @Test func extremeSounds() throws {
        let folder = try backgrounds()
        let sounds: [[Float]] = [
            [0.5], [0], [1, -1], [Float](repeating: 0, count: 5000), [Float](repeating: 1, count: 3000),
            TestSound.voice(count: 700).samples.map { $0 * 1e8 },
            TestSound.voice(count: 700).samples.map { $0 * 1e-30 },
        ]
        for example in try Self.examples(folder.path) {
            for samples in sounds {
                let made = try example.value(Waveform(samples, rate: 16000), RandomGenerator(seed: 1))
                #expect(made.isAllFinite, "\(example.encode().line) of \(samples.count) samples")
                #expect(made.rate == 16000)
                if let options = example.options, !(options is TimeStretch || options is SpeedChange) {
                    #expect(made.count == samples.count, "\(example.encode().line)")
                }
            }
            // A sound without samples stays one, or is refused in words.
            do {
                #expect(try example.value(Waveform([], rate: 16000), RandomGenerator(seed: 1)).count == 0)
            } catch is InputError {
            }
        }
    }

    @Test func minutesOfSound() throws {
        let wave = TestSound.noise(1, rate: 16000, count: 16000 * 60 * 5)
        #expect(try wave.stretched(rate: 0.5).count == 2 * wave.count)
        #expect(try wave.pitchShifted(semitones: 1).count == wave.count)
        #expect(Reverberation().change(wave, RandomGenerator(seed: 1)).count == wave.count)
    }

    /// Changes of one sound may share its frames; a sound that was changed in between has its own.
    @Test func sharedFramesAreThoseOfTheSound() throws {
        let wave = TestSound.noise(1, rate: 16000, count: 16000)
        let shared = wave.sharingFrames()
        #expect(shared == wave)
        for _ in 0..<2 {
            #expect(try shared.stretched(rate: 1.1) == wave.stretched(rate: 1.1))
            #expect(try shared.pitchShifted(semitones: -2) == wave.pitchShifted(semitones: -2))
        }
        var (changed, plain) = (shared, wave)
        for i in 0..<8000 {
            changed.samples[i] = 0
            plain.samples[i] = 0
        }
        #expect(try changed.stretched(rate: 1.1) == plain.stretched(rate: 1.1))
        #expect(try shared.stretched(rate: 1.1) == wave.stretched(rate: 1.1))
        #expect(throws: InputError.self) {
            try Waveform([], rate: 16000).sharingFrames().stretched(rate: 2)
        }
    }

    @Test func probability() throws {
        var noise = AddNoise()
        noise.probability = 0.3
        let generator = RandomGenerator(seed: 1)
        let wave = Waveform([1, 2, 3], rate: 8000)
        let changed = try (0..<3000).count { _ in try noise(wave, generator) != wave }
        // Five standard deviations.
        #expect(abs(changed - 900) < 125)
        noise.probability = 0
        #expect(try noise(wave, generator) == wave)
    }

    @Test(arguments: NoiseColor.allCases) func noiseOfARatio(_ colour: NoiseColor) {
        var noise = AddNoise()
        noise.color = colour
        let wave = TestSound.voice(count: 20_000)
        for ratio in [-10, 0, 15, 40] {
            noise.snr = Spread(Double(ratio))
            let made = noise.change(wave, RandomGenerator(seed: 2))
            #expect(
                abs(signalToNoise(made.samples, wave.samples) - Double(ratio)) < 0.01, "\(colour) \(ratio)")
        }
        let silence = Waveform([Float](repeating: 0, count: 100), rate: 16000)
        #expect(noise.change(silence, RandomGenerator(seed: 2)) == silence)
    }

    @Test func noiseOfAnAmplitude() {
        let wave = Waveform([Float](repeating: 0.25, count: 100_000), rate: 16000)
        func deviation(_ noise: AddNoise) -> Double {
            let made = noise.change(wave, RandomGenerator(seed: 3))
            return Waveform(made.samples.map { $0 - 0.25 }, rate: 16000).rms
        }
        var noise = AddNoise()
        #expect(abs(deviation(noise) / 0.005 - 1) < 0.02)
        noise.amplitude = Spread(0.1)
        #expect(abs(deviation(noise) / 0.1 - 1) < 0.02)
        noise.of = .peak
        #expect(abs(deviation(noise) / 0.025 - 1) < 0.02)
        noise.color = .pink
        #expect(abs(deviation(noise) / 0.025 - 1) < 1e-4)
    }

    /// The power of octaves: white noise gains 3 dB from one to the next, the others 3 dB less or more for each step of colour.
    @Test(arguments: NoiseColor.allCases) func slopes(_ colour: NoiseColor) throws {
        var noise = AddNoise()
        noise.color = colour
        let wave = noise.change(
            Waveform([Float](repeating: 0, count: 400_000), rate: 16000), RandomGenerator(seed: 4))
        let power = try power(wave)
        func octave(_ bin: Int) -> Double {
            (0..<power.frames).reduce(0) { sum, frame in
                (bin..<2 * bin).reduce(sum) { $0 + Double(power[frame, $1]) }
            }
        }
        let gains = [32, 64, 128].map { 10 * log10(octave(2 * $0) / octave($0)) }
        let expected =
            3.01 + [NoiseColor.white: 0, .pink: -3.01, .brown: -6.02, .blue: 3.01, .violet: 6.02][colour]!
        #expect(gains.allSatisfy { abs($0 - expected) < 0.6 }, "\(gains), expected \(expected)")
    }

    @Test func shifts() {
        func shift(_ seconds: Double, _ fill: TimeShift.Fill) -> [Float] {
            var shift = TimeShift()
            (shift.seconds, shift.fill) = (Spread(seconds), fill)
            return shift.change(Waveform([1, 2, 3, 4], rate: 2), RandomGenerator(seed: 1)).samples
        }
        #expect(shift(0.5, .zeros) == [0, 1, 2, 3])
        #expect(shift(-1, .zeros) == [3, 4, 0, 0])
        #expect(shift(9, .zeros) == [0, 0, 0, 0])
        #expect(shift(0.5, .roll) == [4, 1, 2, 3])
        #expect(shift(-1, .roll) == [3, 4, 1, 2])
        #expect(shift(-9, .roll) == [3, 4, 1, 2])
        #expect(shift(0, .roll) == [1, 2, 3, 4])
    }

    @Test func filters() throws {
        let low = TestSound.tone(300, rate: 16000, count: 16000)
        let high = TestSound.tone(4000, rate: 16000, count: 16000)
        func level(_ json: String, _ wave: Waveform) throws -> Double {
            let made = try BandFilter.decode(text: json).change(wave, RandomGenerator(seed: 1))
            let middle = Waveform(Array(made.samples[2000..<14000]), rate: 16000)
            return 20 * log10(middle.rms / Waveform(Array(wave.samples[2000..<14000]), rate: 16000).rms)
        }
        #expect(try abs(level(#"{"high": 1000}"#, low)) < 0.01)
        #expect(try level(#"{"high": 1000}"#, high) < -70)
        #expect(try level(#"{"low": 1000}"#, low) < -70)
        #expect(try abs(level(#"{"low": 1000}"#, high)) < 0.01)
        #expect(try level(#"{"low": 1000, "high": 2000}"#, low) < -70)
        #expect(try abs(level(#"{"low": 1000, "high": 7000}"#, high)) < 0.01)
        #expect(try abs(level(#"{"low": 1000, "high": 7000, "stop": true}"#, low)) < 0.01)
        #expect(try level(#"{"low": 1000, "high": 7000, "stop": true}"#, high) < -70)
        #expect(throws: InputError.self) { try level(#"{"low": 9000}"#, low) }
        // Nothing is delayed.
        let kept = try BandFilter.decode(text: #"{"high": 2000}"#).change(low, RandomGenerator(seed: 1))
        #expect(signalToNoise(Array(kept.samples[2000..<14000]), Array(low.samples[2000..<14000])) > 60)
    }

    @Test func echoesHaveTheirLevelAndTime() {
        var reverb = Reverberation()
        (reverb.seconds, reverb.level, reverb.delay) = (Spread(0.3), Spread(-6.0), Spread(0.01))
        var click = [Float](repeating: 0, count: 16000)
        click[100] = 1
        let made = reverb.change(Waveform(click, rate: 16000), RandomGenerator(seed: 1)).samples
        #expect(abs(made[100] - 1) < 1e-5)
        #expect(made[101..<260].allSatisfy { abs($0) < 1e-5 })
        func energy(_ range: Range<Int>) -> Double { made[range].reduce(0) { $0 + Double($1) * Double($1) } }
        #expect(abs(10 * log10(energy(101..<16000)) + 6) < 0.1)
        // 60 dB in 0.3 s: 20 dB from one tenth of a second to the next.
        #expect(abs(10 * log10(energy(300..<1900) / energy(1900..<3500)) - 20) < 2)
    }

    @Test func backgroundsComeInTheirRatio() throws {
        let folder = try backgrounds()
        var background = BackgroundNoise()
        (background.folder, background.snr) = (folder.path, Spread(12.0))
        for seed in 0..<10 as Range<UInt64> {
            let wave = TestSound.voice(count: 9000)
            let made = try background.change(wave, RandomGenerator(seed: seed))
            #expect(abs(signalToNoise(made.samples, wave.samples) - 12) < 0.01)
        }
        background.folder = folder.file("nothing")
        #expect(throws: FileError.self) { try background.change(TestSound.voice(), RandomGenerator(seed: 1)) }
    }

    @Test func pitchMoves() throws {
        let tone = TestSound.tone(440, rate: 22050, count: 22050)
        let made = try tone.pitchShifted(semitones: 12)
        let power = try power(made)
        let peak = (0..<power.width).max { power[20, $0] < power[20, $1] }
        #expect(peak == Int((880.0 * 2048 / 22050).rounded()))
    }

    @Test func impossibleOptionsAreNamed() {
        for json in [
            #"{"amplitude": 0.1, "snr": 10}"#, #"{"amplitude": [0.2, 0.1]}"#, #"{"amplitude": -1}"#,
            #"{"colour": "red"}"#,
        ] {
            #expect(throws: ConfigurationError.self, "\(json)") { try AddNoise.decode(text: json) }
        }
        for json in ["{}", #"{"low": 2000, "high": 1000}"#, #"{"low": [2, 1]}"#] {
            #expect(throws: ConfigurationError.self, "\(json)") { try BandFilter.decode(text: json) }
        }
        #expect(throws: ConfigurationError.self) { try TimeStretch.decode(text: #"{"rate": 0}"#) }
        #expect(throws: InputError.self) { try TestSound.voice().stretched(rate: 0) }
        #expect(throws: InputError.self) { try TestSound.voice().stretched(rate: .nan) }
    }

    /// The squared sizes of the bins of each frame.
    private func power(_ wave: Waveform) throws -> FrameTable {
        let frames = try stft(wave.samples)
        let values = zip(frames.real.values, frames.imaginary.values).map { $0 * $0 + $1 * $1 }
        return FrameTable(frames: frames.frames, width: frames.bins, values: values)
    }
}
