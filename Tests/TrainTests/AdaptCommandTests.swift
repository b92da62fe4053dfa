import Configuration
import Foundation
import Lab
import SpeechEmotion
import Testing

/// `--adapt` of `evaluate` and `predict`.
@Suite struct AdaptCommandTests {
    @Test func adaptedResultsAreBesideTheOthers() throws {
        try SmallExperiment.inFolder { own in
            let training = try BuiltProgram.run(
                SmallExperiment.run(
                    own, "--quiet", "--set", #"model[0]={"type": "batch_norm"}"#, "--set", "training.epochs=2"
                ))
            try #require(training.status == 0, "\(training.errors)")
            let run = own + "/runs/small"
            let table = try BuiltProgram.run(
                "evaluate", run, "--adapt", "batch-norm", "--out", own + "/a", "--no-cache")
            #expect(table.status == 0 && table.output.contains("not adapted"), "\(table.errors)")
            #expect(table.output.contains("transductive"))
            let evaluate = try BuiltProgram.run(
                "evaluate", run, "--adapt", "batch-norm", "--format", "json", "--out", own + "/b",
                "--no-cache")
            let json = try JSONValue.parse(evaluate.output)
            #expect(json["test"] == (try JSONValue.load(run + "/result.json")["test"]))
            #expect(json["adapted"]?["test"]?["loss"]?.double != json["test"]?["loss"]?.double)
            for (words, text) in [
                (
                    ["evaluate", run, "--adapt", "normalization", "--out", own + "/c"],
                    "normalizes by speaker"
                ),
                (["predict", "-", "--model", run, "--adapt", "batch-norm"], "--adapt applies to files"),
            ] {
                let refused = try BuiltProgram.run(words)
                #expect(refused.status != 0 && refused.errors.contains(text), "\(refused.errors)")
            }
            // An ensemble of a model with itself is the model, before and after the adaptation of each.
            let twice = try BuiltProgram.run(
                "evaluate", run, run, "--adapt", "batch-norm", "--format", "json", "--out", own + "/d",
                "--no-cache")
            let both = try JSONValue.parse(twice.output)
            for path in ["test", "adapted"] {
                let (one, two) =
                    path == "test"
                    ? (json["test"], both["test"])
                    : (
                        json["adapted"]?["test"], both["adapted"]?["test"]
                    )
                let gap = abs((one?["loss"]?.double ?? 0) - (two?["loss"]?.double ?? 1))
                #expect(gap < 1e-6, "\(path): \(twice.errors)")
            }
        }
    }

    /// Each model of a cross-validation is adapted by itself, and the table has both results.
    @Test func modelsOfACrossValidationAreAdapted() throws {
        try SmallExperiment.inFolder { own in
            try SmallExperiment.text.write(toFile: own + "/small.json", atomically: false, encoding: .utf8)
            let training = try BuiltProgram.run(
                "ablate", own + "/small.json", "--runs", own, "--name", "cv", "--no-cache", "--set",
                #"model[0]={"type": "batch_norm"}"#, "--set", "training.epochs=2", "--set", "evaluation={}",
                "--set", #"split={"type": "k_fold", "by": "speaker", "folds": 2, "validation": 0.25}"#,
                "--set", #"sweep={"folds": "all", "metric": "uar"}"#)
            try #require(training.status == 0, "\(training.errors)")
            let table = try BuiltProgram.run(
                "evaluate", own + "/cv", "--adapt", "batch-norm", "--out", own + "/all", "--no-cache")
            try #require(table.status == 0, "\(table.errors)")
            #expect(table.output.contains("adapted (batch-norm)") && table.output.contains("transductive"))
            let text = try String(contentsOfFile: own + "/all/folds.csv", encoding: .utf8)
            let folds = text.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            let column = try #require(folds[0].firstIndex(of: "uar"))
            let runs = try RunSet.all(own + "/cv", skipsUnfinished: false).flatMap(\.records).map(\.path)
            for (number, run) in runs.enumerated() {
                let single = try BuiltProgram.run(
                    "evaluate", run, "--adapt", "batch-norm", "--format", "json", "--out",
                    own + "/\(number)", "--no-cache")
                let json = try JSONValue.parse(single.output)
                let rows = folds.filter { $0[1] == "fold \(number + 1)" }
                #expect(rows.map { $0[0] }.contains("adapted (batch-norm)") && rows.count == 2)
                for (row, value) in zip(rows, [json["test"]?["uar"], json["adapted"]?["test"]?["uar"]]) {
                    let gap = abs((Double(row[column]) ?? 0) - (value?.double ?? 1))
                    #expect(gap < 1e-9, "\(row)")
                }
                // The predictions of each fold are those of its run.
                let files = try ["all", "\(number)"].map {
                    try String(contentsOfFile: own + "/\($0)/adapted-predictions.csv", encoding: .utf8)
                }
                for line in files[1].split(separator: "\n").dropFirst() { #expect(files[0].contains(line)) }
            }
            // As an ensemble, each model is adapted to the files.
            let clip = SyntheticClip(seed: 1, speaker: 1, emotion: .sad, statement: 1, repetition: 1)
            try AudioFile.write(clip.wave(), to: own + "/a.wav")
            let outputs = try [[], ["--adapt", "batch-norm"]].map { words in
                let ending = try BuiltProgram.run(
                    ["predict", own + "/a.wav", "--model", own + "/cv", "--format", "csv", "--no-cache"]
                        + words)
                #expect(ending.status == 0, "\(ending.errors)")
                return ending.output
            }
            #expect(outputs[0] != outputs[1])
            let predicted = try BuiltProgram.run(
                "evaluate", own + "/cv", "--adapt", "normalization", "--out", own + "/x", "--no-cache")
            #expect(predicted.status == 1 && predicted.errors.contains("normalizes by speaker"))
        }
    }
}
