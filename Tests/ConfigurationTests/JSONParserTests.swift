import Configuration
import Testing

@Suite struct ParserValues {
    @Test(
        arguments: [
            ("0", JSONValue.Content.integer(0)), ("-7", .integer(-7)),
            ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("1.0", .number(1)), ("1e3", .number(1000)), ("1E-2", .number(0.01)), ("-0", .number(-0.0)),
            ("5e-324", .number(.leastNonzeroMagnitude)),
            ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
            ("1e-400", .number(0)), ("true", .bool(true)), ("false", .bool(false)), ("null", .null),
            (#""""#, .text("")), (#""\"\\\/\b\f\n\r\t""#, .text("\"\\/\u{8}\u{C}\n\r\t")),
            (#""\u00e4\u00C4""#, .text("äÄ")), (#""\uD83D\uDE00""#, .text("😀")),
            (#""\uDBFF\uDFFF""#, .text("\u{10FFFF}")),
            (#""\u0000""#, .text("\0")), ("\"ä😀\u{7F}\"", .text("ä😀\u{7F}")), ("[]", .list([])),
            ("{}", .object([])),
            (" [ 1 ,\r\n\t2 ] ", .list([1, 2])),
            (#"{"b":1,"a":{"b":[]}}"#, .object([JSONMember("b", 1), JSONMember("a", ["b": []])])),
        ] as [(String, JSONValue.Content)])
    func reads(text: String, content: JSONValue.Content) throws {
        let value = try JSONValue.parse(text)
        #expect(value == JSONValue(content))
        #expect(try JSONValue.parse(value.line) == value)
        #expect(try JSONValue.parse(value.pretty(width: 10)) == value)
    }

    @Test func negativeZeroKeepsItsSign() throws {
        #expect(try JSONValue.parse("-0").double?.sign == .minus)
    }

    @Test func everyValueAndKeyHasLocation() throws {
        let value = try JSONValue.parse("{\n  \"ä\": [1,\n\t\"x\"], \"b\": {}}", source: "a.json")
        #expect(value.place.description == "a.json:1:1")
        #expect(value.members?.map(\.place.description) == ["a.json:2:3", "a.json:3:8"])
        #expect(value["ä"]?.elements?.map(\.place.description) == ["a.json:2:9", "a.json:3:2"])
        #expect(value["b"]?.place.description == "a.json:3:13")
    }

    @Test func pathsResolveToValuesAndLocations() throws {
        let value = try JSONValue.parse("{\"a\": [1,\n {\"b\": true}]}", source: "a.json")
        for text in ["a[1].b", "a.1.b"] {
            let path = try JSONPath(parsing: text)
            #expect(value[path] == true)
            #expect(value.place(of: path).description == "a.json:2:8")
        }
        for (text, place) in [
            ("a[1].c", "2:2"), ("a[2]", "1:7"), ("b.c", "1:1"), ("a.x", "1:7"), ("a[0].b", "1:8"),
        ] {
            let path = try JSONPath(parsing: text)
            #expect(value[path] == nil)
            #expect(value.place(of: path).description == "a.json:" + place)
        }
        #expect(value[JSONPath()] == value)
        #expect(value[JSONPath([.index(-1)])] == nil)
    }

    @Test func depthIsLimitedToOneHundred() throws {
        func nested(_ count: Int) -> String {
            String(repeating: "[", count: count) + String(repeating: "]", count: count)
        }
        #expect(try JSONValue.parse(nested(100)).line == nested(100))
        let place = "a.json:1:101: lists and objects are nested more than 100 levels deep; reduce the nesting"
        for text in [nested(101), nested(100_000), String(repeating: "[", count: 1_000_000)] {
            #expect(throws: ConfigurationError.self) { try JSONValue.parse(text, source: "a.json") }
            #expect(problems { try JSONValue.parse(text, source: "a.json") } == [place])
        }
    }

    @Test func invalidBytesAreReportedWithLocation() {
        let cases: [([UInt8], String)] = [
            (
                [0x5B, 0x22, 0xFF, 0x22, 0x5D],
                "a.json:1:3: the byte 0xFF is not UTF-8; save the file as UTF-8"
            ),
            ([0x0A, 0xC0, 0x80], "a.json:2:1: the byte 0xC0 is not UTF-8; save the file as UTF-8"),
            (
                [0x22, 0xED, 0xA0, 0x80, 0x22],
                "a.json:1:2: the byte 0xED is not UTF-8; save the file as UTF-8"
            ),
            (
                [0x22, 0xF4, 0x90, 0x80, 0x80],
                "a.json:1:2: the byte 0xF4 is not UTF-8; save the file as UTF-8"
            ),
            ([0x22, 0xE2, 0x82], "a.json:1:2: the byte 0xE2 is not UTF-8; save the file as UTF-8"),
            ([0xFF, 0xFE, 0x7B, 0x00], "a.json:1:1: the file is not UTF-8 but UTF-16; save it as UTF-8"),
        ]
        for (bytes, message) in cases {
            #expect(problems { try JSONValue.parse(bytes, source: "a.json") } == [message])
        }
    }

    @Test func atMostTwentyIssuesAreReported() {
        let text = "[" + String(repeating: "NaN, ", count: 50) + "1]"
        #expect(problems { try JSONValue.parse(text) }.count == 20)
    }
}

/// The descriptions of the issues that `body` throws, or an empty list.
func problems(_ body: () throws -> some Any) -> [String] {
    do {
        _ = try body()
        return []
    } catch {
        return (error as? ConfigurationError)?.problems.map(\.description) ?? ["\(error)"]
    }
}
