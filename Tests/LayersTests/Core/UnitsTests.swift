import Autograd
import Configuration
import Layers
import Testing

/// Sizes that a config gives as `"classes"`.
@Suite struct UnitsTests {
    private static func message(_ units: String) -> String? {
        do {
            _ = try Model.spec(
                JSONValue.parse("[{\"type\": \"dense\", \"units\": \(units)}]", source: "m.json"))
            return nil
        } catch { return "\(error)" }
    }

    @Test(arguments: [
        ("8", nil), ("\"classes\"", nil),
        (
            "\"class\"",
            #"expected "classes", "targets" or an integer of at least 1, found "class"; did you mean "classes"?"#
        ),
        ("\"many\"", #"expected "classes", "targets" or an integer of at least 1, found "many""#),
        ("\"8\"", #"expected an integer of at least 1, found "8"; write it without quotes"#),
        ("0", "expected an integer of at least 1, found 0"),
        ("1.5", "expected an integer of at least 1, found 1.5"),
        ("null", "expected an integer of at least 1, found null"),
    ])
    func whatUnitsMayBe(_ text: String, _ message: String?) {
        #expect(Self.message(text) == message.map { "m.json:1:29: [0].units: " + $0 })
    }

    @Test func theyAreRequired() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try Model.spec(JSONValue.parse(#"[{"type": "dense"}]"#, source: "m.json"))
        }
        #expect(
            error.map { "\($0)" }
                == #"m.json:1:2: [0].units: missing; expected "classes", "targets" or an integer of at least 1"#
        )
    }

    /// Every layer with units, its input, and a model around it.
    private static let layers: [(json: String, input: [Int])] = [
        (#"{"type": "dense", "units": "classes"}"#, [6]),
        (#"{"type": "gru", "units": "classes", "bidirectional": true}"#, [5, 6]),
        (#"{"type": "lstm", "units": "classes", "num_layers": 2}"#, [5, 6]),
        (#"{"type": "rnn", "units": "classes", "output": "last"}"#, [5, 6]),
        (#"{"type": "attention", "units": "classes"}"#, [5, 6]),
        (#"{"type": "squeeze_excitation", "units": "classes"}"#, [5, 6]),
        (#"{"type": "embedding", "vocabulary_size": 9, "units": "classes"}"#, [5]),
        (
            #"[{"type": "residual", "body": [{"type": "dense", "units": 4}, {"type": "dense", "units": "classes"}]}]"#,
            [3]
        ),
        (
            #"{"type": "parallel", "branches": [{"type": "dense", "units": "classes"}, {"type": "dense", "units": 2}]}"#,
            [6]
        ),
        (
            #"{"type": "graph", "parts": {"units": {"layers": [{"type": "dense", "units": "classes"}]}}}"#,
            [6]
        ),
    ]

    @Test(arguments: layers)
    func theNumberOfClassesTakesThePlaceOfTheWord(_ json: String, _ input: [Int]) throws {
        let spec = try Model.spec(JSONValue.parse(json))
        let numbered = try Model.spec(JSONValue.parse(json.replacing("\"classes\"", with: "3")))
        #expect(spec.needsClasses && !numbered.needsClasses)
        let resolved = try spec.resolvingUnits(classes: 3)
        #expect(resolved.encode() == numbered.encode() && !resolved.needsClasses)
        let models = try [resolved, numbered].map {
            try Model($0, input: input, generator: RandomGenerator(seed: 1)).namedTensors
        }
        #expect(models[0].map(\.0) == models[1].map(\.0))
        #expect(zip(models[0], models[1]).allSatisfy { $0.1.array == $1.1.array })
        // The word stays in what is written of the unresolved layer.
        #expect(try Model.spec(spec.encode()).encode() == spec.encode())
        let type = json.components(separatedBy: "\"")[json.contains("body") ? 11 : 3]
        let message =
            #"has "units": "classes", but the number of classes is not known here; give a number instead"#
        let error = #expect(throws: LayerError.self) { try spec.checkedPlan(input) }
        #expect(error?.message.contains(message) == true, "\(type): \(String(describing: error))")
        #expect(throws: LayerError.self) {
            try Model(spec, input: input, generator: RandomGenerator(seed: 1))
        }
    }

    @Test func targetsHaveUnits() throws {
        func resolved(_ units: String) throws -> JSONValue? {
            let spec = try Model.spec(JSONValue.parse("[{\"type\": \"dense\", \"units\": \"\(units)\"}]"))
            #expect(spec.needsClasses)
            #expect(try Model.spec(spec.encode()).encode() == spec.encode())
            return try spec.resolvingUnits(classes: 5, targets: ["arousal": 1, "label": 4])
                .encode()["layers"]?.elements?.first?["units"]
        }
        #expect(try resolved("targets")?.integer == 5)
        #expect(try resolved("targets:label")?.integer == 4)
        let error = try #require(throws: ConfigurationError.self) { try resolved("targets:valence") }
        #expect("\(error)".contains(#"expected "targets:arousal", "targets:label""#), "\(error)")
    }

    @Test func nothingIsResolvedWithoutTheWord() throws {
        let spec = try Model.spec(JSONValue.parse(#"[{"type": "dense", "units": 4}]"#))
        #expect(try spec.resolvingUnits(classes: 9).encode() == spec.encode())
    }

    /// What depends on an unknown number of classes is shown in terms of it.
    @Test func theSummaryOfAnUnknownNumber() throws {
        let json = """
            [{"type": "gru", "units": 10, "output": "last"}, {"type": "dense", "units": "classes"}]
            """
        let spec = try Model.spec(JSONValue.parse(json))
        let plans = try (8...10).map { try spec.resolvingUnits(classes: $0).checkedPlan([20, 6]) }
        let text = plans[0].summary("sequential", input: [20, 6], classes: 8, more: Array(plans.dropFirst()))
        let lines = text.split(separator: "\n").map(String.init)
        #expect(
            lines[4].hasPrefix("1      dense  [classes]")
                && lines[4].hasSuffix("11 x classes   10 x classes"))
        #expect(lines.contains("11 x classes + 540 trainable parameters"), "\(text)")
        let known = plans[0].summary("sequential", input: [20, 6])
        #expect(
            known.contains("1      dense  [8] ") && known.contains("628 trainable parameters"), "\(known)")
        let squared = try Model.spec(
            JSONValue.parse(#"[{"type": "gru", "units": "classes", "bidirectional": true}]"#))
        let more = try (8...10).map { try squared.resolvingUnits(classes: $0).checkedPlan([20, 6]) }
        let row = more[0].summary("sequential", input: [20, 6], classes: 8, more: Array(more.dropFirst()))
            .split(separator: "\n")[3]
        #expect(row.contains("[20, 2 x classes]") && row.contains("depends on classes"), "\(row)")
    }
}
