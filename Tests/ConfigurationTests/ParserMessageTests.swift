import Configuration
import Testing

/// Error messages for documents that are not valid JSON. Each message follows the file name.
@Suite struct ParserMessageTests {
    static let table: [(String, [String])] = [
        ("", ["1:1: the document is empty; write at least {}"]),
        ("  \n ", ["2:2: the document is empty; write at least {}"]),
        ("\u{FEFF}{}", ["1:1: the file begins with a byte order mark; save it as UTF-8 without one"]),
        ("{", [#"1:1: this "{" is never closed; add "}""#]),
        ("[1, 2", [#"1:1: this "[" is never closed; add "]""#]),
        (#"{"a": [1, 2}"#, [#"1:12: found "}", but the "[" in line 1 must be closed with "]""#]),
        ("[1, 2}", [#"1:6: found "}", but the "[" in line 1 must be closed with "]""#]),
        (#"{"a": 1"#, [#"1:1: this "{" is never closed; add "}""#]),
        (#"{"a": 1]"#, [#"1:8: found "]", but the "{" in line 1 must be closed with "}""#]),
        (#"{"a": 1,}"#, [#"1:8: trailing comma before the closing "}"; remove it"#]),
        ("[1, 2,]", [#"1:6: trailing comma before the closing "]"; remove it"#]),
        ("[,1]", ["1:2: comma before the first element; remove it"]),
        ("[1,,2]", ["1:4: duplicate comma; remove it"]),
        ("{,}", ["1:2: comma before the first element; remove it"]),
        (#"{"a": 1 "b": 2}"#, ["1:9: missing comma; add it"]),
        ("[1 2]", ["1:4: missing comma; add it"]),
        ("[1; 2]", [#"1:3: elements are separated by commas; write "," instead of ";""#]),
        (#"{"a" 1}"#, [#"1:6: missing colon after the key "a"; add it"#]),
        (#"{"a" = 1}"#, [#"1:6: keys and values are separated by a colon; write ":" instead of "=""#]),
        (#"{"a" => 1}"#, [#"1:6: keys and values are separated by a colon; write ":" instead of "=""#]),
        (#"{"a"}"#, [#"1:5: the key "a" has no value; write "a": value"#]),
        (#"{"a":}"#, [#"1:6: the key "a" has no value; write "a": value"#]),
        (#"{"a": , "b": 1}"#, [#"1:7: the key "a" has no value; write "a": value"#]),
        (#"{"a""#, [#"1:5: the document ends after the key "a"; write "a": value and close it"#]),
        (#"{"a":"#, [#"1:6: the document ends after the key "a"; write "a": value and close it"#]),
        ("{a: 1}", [#"1:2: keys need double quotes; write "a""#]),
        ("{1: 2}", [#"1:2: keys need double quotes; write "1""#]),
        ("{'a': 1}", [#"1:2: strings need double quotes; write "a""#]),
        (#"{"a": 'b'}"#, [#"1:7: strings need double quotes; write "b""#]),
        (#"["a", 'b]"#, ["1:7: strings need double quotes, and this quote is never closed"]),
        (#"{"a": relu}"#, [#"1:7: strings need double quotes; write "relu""#]),
        ("[True]", ["1:2: True is not JSON; write true"]),
        ("[None]", ["1:2: None is not JSON; write null"]),
        ("[yes]", ["1:2: yes is not JSON; write true"]),
        ("[off]", ["1:2: off is not JSON; write false"]),
        ("[undefined]", ["1:2: undefined is not JSON; write null"]),
        (
            "[NaN]",
            ["1:2: NaN is not a JSON number; write a finite number, or null if the key allows it"]
        ),
        (
            "[-Infinity]",
            ["1:2: -Infinity is not a JSON number; write a finite number, or null if the key allows it"]
        ),
        (
            "[inf]",
            ["1:2: inf is not a JSON number; write a finite number, or null if the key allows it"]
        ),
        ("[+1]", ["1:2: +1 is not a JSON number; write 1"]),
        ("[.5]", ["1:2: .5 is not a JSON number; write 0.5"]),
        ("[-.5]", ["1:2: -.5 is not a JSON number; write -0.5"]),
        ("[5.]", ["1:2: 5. is not a JSON number; write 5.0"]),
        ("[012]", ["1:2: 012 is not a JSON number; write 12"]),
        ("[0x1F]", ["1:2: 0x1F is not a JSON number; write 31"]),
        ("[1_000]", ["1:2: 1_000 is not a JSON number; write 1000"]),
        ("[1e]", [#"1:2: 1e is not a JSON number; as a string, write "1e""#]),
        ("[1.5.2]", [#"1:2: 1.5.2 is not a JSON number; as a string, write "1.5.2""#]),
        ("[12px]", [#"1:2: 12px is not a JSON number; as a string, write "12px""#]),
        ("[1e400]", ["1:2: 1e400 is too large; numbers go up to 1.8e308"]),
        ("[--1]", [#"1:2: --1 is not a JSON number; as a string, write "--1""#]),
        ("[-]", [#"1:2: - is not a JSON number; as a string, write "-""#]),
        ("// note\n{}", ["1:1: JSON does not allow comments; remove this one"]),
        (#"{"a": 1 /* one */}"#, ["1:9: JSON does not allow comments; remove this one"]),
        ("[1 # one\n]", ["1:4: JSON does not allow comments; remove this one"]),
        (
            "/* open",
            [
                "1:1: JSON does not allow comments; remove this one",
                "1:8: the document is empty; write at least {}",
            ]
        ),
        (#""abc"#, ["1:1: unterminated string; add a double quote"]),
        (
            "[\"a\nb\"]",
            [#"1:2: the string does not end on its line; add a double quote, or write \n for a line break"#]
        ),
        ("[\"a\tb\"]", [#"1:4: control character in a string; write \t"#]),
        (#"["\d"]"#, [#"1:3: unknown escape \d; write \\ for a backslash"#]),
        (#"["C:\Users"]"#, [#"1:5: unknown escape \U; write \\ for a backslash"#]),
        (#"["\u12G4"]"#, [#"1:3: \u must be followed by four hexadecimal digits, such as \u00E4"#]),
        (
            #"["\uD83D"]"#,
            [
                #"1:3: half of a surrogate pair; write both halves, such as \uD83D\uDE00, or the character itself"#
            ]
        ),
        (
            #"["\uDE00x"]"#,
            [
                #"1:3: half of a surrogate pair; write both halves, such as \uD83D\uDE00, or the character itself"#
            ]
        ),
        (
            #"["\uD83D\u0041"]"#,
            [
                #"1:3: half of a surrogate pair; write both halves, such as \uD83D\uDE00, or the character itself"#
            ]
        ),
        (#"["a\"#, ["1:2: unterminated string; add a double quote"]),
        (
            #"{"a": 1, "b": 2, "a": 3}"#,
            [#"1:18: duplicate key "a" (first in line 1); remove one"#]
        ),
        ("{} {}", [#"1:4: found "{" after the end of the document; remove it"#]),
        ("[1], 2", [#"1:4: found "," after the end of the document; remove it"#]),
        (
            #""a": 1, "b": 2"#,
            ["1:4: the document has keys but no braces; enclose it in { and }"]
        ),
        (
            "name: x",
            [
                #"1:1: strings need double quotes; write "name""#,
                "1:5: the document has keys but no braces; enclose it in { and }",
            ]
        ),
        ("[“a”]", ["1:2: typographic quote; write a straight double quote (U+0022)"]),
        ("{“a”: 1}", ["1:2: typographic quote; write a straight double quote (U+0022)"]),
        ("[1\u{A0}, 2]", ["1:3: no-break space (U+00A0); write a regular space"]),
        ("[\u{A0}1]", ["1:2: no-break space (U+00A0); write a regular space"]),
        (#"["é", x]"#, [#"1:7: strings need double quotes; write "x""#]),
        ("[1}", [#"1:3: found "}", but the "[" in line 1 must be closed with "]""#]),
        ("]", [#"1:1: expected a value, found "]""#]),
        ("[*]", [#"1:2: strings need double quotes; write "*""#]),
        (
            #"{"a": 1, "b": tru, "c": [1,], 'd': .5}"#,
            [
                #"1:15: strings need double quotes; write "tru", or true"#,
                #"1:27: trailing comma before the closing "]"; remove it"#,
                #"1:31: strings need double quotes; write "d""#,
                "1:36: .5 is not a JSON number; write 0.5",
            ]
        ),
        ("[\u{0}]", ["1:2: expected a value, found U+0000"]),
        ("[\"\u{1}\"]", [#"1:3: control character in a string; write \u0001"#]),
        (#"{"very": {"deep": @}}"#, [#"1:19: strings need double quotes; write "@""#]),
    ]

    @Test(arguments: table)
    func areExact(text: String, messages: [String]) {
        #expect(problems { try JSONValue.parse(text, source: "a.json") } == messages.map { "a.json:" + $0 })
    }
}
