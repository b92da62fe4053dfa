import Configuration
import Foundation
import SpeechEmotion
import Testing

/// Configs and schemas that come with the package, and those that the program writes.
@Suite struct ConfigFileTests {
    private static let experiments = package + "/Experiments"

    /// Every experiment; files that are parts of others, such as models alone, are in folders of their own. Those of encoders
    /// need the encoder: see `EncoderRunTests`.
    private static let configs: [String] = {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: experiments)) ?? []
        return names.filter { name in
            name.hasSuffix(".json")
                && !["models/", "protocols/", "tables/", "schema.json", "encoder-"].contains(
                    where: name.hasPrefix)
        }
        .sorted()
    }()

    @Test func theSchemaFileIsWhatTheProgramPrints() throws {
        let printed = try BuiltProgram.run("schema")
        #expect(printed.status == 0 && printed.errors.isEmpty)
        let file = try String(contentsOfFile: Self.experiments + "/schema.json", encoding: .utf8)
        #expect(file == printed.output, "Train schema > Experiments/schema.json")
    }

    @Test func checkPassesOverTheSchema() throws {
        let both = [Self.experiments + "/quickstart.json", Self.experiments + "/schema.json"]
        let ending = try BuiltProgram.run(["check"] + both)
        #expect(ending.status == 0 && ending.output.contains("schema.json: a JSON schema, skipped"))
    }

    @Test func theQuickstartFileIsWhatTheProgramWrites() throws {
        try SmallExperiment.inFolder { folder in
            let ending = try BuiltProgram.run("new", folder + "/x.json", "--from", "quickstart")
            #expect(ending.status == 0)
            let file = FileManager.default.contents(atPath: Self.experiments + "/quickstart.json")
            #expect(FileManager.default.contents(atPath: folder + "/x.json") == file)
        }
    }

    @Test(arguments: ["speech", "quickstart"])
    func aNewConfigPassesTheCheck(start: String) throws {
        try SmallExperiment.inFolder { folder in
            let file = folder + "/mine.json"
            let ending = try BuiltProgram.run("new", file, "--from", start)
            #expect(ending.status == 0 && ending.output == "\(file)\nTo check it, run: Train check \(file)\n")
            let check = try BuiltProgram.run("check", file)
            #expect(check.status == 0 && check.errors.isEmpty, "\(check.errors)")
            #expect(check.output.hasPrefix("\(file): OK\n"))
            let again = try BuiltProgram.run("new", file)
            #expect(again.status == 64 && again.errors.contains("already exists"))
        }
    }

    /// A protocol laid over a config takes the place of all of its split: what keeps voices apart is not left over.
    @Test(arguments: [
        ("ours", false), ("ours-speech", false), ("ours-speakers-by-file", false), ("recipe-a-speech", false),
        ("recipe-a-speech-song", false), ("ours-speakers", true), ("recipe-a-speakers", true),
        ("release-speakers", true),
    ])
    func protocolsKeepVoicesApartOrDoNot(name: String, isApart: Bool) throws {
        try SmallExperiment.inFolder { folder in
            let file = "\(Self.experiments)/\(name).json"
            var place = BuiltProgram.Surroundings()
            place.environment["RAVDESS"] = "/data/RAVDESS"
            place.environment["URDU"] = "/data/URDU"
            let ending = try BuiltProgram.run(
                ["ablate", file, "--set", "sweep={}", "--name", "x", "--runs", folder, "--print"], place)
            #expect(ending.status == 0, "\(ending.errors)")
            let configs = try FileManager.default.contentsOfDirectory(atPath: folder + "/x/configs")
            let config = try JSONValue.load("\(folder)/x/configs/\(#require(configs.first))")
            #expect(config["split"]?["type"]?.text == "k_fold")
            #expect((config["split"]?["by"]?.text == "speaker") == isApart)
        }
    }

    private static let protocols =
        (try? FileManager.default.contentsOfDirectory(atPath: experiments + "/protocols"))?.sorted() ?? []

    @Test(arguments: protocols)
    func everyProtocolExtendsAConfig(name: String) throws {
        try SmallExperiment.inFolder { folder in
            let file = folder + "/mine.json"
            try #"{"extends": ["small.json", "\#(Self.experiments)/protocols/\#(name)"]}"#
                .write(toFile: file, atomically: false, encoding: .utf8)
            var place = BuiltProgram.Surroundings()
            for corpus in ["RAVDESS", "EMODB", "SAVEE", "CREMA_D", "TESS", "IEMOCAP"] {
                place.environment[corpus] = folder + "/nowhere"
            }
            // With two speakers, there is no validation set by which to select the best epoch.
            let selection = name == "tess-speakers.json" ? "last" : "best"
            let settings = [#"model[5].units="classes""#, "training.selection.weights=\(selection)"]
            let check = try BuiltProgram.run(["check", file] + settings.flatMap { ["--set", $0] }, place)
            #expect(check.status == 0 && check.output.hasPrefix("\(file): OK\n"), "\(check.errors)")
        }
    }

    @Test(arguments: configs)
    func everyExperimentPassesTheCheckWithAndWithoutData(name: String) throws {
        let file = Self.experiments + "/" + name
        let unset = try BuiltProgram.run("check", file)
        #expect(unset.status == 0 && unset.errors.isEmpty, "\(unset.errors)")
        var place = BuiltProgram.Surroundings()
        place.environment["RAVDESS"] = "/data/RAVDESS"
        place.environment["URDU"] = "/data/URDU"
        place.environment["EFFICIENTNET_B3"] = "/data/b3.safetensors"
        let set = try BuiltProgram.run(["check", file], place)
        #expect(set.status == 0 && set.errors.isEmpty, "\(set.errors)")
        #expect(!set.output.contains("required for a run"))
        let text = try String(contentsOfFile: file, encoding: .utf8)
        guard unset.output.contains("required for a run: ") else {
            return #expect(!text.contains("${RAVDESS}"))
        }
        try SmallExperiment.inFolder { folder in
            let run = try BuiltProgram.run("run", file, "--runs", folder + "/runs")
            #expect(run.status == 1)
            #expect(
                run.errors.contains(#"folder: the environment variable "RAVDESS" is not set"#))
            #expect(!FileManager.default.fileExists(atPath: folder + "/runs"))
        }
    }

    /// `${NAME}` in an override is replaced with and without a config.
    @Test(arguments: [[], [experiments + "/quickstart.json"]])
    func overridesCanNameVariables(config: [String]) throws {
        try SmallExperiment.inFolder { folder in
            var place = BuiltProgram.Surroundings()
            place.environment["RAVDESS"] = folder + "/missing"
            let source = #"data.source={"type": "ravdess", "folder": "${RAVDESS}"}"#
            let ending = try BuiltProgram.run(
                ["run"] + config + ["--set", source, "--runs", folder + "/runs"], place)
            #expect(
                ending.status == 1 && ending.errors.contains(folder + "/missing: reading RAVDESS: "),
                "\(ending.errors)")
        }
    }

    /// The last layer is shown with the number of classes where it is known, and as "classes" where it is not.
    @Test func theNumberOfClassesIsShown() throws {
        try SmallExperiment.inFolder { folder in
            func check(_ source: String) throws -> BuiltProgram.Ending {
                try BuiltProgram.run(
                    "check", folder + "/small.json", "--set", #"model[5].units="classes""#, "--set",
                    "data={\"source\": \(source)}")
            }
            let known = try check(#"{"type": "ravdess", "folder": "/nowhere", "channels": ["song"]}"#)
            #expect(known.status == 0 && known.output.contains("dense         [6] "), "\(known.output)")
            #expect(
                known.output.contains(
                    "not checked, because data are missing: /nowhere: reading RAVDESS: "))
            let unknown = try check(#"{"type": "folders", "folder": "/nowhere"}"#)
            #expect(
                unknown.status == 0 && unknown.output.contains("dense         [classes]  7 x classes"),
                "\(unknown.output)")
            for name in ["sad", "happy", "calm"] {
                let place = "\(folder)/data/\(name)"
                try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
                for number in 1...8 {
                    try Data(repeating: 1, count: 300).write(
                        to: URL(fileURLWithPath: "\(place)/{\(number)}_\(name).wav"))
                }
            }
            let found = try check(
                #"{"type": "folders", "folder": "\#(folder)/data", "pattern": "{label}/{speaker}_*"}"#)
            #expect(
                found.status == 0 && found.output.contains("dense         [3] "),
                "\(found.output)\(found.errors)")
            #expect(!found.output.contains("because data are missing"))
            let short = try BuiltProgram.run(
                "check", folder + "/small.json", "--set", "data.classes=[\"sad\"]")
            #expect(short.status == 1 && short.errors.contains("model: outputs [8], expected [1]"))
            #expect(
                short.errors.contains(
                    "data.classes: expected at least two classes for classification, found only \"sad\""),
                "\(short.errors)")
        }
    }

    /// Experiments that need no data also run, on fewer clips, and their reports show what they are about.
    @Test(arguments: [
        ("multi-label", ["Label macro F1", "mean_average_precision", "Gaps between groups", "threshold"]),
        ("decisions", ["cost of angry", "mean cost", "conformal prediction", "reject option"]),
        (
            "several-targets",
            [
                "Learned loss weights", "arousal: residuals", "votes: accuracy by speaker",
                "entropy_correlation",
                "Gaps between groups", "risk-coverage curve",
            ]
        ),
        ("windows", ["gated", "Attention"]),
        ("augmentation", ["babble", "codec", "specmix"]),
        ("impulse-responses", ["impulse_response"]),
    ])
    func experimentsHaveAReport(name: String, words: [String]) throws {
        try SmallExperiment.inFolder { folder in
            let settings = ["data.source.speakers=12", "data.source.repetitions=1", "training.epochs=2"]
            let ending = try BuiltProgram.run(
                ["run", "\(Self.experiments)/\(name).json", "--runs", folder + "/runs", "--quiet"]
                    + settings.flatMap { ["--set", $0] }, .init(folder: package))
            try #require(ending.status == 0, "\(ending.errors)")
            let report = try String(contentsOfFile: "\(folder)/runs/\(name)/report.html", encoding: .utf8)
            for word in words { #expect(report.contains(word), "\(word)") }
        }
    }

    /// A stream ends with the prediction of the whole file, which is written once.
    @Test func theStreamingExperimentStreams() throws {
        try SmallExperiment.inFolder { folder in
            let settings = ["data.source.speakers=8", "data.source.repetitions=1", "training.epochs=1"]
            let training = try BuiltProgram.run(
                ["run", Self.experiments + "/streaming.json", "--runs", folder, "--quiet"]
                    + settings.flatMap { ["--set", $0] })
            try #require(training.status == 0, "\(training.errors)")
            let samples = (0..<32000).map { Float(0.3 * sin(Double($0) * 0.07)) }
            try AudioFile.write(Waveform(samples, rate: 16000), to: folder + "/a.wav")
            let words = ["--model", folder + "/streaming", "--format", "csv"]
            let whole = try BuiltProgram.run(["predict", folder + "/a.wav", "--no-cache"] + words)
            try #require(whole.status == 0, "\(whole.errors)")
            let input = try Data(contentsOf: URL(fileURLWithPath: folder + "/a.wav"))
            let stream = try BuiltProgram.run(
                ["predict", "-", "--stateful"] + words, BuiltProgram.Surroundings(input: input))
            #expect(stream.status == 0 && stream.errors.contains("ms of computing time each"))
            let lines = stream.output.split(separator: "\n")
            #expect(lines.map { $0.prefix { $0 != "," } } == ["file", "0.0-1.01 s", "0.0-2.0 s"])
            let found = lines.last?.split(separator: ",").dropFirst()
            #expect(found == whole.output.split(separator: "\n").last?.split(separator: ",").dropFirst())
        }
    }

    /// The results of an adapted model are apart from those of the model itself.
    @Test func theAdaptationExperimentAdapts() throws {
        try SmallExperiment.inFolder { folder in
            let settings = ["data.source.speakers=12", "data.source.repetitions=1", "training.epochs=2"]
            let training = try BuiltProgram.run(
                ["run", Self.experiments + "/adaptation.json", "--runs", folder, "--quiet"]
                    + settings.flatMap { ["--set", $0] })
            try #require(training.status == 0, "\(training.errors)")
            for method in ["normalization", "batch-norm"] {
                let out = folder + "/" + method
                let ending = try BuiltProgram.run(
                    "evaluate", folder + "/adaptation", "--adapt", method, "--out", out, "--no-cache")
                try #require(ending.status == 0, "\(ending.errors)")
                let report = try String(contentsOfFile: out + "/report.html", encoding: .utf8)
                #expect(report.contains("Adaptation to speakers (\(method))"))
                let losses = try ["result.json", "adapted-result.json"].map {
                    try JSONValue.load("\(out)/\($0)")["test"]?["loss"]?.double
                }
                #expect(losses[0] != nil && losses[1] != nil && losses[0] != losses[1], "\(method)")
            }
        }
    }

    /// Each member of the ablation study of regression losses has its own loss.
    @Test func regressionLossesAreCompared() throws {
        try SmallExperiment.inFolder { folder in
            let settings = ["data.source.speakers=8", "data.source.repetitions=1", "training.epochs=1"]
            let ending = try BuiltProgram.run(
                ["ablate", Self.experiments + "/ablate-losses.json", "--runs", folder, "--threads", "1"]
                    + settings.flatMap { ["--set", $0] })
            try #require(ending.status == 0, "\(ending.errors)")
            let group = folder + "/ablate-losses"
            let runs = try FileManager.default.contentsOfDirectory(atPath: group + "/runs")
            let losses = try runs.map {
                try JSONValue.load("\(group)/runs/\($0)/config.json")["targets"]?.elements?
                    .compactMap { $0["loss"]?["type"]?.text } ?? []
            }
            let names = ["concordance", "huber", "mean_absolute_error", "mean_squared_error", "pearson"]
            #expect(Set(losses) == Set(names.map { [$0, $0] }), "\(losses)")
            let report = try String(contentsOfFile: group + "/report.html", encoding: .utf8)
            for name in ["pearson", "mean squared error", "mean absolute error", "huber"] {
                #expect(report.contains(name), "\(name)")
            }
        }
    }

    /// Metrics of other tasks are refused before anything is trained.
    @Test func metricsThatDoNotApplyAreRefused() throws {
        try SmallExperiment.inFolder { folder in
            let metrics = #"evaluation.metrics=["ccc", "uar"]"#
            let message =
                "evaluation.metrics[0]: \"ccc\" does not apply to this model; use one of accuracy, uar, "
            for words in [["check", folder + "/small.json"], SmallExperiment.run(folder)] {
                let ending = try BuiltProgram.run(words + ["--set", metrics])
                #expect(ending.status == 1 && ending.errors.contains(message), "\(ending.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: folder + "/runs"))
        }
    }

    @Test func everyMistakeIsShownAtOnce() throws {
        try SmallExperiment.inFolder { folder in
            let bad = folder + "/bad.json"
            try SmallExperiment.text.replacing("\"epochs\"", with: "\"epoch\"")
                .replacing("\"units\": 4", with: "\"units\": 0")
                .write(toFile: bad, atomically: false, encoding: .utf8)
            let ending = try BuiltProgram.run("check", folder + "/small.json", bad)
            #expect(ending.status == 1)
            #expect(ending.output.hasPrefix("\(folder)/small.json: OK\n"))
            #expect(
                ending.errors == """
                    \(bad):18:40: model[4].units: expected an integer of at least 1, found 0
                    \(bad):21:35: training.epoch: unknown key; did you mean "epochs"?
                    error: 1 of 2 experiments has errors

                    """)
        }
    }
}
