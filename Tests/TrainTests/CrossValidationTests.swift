import Configuration
import Foundation
import Lab
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
            "The mean over 4 runs, with the range from the lowest to the highest run.", "mean of folds",
        ] { #expect(page.contains(text), "\(text)") }
        try FileManager.default.removeItem(atPath: folds + "/report.html")
        let again = try BuiltProgram.run("report", folds)
        let expected = try folds + "/report.html\n"
        #expect(again.status == 0 && again.output == expected, "\(again.errors)")
        #expect(try String(contentsOfFile: folds + "/report.html", encoding: .utf8) == page)
        let latex = try String(contentsOfFile: folds + "/table.tex", encoding: .utf8)
        #expect(latex.contains(#"\toprule"#) && latex.contains("2-fold speaker-independent"))
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
        let byFolds = try BuiltProgram.run("compare", members, "--test", "folds")
        #expect(byFolds.output.contains("There is no test: it needs at least 3 folds that differ."))
        let clips = try BuiltProgram.run("compare", members, "--test", "clips")
        #expect(clips.output.contains("permutation test that exchanges the predictions of 64 clips"))
    }

    @Test func modelsOfAllFoldsAreEvaluatedCombinedAndExported() throws {
        let own = try BuiltProgram.run("evaluate", folds, "--format", "json", "--no-cache")
        #expect(own.status == 0, "\(own.errors)")
        let table = try JSONValue.parse(own.output).elements ?? []
        let collected = try JSONValue.load(folds + "/table.json")["rows"]?.elements?.first
        let uar = table.first { $0["metric"]?.text == "uar" }
        #expect(uar?["pooled"]?.double != nil && uar?["pooled"]?.double == collected?["pooled"]?.double)
        let data = try folder + "/data.json"
        try #"{"source": {"type": "synthetic", "speakers": 2, "repetitions": 1}}"#.write(
            toFile: data, atomically: false, encoding: .utf8)
        let other = try BuiltProgram.run("evaluate", folds, "--data", data, "--no-cache")
        #expect(other.status == 0 && other.output.contains("fold 2     32     2"), "\(other.output)")
        let out = try folder + "/ensemble"
        let ensemble = try BuiltProgram.run(
            "evaluate", folds, "--data", data, "--ensemble", "--out", out, "--no-cache")
        #expect(ensemble.status == 0, "\(ensemble.errors)")
        #expect(FileManager.default.fileExists(atPath: out + "/report.html"))

        let file = try folder + "/all.safetensors"
        let combined = try BuiltProgram.run("combine", folds, "--out", file)
        #expect(combined.output.contains("an ensemble of 4 models"), "\(combined.errors)")
        let exported = try BuiltProgram.run("export", members + ":base", "--out", folder + "/exported")
        #expect(exported.status == 0, "\(exported.errors)")
        let onnx = try folder + "/exported/model.onnx"
        #expect(FileManager.default.fileExists(atPath: onnx))
    }

    @Test func runsAreListed() throws {
        let listed = try BuiltProgram.run("runs", folder + "/runs", "--format", "json")
        #expect(listed.status == 0, "\(listed.errors)")
        let rows = try JSONValue.parse(listed.output).elements ?? []
        #expect(rows.map { $0["name"]?.text } == ["folds", "members"])
        #expect(rows.map { $0["kind"]?.text } == ["cross-validation", "ablation of 2 members"])
        #expect(rows.allSatisfy { $0["state"]?.text == "ended" && $0["uar"]?.double != nil })
        let empty = try BuiltProgram.run("runs", folder)
        #expect(empty.status == 0 && empty.output.contains("No runs here."))
        let none = try BuiltProgram.run("runs", folder + "/nowhere")
        #expect(none.status == 1 && none.errors.contains("found no such folder"))
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let cases: [([String], String)] = [
            (["report", try folder + "/runs/none"], "found no such folder"),
            (["compare", try members + ":no dropuot", try folds], "did you mean \"no dropout\"?"),
            (
                ["compare", try folds],
                "which runs? Give two folders or more, or an ablation of several members"
            ),
            (["evaluate", try members], "found an ablation of 2 members"),
            (["evaluate", try folds, try folds], "is a cross-validation; evaluate it alone"),
            (["evaluate", try folds, "--ensemble"], "--ensemble needs --data"),
            (["evaluate", try folds, "--out", "x"], "--out is for a single evaluation"),
            (
                ["evaluate", try folds + "/runs/base-seed1-fold1", "--ensemble"],
                "--ensemble is for a cross-validation"
            ),
            (["export", try members], "found an ablation of 2 members"),
            (
                ["combine", try folds + "/runs/base-seed1-fold1", "--out", "x.safetensors"],
                "Give two or more"
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
        #expect(compared.errors.contains("1 of 4 runs have not ended and are left out"), "\(compared.errors)")
        for run in ["seed1-fold1", "seed1-fold2", "seed2-fold1"] {
            try FileManager.default.removeItem(atPath: copy + "/runs/base-\(run)/result.json")
        }
        let none = try BuiltProgram.run("report", copy)
        #expect(none.status == 64 && none.errors.contains("none of its runs has ended"), "\(none.errors)")
        let refused = try BuiltProgram.run("evaluate", copy)
        #expect(refused.status == 1 && refused.errors.contains("none of 4 runs has ended"))
    }
}
