import Configuration
import Foundation
import SpeechEmotion
import Testing

/// Voice activity detection with the built program.
@Suite(.serialized) struct SegmentCommandTests {
    /// Two utterances of the synthesizer with 1.5 s of quiet noise before, between and after them, and their times.
    private static func recording(_ file: String) throws -> [(start: Double, end: Double)] {
        let rate = 16_000
        var samples: [Float] = []
        var times: [(start: Double, end: Double)] = []
        var state: UInt32 = 1
        func noise(_ count: Int) -> [Float] {
            (0..<count).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return (Float(state >> 8) / Float(1 << 24) - 0.5) * 0.004
            }
        }
        for number in 1...2 {
            samples += noise(rate * 3 / 2)
            let clip = SyntheticClip(
                seed: 77, speaker: number, emotion: .neutral, statement: 1, repetition: 1,
                digits: [number, 4, 9])
            let start = Double(samples.count) / Double(rate)
            let spoken = clip.segments
            times.append((start + spoken[0].start, start + (spoken.last?.end ?? 0)))
            let wave = clip.wave().samples
            samples += zip(wave, noise(wave.count)).map { $0 + $1 }
        }
        samples += noise(rate * 3 / 2)
        try AudioFile.write(Waveform(samples, rate: rate), to: file)
        return times
    }

    @Test func findsSpeech() throws {
        try SmallExperiment.inFolder { folder in
            let times = try Self.recording(folder + "/a.wav")
            let ending = try BuiltProgram.run(
                "segments", folder, "--format", "json", "--margin", "0")
            #expect(ending.status == 0, "\(ending.errors)")
            let found = try #require(JSONValue.parse(ending.output)["segments"]?.elements)
            #expect(found.count == times.count, "\(ending.output)")
            for (segment, time) in zip(found, times) {
                #expect(abs((segment["start"]?.double ?? -1) - time.start) < 0.15, "\(segment.line)")
                #expect(abs((segment["end"]?.double ?? -1) - time.end) < 0.15, "\(segment.line)")
                #expect(segment["probability"]?.isNull == true)
            }
            let csv = try BuiltProgram.run(
                "segments", folder + "/a.wav", "--format", "csv")
            #expect(csv.output.split(separator: "\n").count == 3, "\(csv.output)")
        }
    }

    /// The bundled model finds the same speech, also in noise of its level, in which energy finds none.
    @Test func theBundledModelFindsSpeech() throws {
        try SmallExperiment.inFolder { folder in
            let times = try Self.recording(folder + "/a.wav")
            let ending = try BuiltProgram.run(
                "segments", folder, "--format", "json", "--model", "bundled")
            #expect(ending.status == 0, "\(ending.errors)")
            let found = try #require(JSONValue.parse(ending.output)["segments"]?.elements)
            for (start, end) in times {
                let inside = found.reduce(0.0) { sum, segment in
                    let (from, to) = (segment["start"]?.double ?? 0, segment["end"]?.double ?? 0)
                    return sum + max(0, min(to, end) - max(from, start))
                }
                #expect(inside > 0.8 * (end - start), "\(ending.output)")
            }
            let spoken = times.reduce(0) { $0 + $1.end - $1.start }
            let all = found.reduce(0.0) { $0 + ($1["end"]?.double ?? 0) - ($1["start"]?.double ?? 0) }
            #expect(all < 1.4 * spoken, "\(ending.output)")
            #expect(found.allSatisfy { ($0["probability"]?.double ?? 0) > 0.35 })
        }
    }

    /// The preprocessing step keeps what the command finds with the same model, which is recorded by its SHA-256.
    @Test func theStepKeepsTheSegments() throws {
        try SmallExperiment.inFolder { folder in
            _ = try Self.recording(folder + "/a.wav")
            let segments = try BuiltProgram.run(
                "segments", folder + "/a.wav", "--format", "json", "--model", "bundled")
            let found = try #require(JSONValue.parse(segments.output)["segments"]?.elements)
            let kept = found.reduce(0.0) { $0 + ($1["end"]?.double ?? 0) - ($1["start"]?.double ?? 0) }
            func features(_ step: String) throws -> BuiltProgram.Ending {
                let pipeline =
                    #"{"preprocessing": [\#(step)], "layout": {"type": "sequence", "frames": 2000, "features": [{"type": "rms", "frame_length": 400, "hop_length": 160}]}}"#
                try pipeline.write(toFile: folder + "/p.json", atomically: false, encoding: .utf8)
                return try BuiltProgram.run("features", folder + "/a.wav", "--pipeline", folder + "/p.json")
            }
            let table = try features(#"{"type": "speech_segments"}"#)
            #expect(table.status == 0, "\(table.errors)")
            let frames = table.output.split(separator: "\n").count - 1
            #expect(kept > 0.5 && abs(Double(frames) - 100 * kept) <= 2, "\(frames) \(kept)")
            let zeros = String(repeating: "0", count: 64)
            let other = try features(#"{"type": "speech_segments", "sha256": "\#(zeros)"}"#)
            #expect(
                other.status == 1 && other.errors.contains("found a different model: SHA-256"),
                "\(other.errors)")
            let none = try features(#"{"type": "speech_segments", "model": "\#(folder)/none"}"#)
            #expect(
                none.status == 1
                    && none.errors.contains("speech_segments, \(folder)/none: opening: found \"No such file"),
                "\(none.errors)")
        }
    }

    @Test func predictsEachSegment() throws {
        let run = try SmallExperiment.untouched()
        try SmallExperiment.inFolder { folder in
            let times = try Self.recording(folder + "/a.wav")
            func predict(_ words: String...) throws -> BuiltProgram.Ending {
                try BuiltProgram.run(
                    ["predict", folder + "/a.wav", "--model", run, "--segments", "energy"] + words)
            }
            let ending = try predict("--format", "json", "--attention")
            #expect(ending.status == 0, "\(ending.errors)")
            let windows = try #require(JSONValue.parse(ending.output)["windows"]?.elements)
            #expect(windows.count == times.count)
            #expect(windows.allSatisfy { $0["label"]?.text != nil })
            #expect(abs((windows[1]["start"]?.double ?? 0) - times[1].start) < 0.2)
            let table = try predict()
            #expect(table.status == 0 && table.output.split(separator: "\n").count == 4, "\(table.output)")
            let refused = try predict("--window", "1")
            #expect(refused.status == 64 && refused.errors.contains("mutually exclusive"))
            let silence = Waveform([Float](repeating: 0, count: 16_000), rate: 16_000)
            try AudioFile.write(silence, to: folder + "/a.wav")
            let none = try predict()
            #expect(none.status == 1 && none.errors.contains("speech: found none"), "\(none.errors)")
        }
    }

    @Test func otherModelsAndOptionsAreNamed() throws {
        let run = try SmallExperiment.untouched()
        let other = try BuiltProgram.run("segments", "a.wav", "--model", run)
        #expect(
            other.status == 1 && other.errors.contains("not a frame classification model"), "\(other.errors)")
        let option = try BuiltProgram.run("segments", "a.wav", "--threshold", "0.4")
        #expect(option.status == 64 && option.errors.contains("--threshold requires --model"))
    }
}
