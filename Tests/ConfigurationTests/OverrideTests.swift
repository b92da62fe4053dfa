import Configuration
import Testing

@Suite struct Overrides {
    static let text =
        #"{"model": {"layers": [{"type": "gru", "units": 8}, {"type": "dense", "units": 3}]}, "a": 1, "odd.key": {"x": 2}}"#

    @Test(arguments: [
        ("model.layers.1.units=64", #"[{"type": "gru", "units": 8}, {"type": "dense", "units": 64}]"#),
        ("model.layers[1].units=64", #"[{"type": "gru", "units": 8}, {"type": "dense", "units": 64}]"#),
        ("model.layers[0]={\"type\": \"flatten\"}", #"[{"type": "flatten"}, {"type": "dense", "units": 3}]"#),
        (
            "model.layers[0].name=a=b",
            #"[{"type": "gru", "units": 8, "name": "a=b"}, {"type": "dense", "units": 3}]"#
        ),
        ("model.layers=[]", "[]"), ("model.layers=null", "null"), ("model.layers=", #""""#),
        ("model.layers=-1e3", "-1000.0"), ("model.layers=1.2.3", #""1.2.3""#),
        ("model.layers=\"3\"", #""3""#),
        ("[\"model\"][\"layers\"]=true", "true"),
    ])
    func sets(assignment: String, layers: String) throws {
        var value = try JSONValue.parse(Self.text)
        try value.set(assignment)
        #expect(value["model"]?["layers"]?.line == layers)
        #expect(value["a"] == 1 && value.members?.count == 3)
    }

    @Test func createsMissingObjectsAndQuotedKeys() throws {
        var value = try JSONValue.parse(Self.text)
        try value.set("training.steps.first=3")
        try value.set(#"["odd.key"].x=5"#)
        #expect(value["training"]?.line == #"{"steps": {"first": 3}}"#)
        #expect(value["odd.key"]?.line == #"{"x": 5}"#)
    }

    @Test(arguments: [
        ("model.layers[2].units=1", "model.layers[2]: the list has 2 elements, the last is [1]"),
        ("model.layers.units=1", "model.layers.units: expected an index such as [0], because this is a list"),
        (
            "model[0]=1",
            #"model[0]: expected a list, found {"layers": [{"type": "gru", "units": 8}, {"type": "dense", …"#
        ),
        ("a.b=1", "a: expected an object, found 1"), ("a", "missing value; write a=value"),
        ("=1", "missing key in the path; write it as model.layers[2].units"),
        ("a..b=1", "missing key in the path; write it as model.layers[2].units"),
        ("", "missing key in the path; write it as model.layers[2].units"),
        ("a.=1", "missing key in the path; write it as model.layers[2].units"),
        ("a[x]=1", #"expected an index such as [2] or a quoted key such as ["a.b"] in brackets"#),
        ("a[1=1", #"expected an index such as [2] or a quoted key such as ["a.b"] in brackets"#),
        (
            "a[99999999999999999999]=1",
            #"expected an index such as [2] or a quoted key such as ["a.b"] in brackets"#
        ),
        ("a[\"x=1", #"expected "] after a quoted key in the path"#),
        ("a[1]b=1", #"expected "." or "[" after "]" in the path"#),
        ("a=[1,]", #"character 3 of the value: trailing comma before the closing "]"; remove it"#),
    ])
    func errorsAreExact(assignment: String, message: String) throws {
        var value = try JSONValue.parse(Self.text)
        let before = value
        #expect(
            problems { try value.set(assignment) } == [
                "--set \(assignment): \(message)"
            ])
        #expect(value == before)
    }

    @Test func laterErrorsNameTheArgument() throws {
        var value = try JSONValue.parse(#"{"name": "x"}"#, source: "a.json")
        try value.set("training.epochs=0")
        try value.set("trainin.rate=1")
        try value.set("training.band=[1, \"x\"]")
        #expect(
            problems { try Experiment.decode(value) } == [
                "--set trainin.rate=1: trainin: unknown key; did you mean \"training\"?",
                "--set training.epochs=0: training.epochs: expected an integer from 1 to 1000, found 0",
                "--set training.band=[1, \"x\"]: training.band[1]: expected a number of at least 0, found \"x\"",
            ])
    }

    @Test func removes() throws {
        var value = try JSONValue.parse(Self.text)
        try value.remove(JSONPath(parsing: "model.layers[0]"), source: "variant")
        try value.remove(JSONPath(parsing: "model.layers.0.units"), source: "variant")
        #expect(value["model"]?.line == #"{"layers": [{"type": "dense"}]}"#)
        let path = try JSONPath(parsing: "modle")
        #expect(
            problems { try value.remove(path, source: "variant") }
                == ["variant: modle: no such key; did you mean \"model\"?"])
    }

    @Test func pathsRoundTrip() throws {
        for text in ["model.layers[2].units", "a[\"b c\"].d", "$defs.x-y[0][1]"] {
            #expect(try JSONPath(parsing: text).description == text)
        }
        let long = Array(repeating: "a", count: 101).joined(separator: ".")
        #expect(
            problems { try JSONPath(parsing: long, place: .nowhere) } == [
                "the path has more than 100 steps"
            ])
    }
}
