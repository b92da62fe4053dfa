import Autograd
import Configuration
import Foundation
import Lab
import SpeechEmotion
import Testing

/// Predictions of recordings that are longer than the model's input, which is 1.28 s here.
@Suite struct PredictWindowTests {
    private let model: String
    private static let rate = 8000

    init() throws { model = try SmallExperiment.finished.get() }

    /// A tone that glides, with some noise.
    private static func samples(_ seconds: Double) -> [Float] {
        (0..<Int(seconds * Double(rate))).map { index in
            let time = Double(index) / Double(rate)
            return Float(0.4 * sin(2 * .pi * (150 + 60 * time) * time) + 0.01 * sin(7919 * time * time))
        }
    }

    private func inFile(_ seconds: Double, _ body: (_ folder: String, _ file: String) throws -> Void) throws {
        try SmallExperiment.inFolder { folder in
            try write(Self.samples(seconds), folder + "/long.wav")
            try body(folder, folder + "/long.wav")
        }
    }

    private func write(_ samples: [Float], _ file: String) throws {
        try AudioFile.write(Waveform(samples, rate: Self.rate), to: file, as: .wavFloat)
    }

    private func predict(_ words: String...) throws -> BuiltProgram.Ending {
        try BuiltProgram.run(["predict", "--model", model, "--no-cache"] + words)
    }

    private func probabilities(_ json: JSONValue) -> [Double] {
        json["probabilities"]?.members?.compactMap { $0.value.double } ?? []
    }

    /// Each window is what the same samples are as a file of their own, and the summary their weighted geometric mean.
    @Test func windowsAreRecordingsOfTheirOwn() throws {
        try inFile(3) { folder, file in
            let ending = try predict(file, "--format", "json", "--attention")
            #expect(ending.status == 0 && ending.errors.isEmpty, "\(ending.errors)")
            let line = try JSONValue.parse(ending.output)
            let windows = try #require(line["windows"]?.elements)
            let times = windows.map { [$0["start"]?.double ?? -1, $0["end"]?.double ?? -1] }
            #expect(times == [[0, 1.28], [0.64, 1.92], [1.28, 2.56], [1.92, 3]])
            #expect(line["attention"] == nil)
            var logs = [Double](repeating: 0, count: 8)
            for (time, window) in zip(times, windows) {
                #expect(window["attention"]?["weights"]?.elements?.isEmpty == false)
                let part = folder + "/part.wav"
                let range = Int((time[0] * 8000).rounded())..<Int((time[1] * 8000).rounded())
                try write(Array(Self.samples(3)[range]), part)
                let alone = try JSONValue.parse(predict(part, "--format", "json").output)
                #expect(probabilities(alone) == probabilities(window))
                #expect(alone["windows"] == nil && alone["label"] == window["label"])
                for (label, value) in probabilities(window).enumerated() {
                    logs[label] += (time[1] - time[0]) * log(value)
                }
            }
            let powers = logs.map { exp($0 / (3 * 1.28 + 1.08)) }
            for (found, power) in zip(probabilities(line), powers) {
                #expect(abs(found - power / powers.reduce(0, +)) < 1e-6)
            }
        }
    }

    @Test func aTimelineHasARowForEachWindow() throws {
        try inFile(3) { folder, file in
            try write(Self.samples(1), folder + "/short.wav")
            let csv = try predict(file, folder + "/short.wav", "--format", "csv", "--timeline")
            #expect(csv.status == 0 && csv.errors.isEmpty, "\(csv.errors)")
            let rows = csv.output.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
            #expect(rows[0].prefix(4) == ["file", "start", "end", "label"])
            #expect(
                rows.dropFirst().map { "\($0[1])-\($0[2])" } == [
                    "-", "0.0-1.28", "0.64-1.92", "1.28-2.56", "1.92-3.0", "-", "0.0-1.0",
                ])
            #expect(rows.dropFirst().map { $0.count } == Array(repeating: 13, count: 7))
            // A recording that is no longer than the window has one window, with the prediction of the recording.
            #expect(rows[6].dropFirst(3) == rows[7].dropFirst(3))
            let table = try predict(file, folder + "/short.wav", "--timeline")
            let lines = table.output.split(separator: "\n").map(String.init)
            #expect(lines.count == 8 && lines[0].contains("windows") && table.errors.isEmpty)
            #expect(lines[2].hasPrefix("  0.0-1.28 s ") && lines[5].hasPrefix("  1.92-3.0 s "))
            let plain = try predict(file, folder + "/short.wav")
            let words = plain.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(words.map { $0[1] } == ["windows", "4", "1"], "\(plain.output)")
            #expect(
                plain.errors
                    == "1 of 2 recordings is longer than a window of 1.28 s: predictions are averaged over windows; --timeline prints each window, --truncate uses only the first\n"
            )
            let short = try predict(file, "--format", "csv")
            #expect(short.output.hasPrefix("file,label,") && short.output.split(separator: "\n").count == 2)
        }
    }

    @Test func windowsMayBeShorter() throws {
        try inFile(2) { _, file in
            func times(_ words: String...) throws -> [String] {
                let ending = try BuiltProgram.run(
                    ["predict", "--model", model, "--no-cache", "--format", "json", file] + words)
                let windows = try JSONValue.parse(ending.output)["windows"]?.elements ?? []
                return windows.map { "\($0["start"]?.double ?? -1) \($0["end"]?.double ?? -1)" }
            }
            let (half, apart) = (try times("--window", "1"), try times("--window", "1", "--step", "1"))
            let (wide, none) = (try times("--step", "1"), try times("--truncate"))
            #expect(half == ["0.0 1.0", "0.5 1.5", "1.0 2.0"])
            #expect(apart == ["0.0 1.0", "1.0 2.0"])
            #expect(wide == ["0.0 1.28", "1.0 2.0"])
            #expect(none.isEmpty)
        }
    }

    /// Without windows the beginning alone is predicted, as evaluation does it.
    @Test func truncationIsWhatEvaluationDoes() throws {
        try inFile(3) { _, file in
            let ending = try predict(file, "--truncate", "--format", "json")
            #expect(ending.status == 0 && ending.errors.isEmpty, "\(ending.errors)")
            let predictor = try Predictor(model)
            let features = try predictor.pipeline.features(ofFile: file)
            #expect(
                try probabilities(JSONValue.parse(ending.output))
                    == predictor.predictions(for: [[features]])[0].probabilities)
            let table = try predict(file, "--truncate")
            #expect(!table.output.contains("windows") && table.errors.isEmpty)
        }
    }

    @Test(arguments: [
        (
            ["--window", "2"],
            "--window: 2 s is longer than the model's input of 1.28 s: the rest of each window would be ignored; use at most 1.28 s"
        ),
        (
            ["--step", "1.3"],
            "--step: 1.3 s leaves gaps between windows of 1.28 s; use at most the window length"
        ),
        (
            ["--truncate", "--window", "1"],
            "--truncate: cannot be combined with the window options, because only the beginning of a recording is used"
        ),
        (
            ["--rate", "8000"],
            "--rate applies to raw audio from standard input (-); audio files contain their sample rate"
        ),
        (
            ["--timeline", "--format", "json"],
            "--timeline applies to tables and CSV; --format json always includes the windows"
        ),
        (["--timeline", "--truncate"], "--timeline and --truncate are mutually exclusive"),
        (["--attention"], "--attention requires --format json"),
        (["--plots", "pictures"], "--plots requires --saliency"),
        (
            ["--saliency", "grad_cam"],
            "--saliency requires --format json, or --plots FOLDER for images"
        ),
        (
            ["--saliency", "grad_cam", "--plots", "pictures", "--timeline"],
            "--saliency applies to files without --timeline"
        ),
        (["-"], "- (audio from standard input) must be the only argument"),
    ])
    func optionsWithoutEffectAreErrors(_ words: [String], _ message: String) throws {
        try inFile(2) { _, file in
            let ending = try BuiltProgram.run(["predict", "--model", model, "--no-cache", file] + words)
            #expect(ending.status == 64 && ending.output.isEmpty, "\(ending.output)")
            #expect(ending.errors.contains("error: " + message), "\(ending.errors)")
        }
    }

    @Test(arguments: [
        (["--window", "2"], "--window: 2 s is longer than the model's input"),
        (["--window", "1", "--step", "2"], "--step: 2 s leaves gaps between windows of 1 s"),
        (["--timeline"], "--timeline applies to files; with -, every window of the stream is printed"),
        (["--segments", "energy"], "--segments applies to files"),
        (["--truncate"], "--truncate applies to files; with -, every window of the stream is printed"),
        (["--cache", "/tmp"], "--cache applies to files; the features of a stream are not cached"),
        (
            ["--cache-limit", "1GB"],
            "--cache-limit applies to files; the features of a stream are not cached"
        ),
        (["--no-cache"], "--no-cache applies to files; the features of a stream are not cached"),
    ])
    func optionsOfAStream(_ words: [String], _ message: String) throws {
        let ending = try BuiltProgram.run(["predict", "-", "--model", model] + words)
        #expect(ending.status == 64 && ending.errors.contains("error: " + message), "\(ending.errors)")
    }

    /// Deltas over nine frames need more than 0.1 s. The rest of a recording may be too short for them, its windows are not.
    @Test func windowsTooShortForTheFeatures() throws {
        try SmallExperiment.inFolder { folder in
            let made = try BuiltProgram.run(
                SmallExperiment.run(
                    folder, name: "deltas", "--quiet", "--set", "features.layout.deltas=1", "--set",
                    "training.epochs=1"))
            try #require(made.status == 0, "\(made.errors)")
            let run = folder + "/runs/deltas"
            let file = folder + "/long.wav"
            try write(Self.samples(2.05), file)
            let short = try BuiltProgram.run("predict", "--model", run, file, "--window", "0.1", "--no-cache")
            #expect(short.status == 1 && short.output.isEmpty, "\(short.output)")
            #expect(
                short.errors.contains("\(file): the window from 0 s to 0.1 s: delta: found ")
                    && short.errors.contains(
                        "If the window is too short for the model's features, use a longer one."),
                "\(short.errors)")
            let whole = try BuiltProgram.run(
                "predict", "--model", run, file, "--window", "1", "--step", "1", "--no-cache", "--format",
                "csv", "--timeline")
            let rows = whole.output.split(separator: "\n").map { $0.split(separator: ",") }
            #expect(
                whole.status == 0 && rows.last?[1] == "1.05" && rows.last?[2] == "2.05", "\(whole.output)")
            let raw = Data(
                Self.samples(2.05).flatMap { sample -> [UInt8] in
                    let number = UInt16(bitPattern: Int16(sample * 32767))
                    return [UInt8(number & 255), UInt8(number >> 8)]
                })
            let stream = try BuiltProgram.run(
                [
                    "predict", "-", "--model", run, "--rate", "8000", "--window", "1", "--step", "1",
                    "--format", "csv",
                ], BuiltProgram.Surroundings(input: raw))
            #expect(stream.status == 0 && stream.output.contains("\n1.05-2.05 s,"), "\(stream.output)")
            let tiny = try BuiltProgram.run(
                ["predict", "-", "--model", run, "--rate", "8000", "--window", "0.1", "--step", "0.1"],
                BuiltProgram.Surroundings(input: raw))
            #expect(
                tiny.status == 1 && tiny.errors.contains("error: no prediction for 21 windows of the stream"),
                "\(tiny.errors)")
        }
    }

    /// A model of statistics over the whole recording is given all of it, unless told otherwise.
    @Test func aModelWithoutALimit() throws {
        try SmallExperiment.inFolder { folder in
            let made = try BuiltProgram.run(
                SmallExperiment.run(
                    folder, name: "sums", "--quiet", "--set", "training.epochs=1", "--set",
                    #"features.layout={"type": "summary", "entries": [{"feature": {"type": "mfcc", "n_mfcc": 8, "n_mels": 20}}]}"#,
                    "--set", #"model=[{"type": "dense", "units": 8}]"#))
            try #require(made.status == 0, "\(made.errors)")
            let run = folder + "/runs/sums"
            let file = folder + "/long.wav"
            try write(Self.samples(5), file)
            func say(_ words: String...) throws -> BuiltProgram.Ending {
                try BuiltProgram.run(["predict", file, "--model", run, "--no-cache"] + words)
            }
            let whole = try say()
            #expect(whole.status == 0 && whole.errors.isEmpty && !whole.output.contains("windows"))
            let windows = try say("--window", "2", "--format", "json")
            #expect(try JSONValue.parse(windows.output)["windows"]?.elements?.count == 4)
            let any = "this model accepts recordings of any length"
            for (words, message) in [
                (["--step", "1"], "--step: \(any): also set the window length"),
                (["--truncate"], "--truncate: \(any): there is nothing to truncate"),
                (["--timeline"], "--timeline: \(any); set the window length with --window"),
            ] {
                let ending = try BuiltProgram.run(["predict", file, "--model", run, "--no-cache"] + words)
                #expect(
                    ending.status == 64 && ending.errors.contains("error: " + message), "\(ending.errors)")
            }
        }
    }

    /// Windows are read one after another, and how far it is is said now and then.
    @Test func aLongRecordingSaysHowFarItIs() throws {
        try inFile(610) { _, file in
            let ending = try predict(file, "--step", "1.28")
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(
                ending.errors.hasPrefix(
                    "\(file): 10 minutes predicted\n1 of 1 recording is longer than a window"))
            #expect(ending.output.contains("  477  "), "\(ending.output)")
        }
    }

    /// A file that ends early is not predicted by its beginning.
    @Test func aLongFileThatIsCutOffIsAFailure() throws {
        try inFile(20) { _, file in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: file))
            let ending = try predict(file)
            #expect(
                ending.status == 1 && ending.output.isEmpty && ending.errors.contains(file),
                "\(ending.errors)")
        }
    }
}
