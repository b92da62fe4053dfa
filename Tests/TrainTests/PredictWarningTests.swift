import Configuration
import Foundation
import SpeechEmotion
import Testing

/// Warnings about recordings in which no word can be heard.
@Suite struct PredictWarningTests {
    private let model: String

    init() throws { model = try SmallExperiment.finished.get() }

    private static func tone(_ seconds: Double, peak: Double = 0.4) -> [Float] {
        (0..<Int(seconds * 8000)).map { Float(peak * sin(0.17 * Double($0))) }
    }

    private static let silence = "digital silence; the prediction is not meaningful"
    private static let short = "too short: 0.05 s (minimum: 0.1 s); the prediction is not meaningful"

    /// Calls `body` with the folder of an audible, a silent and a short recording.
    private func inFiles(_ body: (_ folder: String) throws -> Void) throws {
        try SmallExperiment.inFolder { folder in
            for (name, samples) in [
                ("a", Self.tone(1)), ("b", [Float](repeating: 0, count: 8000)), ("c", Self.tone(0.05)),
            ] {
                try AudioFile.write(Waveform(samples, rate: 8000), to: "\(folder)/\(name).wav")
            }
            try body(folder)
        }
    }

    private func predict(_ words: String...) throws -> BuiltProgram.Ending {
        try BuiltProgram.run(["predict", "--model", model, "--no-cache"] + words)
    }

    @Test func filesAndFolders() throws {
        try inFiles { folder in
            let expected =
                "warning: \(folder)/b.wav: \(Self.silence)\nwarning: \(folder)/c.wav: \(Self.short)\n"
            let table = try predict(folder)
            #expect(table.status == 0 && table.errors == expected, "\(table.errors)")
            #expect(table.output.split(separator: "\n").count == 4)
            let single = try predict(folder + "/a.wav")
            #expect(single.errors.isEmpty)

            let csv = try predict(folder, "--format", "csv")
            #expect(csv.errors == expected)
            let rows = try CSVTable(parsing: csv.output)
            #expect(rows.columns.last == "warnings")
            #expect(rows.rows.compactMap { $0.last?.text } == ["", Self.silence, Self.short])

            let json = try predict(folder, "--format", "json")
            #expect(json.errors == expected)
            let lines = try json.output.split(separator: "\n").map { try JSONValue.parse(String($0)) }
            #expect(
                lines.map { $0["warnings"]?.elements?.map(\.text) } == [nil, [Self.silence], [Self.short]])
        }
    }

    @Test func windowsOfLongRecordings() throws {
        try SmallExperiment.inFolder { folder in
            let file = folder + "/long.wav"
            let samples = Self.tone(2.56) + [Float](repeating: 0, count: 8 * 1280)
            try AudioFile.write(Waveform(samples, rate: 8000), to: file)
            let ending = try predict(file, "--format", "json", "--step", "1.28")
            let text = "1 of 3 windows is silent: its prediction is not meaningful"
            #expect(ending.status == 0 && ending.errors == "warning: \(file): \(text)\n", "\(ending.errors)")
            let line = try JSONValue.parse(ending.output)
            #expect(line["warnings"]?.elements?.map(\.text) == [text])
            let windows = line["windows"]?.elements ?? []
            #expect(windows.map { $0["warnings"]?.elements?.map(\.text) } == [nil, nil, [Self.silence]])
            // Only what the model is given counts.
            let cut = try predict(file, "--truncate")
            #expect(cut.status == 0 && cut.errors.isEmpty, "\(cut.errors)")
            try AudioFile.write(
                Waveform([Float](repeating: 0, count: 12000) + Self.tone(1), rate: 8000), to: file)
            let late = try predict(file, "--truncate", "--format", "csv")
            #expect(late.errors == "warning: \(file): \(Self.silence)\n", "\(late.errors)")
            try AudioFile.write(Waveform([Float](repeating: 0, count: 40000), rate: 8000), to: file)
            let whole = try predict(file, "--timeline", "--format", "csv")
            #expect(whole.errors == "warning: \(file): \(Self.silence)\n", "\(whole.errors)")
            let rows = try CSVTable(parsing: whole.output)
            #expect(rows.rows.count > 3 && rows.rows.allSatisfy { $0.last?.text == Self.silence })
        }
    }

    /// A warning is printed when silence begins, not for every window of it.
    @Test func streams() throws {
        let samples = [Float](repeating: 0, count: 24000) + Self.tone(2) + [Float](repeating: 0, count: 24000)
        let input = Data(
            samples.flatMap { sample -> [UInt8] in
                let number = UInt16(bitPattern: Int16(sample * 32767))
                return [UInt8(number & 255), UInt8(number >> 8)]
            })
        let ending = try BuiltProgram.run(
            [
                "predict", "-", "--model", model, "--rate", "8000", "--window", "1", "--step", "1",
                "--format",
                "csv",
            ], BuiltProgram.Surroundings(input: input))
        #expect(
            ending.status == 0
                && ending.errors
                    == "warning: 0.0-1.0 s: \(Self.silence)\nwarning: 5.0-6.0 s: \(Self.silence)\n",
            "\(ending.errors)")
        let rows = try CSVTable(parsing: ending.output)
        #expect(
            rows.rows.map { $0.last?.text.isEmpty } == [false, false, false, true, true, false, false, false])
    }

    @Test func evaluationsCountSuchClips() throws {
        try SmallExperiment.inFolder { folder in
            for name in ["angry", "calm", "disgust", "fearful", "happy", "neutral", "sad", "surprised"] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/data/\(name)", withIntermediateDirectories: true)
                let samples = name == "sad" ? [Float](repeating: 0, count: 8000) : Self.tone(1)
                try AudioFile.write(Waveform(samples, rate: 8000), to: "\(folder)/data/\(name)/a.wav")
                try AudioFile.write(Waveform(Self.tone(1), rate: 8000), to: "\(folder)/data/\(name)/b.wav")
            }
            try AudioFile.write(
                Waveform(Self.tone(0.05), rate: 8000), to: "\(folder)/data/calm/c.wav")
            let ending = try BuiltProgram.run(
                "evaluate", model, "--data", "folders:\(folder)/data", "--out", folder + "/out", "--no-cache",
                "--format", "json", "--allow-partial")
            #expect(ending.status == 0, "\(ending.errors)")
            let text =
                "1 of 17 clips is silent (peak level at most -60 dBFS): sad/a.wav; 1 of 17 clips is shorter than 0.1 s: calm/c.wav. Their predictions are not meaningful, but they count toward the metrics"
            #expect(ending.errors.contains("warning: \(text)\n"), "\(ending.errors)")
            let json = try JSONValue.load(folder + "/out/evaluation.json")
            #expect(json["not_meaningful"]?["silent"]?.integer == 1)
            #expect(json["not_meaningful"]?["short"]?.integer == 1)
            let page = try String(contentsOfFile: folder + "/out/report.html", encoding: .utf8)
            #expect(page.contains("1 of 17 clips is silent"))
        }
    }
}
