import SpeechTestSupport
import Autograd
import Configuration
import SpeechEmotion
import Testing

@Suite struct EditTests {
    @Test func goldenTrimAndSplit() throws {
        guard let golden = try GoldenAudio() else { return }
        for clip in try golden.clips() {
            let wave = Waveform(try golden.floats("\(clip.name)/y"), rate: clip.rate)
            let range = wave.trimRange(below: 30)
            #expect(
                [range.lowerBound, range.upperBound] == clip.facts["trim30"]?.elements?.compactMap(\.integer))
            #expect(Trim(topDb: 30)(wave).samples == Array(wave.samples[range]))
            let parts = wave.nonSilentRanges(below: 30).map { [$0.lowerBound, $0.upperBound] }
            let expected = clip.facts["split30"]?.elements?.map { $0.elements?.compactMap(\.integer) ?? [] }
            #expect(parts == expected, "\(clip.name)")
        }
    }

    @Test func goldenPreemphasis() throws {
        guard let golden = try GoldenAudio() else { return }
        var edits = ["preemphasis": Preemphasis(), "preemphasis_librosa": Preemphasis()]
        edits["preemphasis_librosa"]?.first = .librosa
        var count = 0
        for clip in try golden.clips() {
            for (name, edit) in edits.sorted(by: { $0.key < $1.key }) {
                guard golden.tensors.contains("\(clip.name)/\(name)") else { continue }
                let expected = try golden.floats("\(clip.name)/\(name)")
                let found = edit(Waveform(try golden.floats("\(clip.name)/y"), rate: clip.rate)).samples
                #expect(found.count == expected.count)
                #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 }, "\(clip.name) \(name)")
                count += 1
            }
        }
        #expect(count > 0)
    }

    @Test func aListOfEditsIsReadFromJSONAndAppliedInOrder() throws {
        struct Part: Options {
            var prepare: [AnyPreprocessingStep] = []
            static let fields: [Field<Self>] = [.init("prepare", \.prepare, "Edits.")]
        }
        let part = try Part.decode(
            text: """
                {"prepare": [{"type": "crop", "offset": 0.1}, {"type": "gain", "decibels": -20},
                 {"type": "length", "samples": 10, "padding": "front"}]}
                """)
        let wave = Waveform([Float](repeating: 1, count: 105), rate: 1000)
        let edited = try part.prepare(wave)
        #expect(edited.samples == [0, 0, 0, 0, 0, 0.1, 0.1, 0.1, 0.1, 0.1])
        #expect(try Part.decode(text: part.json).json == part.json)
        #expect(throws: ConfigurationError.self) {
            try Part.decode(text: #"{"prepare": [{"type": "trimm"}]}"#)
        }
        #expect(throws: ConfigurationError.self) {
            try Part.decode(text: #"{"prepare": [{"type": "length"}]}"#)
        }
        #expect(throws: ConfigurationError.self) {
            try Part.decode(
                text: #"{"prepare": [{"type": "trim", "frame_length": 2048, "hop_length": 1}]}"#)
        }
        #expect(throws: InputError.self) { try part.prepare(Waveform([1, 2], rate: 1000)) }
    }

    @Test func levels() {
        let wave = Waveform([0.1, -0.5, 0.25, 0], rate: 8000)
        #expect(wave.peak == 0.5)
        #expect(PeakNormalization()(wave).samples == [0.2, -1, 0.5, 0])
        let loud = LoudnessNormalization()(wave)
        #expect(abs(loud.rms - 0.1) < 1e-7)
        #expect(abs(Gain(decibels: 20)(wave).samples[1] + 5) < 1e-5)
        #expect(OffsetRemoval()(Waveform([1, 2, 3], rate: 8000)).samples == [-1, 0, 1])
        #expect(abs(Waveform([0.1], rate: 8000).peakDecibels + 20) < 1e-5)
        let silence = Waveform([0, 0, 0], rate: 8000)
        #expect(PeakNormalization()(silence) == silence)
        #expect(LoudnessNormalization()(silence) == silence)
        #expect(silence.isSilent() && !wave.isSilent())
        #expect(Waveform([0.01, -0.01], rate: 8000).isSilent(below: -30))
    }

    /// Factors and samples at the ends of the range give finite values.
    @Test func levelsNeverOverflow() {
        for samples in [[Float.greatestFiniteMagnitude, -1], [.leastNonzeroMagnitude, 0], [1e-30, -3e-30]] {
            let wave = Waveform(samples, rate: 8000)
            for edited in [
                PeakNormalization()(wave), LoudnessNormalization()(wave), Gain(decibels: 200)(wave),
                Gain(decibels: -200)(wave), Trim()(wave), SilenceRemoval()(wave),
            ] {
                #expect(edited.isAllFinite, "\(samples)")
            }
        }
    }

    @Test func voicedPartsAreJoined() {
        let tone = TestSound.tone(440, rate: 16000, count: 16000)
        let pause = [Float](repeating: 0, count: 16000)
        let wave = Waveform(pause + tone.samples + pause + tone.samples + pause, rate: 16000)
        let voiced = SilenceRemoval()(wave)
        #expect(voiced.count > 32000 && voiced.count < 42000)
        var wide = SilenceRemoval()
        wide.margin = 0.1
        #expect(wide(wave).count == voiced.count + 4 * 1600)
        wide.margin = 60
        #expect(wide(wave) == wave)
    }

    @Test func lengths() throws {
        let wave = Waveform([1, 2, 3], rate: 2)
        func length(_ count: Int, _ padding: FixedLength.Side, _ truncating: FixedLength.Side) throws
            -> [Float]
        {
            try FixedLength(samples: count, padding: padding, truncating: truncating)(wave).samples
        }
        #expect(try length(6, .end, .end) == [1, 2, 3, 0, 0, 0])
        #expect(try length(6, .front, .end) == [0, 0, 0, 1, 2, 3])
        #expect(try length(6, .both, .end) == [0, 1, 2, 3, 0, 0])
        #expect(try length(1, .end, .end) == [1])
        #expect(try length(1, .end, .front) == [3])
        #expect(try length(1, .end, .both) == [2])
        #expect(try length(3, .both, .both) == [1, 2, 3])
        var seconds = FixedLength()
        seconds.seconds = 2
        #expect(try seconds(wave).count == 4)
        seconds.seconds = 1e6
        #expect(throws: InputError.self) { try seconds(Waveform([1], rate: 48000)) }
    }

    @Test func theShortestSounds() throws {
        for samples in [[], [0], [1], [1, -1]] as [[Float]] {
            let wave = Waveform(samples, rate: 16000)
            for kind in PreprocessingKinds.builtIn {
                guard let edit = kind.init() as? any PreprocessingStep, !(edit is Crop) || !samples.isEmpty
                else {
                    continue
                }
                let edited = try edit(wave)
                #expect(edited.isAllFinite, "\(kind.type) of \(samples)")
                #expect(edited.rate == 16000)
                #expect(edit is FixedLength || edited.count == samples.count, "\(kind.type) of \(samples)")
            }
        }
    }
}
