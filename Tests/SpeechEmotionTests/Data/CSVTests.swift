import Configuration
import SpeechEmotion
import Testing

@Suite struct CSVTests {
    func texts(_ table: CSVTable) -> [[String]] { table.rows.map { $0.map(\.text) } }

    @Test(arguments: [
        "a,b\n1,2\n3,4\n", "a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4\r",
        "\u{FEFF}a,b\n1,2\n\n3,4\n",
        "a;b\n1;2\n3;4\n", "a\tb\n1\t2\n3\t4\n", "\"a\",\"b\"\n\"1\",2\n3,\"4\"\n",
    ]) func plain(_ text: String) throws {
        let table = try CSVTable(parsing: text)
        #expect(table.columns == ["a", "b"])
        #expect(texts(table) == [["1", "2"], ["3", "4"]])
    }

    @Test func quotes() throws {
        let table = try CSVTable(
            parsing: "a,\"b,c\"\n\"x\"\"y\"\"\",\"two\r\nlines\"\n,\"\"\n")
        #expect(table.columns == ["a", "b,c"])
        #expect(texts(table) == [["x\"y\"", "two\r\nlines"], ["", ""]])
        #expect(table.rows[1][0].place.line == 4)
    }

    @Test func places() throws {
        let table = try CSVTable(parsing: "ä,b\né漢,x\n\"q\n\",y\n", source: "t.csv")
        #expect(table.rows[0][1].place.description == "t.csv:2:4")
        #expect(table.rows[1][0].place.description == "t.csv:3:1")
        #expect(table.rows[1][1].place.description == "t.csv:4:3")
    }

    @Test(arguments: [
        ("", "t: an empty table; the first line names the columns"),
        ("\n\n", "t: an empty table; the first line names the columns"),
        ("a,b\n1\n", "t:2:1: expected 2 fields, found 1; a field that contains the separator must be quoted"),
        (
            "a,b\n1,2,3\n",
            "t:2:5: expected 2 fields, found 3; a field that contains the separator must be quoted"
        ),
        ("a,a\n1,2\n", "t:1:3: the column \"a\" is listed twice"),
        ("a,\n1,2\n", "t:1:3: column 2 has no name"),
        ("a,b\n1,\"2\n3,4\n", "t:2:3: a quote that is never closed"),
        ("a,b\n1,\"2\"x\n", "t:2:6: text after the closing quote; quotes inside a quoted field are doubled"),
        (
            "a,b\n1,2\"x\n",
            "t:2:4: a quote inside an unquoted field; quote the field and double the quotes in it"
        ),
        ("a,b\n1,\0\n", "t:2:3: a zero byte; is this a text file?"),
        (
            "a,b\n1\n1,2,3\n",
            "t:2:1: expected 2 fields, found 1; a field that contains the separator must be quoted\nt:3:5: expected 2 fields, found 3; a field that contains the separator must be quoted"
        ),
    ]) func mistakes(_ text: String, _ expected: String) {
        #expect(message { try CSVTable(parsing: text, source: "t") } == expected)
    }

    @Test func bytesThatAreNoText() {
        #expect(
            message { try CSVTable(parsing: [97, 10, 0xFF], source: "t") }
                == "t:2:1: bytes that are not UTF-8")
    }

    /// Whatever fields hold, quoting them by the rule brings them back.
    @Test func roundTrip() throws {
        let names = RandomNames(seed: 8)
        for _ in 0..<200 {
            let rows = (0..<4).map { _ in (0..<3).map { _ in names.name() } }
            let text =
                "a,b,c\n"
                + rows.map { row in
                    row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") + "\n"
                }.joined()
            #expect(texts(try CSVTable(parsing: text)) == rows)
        }
    }

    /// Damage of any kind gives a table or a message.
    @Test func fuzz() {
        let names = RandomNames(seed: 9)
        let good = Array("path,label\n\"a,\"\"b\"\"\",happy\nc,\"sad\nglad\"\n".utf8)
        for _ in 0..<3000 {
            let bytes = names.damaged(good)
            do {
                let table = try CSVTable(parsing: bytes, source: "t")
                for row in table.rows { #expect(row.count == table.columns.count) }
            } catch {
                #expect(!error.problems.isEmpty && error.problems.count <= 21)
            }
        }
    }
}
