import Autograd
import Foundation
import Lab
import Metrics
import Testing

/// Seeds and folds as one result, against numbers computed by hand.
@Suite struct RunGroupTests {
    /// The runs of a cross-validation: `accuracies[seed][fold]` of ten clips each, by two speakers in each fold.
    private func group(
        _ name: String, _ accuracies: [[Int]], independent: Bool? = true, firstSeed: Int = 1
    ) -> RunGroup {
        var members: [RunGroup.Member] = []
        for (seed, folds) in accuracies.enumerated() {
            for (fold, right) in folds.enumerated() {
                var predictions = Predictions(classes: ["a", "b"])
                for clip in 0..<10 {
                    let truth = clip % 2
                    let isRight = clip < right
                    predictions.append(
                        "\(fold)-\(clip)", speaker: "\(fold)-\(clip % 5 < 3 ? "f" : "m")", truth: truth,
                        probabilities: (truth == 0) == isRight ? [0.8, 0.2] : [0.3, 0.7])
                }
                var member = RunGroup.Member(
                    seed: firstSeed + seed, fold: fold + 1,
                    metrics: ["accuracy": Double(right) / 10, "loss": Double(10 - right)])
                member.predictions = predictions
                member.speakerIndependent = independent
                member.testToTrain = 0.25
                members.append(member)
            }
        }
        return RunGroup(name, members)
    }

    private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-9 }

    private func estimate(_ group: RunGroup, _ metric: String = "accuracy") -> GroupEstimate {
        GroupEstimate(group, metric, unit: group.unit, level: 0.95)
    }

    /// More seeds of the same results leave every interval as it is.
    @Test func seedsAreNoSample() {
        let one = group("one", [[4, 6, 7, 9, 8]])
        let many = group("many", Array(repeating: [4, 6, 7, 9, 8], count: 10))
        #expect(one.unit == .speakers && many.unit == .speakers)
        let (a, b) = (estimate(one), estimate(many))
        #expect(isClose(a.pooled.low, b.pooled.low) && isClose(a.pooled.high, b.pooled.high))
        #expect(isClose(a.folds.low, b.folds.low) && isClose(a.folds.high, b.folds.high))
        #expect(a.seedDeviation.isNaN && b.seedDeviation < 1e-12)
        #expect(a.pooled.units == 10 && a.folds.units == 5)
        #expect(isClose(a.pooled.estimate, 0.68) && isClose(a.foldDeviation, 0.19235384061671346))
    }

    @Test func partsOfTheFoldsAreNamed() {
        var members = group("x", [[4, 6, 8]]).members
        for index in members.indices {
            (members[index].splitFolds, members[index].missingFolds) = (
                5, ["fold 4 of 5 (missing: speaker 8)"]
            )
        }
        #expect(
            RunGroup("x", members).protocolText
                == "3 of 5 folds of a speaker-independent cross-validation, 6 test speakers, 30 test clips, 1 seed, without fold 4 of 5 (missing: speaker 8)"
        )
        // A fold that was missing for some of the runs alone may have been run later.
        members[1].missingFolds = []
        #expect(!RunGroup("x", members).protocolText.contains("without"))
    }

    /// Runs that are resumed after clips were added to the corpus are not one cross-validation.
    @Test func runsOfDifferentDataAreAWarning() {
        func warning(_ fingerprints: [String?]) -> String? {
            var members = group("x", [[4, 6, 8]]).members
            for index in members.indices { members[index].dataFingerprint = fingerprints[index] }
            return RunGroup("x", members).dataWarning
        }
        #expect(warning(["a", "a", "a"]) == nil && warning(["a", nil, "a"]) == nil)
        #expect(
            warning(["a", "b", "a"])
                == "x: the corpus differs between 2 runs (for example, seed 1, fold 1) and 1 run (for example, seed 1, fold 2), so they do not form one cross-validation; rerun all of them with another --name"
        )
    }

    @Test func spreadsOfSeedsAndFoldsAreApart() {
        let found = estimate(group("x", [[4, 6, 8], [6, 8, 10]]))
        // Folds 5, 7, 9 of ten, averaged over seeds; seeds 6 and 8 of ten over all folds.
        #expect(isClose(found.folds.estimate, 0.7) && isClose(found.foldDeviation, 0.2))
        #expect(isClose(found.seedDeviation, 0.1414213562373095))
    }

    /// The folds of a split by file share training data, which makes their interval wider.
    @Test func foldsByFileAreCorrected() {
        let (apart, shared) = (group("x", [[5, 6, 7]]), group("x", [[5, 6, 7]], independent: false))
        #expect(shared.unit == .folds && apart.unit == .speakers)
        let (a, b) = (estimate(apart).folds, estimate(shared).folds)
        #expect(a.method == .student && b.method == .correctedStudent)
        // Proportions have their interval on the logit scale.
        func logit(_ p: Double) -> Double { log(p / (1 - p)) }
        let ratio = (logit(b.high) - logit(0.6)) / (logit(a.high) - logit(0.6))
        #expect(isClose(ratio, (1 + 3 * 0.25).squareRoot()))
        #expect(isClose(logit(0.6) - logit(a.low), logit(a.high) - logit(0.6)))
        #expect(group("x", [[4, 6]], independent: false).unit == .clips)
        #expect(group("x", [[4, 6]], independent: nil).unit == .speakers)
    }

    /// A clip that is tested in several splits makes folds dependent, also where speakers are not shared.
    @Test func repeatedHoldOutsAreCorrected() {
        var repeated = group("x", [[4, 6, 8]]).members
        for index in repeated.indices { repeated[index].predictions = repeated[0].predictions }
        #expect(estimate(RunGroup("x", repeated)).folds.method == .correctedStudent)
    }

    @Test func differencesArePairedBySeedAndClip() throws {
        let base = group("base", [[4, 6, 7, 9, 8], [5, 5, 5, 5, 5]])
        let better = group("better", [[6, 8, 9, 10, 10], [7, 7, 7, 7, 7]])
        let found = GroupDifference(better, from: base, "accuracy", unit: .speakers, draws: 2000)
        #expect(isClose(found.value, 0.18 + 0.01) && found.units == 10 && found.test == .permutation)
        #expect(found.pValue < 0.05 && found.warnings.isEmpty)
        // Each is averaged over its own seeds, whichever these are.
        for seed in [2, 9] {
            let second = group("second", [[7, 7, 7, 7, 7]], firstSeed: seed)
            let uneven = GroupDifference(second, from: base, "accuracy", unit: .speakers, draws: 100)
            #expect(isClose(uneven.value, 0.7 - (0.68 + 0.5) / 2) && uneven.pValue.isFinite)
            #expect(
                uneven.warnings == [
                    "second and base have different numbers of seeds: 1 and 2; the difference is between their means over seeds"
                ])
        }
        // One seed each, of different numbers: they are paired all the same.
        let other = group("other", [[4, 6, 7, 9, 8]], firstSeed: 9)
        let one = group("one", [[4, 6, 7, 9, 8]])
        let equal = GroupDifference(other, from: one, "accuracy", unit: .speakers, draws: 100)
        #expect(equal.value == 0 && equal.pValue == 1)
    }

    /// A run that is missing leaves its clips out of all seeds of both groups.
    @Test func differencesOfIncompleteGroupsUseTheirCommonClips() {
        let base = group("base", [[4, 6, 7, 9], [5, 5, 5, 2]])
        var members = group("part", [[6, 8, 9, 1], [7, 7, 7, 10]]).members
        members.removeLast()
        for (group, other, sign) in [
            (RunGroup("part", members), base, 1.0), (base, RunGroup("part", members), -1),
        ] {
            let found = GroupDifference(group, from: other, "accuracy", unit: .speakers, draws: 100)
            // The first three folds of ten clips, averaged over both seeds.
            let (mine, its) = ((6.0 + 8 + 9 + 7 + 7 + 7) / 60, (4.0 + 6 + 7 + 5 + 5 + 5) / 60)
            #expect(isClose(found.value, sign * (mine - its)) && found.units == 6)
            #expect(found.basis == "30 clips")
            let counts = sign > 0 ? "30 to 40 and 40" : "40 and 30 to 40"
            #expect(
                found.warnings == [
                    "\(group.name) and \(other.name) were tested on different clips: \(counts), 30 of them in common; the difference and its test use only the common clips"
                ])
        }
    }

    @Test func differencesOverFoldsAreThoseOfFoldMeans() {
        let base = group("base", [[4, 6, 7], [6, 6, 7]], independent: false)
        let other = group("other", [[5, 8, 8], [7, 8, 8]], independent: false)
        let found = GroupDifference(other, from: base, "accuracy", unit: .folds, draws: 100)
        // Differences 0.1, 0.2, 0.1: t = mean / (sd * sqrt(1/3 + 1/4)) with two degrees of freedom.
        let expected = FoldResults([0.1, 0.2, 0.1], testToTrain: 0.25)
        #expect(isClose(found.value, 0.4 / 3) && isClose(found.pValue, expected.pValue))
        #expect(found.test == .correctedStudent && found.units == 3 && found.basis == "")
    }

    /// Folds with the same number and other clips are no pairs.
    @Test func foldsOfOtherClipsAreNotPaired() {
        let base = group("base", [[4, 6, 7]], independent: false)
        var members = group("other", [[5, 8, 8]], independent: false).members
        var clips = Predictions(classes: ["a", "b"])
        clips.append("elsewhere", truth: 0, probabilities: [1, 0])
        members[1].predictions = clips
        let other = RunGroup("other", members)
        let found = GroupDifference(other, from: base, "accuracy", unit: .folds, draws: 100)
        #expect(isClose(found.value, 0.4 / 3) && found.pValue.isNaN && found.test == nil)
        #expect(
            found.warnings == [
                "other and base have different test clips in fold 2: folds cannot be paired, and there is no test over folds; use --test speakers or --test clips to pair their predictions by clip"
            ])
        let fewer = GroupDifference(
            group("fewer", [[5, 8]], independent: false), from: base, "accuracy", unit: .folds, draws: 100)
        #expect(
            fewer.warnings == [
                "fewer and base have 2 folds in common; the difference is computed over these folds"
            ])
        #expect(fewer.basis == "2 folds")
    }

    @Test func groupsWithNothingInCommonHaveNoTest() {
        let base = group("base", [[4, 6, 7]])
        func warnings(_ unit: IndependentUnit, _ change: (inout RunGroup.Member) -> Void) -> [String] {
            var members = group("x", [[5, 7, 8]]).members
            for index in members.indices { change(&members[index]) }
            let found = GroupDifference(
                RunGroup("x", members), from: base, "accuracy", unit: unit, draws: 10)
            #expect(found.test == nil && found.pValue.isNaN)
            return found.warnings
        }
        #expect(
            warnings(.folds) { $0.fold += 3 } == ["x and base have no fold in common: no test between them"])
        #expect(
            warnings(.folds) { member in
                for index in member.predictions?.ids.indices ?? 0..<0 {
                    member.predictions?.ids[index] += " of another corpus"
                }
            } == ["x and base have no test clips in common: they cannot be compared"])
        #expect(
            warnings(.speakers) { $0.predictions = nil } == [
                "no test between x and base: the predictions of a run are missing, or their classes differ from those of the other runs"
            ])
        #expect(
            warnings(.speakers) { $0.predictions?.classes = ["a", "c"] } == [
                "x and base have different classes: no test between them"
            ])
        var elsewhere = group("x", [[5, 7, 8]])
        elsewhere.evaluatedOn = "emodb"
        #expect(
            GroupDifference(elsewhere, from: base, "accuracy", unit: .folds, draws: 10).warnings == [
                "x and base were not evaluated on the test sets of their folds: no test over folds"
            ])
    }

    /// The models of all folds on the same other data: speakers and clips are independent, folds are not.
    @Test func foldsOnTheSameDataHaveNoInterval() {
        var members = group("x", [[4, 6, 8], [5, 6, 7]]).members
        for index in members.indices {
            members[index].predictions = members[0].predictions
            members[index].speakerIndependent = nil
            members[index].splitFolds = 3
        }
        var other = RunGroup("x", members)
        other.evaluatedOn = "emodb"
        let found = estimate(other)
        #expect(found.folds.low.isNaN && found.folds.method == nil && isClose(found.folds.estimate, 0.6))
        #expect(found.foldDeviation.isFinite && found.pooledUnit == .speakers && found.pooled.units == 2)
        #expect(
            other.protocolText
                == "6 models of a 3-fold cross-validation, each evaluated on emodb, 2 speakers, 10 clips, 2 seeds"
        )
        let note = GroupOverviews([other], metrics: ["accuracy"]).allMetrics(level: 0.95, draws: 10).note
        #expect(note.contains("The mean of folds has no confidence interval: the folds were not"), "\(note)")
    }

    /// The intervals of a table have the units of its tests: over folds, pooled predictions have none.
    @Test func intervalsHaveTheUnitsOfTheTests() {
        func found(_ group: RunGroup, _ unit: IndependentUnit) -> GroupEstimate {
            GroupEstimate(group, "accuracy", unit: unit, level: 0.95)
        }
        let apart = group("x", [[4, 6, 8]])
        #expect(
            found(apart, .speakers).pooled.method == .jackknife && found(apart, .speakers).pooled.units == 6)
        #expect(found(apart, .clips).pooledUnit == .clips && found(apart, .clips).pooled.units == 30)
        for group in [apart, group("x", [[4, 6, 8]], independent: false)] {
            let over = found(group, .folds)
            #expect(over.pooled.method == nil && over.pooled.low.isNaN && isClose(over.pooled.estimate, 0.6))
            #expect(over.folds.method != nil && over.folds.units == 3)
        }
        let table = GroupOverviews([apart], metrics: ["accuracy"]).allMetrics(
            unit: .folds, level: 0.95, draws: 9)
        #expect(!table.note.contains("over 6 test speakers"), "\(table.note)")
        #expect(table.note.contains("Interval of the mean of folds: Student's t"), "\(table.note)")
    }

    /// Folds of unseen speakers: their training sets overlap, which a test between training procedures must allow for.
    @Test func testsOverFoldsAllowForOverlappingTrainingSets() {
        let (base, other) = (group("base", [[4, 6, 7]]), group("other", [[5, 8, 8]]))
        let found = GroupDifference(other, from: base, "accuracy", unit: .folds, draws: 100)
        #expect(found.test == .correctedStudent)
        #expect(isClose(found.pValue, FoldResults([0.1, 0.2, 0.1], testToTrain: 0.25).pValue))
    }

    /// The note says which metric has no interval, and why.
    @Test func notesGiveTheReasonForAMissingInterval() {
        func note(_ accuracies: [[Int]]) -> String {
            GroupOverviews([group("x", accuracies)], metrics: ["accuracy"]).allMetrics(level: 0.95, draws: 9)
                .note
        }
        #expect(
            note([[10, 10, 10]]).contains(
                "No confidence interval of accuracy: all test speakers have the same result."))
        #expect(
            note([[10, 10, 9]]).contains(
                "No confidence interval of accuracy: without one of the test speakers, the metric would be at its limit, such as 0 or 1."
            ))
    }

    /// Metrics that average over classes are explained where a test set lacks a class.
    @Test func missingClassesOfFoldsAreExplained() {
        func members(_ truths: [[Int]]) -> [RunGroup.Member] {
            truths.enumerated().map { fold, truths in
                var predictions = Predictions(classes: ["a", "b", "c"])
                for (clip, truth) in truths.enumerated() {
                    predictions.append(
                        "\(fold)-\(clip)", speaker: "\(fold)", truth: truth, probabilities: [0.8, 0.1, 0.1])
                }
                var member = RunGroup.Member(
                    seed: 1, fold: fold + 1, metrics: ["accuracy": 0.5, "uar": 0.5, "macro_f1": 0.4])
                member.predictions = predictions
                member.speakerIndependent = true
                return member
            }
        }
        func notes(_ truths: [[Int]], _ metrics: [String] = ["uar", "macro_f1"]) -> [String] {
            let tables = GroupOverviews([RunGroup("x", members(truths))], metrics: metrics)
            return [tables.allMetrics(level: 0.95, draws: 9).note, tables.byFold.note]
        }
        let effect =
            "uar is averaged over the other classes, and macro_f1 counts the missing classes as 0."
        for note in notes([[0, 1, 2], [0, 1, 1], [2, 2]]) {
            #expect(
                note.contains("In 2 of 3 folds, some classes have no clips. In these folds, \(effect)"),
                "\(note)")
        }
        for note in notes([[0, 0], [0]]) {
            #expect(note.contains("No clips of \"b\", \"c\": \(effect)"), "\(note)")
        }
        for note in notes([[0, 1, 2], [0, 1, 1]], ["accuracy", "uar"]) {
            #expect(note.contains("In these folds, uar is averaged over the other classes."), "\(note)")
        }
        for note in notes([[0, 1, 1], [0, 1, 1]], ["accuracy"]) + notes([[0, 1, 2], [2, 1, 0]]) {
            #expect(!note.contains("clips of") && !note.contains("no clips"), "\(note)")
        }
    }

    /// A note describes every row.
    @Test func notesNameTheRowsThatTheyAreAbout() {
        let groups = [group("apart", [[4, 6, 8, 9]]), group("shared", [[4, 6, 8]], independent: false)]
        let table = GroupOverviews(groups, metrics: ["accuracy"]).allMetrics(level: 0.95, draws: 50)
        for text in [
            "apart: 95% confidence intervals over 8 test speakers: skewness-corrected t interval with a jackknife standard error on the logit scale (Efron and Stein 1981, Johnson 1978)",
            "apart: Interval of the mean of folds: Student's t interval on the logit scale (Student 1908), over 4 folds. It describes the models of these folds, and assumes that their results are independent and normally distributed.",
            "shared: Interval of the mean of folds: corrected resampled t interval on the logit scale (Nadeau and Bengio 2003), over 3 folds. It allows for overlapping training sets",
        ] { #expect(table.note.contains(text), "\(text) in \(table.note)") }
        #expect(table.caption.contains("apart: 4-fold speaker-independent cross-validation, 8 test speakers"))
        #expect(table.caption.contains("shared: 3-fold speaker-dependent cross-validation"))
        #expect(table.latex.contains(#"\begin{tabular}{llrrrrrrrr}"#))
    }

    /// Test sets that overlap are no folds.
    @Test func repeatedHoldOutsAreNamed() {
        var members = group("x", [[4, 6, 8, 9]], independent: false).members
        for index in members.indices { members[index].evaluatedClips = ["a", "b\(index)"] }
        let repeated = RunGroup("x", members)
        #expect(
            repeated.protocolText
                == "4 repeated hold-outs, speaker-dependent, 8 test speakers, 40 test clips, 1 seed")
        let note = GroupOverviews([repeated], metrics: ["accuracy"]).allMetrics(level: 0.95, draws: 9).note
        #expect(note.contains("Clips that are in several test sets count once per hold-out."), "\(note)")
        var other = repeated
        other.evaluatedOn = "emodb"
        #expect(
            other.protocolText.hasPrefix("4 models of 4 repeated hold-outs, each evaluated on emodb"),
            "\(other.protocolText)")
        members = group("x", [[4, 6, 8, 9]]).members
        for index in members.indices { members[index].evaluatedClips = ["b\(index)"] }
        #expect(RunGroup("x", members).protocolText.hasPrefix("4-fold speaker-independent cross-validation"))
    }

    /// Pooled predictions of speakers that were trained on have no interval, and the note says why.
    @Test func theNoteSaysWhyPooledPredictionsHaveNoInterval() {
        let shared = GroupOverviews(
            [group("x", [[4, 6, 8]], independent: false)], metrics: ["accuracy"])
        let note = shared.allMetrics(level: 0.95, draws: 9).note
        #expect(
            note.contains(
                "The pooled result has no confidence interval: test speakers are also in the training data, so clips are not independent, and folds are the independent units."
            ), "\(note)")
        // Speakers as units, although they were trained on.
        let forced = shared.allMetrics(unit: .speakers, level: 0.95, draws: 9).note
        #expect(
            forced.contains("This assumption is not met: these speakers were in the training data."),
            "\(forced)")
    }

    @Test func withFewSpeakersThereIsNoInterval() {
        let one = group("x", [[6]])
        let found = estimate(one)
        #expect(found.pooled.estimate == 0.6 && found.pooled.low.isNaN && found.pooled.units == 2)
        let overview = GroupOverviews([one], metrics: ["accuracy"]).allMetrics(level: 0.95, draws: 100)
        #expect(
            overview.note.contains(
                "No confidence interval: it needs at least 3 test speakers as independent units, and there are 2."
            ), "\(overview.note)")
        let difference = GroupDifference(
            group("y", [[9]]), from: one, "accuracy", unit: .speakers, draws: 100)
        #expect(isClose(difference.value, 0.3) && difference.pValue.isNaN && difference.test == nil)
    }

    @Test func tablesByFoldAndBySpeaker() {
        let overviews = GroupOverviews([group("x", [[4, 6], [6, 8]])], metrics: ["accuracy", "uar"])
        let folds = overviews.byFold
        #expect(folds.columns == ["fold", "clips", "runs", "accuracy"])
        #expect(folds.cells == [["fold 1", "10", "2", "50.0%"], ["fold 2", "10", "2", "70.0%"]])
        let speakers = overviews.bySpeaker
        // Of fold 1, clips 0, 1, 2, 5, 6, 7 are the woman's: right are 3 and 4 of them with 4 and 6 right in all.
        #expect(speakers.cells[0].prefix(3) == ["0-f", "6", "58.3%"])
        #expect(speakers.cells.map { $0[0] } == ["0-f", "0-m", "1-f", "1-m"])
        let both = GroupOverviews([group("x", [[4]]), group("y", [[5]])], metrics: ["accuracy"])
        #expect(both.byFold.columns.first == "variant" && both.byFold.cells.count == 2)
    }

    @Test func theProtocolIsNamed() {
        #expect(
            group("x", [[4, 6], [6, 8]]).protocolText
                == "2-fold speaker-independent cross-validation, 4 test speakers, 20 test clips, 2 seeds")
        var members = group("x", [[4, 6]]).members
        for index in members.indices { members[index].splitFolds = 5 }
        #expect(
            RunGroup("x", members).protocolText
                == "2 of 5 folds of a speaker-independent cross-validation, 4 test speakers, 20 test clips, 1 seed"
        )
        #expect(
            RunGroup("x", [members[0]]).protocolText.hasPrefix("1 of 5 folds of a speaker-independent"))
        #expect(
            group("x", [[4]], independent: false).protocolText
                == "speaker-dependent hold-out test, 2 test speakers, 10 test clips, 1 seed")
    }
}
