import Configuration
import Lab
import Testing

@Suite struct ResultTableTests {
    private var table: ResultTable {
        ResultTable(
            title: "Ablation", figure: "accuracy", isShare: true,
            rows: [
                .init("base", mean: 0.75, deviation: 0.02, low: 0.725, high: 0.775, runs: 5),
                .init(
                    "no attention", mean: 0.7, deviation: 0.1 + 0.2, low: 0.6, high: 0.8, difference: -0.05,
                    pValue: 0.0001, runs: 5),
            ], note: "Holm's correction.")
    }

    @Test func theTerminalGetsColumns() {
        #expect(
            table.text == """
                Ablation
                variant       accuracy  deviation     95 % interval  difference in points        p  runs
                ────────────  ────────  ─────────  ────────────────  ────────────────────  ───────  ────
                base            75.0 %      2.0 %  72.5 % to 77.5 %                     –        –     5
                no attention    70.0 %     30.0 %  60.0 % to 80.0 %                  −5.0  < 0.001     5
                Holm's correction.

                """)
    }

    @Test func markdownIsATable() {
        #expect(
            table.markdown == """
                **Ablation**

                | variant | accuracy | deviation | 95 % interval | difference in points | p | runs |
                | --- | ---: | ---: | ---: | ---: | ---: | ---: |
                | base | 75.0 % | 2.0 % | 72.5 % to 77.5 % | – | – | 5 |
                | no attention | 70.0 % | 30.0 % | 60.0 % to 80.0 % | −5.0 | &lt; 0.001 | 5 |

                Holm's correction.

                """)
    }

    @Test func csvAndJSONHaveTheNumbersAsTheyAre() {
        #expect(
            table.csv == """
                variant,figure,mean,deviation,low,high,difference,p,runs
                base,accuracy,0.75,0.02,0.725,0.775,,,5
                no attention,accuracy,0.7,0.30000000000000004,0.6,0.8,-0.05,0.0001,5

                """)
        let rows = table.json["rows"]?.elements
        #expect(rows?.count == 2 && rows?[1]["deviation"]?.double == 0.1 + 0.2)
        #expect(rows?[0]["p"]?.isNull == true && rows?[0]["runs"]?.integer == 5)
        #expect(table.json["title"] == "Ablation")
    }

    @Test func columnsThatNothingFillsAreLeftOut() {
        let bare = ResultTable(
            title: "", figure: "loss", rows: [.init("a", mean: 1.5), .init("b", mean: .nan)])
        #expect(
            bare.text
                == "variant  loss  runs\n───────  ────  ────\na         1.5     1\nb           –     1\n")
        let none = ResultTable(title: "", figure: "loss", rows: [])
        #expect(none.text == "variant  loss  runs\n───────  ────  ────\n")
        #expect(none.csv.split(separator: "\n").count == 1 && none.json["rows"]?.elements?.isEmpty == true)
    }

    @Test(arguments: hostileNames) func namesAreTextOnly(name: String) throws {
        let table = ResultTable(title: name, figure: name, rows: [.init(name, mean: 1)], note: name)
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
