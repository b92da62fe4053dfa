import Configuration
import Foundation
import Lab
import SpeechEmotion
import Testing

/// Commands that take the folder of a cross-validation or an ablation where they take a run.
@Suite(.serialized) struct CrossValidationTests {
    /// A cross-validation of four speakers in two folds with two seeds, and an ablation of two members; made once.
    private static let made: Result<String, any Error> = Result {
        let folder = NSTemporaryDirectory() + "train-folds-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        atexit {
            try? FileManager.default.removeItem(atPath: NSTemporaryDirectory() + "train-folds-\(getpid())")
        }
        let variants = #", "variants": {"no dropout": {"remove": ["model[2]"]}}"#
        for (name, more) in [("folds", ""), ("members", variants)] {
            var json = try JSONValue.parse(SmallExperiment.text)
            try json.set(#"split={"type": "k_fold", "folds": 2, "by": "speaker", "validation": 1}"#)
            json["sweep"] = try JSONValue.parse(#"{"seeds": 2, "folds": "all"\#(more)}"#)
            let config = "\(folder)/\(name).json"
            try Data(json.pretty().utf8).write(to: URL(fileURLWithPath: config))
            let ending = try BuiltProgram.run(
                "ablate", config, "--runs", folder + "/runs", "--name", name, "--jobs", "2")
            try #require(ending.status == 0, "\(ending.errors)")
        }
        return folder
    }

    private var folder: String { get throws { try Self.made.get() } }
    private var folds: String { get throws { try folder + "/runs/folds" } }
    private var members: String { get throws { try folder + "/runs/members" } }

    @Test func theFolderHasOneReportForAllRuns() throws {
        let page = try String(contentsOfFile: folds + "/report.html", encoding: .utf8)
        for text in [
            "2-fold speaker-independent cross-validation, 4 test speakers, 64 test clips, 2 seeds.",
            "Test predictions of all 4 runs", "Clips by class", "Accuracy by speaker, averaged over seeds",
            "The mean over 4 runs, with the range from the lowest to the highest value.", "mean of folds",
        ] { #expect(page.contains(text), "\(text)") }
        try FileManager.default.removeItem(atPath: folds + "/report.html")
        let again = try BuiltProgram.run("report", folds)
        let expected = try folds + "/report.html\n"
        #expect(again.status == 0 && again.output == expected, "\(again.errors)")
        #expect(try String(contentsOfFile: folds + "/report.html", encoding: .utf8) == page)
        let latex = try String(contentsOfFile: folds + "/table.tex", encoding: .utf8)
        #expect(latex.contains(#"\toprule"#))
        // Every table names the protocol.
        let captions = latex.split(separator: "\n").filter { $0.contains(#"\caption{"#) }
        let protocolText = "2-fold speaker-independent cross-validation, 4 test speakers"
        #expect(captions.count == 5 && captions.allSatisfy { $0.contains(protocolText) }, "\(captions)")
        let refused = try BuiltProgram.run("report", folds, "--no-cache")
        #expect(
            refused.status == 64
                && refused.errors.contains("--no-cache applies to the report of a single run"),
            "\(refused.errors)")
    }

    /// A fold list of which a whole fold is missing: the others are run, and everything says of how many folds it is.
    @Test func missingFoldsAreNamed() throws {
        try SmallExperiment.inFolder { folder in
            var json = try JSONValue.parse(SmallExperiment.text)
            try json.set(
                #"split={"type": "listed_folds", "folds": [[21, 22], [1], [2], [3, 4, 9]], "validation": "next_fold"}"#
            )
            let config = folder + "/listed.json"
            try Data(json.pretty().utf8).write(to: URL(fileURLWithPath: config))
            let missing = "fold 1 of 4 (missing: speaker 21, 22)"
            let asked = try BuiltProgram.run("run", config, "--runs", folder + "/runs", "--no-cache")
            #expect(asked.status != 0)
            #expect(
                asked.errors.contains("\"fold\": found 1, which has no clips: \(missing); allowed: 2, 3, 4"),
                "\(asked.errors)")
            json["sweep"] = ["folds": "all"]
            try Data(json.pretty().utf8).write(to: URL(fileURLWithPath: config))
            let check = try BuiltProgram.run("check", config)
            #expect(check.output.contains("left out: \(missing)\n"), "\(check.output)")
            #expect(check.output.contains("incomplete: fold 4 of 4: speaker 3, 4 (missing: 9)\n"))
            #expect(check.output.contains("folds 2, 3, 4: base"))
            let audit = try BuiltProgram.run("data", "audit", config, "--names-only")
            #expect(audit.errors.contains("left out: \(missing)") && audit.output.contains("fold 2 of 4"))
            let ending = try BuiltProgram.run(
                "ablate", config, "--runs", folder + "/runs", "--name", "listed", "--jobs", "2", "--no-cache")
            #expect(ending.status == 0 && ending.errors.contains("left out: \(missing)"), "\(ending.errors)")
            let words = "3 of 4 folds of a speaker-independent cross-validation"
            #expect(ending.output.contains(words) && ending.output.contains("without \(missing)"))
            #expect(ending.output.contains("from the test predictions of 3 of 4 folds together"))
            let page = try String(contentsOfFile: folder + "/runs/listed/report.html", encoding: .utf8)
            #expect(page.contains("Test predictions of all 3 runs (3 of 4 folds)"))
            #expect(page.contains(words) && page.contains("without \(missing)"))
            let run = folder + "/runs/listed/runs/base-seed1-fold4"
            let splits = try SplitFile.read(run + "/split.json").splits
            #expect(splits.map(\.name) == ["fold 4 of 4: speaker 3, 4 (missing: 9)", missing])
            #expect(splits.map(\.missing) == [["9"], ["21", "22"]])
            #expect(
                try String(contentsOfFile: run + "/report.html", encoding: .utf8).contains(
                    "left out: \(missing)."))
            #expect(try BuiltProgram.run("verify", run, "--no-cache").status == 0)
            // A file of the splits has the same numbers.
            let file = folder + "/folds.json"
            #expect(try BuiltProgram.run("data", "split", config, "--out", file).status == 0)
            try json.set(#"split={"type": "file", "file": "\#(file)"}"#)
            try Data(json.pretty().utf8).write(to: URL(fileURLWithPath: config))
            #expect(try BuiltProgram.run("check", config).output.contains("folds 2, 3, 4: base"))
        }
    }

    @Test func aPlotNeedsASingleRun() throws {
        let ending = try BuiltProgram.run("plot", "confusion", folds)
        let expected = try
            "\(folds) is a cross-validation or an ablation; pass one of its runs in \(folds)/runs, or use Train report to plot all of them"
        #expect(ending.status == 64 && ending.errors.contains(expected), "\(ending.errors)")
    }

    /// Models that are fitted as a whole have no training curves.
    @Test func fittedModelsHaveNoCurves() throws {
        try SmallExperiment.inFolder { folder in
            let ending = try BuiltProgram.run(
                "ablate", folder + "/small.json", "--runs", folder + "/runs", "--name", "fitted", "--set",
                #"split={"type": "k_fold", "folds": 2, "by": "speaker"}"#, "--set",
                #"model=[{"type": "standard_scaler"}, {"type": "gaussian_nb"}]"#, "--set",
                #"sweep={"folds": "all"}"#)
            try #require(ending.status == 0, "\(ending.errors)")
            let page = try String(contentsOfFile: folder + "/runs/fitted/report.html", encoding: .utf8)
            #expect(page.contains("Accuracy by speaker"))
            #expect(!page.contains("with the range from the lowest to the highest value"))
        }
    }

    /// The report uses the units and the confidence level of the sweep.
    @Test func theReportFollowsTheSweep() throws {
        let copy = try folder + "/sweep-copy"
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: folds, toPath: copy)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        var manifest = try JSONValue.load(copy + "/ablation.json")
        #expect(manifest["test"]?.text == "auto" && manifest["confidence_level"]?.double == 0.95)
        #expect((manifest["resamples"]?.double ?? 0) > 0)
        manifest["test"] = "clips"
        manifest["confidence_level"] = 0.8
        try Data(manifest.pretty().utf8).write(to: URL(fileURLWithPath: copy + "/ablation.json"))
        #expect(try BuiltProgram.run("report", copy).status == 0)
        let page = try String(contentsOfFile: copy + "/report.html", encoding: .utf8)
        #expect(page.contains("80% confidence intervals over 64 clips") && !page.contains("95% "))
    }

    /// Members have files of their own beside those of the whole ablation.
    @Test func membersDoNotOverwriteEachOther() throws {
        let whole = try String(contentsOfFile: members + "/report.html", encoding: .utf8)
        let report = try BuiltProgram.run("report", members + ":no dropout")
        #expect(try report.output == members + "/report-no-dropout.html\n", "\(report.errors)")
        #expect(try String(contentsOfFile: members + "/report.html", encoding: .utf8) == whole)
        for member in ["base", "no dropout"] {
            let exported = try BuiltProgram.run("export", members + ":" + member)
            let path = try "\(members)/export/\(member.replacing(" ", with: "-"))/model.onnx"
            #expect(exported.output.contains(path + "\n"), "\(exported.errors)\(exported.output)")
        }
    }

    @Test func crossValidationsAreComparedOnTheSameClips() throws {
        let found = try BuiltProgram.run("compare", folds, (members) + ":no dropout")
        #expect(found.status == 0, "\(found.errors)")
        #expect(found.output.contains("a paired t-test over 4 speakers with a jackknife standard error"))
        #expect(found.output.contains("model[2]") && !found.output.contains("seed\n"))
        // An ablation of two members is two sets by itself.
        let both = try BuiltProgram.run("compare", members, "--format", "csv")
        #expect(both.status == 0 && both.output.contains("members:no dropout,accuracy,"), "\(both.output)")
        let latex = try BuiltProgram.run("compare", members, "--format", "latex")
        #expect(latex.output.contains(#"\begin{tabular}"#) && latex.output.contains(#"Holm"#) == false)
        for format in ["table", "markdown", "html"] {
            let text = try BuiltProgram.run("compare", members, "--format", format).output
            #expect(text.contains("Protocol: 2-fold speaker-independent cross-validation, 4 test"), "\(text)")
        }
        let byFolds = try BuiltProgram.run("compare", members, "--test", "folds")
        #expect(
            byFolds.output.contains("There is no test: it requires at least 3 folds with different results."))
        // Intervals have the units of the test, too.
        #expect(byFolds.output.contains("With fewer than 3 folds there is no confidence interval."))
        #expect(!byFolds.output.contains("over 4 test speakers"), "\(byFolds.output)")
        let clips = try BuiltProgram.run("compare", members, "--test", "clips")
        #expect(
            clips.output.contains("random permutations) that exchanges the predictions of 64 clips"),
            "\(clips.output)")
    }

    @Test func modelsOfAllFoldsAreEvaluatedCombinedAndExported() throws {
        let own = try BuiltProgram.run("evaluate", folds, "--format", "json", "--no-cache")
        #expect(own.status == 0, "\(own.errors)")
        let table = try JSONValue.parse(own.output)
        let rows = table["rows"]?.elements ?? []
        #expect(table["protocol"]?.text?.hasPrefix("2-fold speaker-independent cross-validation") == true)
        #expect(table["note"]?.text?.contains("95% confidence intervals over 4 test speakers") == true)
        let saved = try JSONValue.load(folds + "/table.json")
        let collected = saved["rows"]?.elements?.first
        // The tables by fold and by speaker, in the file of the ablation and in the output.
        for tables in [saved, table] {
            let (folds, speakers) = (tables["folds"]?["rows"], tables["speakers"]?["rows"])
            #expect(folds?.elements?.map { $0["fold"]?.text } == ["fold 1", "fold 2"], "\(tables.line)")
            #expect(speakers?.elements?.count == 4 && speakers?.elements?.first?["uar"]?.double != nil)
        }
        #expect(saved["metrics"]?["rows"]?.elements?.contains { $0["metric"]?.text == "macro_f1" } == true)
        let uar = rows.first { $0["metric"]?.text == "uar" }
        #expect(uar?["pooled"]?.double != nil && uar?["pooled"]?.double == collected?["pooled"]?.double)
        let data = try folder + "/data.json"
        try #"{"source": {"type": "synthetic", "speakers": 2, "repetitions": 1}}"#.write(
            toFile: data, atomically: false, encoding: .utf8)
        let other = try BuiltProgram.run("evaluate", folds, "--data", data, "--no-cache")
        #expect(other.status == 0 && other.output.contains("fold 2     32     2"), "\(other.output)")
        #expect(other.output.contains("By speaker\n"), "\(other.output)")
        #expect(other.output.contains("The mean of folds has no confidence interval"), "\(other.output)")
        // One report for all folds, with the pooled predictions.
        let evaluations = try FileManager.default.contentsOfDirectory(atPath: folds + "/evaluations").sorted()
        let named = try #require(evaluations.first { $0 != "test" }, "\(evaluations)")
        let files = try FileManager.default.contentsOfDirectory(atPath: folds + "/evaluations/" + named)
        #expect(
            files.sorted() == [
                "evaluation.json", "folds.csv", "predictions.csv", "report.html", "speakers.csv", "table.csv",
                "table.json",
            ])
        let page = try String(
            contentsOfFile: folds + "/evaluations/\(named)/report.html", encoding: .utf8)
        #expect(page.contains("Test predictions of all 4 models"))
        #expect(page.contains("4 models of a 2-fold cross-validation, each evaluated on"))
        let lines = try String(
            contentsOfFile: folds + "/evaluations/\(named)/predictions.csv", encoding: .utf8
        ).split(separator: "\n")
        #expect(lines.count == 1 + 4 * 32 && lines[0].hasPrefix("seed,fold,file,speaker,label,predicted,"))
        let first = try folds + "/runs/base-seed1-fold1/evaluations"
        #expect(!FileManager.default.fileExists(atPath: first))
        let out = try folder + "/ensemble"
        let ensemble = try BuiltProgram.run(
            "evaluate", folds, "--data", data, "--ensemble", "--out", out, "--no-cache")
        #expect(ensemble.status == 0, "\(ensemble.errors)")
        #expect(FileManager.default.fileExists(atPath: out + "/report.html"))
        let beside = try BuiltProgram.run("evaluate", folds, "--data", data, "--ensemble", "--no-cache")
        #expect(try beside.output.contains("Results: " + folds + "/evaluations/"))
        #expect(!FileManager.default.fileExists(atPath: first))
        let latex = try BuiltProgram.run("evaluate", folds, "--format", "latex", "--no-cache")
        #expect(latex.output.hasPrefix(#"\begin{table}"#), "\(latex.errors)")
        for caption in [#"\caption{By fold."#, #"\caption{By speaker."#] {
            #expect(latex.output.contains(caption), "\(latex.output)")
        }

        let file = try folder + "/all.safetensors"
        let combined = try BuiltProgram.run("combine", folds, "--out", file)
        #expect(combined.output.contains("an ensemble of 4 models"), "\(combined.errors)")
        #expect(!combined.errors.contains("more than once"))
        let run = try folds + "/runs/base-seed1-fold1"
        let again = try BuiltProgram.run(
            "combine", folds, run, run, "--out", folder + "/again.safetensors")
        #expect(again.output.contains("an ensemble of 6 models"))
        #expect(again.errors.components(separatedBy: "more than once").count == 2, "\(again.errors)")
        #expect(
            again.errors.contains(
                "note: \(run) is given more than once; each occurrence counts as a separate model\n"))
        let exported = try BuiltProgram.run("export", members + ":base", "--out", folder + "/exported")
        #expect(exported.status == 0, "\(exported.errors)")
        let onnx = try folder + "/exported/model.onnx"
        #expect(FileManager.default.fileExists(atPath: onnx))
    }

    /// The network of each seed votes with the classical model of the fold, which has one seed and other features.
    @Test func severalCrossValidationsFormAnEnsemblePerFold() throws {
        var json = try JSONValue.parse(SmallExperiment.text)
        for setting in [
            #"split={"type": "k_fold", "folds": 2, "by": "speaker", "validation": 1}"#,
            #"features.layout={"type": "summary", "entries": [{"feature": {"type": "rms"}, "statistics": ["mean", "std"]}]}"#,
            #"model=[{"type": "standard_scaler"}, {"type": "logistic_regression"}]"#,
            #"sweep={"seeds": 1, "folds": "all"}"#,
        ] { try json.set(setting) }
        let (config, runs) = (try folder + "/classical.json", try folder + "/classical-runs")
        try Data(json.pretty().utf8).write(to: URL(fileURLWithPath: config))
        for (name, folds) in [("classical", "\"all\""), ("part", "[1]")] {
            let ending = try BuiltProgram.run(
                "ablate", config, "--runs", runs, "--name", name, "--no-cache", "--set",
                "sweep.folds=\(folds)")
            try #require(ending.status == 0, "\(ending.errors)")
        }
        let (classical, out) = (runs + "/classical", try folder + "/votes")
        let words = ["--voting", "soft", "--weights", "2,1", "--no-cache"]
        let found = try BuiltProgram.run(["evaluate", folds, classical] + words + ["--out", out])
        #expect(found.status == 0, "\(found.errors)")
        // The ensemble, and both cross-validations with a test against it.
        for text in ["folds + classical", "a paired t-test over 4 speakers"] {
            #expect(found.output.contains(text), "\(text): \(found.output)")
        }
        let page = try String(contentsOfFile: out + "/report.html", encoding: .utf8)
        #expect(
            page.contains("one for each fold, which averages the class probabilities of its models with the"))
        #expect(page.contains("Test predictions of all 4 models of folds + classical"))
        #expect(page.contains("Test predictions of all 2 models of classical"))
        let rows = try JSONValue.load(out + "/table.json")["rows"]?.elements ?? []
        for (name, path) in [("folds", try folds), ("classical", classical)] {
            let own = rows.first { $0["variant"]?.text == name && $0["metric"]?.text == "uar" }
            let saved = try JSONValue.load(path + "/table.json")["rows"]?.elements?.first
            #expect(own?["pooled"]?.double != nil && own?["pooled"]?.double == saved?["pooled"]?.double)
        }
        // Each fold has the predictions of the ensemble of its runs.
        let members = try FileManager.default.contentsOfDirectory(atPath: classical + "/runs")
        let second = try #require(members.first { $0.hasSuffix("-fold2") })
        let single = try folder + "/vote"
        let one = try BuiltProgram.run(
            ["evaluate", folds + "/runs/base-seed2-fold2", classical + "/runs/" + second] + words
                + ["--out", single])
        #expect(one.status == 0, "\(one.errors)")
        func lines(_ folder: String) throws -> [String] {
            try String(contentsOfFile: folder + "/predictions.csv", encoding: .utf8)
                .split(separator: "\n").map(String.init)
        }
        let votes = try lines(out)
        #expect(votes.count == 1 + 2 * 64)
        #expect(try votes.filter { $0.hasPrefix("2,2,") } == lines(single).dropFirst().map { "2,2," + $0 })
        // What does not fit.
        let cases: [([String], String)] = [
            ([], "Train evaluate --voting soft accepts different features"),
            (["--voting", "soft", "--adapt", "batch-norm"], "requires a model with batch normalization"),
        ]
        for (words, message) in cases {
            let ending = try BuiltProgram.run(["evaluate", folds, classical] + words)
            #expect(ending.status == 1 && ending.errors.contains(message), "\(ending.errors)")
        }
        let part = try BuiltProgram.run("evaluate", folds, runs + "/part", "--voting", "soft")
        #expect(part.status == 1, "\(part.output)")
        #expect(part.errors.contains("the folds: found 1; allowed: 1, 2, as in"), "\(part.errors)")
    }

    /// A model of several runs predicts as an ensemble.
    @Test func predictTakesACrossValidation() throws {
        let sound = try folder + "/tone.wav"
        try AudioFile.write(
            Waveform((0..<16000).map { Float(0.3 * sin(Double($0) / 7)) }, rate: 16000), to: sound)
        let file = try folder + "/base.safetensors"
        let made = try BuiltProgram.run("combine", members + ":base", "--out", file)
        try #require(made.status == 0 || made.errors.contains("overwrites nothing"), "\(made.errors)")
        let answers = try [members + ":base", file].map {
            try BuiltProgram.run("predict", sound, "--model", $0, "--format", "json", "--no-cache")
        }
        #expect(answers[0].status == 0 && answers[0].output == answers[1].output, "\(answers[0].errors)")
    }

    @Test func runsAreListed() throws {
        let listed = try BuiltProgram.run("runs", folder + "/runs", "--format", "json")
        #expect(listed.status == 0, "\(listed.errors)")
        let rows = try JSONValue.parse(listed.output)["rows"]?.elements ?? []
        #expect(rows.map { $0["name"]?.text } == ["folds", "members"])
        #expect(rows.map { $0["kind"]?.text } == ["cross-validation", "ablation of 2 members"])
        #expect(rows.allSatisfy { $0["state"]?.text == "finished" && $0["uar"]?.double != nil })
        let latex = try BuiltProgram.run("runs", folder + "/runs", "--format", "latex")
        #expect(latex.output.contains(#"\begin{tabular}{llll"#), "\(latex.output)")
        #expect(latex.output.contains("runs. 2-fold speaker-independent cross-validation, 4 test speakers"))
        let dates = #/& \d{4}-\d{2}-\d{2} \d{2}:\d{2} &/#
        #expect(latex.output.matches(of: dates).count == 2)
        let members = try BuiltProgram.run("runs", folder + "/runs/folds", "--format", "json")
        let runs = try JSONValue.parse(members.output)["rows"]?.elements ?? []
        #expect(runs.count == 4 && runs.allSatisfy { $0["kind"]?.text == "run" }, "\(members.output)")
        let empty = try BuiltProgram.run("runs", folder)
        #expect(empty.status == 0 && empty.output.contains("No runs in this folder."))
        let none = try BuiltProgram.run("runs", folder + "/nowhere")
        #expect(none.status == 1 && none.errors.contains("found no such folder"))
        #expect(none.errors.contains("a folder with runs, such as runs"), "\(none.errors)")
    }

    @Test func runsWithOtherClassesAreNotPooled() throws {
        let copy = try folder + "/classes/folds"
        try FileManager.default.createDirectory(
            atPath: folder + "/classes", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: folds, toPath: copy)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        let file = copy + "/runs/base-seed2-fold2/predictions.csv"
        let text = try String(contentsOfFile: file, encoding: .utf8).replacing("angry", with: "furious")
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.removeItem(atPath: copy + "/runs/base-seed2-fold2/SHA256SUMS")
        let ending = try BuiltProgram.run(
            "ablate", folder + "/folds.json", "--runs", folder + "/classes", "--name", "folds", "--collect")
        #expect(ending.status != 0 && ending.errors.contains(file), "\(ending.errors)")
        #expect(ending.errors.contains("found the classes"), "\(ending.errors)")
        #expect(ending.errors.contains("those of the other runs: "), "\(ending.errors)")
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let cases: [([String], String)] = [
            (["report", try folder + "/runs/none"], "found no such folder"),
            (["compare", try members + ":no dropuot", try folds], "did you mean \"no dropout\"?"),
            (
                ["compare", try folds],
                "missing argument: two or more run folders, or an ablation with several members"
            ),
            (["evaluate", try members], "found an ablation of 2 members"),
            (
                ["evaluate", try folds, try folds + "/runs/base-seed1-fold1"],
                "name only cross-validations or only runs"
            ),
            (
                ["evaluate", try folds, try members + ":base", "--ensemble"],
                "--ensemble applies to a single cross-validation"
            ),
            (
                ["evaluate", try folds, try members + ":base", "--weights", "1,2,3"],
                "--weights: expected 2, one per model, found 3"
            ),
            (["evaluate", try folds, "--ensemble"], "--ensemble requires --data"),
            (
                ["evaluate", try folds + "/runs/base-seed1-fold1", "--voting", "soft"],
                "--voting applies to an ensemble of several models"
            ),
            (
                ["evaluate", try folds, "--voting", "soft"],
                "--voting applies to an ensemble of several models"
            ),
            (["evaluate", try folds, "--out", try folder], "an evaluation overwrites nothing"),
            (["features", try folds], "pass one of them, such as"),
            (["features", try members + ":base"], "/runs/base-seed1-fold1"),
            (["features", "x.wav", "--cache-limit", "1GB"], "--cache-limit requires --cache"),
            (["predict", "x.wav", "--model", try members], "found an ablation of 2 members"),
            (
                [
                    "ablate", try folder + "/folds.json", "--runs", try folder + "/runs", "--name", "members",
                    "--set", "training.epochs=1",
                ],
                "members contains runs of a different ablation; choose another --name, or move the folder"
            ),
            (
                ["combine", try folds, "--out", try folds + "/runs/base-seed1-fold1/model.safetensors"],
                "a new name; the .safetensors file and its .json must not exist yet"
            ),
            (
                ["combine", try folds],
                "specify the output with --out FILE, such as --out ensemble.safetensors"
            ),
            (
                ["evaluate", try folds + "/runs/base-seed1-fold1", "--ensemble"],
                "--ensemble applies to a cross-validation"
            ),
            (["export", try members], "found an ablation of 2 members"),
            (
                ["combine", try folds + "/runs/base-seed1-fold1", "--out", "x.safetensors"],
                "two or more runs or model files"
            ),
        ]
        for (words, message) in cases {
            let ending = try BuiltProgram.run(words)
            #expect(ending.status != 0 && ending.errors.contains(message), "\(words): \(ending.errors)")
        }
    }

    /// Runs that have not ended are named, not dropped.
    @Test func unfinishedRunsAreNamed() throws {
        let copy = try folder + "/runs-copy"
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: folds, toPath: copy)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try FileManager.default.removeItem(atPath: copy + "/runs/base-seed2-fold2/result.json")
        let compared = try BuiltProgram.run("compare", copy, folds)
        let warning = "1 of 4 runs has not finished and is excluded: base-seed2-fold2"
        #expect(compared.output.contains(warning), "\(compared.output)")
        let written = try BuiltProgram.run("compare", copy, folds, "--format", "csv")
        #expect(written.errors.contains(warning) && written.output.contains(warning))
        let out = copy + "/all.safetensors"
        for words in [["combine", copy, "--out", out], ["export", copy], ["report", copy]] {
            let ending = try BuiltProgram.run(words)
            #expect(ending.status == 0 && ending.errors.contains("warning: "), "\(words) \(ending.errors)")
            #expect(ending.errors.contains(warning), "\(words): \(ending.errors)")
        }
        let page = try String(contentsOfFile: copy + "/report.html", encoding: .utf8)
        #expect(page.contains(warning))
        for run in ["seed1-fold1", "seed1-fold2", "seed2-fold1"] {
            try FileManager.default.removeItem(atPath: copy + "/runs/base-\(run)/result.json")
        }
        let none = try BuiltProgram.run("report", copy)
        #expect(
            none.status == 64
                && none.errors.contains("no finished run; resume with the same Train ablate command"),
            "\(none.errors)")
        let refused = try BuiltProgram.run("evaluate", copy)
        #expect(refused.status == 1 && refused.errors.contains("none of 4 runs has finished"))
    }
}
