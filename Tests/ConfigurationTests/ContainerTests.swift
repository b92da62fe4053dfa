import Configuration
import Testing

/// Types and constraints that the sample does not use.
struct Corner: Options {
    struct Part: Options {
        var units = 1
        var rate = 0.5

        static let fields: [Field<Self>] = [
            .init("units", \.units, "Units.", .atLeast(1)), .init("rate", \.rate, "Rate."),
        ]
    }

    var part = Part(units: 8, rate: 0.25)
    var maybe: Part?
    var size: OneOrTwo<Int>? = .init(3)
    var word: String? = "a"
    var ranges: [Pair<Double>] = []
    var steps: Either<Int, [Int]> = .first(1)
    var name: Either<Int, String> = .second("x")
    var grid: [[Int]] = []
    var text = "ab"
    var names = Named<Int>()
    var rate: Float = 1

    static let fields: [Field<Self>] = [
        .init("part", \.part, "A part."),
        .init("maybe", \.maybe, "A part or none."),
        .init("size", \.size, "Size.", .atLeast(1)),
        .init("word", \.word, "Word.", .oneOf(["alpha", "beta"])),
        .init("ranges", \.ranges, "Ranges.", .atLeast(0)),
        .init("steps", \.steps, "Steps.", .above(0)),
        .init("name", \.name, "Name."),
        .init("grid", \.grid, "Grid.", .range(0...9)),
        .init("text", \.text, "Text.", .count(2)),
        .init("names", \.names, "Names.", .count(0...1)),
        .init("rate", \.rate, "Rate.", .atMost(1)),
    ]
}

@Suite struct Containers {
    @Test(
        arguments: [
            (#"{"size": [1, 0]}"#, ["size[1]: expected an integer of at least 1, found 0"]),
            (#"{"size": 0}"#, ["size: expected an integer of at least 1, found 0"]),
            (
                #"{"size": "x"}"#,
                [#"size: expected an integer or a list of two, each of at least 1, found "x""#]
            ),
            (
                #"{"word": "alpa"}"#,
                [
                    #"word: expected a string, one of "alpha" or "beta" or null, found "alpa"; did you mean "alpha"?"#
                ]
            ),
            (
                #"{"ranges": [[0, 1], [0, -1], [1]]}"#,
                [
                    "ranges[1][1]: expected a number of at least 0, found -1",
                    "ranges[2]: expected a list of two numbers of at least 0, found [1]",
                ]
            ),
            (#"{"steps": 0}"#, ["steps: expected an integer above 0, found 0"]),
            (
                #"{"steps": [1, 0, "x"]}"#,
                [
                    "steps[1]: expected an integer above 0, found 0",
                    #"steps[2]: expected an integer above 0, found "x""#,
                ]
            ),
            (#"{"name": true}"#, ["name: expected an integer or a string, found true"]),
            (#"{"grid": [[1], [10]]}"#, ["grid[1][0]: expected an integer from 0 to 9, found 10"]),
            (#"{"text": "ä"}"#, [#"text: expected a string with 2 characters, found "ä""#]),
            (
                #"{"names": {"a": 1, "b": 2}}"#,
                [
                    #"names: expected an object of named integers with 0 to 1 keys, found {"a": 1, "b": 2}"#
                ]
            ),
            (
                #"{"rate": 1.5, "rat": 1}"#,
                [
                    "rate: expected a number up to 1, found 1.5",
                    #"rat: unknown key; did you mean "rate"?"#,
                ]
            ),
            (
                #"{"maybe": {"units": 0}, "part": null}"#,
                [
                    "maybe.units: expected an integer of at least 1, found 0",
                    "part: expected an object with keys such as units, rate, found null",
                ]
            ),
        ] as [(String, [String])])
    func errorsAreReported(text: String, messages: [String]) throws {
        let value = try JSONValue.parse(text)
        do {
            _ = try Corner.decode(value)
            Issue.record("decoded")
        } catch {
            #expect(error.problems.map { "\($0.path): \($0.message)" } == messages)
        }
    }

    @Test func nestedOptionsInheritOuterDefaults() throws {
        let corner = try Corner.decode(text: #"{"part": {"units": 2}, "maybe": {"units": 2}}"#)
        #expect(corner.part.rate == 0.25)
        #expect(corner.maybe?.rate == 0.5)
    }

    @Test func containersRoundTrip() throws {
        let text = """
            {
              "part": {"units": 8, "rate": 0.25},
              "maybe": null,
              "size": [1, 2],
              "word": "beta",
              "ranges": [[0.5, 1.0]],
              "steps": [1, 2],
              "name": 3,
              "grid": [[], [1, 2]],
              "text": "ab",
              "names": {"b": 1},
              "rate": 0.1
            }
            """
        let corner = try Corner.decode(text: text)
        #expect(corner.json == text)
        #expect(corner.size == OneOrTwo(1, 2))
        #expect(try Corner.decode(text: #"{"size": [2, 2], "word": null}"#).encode()["size"] == 2)
        #expect(corner.names["b"] == 1 && corner.names["a"] == nil)
    }

    @Test func schemaBoundsApplyToNumbers() {
        let properties = Corner.jsonSchema(title: "Corner")["properties"]
        #expect(
            properties?["size"]?["anyOf"]?.elements?[0]["anyOf"]?.elements?[1]["items"]
                == ["type": "integer", "minimum": 1])
        #expect(properties?["grid"]?["items"]?["items"] == ["type": "integer", "minimum": 0, "maximum": 9])
        #expect(properties?["word"]?["enum"] == ["alpha", "beta", .null])
        #expect(properties?["part"]?["default"] == ["units": 8, "rate": 0.25])
        #expect(properties?["text"]?["minLength"] == 2 && properties?["text"]?["maxLength"] == 2)
    }

    @Test func typesUsedDirectlyRejectOtherTypes() throws {
        #expect(try GRU.decode(text: #"{"type": "gru", "units": 3}"#).units == 3)
        #expect(
            try GRU.decode(["units": 3]).encode().line
                == #"{"type": "gru", "units": 3, "bidirectional": false, "dropout": 0.0}"#)
        #expect(
            problems { try GRU.decode(text: #"{"type": "lstm", "units": 3}"#) } == [
                #"line 1:10: type: expected "gru", found "lstm""#
            ])
        #expect(Tagged<Layers>(GRU()).value.isRecurrent)
    }
}
