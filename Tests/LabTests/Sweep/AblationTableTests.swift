import Configuration
import Foundation
import Lab
import Testing

@Suite struct AblationTableTests {
    private func table(
        _ figures: [String: [Double?]], seeds: Int, test: String = "permutation"
    ) throws -> AblationTable {
        let plan = try SmallSweep.plan(
            """
            {"variants": {"a": {"remove": ["model[1]"]}, "b": {"remove": ["model[0]"]}},
             "seeds": \(seeds), "test": "\(test)"}
            """)
        let ablation = Ablation(plan, folds: try plan.folds(checkingData: false), folder: "x")
        return AblationTable(
            ablation,
            figures: ablation.singles.map { single in
                figures[single.member]?[single.seed - 1].map { ["uar": $0, "loss": 1] }
            })
    }

    private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-9 }

    private let six: [String: [Double?]] = [
        "base": [0.5, 0.6, 0.55, 0.7, 0.65, 0.6],
        "a": [0.55, 0.62, 0.6, 0.78, 0.66, 0.69],
        "b": [0.4, 0.58, 0.5, 0.7, 0.6, 0.61],
    ]

    /// Means, deviations and intervals as SciPy has them; p-values counted by hand.
    @Test func theNumbersAreRight() throws {
        let table = try table(six, seeds: 6).table
        let rows = table.rows
        #expect(rows.map(\.name) == ["base", "a", "b"] && rows.map(\.runs) == [6, 6, 6])
        let expected = [
            (0.6, 0.07071067811865474, 0.5257936942610706, 0.6742063057389294),
            (0.65, 0.08, 0.5660451488083212, 0.7339548511916788),
            (0.565, 0.10310189135025602, 0.45680120067635777, 0.6731987993236421),
        ]
        for (row, (mean, deviation, low, high)) in zip(rows, expected) {
            #expect(isClose(row.mean, mean) && isClose(row.deviation, deviation))
            #expect(isClose(row.low, low) && isClose(row.high, high))
        }
        #expect(rows[0].difference.isNaN && rows[0].pValue.isNaN)
        #expect(isClose(rows[1].difference, 0.05) && isClose(rows[2].difference, -0.035))
        // a: all six differences are above 0, 2 of 64 signs are as far: 0.03125, by Holm twice that.
        #expect(isClose(rows[1].pValue, 0.0625))
        // b: -0.1, -0.02, -0.05, 0, -0.05, +0.01, sum -0.21. As far in one direction are the signs that lose at most 0.01 of
        // the 0.23 there are: two settings of 0.01 times two of the 0; in both directions 8 of 64, and 0.125 is Holm's last.
        #expect(isClose(rows[2].pValue, 0.125))
        #expect(table.figure == "uar" && table.isShare && table.title == "small")
        #expect(table.note.contains("With 6 pairs and 2 comparisons p cannot be below 0.062"))
    }

    @Test func aSearchSaysThatItLeftTheTestPartAlone() throws {
        let plan = try SmallSweep.plan("{}") { try $0.set("evaluation.part=validation") }
        let search = AblationTable(Ablation(plan, folds: [[1]], folder: "x"), figures: [["uar": 0.5]])
        #expect(search.table.note == "Figures of the validation part; the test part was not read.")
        #expect(try table(six, seeds: 6).table.note.hasPrefix("Differences are from base"))
    }

    @Test func figuresOfTwoPartsAreNotCompared() {
        let error = #expect(throws: ConfigurationError.self) {
            try SmallSweep.plan(#"{"variants": {"a": {"set": {"evaluation.part": "validation"}}}}"#)
        }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("evaluation.part: in the member \"a\": found \"validation\""), "\(text)")
    }

    @Test func studentsTestMayBeChosen() throws {
        let table = try table(six, seeds: 6, test: "student").table
        // As SciPy's ttest_rel, the smaller one twice.
        #expect(isClose(table.rows[1].pValue, 2 * 0.011724811003954625))
        #expect(isClose(table.rows[2].pValue, 0.08711969091246322))
        #expect(table.note.contains("Student's paired test") && !table.note.contains("cannot"))
    }

    @Test func onlyPairsThatBothHaveAreCompared() throws {
        let table = try table(
            ["base": [0.5, nil, 0.7, 0.6], "a": [0.6, 0.1, 0.9, nil], "b": [nil, 0.3, nil, nil]], seeds: 4)
        let rows = table.table.rows
        #expect(rows.map(\.runs) == [3, 3, 1])
        #expect(isClose(rows[1].mean, (0.6 + 0.1 + 0.9) / 3) && isClose(rows[1].difference, 0.15))
        #expect(rows[1].pValue == 0.5)
        #expect(rows[2].mean == 0.3 && rows[2].difference.isNaN && rows[2].low.isNaN)
        #expect(table.missing.map(\.title).first == "b, seed 1, fold 1" && table.missing.count == 5)
        #expect(table.table.note.hasSuffix("5 of 12 runs not done yet."))
    }

    @Test func withoutResultsThereIsATableOfDashes() throws {
        let table = try table([:], seeds: 2)
        #expect(table.table.rows.allSatisfy { $0.mean.isNaN && $0.runs == 0 })
        #expect(table.missing.count == 6)
        #expect(table.runsCSV.split(separator: "\n").first == "variant,seed,fold")
    }

    @Test func everyRunHasALine() throws {
        let table = try table(["base": [0.5], "a": [nil], "b": [0.25]], seeds: 1)
        #expect(table.runsCSV == "variant,seed,fold,loss,uar\nbase,1,1,1.0,0.5\na,1,1,,\nb,1,1,1.0,0.25\n")
    }

    /// What the table of one figure leaves out.
    @Test func allFiguresStandSideBySide() throws {
        let overview = try table(["base": [0.5, 0.6, nil], "a": [nil, 0.25, nil]], seeds: 3).overview
        #expect(overview.columns == ["variant", "uar", "loss"])
        #expect(
            overview.cells == [["base", "55.0 ± 7.1 %", "1 ± 0"], ["a", "25.0 %", "1"], ["b", "–", "–"]])
        #expect(overview.note == "± is the standard deviation over runs.")
        #expect(try table(["a": [0.5]], seeds: 1).overview.note.isEmpty)
    }

    /// Members may have other classes; these keep the order of their models' outputs.
    @Test func recallsOfMembersWithOtherClasses() throws {
        try Toy.inFolder { folder in
            func run(_ name: String, _ classes: String, _ rows: [String]) throws -> String {
                let path = "\(folder)/\(name)"
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                let text = (["file,label,predicted,\(classes)"] + rows).joined(separator: "\n") + "\n"
                try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/predictions.csv"))
                return path
            }
            let recalls = try ClassRecalls(
                members: ["base", "two", "none"],
                runs: [
                    ("base", run("a", "sad,angry,calm", ["x,sad,sad,1,0,0", "y,angry,sad,0.5,0.25,0.25"])),
                    ("base", run("b", "sad,angry,calm", ["x,sad,calm,0,0,1"])),
                    ("base", run("c", "angry,sad", ["x,sad,sad,0,1"])),
                    ("two", run("d", "angry,happy", ["z,happy,happy,0,1"])),
                ])
            #expect(recalls.columns == ["variant", "sad", "angry", "calm", "happy", "runs"])
            #expect(
                recalls.cells == [
                    ["base", "50.0 %", "0.0 %", "–", "–", "2"], ["two", "–", "–", "–", "100.0 %", "1"],
                    ["none", "–", "–", "–", "–", "0"],
                ])
            let problem =
                "\(folder)/c/predictions.csv: found the classes angry, sad, where other runs have sad, angry, calm"
            #expect(recalls.problems == [problem])
            #expect(recalls.csv.contains("base,calm,,0,2\n") && !recalls.csv.contains("none"))
            #expect(recalls.note.hasSuffix("Without 1 run that cannot be read."))
        }
    }

    /// Where nothing has ended there is nothing beside the table of dashes.
    @Test func tablesOfNothing() throws {
        try Toy.inFolder { folder in
            let plan = try SmallSweep.plan(#"{"seeds": 2}"#)
            let ablation = Ablation(plan, folds: [[1]], folder: folder)
            #expect(try AblationTable(ablation).write().rows.map(\.runs) == [0])
            let text = try String(contentsOfFile: folder + "/table.md", encoding: .utf8)
            #expect(!text.contains("All figures") && text.contains("2 of 2 runs not done yet."))
        }
    }
}
