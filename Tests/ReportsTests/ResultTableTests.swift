import TestSupport
import Reports
import Configuration
import Metrics
import Testing

@Suite struct ResultTableTests {
    private func interval(_ estimate: Double, _ low: Double, _ high: Double, folds: Int = 0)
        -> ConfidenceInterval
    {
        ConfidenceInterval(estimate: estimate, low: low, high: high, level: 0.95, units: folds)
    }

    private var table: ResultTable {
        ResultTable(
            title: "Ablation", metric: "accuracy", isProportion: true,
            rows: [
                .init(
                    "base", pooled: interval(0.75, 0.725, 0.775), folds: interval(0.76, .nan, .nan, folds: 5),
                    foldDeviation: 0.02, seedDeviation: 0.01, runs: 15),
                .init(
                    "no attention", pooled: interval(0.7, 0.6, 0.8),
                    folds: interval(0.71, .nan, .nan, folds: 5),
                    foldDeviation: 0.1 + 0.2, difference: -0.05, pValue: 0.0001, runs: 5),
            ], note: "Holm's correction.", protocolText: "5-fold cross-validation")
    }

    @Test func theTerminalGetsColumns() {
        #expect(
            table.text == """
                Ablation
                variant       accuracy, pooled    95% interval  mean of folds  SD over folds  SD over seeds  difference in points        p  runs
                ────────────  ────────────────  ──────────────  ─────────────  ─────────────  ─────────────  ────────────────────  ───────  ────
                base                     75.0%  72.5% to 77.5%          76.0%           2.0%           1.0%                     –        –    15
                no attention             70.0%  60.0% to 80.0%          71.0%          30.0%              –                  −5.0  < 0.001     5
                Holm's correction.

                """)
    }

    @Test func markdownIsATable() {
        #expect(
            table.markdown.contains(
                "| no attention | 70.0% | 60.0% to 80.0% | 71.0% | 30.0% | – | −5.0 | &lt; 0.001 | 5 |\n"
            ))
    }

    /// Compiled with pdflatex once by hand; here its form.
    @Test func latexIsABooktabsTable() {
        #expect(
            table.latex == #"""
                \begin{table}
                  \centering
                  \caption{Ablation. 5-fold cross-validation. Holm's correction.}
                  \begin{tabular}{lrrrrrrrr}
                    \toprule
                    variant & accuracy, pooled & 95\% interval & mean of folds & SD over folds & SD over seeds & difference in points & p & runs \\
                    \midrule
                    base & 75.0\% & 72.5\% to 77.5\% & 76.0\% & 2.0\% & 1.0\% & -- & -- & 15 \\
                    no attention & 70.0\% & 60.0\% to 80.0\% & 71.0\% & 30.0\% & -- & $-$5.0 & \textless{} 0.001 & 5 \\
                    \bottomrule
                  \end{tabular}
                \end{table}

                """#)
        let hostile = ValueTable(title: #"a_b & 5 % {x} \ ~^#$"#, columns: ["c"], rows: [])
        #expect(
            hostile.latex.contains(
                ##"\caption{a\_b \& 5 \% \{x\} \textbackslash{} \textasciitilde{}\textasciicircum{}\#\$}"##))
    }

    /// A table without rows says so.
    @Test func latexOfNothingHasARow() {
        let empty = ValueTable(title: "Findings", columns: ["split", "finding"], rows: [])
        #expect(
            empty.latex.contains(#"    \multicolumn{2}{c}{none} \\"# + "\n    \\bottomrule"), "\(empty.latex)"
        )
    }

    /// Programs get the protocol and the note, too.
    @Test func jsonOfValuesNamesTheProtocol() {
        var values = ValueTable(
            title: "t", columns: ["name", "uar"], rows: [[.text("a"), .share(0.5)]], note: "A note.")
        values.protocolText = "5-fold cross-validation"
        #expect(
            values.json == [
                "title": "t", "protocol": "5-fold cross-validation", "note": "A note.",
                "columns": ["name", "uar"], "rows": [["name": "a", "uar": 0.5]],
            ])
        #expect(values.htmlPage().contains("Protocol: 5-fold cross-validation."))
    }

    @Test func csvAndJSONHaveTheNumbersAsTheyAre() {
        #expect(
            table.csv == """
                variant,metric,pooled,pooled_low,pooled_high,fold_mean,fold_mean_low,fold_mean_high,fold_sd,seed_sd,difference,p,runs,warnings
                base,accuracy,0.75,0.725,0.775,0.76,,,0.02,0.01,,,15,
                no attention,accuracy,0.7,0.6,0.8,0.71,,,0.30000000000000004,,-0.05,0.0001,5,

                """)
        let rows = table.json["rows"]?.elements
        #expect(rows?.count == 2 && rows?[1]["fold_sd"]?.double == 0.1 + 0.2)
        #expect(rows?[0]["p"]?.isNull == true && rows?[0]["runs"]?.integer == 15)
        #expect(table.json["title"] == "Ablation" && table.json["protocol"] == "5-fold cross-validation")
    }

    @Test func columnsThatNothingFillsAreLeftOut() {
        let bare = ResultTable(
            title: "", metric: "loss",
            rows: [.init("a", folds: interval(1.5, .nan, .nan, folds: 1)), .init("b")])
        #expect(
            bare.text
                == "variant  loss  runs\n───────  ────  ────\na         1.5     1\nb           –     1\n")
        let none = ResultTable(title: "", metric: "loss", rows: [])
        #expect(none.text == "variant  loss  runs\n───────  ────  ────\n")
        #expect(none.csv.split(separator: "\n").count == 1 && none.json["rows"]?.elements?.isEmpty == true)
    }

    @Test(arguments: hostileNames) func namesAreTextOnly(name: String) throws {
        let table = ResultTable(
            title: name, metric: name, rows: [.init(name, folds: interval(1, .nan, .nan, folds: 1))],
            note: name)
        let elements = try MarkupReader.elements("<div>\(table.html)</div>")
        let allowed: Set = ["div", "table", "caption", "thead", "tbody", "tr", "th", "td", "p"]
        #expect(Set(elements.map(\.name)).isSubset(of: allowed))
        let lines = table.markdown.split(separator: "\n").filter { $0.hasPrefix("| ") }
        #expect(lines.count == 3)
        for line in lines { #expect(line.replacing("\\|", with: "").count { $0 == "|" } == 4) }
        #expect(!table.markdown.contains("<"))
        let steering = table.text.unicodeScalars.contains {
            $0 != "\n" && ($0.value < 0x20 || (0x7F...0x9F).contains($0.value))
        }
        #expect(!steering)
        let parsed = try JSONValue.parse(Array(table.json.line.utf8), source: "table")
        #expect(parsed["rows"]?.elements?.first?["variant"]?.text == name)
    }
}
