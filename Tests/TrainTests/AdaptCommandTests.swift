import Configuration
import Foundation
import Lab
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
                (["evaluate", run, run, "--adapt", "batch-norm"], "applies to a single run"),
                (["predict", "-", "--model", run, "--adapt", "batch-norm"], "--adapt applies to files"),
            ] {
                let refused = try BuiltProgram.run(words)
                #expect(refused.status != 0 && refused.errors.contains(text), "\(refused.errors)")
            }
        }
    }
}
