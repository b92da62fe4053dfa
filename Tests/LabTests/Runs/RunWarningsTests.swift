import Configuration
import Lab
import SpeechEmotion
import Testing

/// Warnings that several runs share.
@Suite struct RunWarningsTests {
    private func result(_ edit: (inout RunResult) -> Void) -> RunResult {
        var result = RunResult()
        edit(&result)
        return result
    }

    private func truncated(_ truncated: Int, of clips: Int, share: Double) -> RunResult.Truncated {
        var part = RunResult.Truncated()
        (part.clips, part.truncated, part.shareLost) = (clips, truncated, share)
        part.options = Named([.init("features.layout.frames", truncated)])
        return part
    }

    private func skipped(_ reason: String, lost: [String] = []) -> RunResult.Skipped {
        var part = RunResult.Skipped()
        (part.subset, part.clips, part.skipped) = (.test, 8, 1)
        (part.reasons, part.lostClasses) = ([reason], lost)
        return part
    }

    @Test func goodRunsHaveNone() {
        let found = RunWarnings([("a", RunResult()), ("b", RunResult())])
        #expect(found.labels.isEmpty && found.summaries.isEmpty && found.sentences.isEmpty)
        #expect(RunResult().warnings.isEmpty)
    }

    /// Equal findings of several runs are one warning, with the message of the first run.
    @Test func findingsAreCounted() {
        let runs = [
            (
                "a",
                result { $0.findings = [.init(.lossRose, "The loss rose."), .init(.oneClass, "One class.")] }
            ),
            ("b", result { _ in }),
            ("c", result { $0.findings = [.init(.lossAboveGuessing, "The loss is 9.")] }),
        ].map { (name: $0.0, result: $0.1) }
        let found = RunWarnings(runs)
        #expect(
            found.labels == [
                "training diverged (2 of 3 runs)", "the model predicts a single class (1 of 3 runs)",
            ])
        #expect(
            found.summaries == [
                "training diverged in 2 of 3 runs (a, c)",
                "the model predicts a single class in 1 of 3 runs (a)",
            ])
        #expect(found.sentences[0] == "training diverged in 2 of 3 runs (a, c): in a: The loss rose")
        // A single run needs no count.
        let one = RunWarnings([runs[2]])
        #expect(one.labels == ["training diverged"])
        #expect(one.sentences == ["training diverged: The loss is 9"])
    }

    @Test func truncatedAndSkippedClipsAreCounted() {
        let runs = [
            (
                "a",
                result {
                    $0.truncation = [truncated(2, of: 6, share: 0.1), truncated(1, of: 2, share: 0.25)]
                    $0.skipped = [skipped("skipped: x.wav: no audio", lost: ["sad"])]
                }
            ), ("b", result { $0.truncation = [truncated(1, of: 6, share: 0.05)] }),
        ].map { (name: $0.0, result: $0.1) }
        let lost =
            "no clip of \"sad\" in the test set could be used: uar is averaged over the other classes, and macro_f1 counts the missing classes as 0"
        #expect(
            RunWarnings(runs).sentences == [
                "a class has no usable clip in the test set in 1 of 2 runs (a): in a: \(lost)",
                "clips are truncated in both runs: up to 3 of 8 clips of a run by features.layout.frames; up to 25.0% of the audio of a subset is lost",
                "clips were skipped in 1 of 2 runs (a): up to 1 clip of a run (x.wav: no audio)",
            ])
        #expect(runs[0].result.warnings == [lost + "."])
        let little = RunWarnings([("a", result { $0.truncation = [truncated(1, of: 900, share: 0.0004)] })])
        #expect(
            little.sentences == [
                "clips are truncated: 1 of 900 clips by features.layout.frames; less than 0.1% of the audio of a subset is lost"
            ])
    }
}
