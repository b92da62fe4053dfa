import Layers
import Configuration
import Foundation
import Lab
import Layers
import Metrics
import Testing

/// The commands that take a run which has ended.
@Suite struct ResultCommandTests {
    private let run: String

    init() throws { run = try SmallExperiment.finished.get() }

    @Test func evaluateRepeatsTheTest() throws {
        try SmallExperiment.inFolder { folder in
            let out = folder + "/out"
            let json = try BuiltProgram.run(
                "evaluate", run, "--format", "json", "--out", out, "--no-cache")
            #expect(
                json.status == 0
                    && json.errors
                        == "Results: \(out)\nReport: \(out)/report.html\n",
                "\(json.errors)")
            let wanted = try JSONValue.load(run + "/" + RunFile.result)
            #expect(try JSONValue.parse(json.output)["test"] == wanted["test"])
            let predictions = FileManager.default.contents(atPath: run + "/" + RunFile.predictions)
            #expect(FileManager.default.contents(atPath: out + "/" + RunFile.predictions) == predictions)
            let latex = try BuiltProgram.run(
                "evaluate", run, "--format", "latex", "--out", folder + "/latex", "--no-cache")
            #expect(latex.output.contains("hold-out test, ") && latex.output.contains("1 seed ("), "\(latex)")
            let table = try BuiltProgram.run("evaluate", run, "--subset", "train", "--no-cache")
            #expect(table.status == 0 && table.output.contains("accuracy"))
            let both = try BuiltProgram.run("evaluate", run, "--subset", "train", "--data", "folders:/x")
            #expect(
                both.status == 64
                    && both.errors.hasPrefix("error: --subset and --data are mutually exclusive\n"))
        }
    }

    @Test func evaluateTakesOtherViews() throws {
        let run = try SmallExperiment.finished.get()
        let plain = try BuiltProgram.run("evaluate", run, "--tta", "[]", "--format", "json", "--no-cache")
        let test = try BuiltProgram.run("evaluate", run, "--format", "json", "--no-cache")
        #expect(plain.status == 0 && plain.output == test.output)
        let slower = try BuiltProgram.run(
            "evaluate", run, "--tta", #"[[{"type": "speed", "factor": 0.8}]]"#, "--format", "json",
            "--no-cache")
        #expect(slower.status == 0 && slower.output != test.output)
        let wrong = try BuiltProgram.run(
            "evaluate", run, "--tta", #"[[{"type": "sped"}]]"#, "--no-cache")
        #expect(wrong.status == 1 && wrong.output.isEmpty)
        #expect(
            wrong.errors.contains("--tta") && wrong.errors.contains("did you mean \"speed\"?"),
            "\(wrong.errors)")
    }

    @Test func evaluateTakesOtherData() throws {
        try inCopy { copy in
            let data = copy + "/data.json"
            try #"{"source": {"type": "synthetic", "speakers": 2, "repetitions": 1, "seed": 9}}"#
                .write(toFile: data, atomically: false, encoding: .utf8)
            let ending = try BuiltProgram.run(
                "evaluate", copy, "--data", data, "--format", "json", "--no-cache")
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(try JSONValue.parse(ending.output)["test"]?["accuracy"]?.double != nil)
        }
    }

    /// A copy of the run, for what writes into it.
    private func inCopy(_ body: (_ copy: String) throws -> Void) throws {
        try SmallExperiment.inFolder { folder in
            try FileManager.default.createDirectory(
                atPath: folder + "/runs", withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: SmallExperiment.untouched(), toPath: folder + "/runs/copy")
            try body(folder + "/runs/copy")
        }
    }

    /// Twice the same model says what it says alone.
    @Test func severalRunsAreOneModel() throws {
        try inCopy { copy in
            let alone = try BuiltProgram.run("evaluate", run, "--format", "json", "--no-cache")
            let both = try BuiltProgram.run("evaluate", run, copy, "--format", "json", "--no-cache")
            let metrics = try [alone, both].map { try JSONValue.parse($0.output)["test"] }
            #expect(both.status == 0 && metrics[0] == metrics[1] && metrics[0] != nil, "\(both.errors)")
            let file = copy + "/both.safetensors"
            let made = try BuiltProgram.run("combine", run, copy, "--out", file)
            #expect(made.status == 0 && made.output.contains("an ensemble of 2 models"), "\(made.errors)")
            #expect(try ModelFile.read(file).model.plan.parameters > 0)
            let again = try BuiltProgram.run("combine", run, copy, "--out", file)
            #expect(again.status != 0 && again.errors.contains("must not exist yet"))
            // A model file has its description beside it, under a name that may be taken.
            let config = try String(contentsOfFile: copy + "/" + RunFile.config, encoding: .utf8)
            let taken = try BuiltProgram.run("combine", run, copy, "--out", copy + "/config.safetensors")
            #expect(taken.status != 0 && taken.errors.contains("/config.json: --out: "), "\(taken.errors)")
            #expect(try String(contentsOfFile: copy + "/" + RunFile.config, encoding: .utf8) == config)
            let one = try BuiltProgram.run("combine", run, "--out", copy + "/one.safetensors")
            #expect(one.status == 64 && one.errors.contains("two or more runs or model files"))
            let nowhere = try BuiltProgram.run("combine", run, copy)
            #expect(nowhere.status == 64 && nowhere.errors.contains("--out FILE"))
            try FileManager.default.removeItem(atPath: copy + "/" + RunFile.result)
            let unended = try BuiltProgram.run("combine", run, copy, "--out", copy + "/c.safetensors")
            #expect(unended.status != 0 && unended.errors.contains("an unfinished run"))
            #expect(!FileManager.default.fileExists(atPath: copy + "/c.safetensors"))
        }
    }

    /// Another seed's model has its say; another split is refused.
    @Test func theMeanOfSeveralRuns() throws {
        try SmallExperiment.inFolder { folder in
            func make(_ name: String, _ set: String) throws -> String {
                let made = try BuiltProgram.run(
                    SmallExperiment.run(folder, name: name, "--quiet", "--set", "seed=7", "--set", set))
                try #require(made.status == 0, "\(made.errors)")
                return folder + "/runs/" + name
            }
            let other = try make("other", "training.epochs=2")
            func says(_ runs: String...) throws -> Predictions {
                let out = folder + "/said-\(runs.map { ($0 as NSString).lastPathComponent }.joined())"
                let ending = try BuiltProgram.run(["evaluate", "--out", out, "--no-cache"] + runs)
                try #require(ending.status == 0, "\(ending.errors)")
                return try Predictions(contentsOf: out + "/" + RunFile.predictions)
            }
            let (one, two, both) = (try says(run), try says(other), try says(run, other))
            for row in both.ids.indices {
                // The mean of logits is the geometric mean of probabilities.
                let product = zip(one.probabilities[row], two.probabilities[row]).map {
                    ($0 * $1).squareRoot()
                }
                let sum = product.reduce(0, +)
                for (found, wanted) in zip(both.probabilities[row], product) {
                    #expect(abs(found - wanted / sum) < 1e-5)
                }
            }
            let apart = try make("apart", "split.seed=5")
            let refused = try BuiltProgram.run("evaluate", run, apart, "--no-cache")
            #expect(
                refused.status != 0 && refused.errors.contains("clips that differ from those of"),
                "\(refused.errors)")
        }
    }

    /// A run that evaluates its validation set: no other command reads the test set.
    @Test func aSearchStaysASearch() throws {
        try SmallExperiment.inFolder { folder in
            let made = try BuiltProgram.run(
                SmallExperiment.run(
                    folder, "--set", "evaluation.subset=validation", "--set", "training.epochs=1"))
            #expect(made.status == 0 && made.output.contains("validation  value"), "\(made.output)")
            let run = folder + "/runs/small"
            for command in ["verify", "evaluate", "report"] {
                let ending = try BuiltProgram.run(command, run, "--no-cache")
                #expect(ending.status == 0, "\(command): \(ending.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: run + "/" + RunFile.testReads))
            let parts = try JSONValue.load(run + "/" + RunFile.audit)["subsets"]?.elements ?? []
            let seconds = Dictionary(
                uniqueKeysWithValues: parts.compactMap { part in
                    part["subset"]?.text.map {
                        ($0, part["seconds"]?.double ?? part["duration"]?.double ?? -1)
                    }
                })
            #expect(seconds["test"] == 0 && (seconds["validation"] ?? 0) > 0, "\(parts)")
            let test = try BuiltProgram.run("evaluate", run, "--subset", "test", "--no-cache")
            #expect(test.status == 0 && FileManager.default.fileExists(atPath: run + "/" + RunFile.testReads))
        }
    }

    @Test func reportIsWrittenAnew() throws {
        try inCopy { copy in
            try FileManager.default.removeItem(atPath: copy + "/" + RunFile.report)
            try FileManager.default.removeItem(atPath: copy + "/" + RunFile.plots)
            let ending = try BuiltProgram.run("report", copy, "--no-cache")
            #expect(ending.status == 0 && ending.output == "\(copy)/report.html\n", "\(ending.errors)")
            let page = try String(contentsOfFile: copy + "/" + RunFile.report, encoding: .utf8)
            #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("</html>"))
            #expect(!page.contains("src=\"http") && !page.contains("href=\"http"))
            #expect(try !FileManager.default.contentsOfDirectory(atPath: copy + "/" + RunFile.plots).isEmpty)
        }
    }

    @Test func verifyComparesTheBits() throws {
        try inCopy { copy in
            let equal = try BuiltProgram.run("verify", copy, "--quiet", "--no-cache")
            #expect(equal.status == 0, "\(equal.errors)\(equal.output)")
            let lines = RunFile.repeatable.map { "equal      \($0)\n" }.joined()
            #expect(equal.output == lines + "The run is bit-identical.\n")
            #expect(!FileManager.default.fileExists(atPath: copy + "-verify"))
            let file = URL(fileURLWithPath: copy + "/" + RunFile.model)
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: file)
            let different = try BuiltProgram.run("verify", copy, "--quiet", "--no-cache", "--keep")
            #expect(different.status == 1)
            #expect(different.output.contains("different  model.safetensors\n"))
            #expect(different.errors.contains("was not reproduced: model.safetensors."))
            #expect(FileManager.default.fileExists(atPath: copy + "-verify/result.json"))
            // What is there stays there.
            let again = try BuiltProgram.run("verify", copy + "/", "--quiet", "--no-cache")
            #expect(again.status == 1 && FileManager.default.fileExists(atPath: copy + "-verify/result.json"))
            #expect(!FileManager.default.fileExists(atPath: copy + "-verify-2"))
        }
    }

    /// A bit in any file of a run is found by its checksum, also where the file is still valid.
    @Test func changedFilesAreFoundByTheirChecksums() throws {
        try inCopy { copy in
            let intact = try BuiltProgram.run("verify", "--quick", copy)
            #expect(
                intact.status == 0 && intact.output.contains("intact   model.safetensors\n"),
                "\(intact.errors)")
            #expect(intact.output.hasSuffix("files are intact.\n"))
            for name in RunFile.repeatable + [RunFile.modelCard] {
                let file = URL(fileURLWithPath: copy + "/" + name)
                let bytes = try Data(contentsOf: file)
                var changed = bytes
                changed[bytes.count / 2] ^= 1
                try changed.write(to: file)
                let found = try BuiltProgram.run("verify", "--quick", copy)
                #expect(
                    found.status == 1 && found.output.contains("changed  \(name)\n"),
                    "\(name): \(found.output)")
                #expect(found.errors.contains("changed or missing since the run ended: \(name);"))
                try bytes.write(to: file)
            }
            let model = URL(fileURLWithPath: copy + "/" + RunFile.model)
            var bytes = try Data(contentsOf: model)
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: model)
            let refused = try BuiltProgram.run("evaluate", copy, "--no-cache")
            #expect(
                refused.status == 1 && refused.errors.contains("model.safetensors: checksum"),
                "\(refused.errors)")
            // Reading a pipe would wait for ever.
            for name in [RunFile.predictions, RunFile.checksums] {
                let file = copy + "/" + name
                try FileManager.default.removeItem(atPath: file)
                #expect(mkfifo(file, 0o600) == 0)
                let pipe = try BuiltProgram.run("verify", "--quick", copy)
                #expect(pipe.status == 1 && pipe.errors.contains("\(name): opening"), "\(pipe.errors)")
            }
            try FileManager.default.removeItem(atPath: copy + "/" + RunFile.checksums)
            let without = try BuiltProgram.run("verify", "--quick", copy)
            #expect(without.status == 1 && without.errors.contains("SHA256SUMS"), "\(without.errors)")
        }
    }

    /// A probability that is a valid number, but not the one that the run wrote.
    @Test func changedPredictionsAreRefused() throws {
        try inCopy { copy in
            let file = copy + "/" + RunFile.predictions
            var lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(
                String.init)
            lines.swapAt(1, 2)
            try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: false, encoding: .utf8)
            for command in ["report", "evaluate"] {
                let ending = try BuiltProgram.run(command, copy, "--no-cache")
                #expect(
                    ending.status == 1 && ending.errors.contains("predictions.csv: checksum"),
                    "\(ending.errors)")
            }
        }
    }

    /// A split that names other clips than the data have.
    @Test func dataThatHaveChangedAreSaid() throws {
        try inCopy { copy in
            let file = copy + "/" + RunFile.split
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let split = try #require(try RunRecord(run).split)
            try text.replacing("\"\(split.test[0])\"", with: "\"gone\"").write(
                toFile: file, atomically: false, encoding: .utf8)
            try FileManager.default.removeItem(atPath: copy + "/" + RunFile.checksums)
            for words in [
                ["evaluate", copy],
                ["plot", "projection", copy, "--method", "pca", "--out", copy + "/p.svg"],
            ] {
                let ending = try BuiltProgram.run(words + ["--no-cache"])
                #expect(
                    ending.status == 1 && ending.errors.contains("the data have changed"),
                    "\(words): \(ending.errors)")
            }
        }
    }

    @Test func aReportOmitsWhatIsMissing() throws {
        try inCopy { copy in
            try FileManager.default.removeItem(atPath: copy + "/" + RunFile.environment)
            let ending = try BuiltProgram.run("report", copy, "--no-cache")
            #expect(ending.status == 0 && ending.errors.contains("; the report omits it"), "\(ending.errors)")
            #expect(ending.errors.contains("missing \(RunFile.environment)"), "\(ending.errors)")
        }
    }

    /// A report needs no data; without them, it has no recordings.
    @Test func aReportWithoutDataSaysWhatItOmits() throws {
        try inCopy { copy in
            let file = copy + "/" + RunFile.config
            var config = try #require(
                try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: file)))
                    as? [String: Any])
            var data = try #require(config["data"] as? [String: Any])
            data["source"] = ["type": "manifest", "file": copy + "/gone.csv"]
            config["data"] = data
            try JSONSerialization.data(withJSONObject: config).write(to: URL(fileURLWithPath: file))
            try FileManager.default.removeItem(atPath: copy + "/" + RunFile.checksums)
            let ending = try BuiltProgram.run("report", copy, "--no-cache")
            #expect(
                ending.status == 0
                    && ending.errors.contains(
                        "the report omits the recordings, because the data cannot be read: \(copy)/gone.csv"),
                "\(ending.status) \(ending.errors)")
        }
    }

    @Test func whatARunLacksIsSaid() throws {
        try inCopy { copy in
            try FileManager.default.removeItem(atPath: copy + "/" + RunFile.split)
            let ending = try BuiltProgram.run("report", copy)
            #expect(
                ending.status == 0 && ending.errors.contains("\(copy): missing split.json"),
                "\(ending.errors)")
        }
    }

    @Test func clipsThatWereTrainedOnAreSaid() throws {
        try inCopy { copy in
            let ending = try BuiltProgram.run("evaluate", copy, "--data", copy + "/config.json", "--no-cache")
            #expect(
                ending.status == 0 && ending.errors.contains("warning: judging by their names"),
                "\(ending.errors)")
            // The column has the name of the data.
            #expect(
                ending.output.contains(" value") && !ending.output.contains("\ntest "), "\(ending.output)")
            let reads = try String(contentsOfFile: copy + "/" + RunFile.testReads, encoding: .utf8)
            #expect(reads.contains("evaluation on other data"))
        }
    }

    @Test func exportWritesForOtherPrograms() throws {
        try SmallExperiment.inFolder { folder in
            let ending = try BuiltProgram.run("export", run, "--out", folder + "/out")
            #expect(ending.status == 0 && ending.errors.isEmpty, "\(ending.errors)")
            for name in ["model.safetensors", "model.json", "model.onnx", "features.py"] {
                let size = FileManager.default.contents(atPath: folder + "/out/" + name)?.count ?? 0
                #expect(size > 100, "\(name)")
            }
            let steps = try BuiltProgram.run("export", run, "--out", folder + "/any", "--any-steps")
            #expect(steps.status == 0, "\(steps.errors)")
        }
    }

    /// A model of vectors has no steps whose number an export could leave open.
    @Test func exportRefusesStepsThatAModelDoesNotHave() throws {
        try SmallExperiment.inFolder { folder in
            let made = try BuiltProgram.run(
                SmallExperiment.run(
                    folder, "--quiet", "--set", "training.epochs=1", "--set",
                    #"features.layout={"type": "summary", "entries": [{"feature": {"type": "mfcc"}}]}"#,
                    "--set", #"model=[{"type": "dense", "units": 8}]"#))
            try #require(made.status == 0, "\(made.errors)")
            let ending = try BuiltProgram.run("export", folder + "/runs/small", "--any-steps")
            #expect(
                ending.status == 64
                    && ending.errors.hasPrefix("error: --any-steps requires a model of sequences; the input"),
                "\(ending.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/runs/small/export"))
        }
    }

    /// What Python could not reproduce is named, and no older program is left beside the model.
    @Test func exportRefusesToWriteFeaturesThatWouldDiffer() throws {
        try SmallExperiment.inFolder { folder in
            let made = try BuiltProgram.run(
                SmallExperiment.run(
                    folder, "--quiet", "--set", "training.epochs=1", "--set",
                    #"features.layout.features=[{"type": "rms"}, {"type": "chroma", "hop_length": 512}]"#))
            try #require(made.status == 0, "\(made.errors)")
            let out = folder + "/out"
            #expect(try BuiltProgram.run("export", run, "--out", out).status == 0)
            let ending = try BuiltProgram.run("export", folder + "/runs/small", "--out", out)
            #expect(
                ending.status == 0
                    && ending.output
                        == ["safetensors", "json", "onnx"].map { "\(out)/model.\($0)\n" }.joined()
            )
            #expect(
                ending.errors
                    == "note: features.py was not written, because it cannot reproduce features.layout.features[1] (the feature \"chroma\") exactly. Compute the input of model.onnx with: Train features FILES --model \(out)/model.safetensors --out x.npy\n"
            )
            #expect(!FileManager.default.fileExists(atPath: out + "/features.py"))
        }
    }

    @Test(arguments: ["evaluate", "report", "verify", "export"])
    func whatIsNoRunIsSaid(command: String) throws {
        try SmallExperiment.inFolder { folder in
            let nothing = try BuiltProgram.run(command, folder + "/nothing")
            #expect(nothing.status == 1)
            #expect(nothing.errors.contains("no such folder"), "\(nothing.errors)")
            #expect(nothing.errors.contains("the folder of a run, such as runs/quickstart"))
            let empty = try BuiltProgram.run(command, folder)
            #expect(empty.status == 1 && empty.errors.contains("config.json"), "\(empty.errors)")
        }
    }

    @Test func aRunThatHasNotEndedIsSaid() throws {
        try inCopy { copy in
            try FileManager.default.removeItem(atPath: copy + "/" + RunFile.result)
            for command in ["verify", "export"] {
                let ending = try BuiltProgram.run(command, copy)
                #expect(ending.status == 1 && ending.errors.contains("an unfinished run"))
            }
        }
    }

    @Test func damagedFilesOfARunAreSaid() throws {
        for (name, command) in [
            (RunFile.config, "evaluate"), (RunFile.model, "evaluate"), (RunFile.model, "export"),
            (RunFile.result, "verify"), (RunFile.predictions, "report"), (RunFile.metrics, "report"),
        ] {
            try inCopy { copy in
                let file = URL(fileURLWithPath: copy + "/" + name)
                try Data("{\u{0} nonsense\n".utf8).write(to: file)
                let ending = try BuiltProgram.run(
                    [command, copy] + (command == "evaluate" ? ["--no-cache"] : []))
                #expect(ending.status == 1, "\(command) with a damaged \(name)")
                #expect(ending.errors.contains(name), "\(command), \(name): \(ending.errors)")
            }
        }
    }
}
