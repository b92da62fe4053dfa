import TestSupport
import Configuration
import Foundation
import Lab
import Metrics
import Testing

@Suite struct AblationTableTests {
    private func table(
        _ metrics: [String: [Double?]], seeds: Int
    ) throws -> AblationTable {
        let plan = try SmallSweep.plan(
            """
            {"variants": {"a": {"remove": ["model[1]"]}, "b": {"remove": ["model[0]"]}},
             "seeds": \(seeds)}
            """)
        let ablation = Ablation(plan, folds: try plan.folds(checkingData: false).numbers, folder: "x")
        return AblationTable(
            ablation,
            metrics: ablation.singles.map { single in
                metrics[single.member]?[single.seed - 1].map { ["uar": $0, "loss": 1] }
            })
    }

    private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-9 }

    private let six: [String: [Double?]] = [
        "base": [0.5, 0.6, 0.55, 0.7, 0.65, 0.6],
        "a": [0.55, 0.62, 0.6, 0.78, 0.66, 0.69],
        "b": [0.4, 0.58, 0.5, 0.7, 0.6, 0.61],
    ]

    /// Of metrics alone: six seeds of one fold are one result with a spread between seeds, and no interval.
    @Test func seedsAreAveraged() throws {
        let table = try table(six, seeds: 6).table
        let rows = table.rows
        #expect(rows.map(\.name) == ["base", "a", "b"] && rows.map(\.runs) == [6, 6, 6])
        let expected = [(0.6, 0.07071067811865474), (0.65, 0.08), (0.565, 0.10310189135025602)]
        for (row, (mean, deviation)) in zip(rows, expected) {
            #expect(isClose(row.folds.estimate, mean) && isClose(row.seedDeviation, deviation))
            #expect(row.folds.low.isNaN && row.foldDeviation.isNaN && row.pValue.isNaN)
        }
        #expect(table.metric == "uar" && table.isProportion && table.title == "small")
        #expect(table.note == "SD: standard deviation between seeds (results over all folds).")
    }

    @Test func aSearchSaysThatItLeftTheTestPartAlone() throws {
        let plan = try SmallSweep.plan("{}") { try $0.set("evaluation.subset=validation") }
        let search = AblationTable(Ablation(plan, folds: [[1]], folder: "x"), metrics: [["uar": 0.5]])
        #expect(search.table.note == "Evaluated on the validation set; the test set was not read.")
        #expect(try !table(six, seeds: 6).table.note.contains("validation"))
    }

    @Test func metricsOfTwoSubsetsAreNotCompared() {
        let error = #expect(throws: ConfigurationError.self) {
            try SmallSweep.plan(#"{"variants": {"a": {"set": {"evaluation.subset": "validation"}}}}"#)
        }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("evaluation.subset: in the member \"a\": found \"validation\""), "\(text)")
    }

    @Test func theUnitMayBeChosen() throws {
        for test in ["auto", "speakers", "folds", "clips"] {
            #expect(try SmallSweep.plan("{\"test\": \"\(test)\"}").options.test.rawValue == test)
        }
        #expect(try SmallSweep.complaint(#"{"test": "student"}"#).contains("auto"))
    }

    @Test func withoutResultsThereIsATableOfDashes() throws {
        let table = try table([:], seeds: 2)
        #expect(table.table.rows.allSatisfy { $0.folds.estimate.isNaN && $0.runs == 0 })
        #expect(table.table.note == "6 of 6 runs have no result yet.")
        #expect(table.missing.count == 6)
        #expect(table.runsCSV.split(separator: "\n").first == "variant,seed,fold")
    }

    @Test func everyRunHasALine() throws {
        let table = try table(["base": [0.5], "a": [nil], "b": [0.25]], seeds: 1)
        #expect(table.runsCSV == "variant,seed,fold,loss,uar\nbase,1,1,1.0,0.5\na,1,1,,\nb,1,1,1.0,0.25\n")
    }

    /// What the table of one metric leaves out.
    @Test func allMetricsStandSideBySide() throws {
        let overview = try table(["base": [0.5, 0.6, nil], "a": [nil, 0.25, nil]], seeds: 3).overview
        #expect(overview.columns.prefix(3) == ["variant", "metric", "pooled"])
        #expect(
            overview.cells.map { [$0[0], $0[1], $0[5], $0[9]] } == [
                ["base", "uar", "55.0%", "7.1%"], ["base", "loss", "1", "0"], ["a", "uar", "25.0%", "–"],
                ["a", "loss", "1", "–"],
            ])
        let csv = overview.csv.split(separator: "\n")
        #expect(csv[1] == "base,uar,,,,0.55,,,,0.07071067811865474")
        let rows = overview.json["rows"]?.elements
        #expect(rows?[0]["SD over seeds"]?.double == 0.07071067811865474)
        #expect(rows?[0]["pooled"]?.isNull == true)
        #expect(overview.json["columns"]?.elements?.count == overview.columns.count)
        #expect(overview.json["note"]?.text == overview.note && overview.json["title"] == "All metrics")
        #expect(overview.json["protocol"]?.text == overview.protocolText && !overview.protocolText.isEmpty)
    }

    /// Members may have other classes; these keep the order of their models' outputs.
    @Test func recallsOfMembersWithOtherClasses() throws {
        func run(_ seed: Int, _ classes: [String], _ truths: [Int], _ rows: [[Double]]) -> RunGroup.Member {
            var member = RunGroup.Member(seed: seed, fold: 1, metrics: [:])
            var predictions = Predictions(classes: classes)
            for (truth, row) in zip(truths, rows) {
                predictions.append("x", truth: truth, probabilities: row)
            }
            member.predictions = predictions
            return member
        }
        let three = ["sad", "angry", "calm"]
        let recalls = ClassRecalls([
            RunGroup(
                "base",
                [
                    run(1, three, [0, 1], [[1, 0, 0], [0.5, 0.25, 0.25]]), run(2, three, [0], [[0, 0, 1]]),
                ]),
            RunGroup("two", [run(1, ["angry", "happy"], [1], [[0, 1]])]), RunGroup("none", []),
        ])
        #expect(recalls.columns == ["variant", "sad", "angry", "calm", "happy", "runs"])
        #expect(
            recalls.cells == [
                ["base", "50.0%", "0.0%", "–", "–", "2"], ["two", "–", "–", "–", "100.0%", "1"],
                ["none", "–", "–", "–", "–", "0"],
            ])
        #expect(recalls.csv.contains("base,calm,,0,2\n") && !recalls.csv.contains("none"))
    }

    /// Where nothing has ended there is nothing beside the table of dashes.
    @Test func tablesOfNothing() throws {
        try Toy.inFolder { folder in
            let plan = try SmallSweep.plan(#"{"seeds": 2}"#)
            let ablation = Ablation(plan, folds: [[1]], folder: folder)
            try AblationTable(ablation).write()
            let text = try String(contentsOfFile: folder + "/table.md", encoding: .utf8)
            #expect(!text.contains("All metrics") && text.contains("2 of 2 runs have no result yet."))
        }
    }
}
