import Autograd
import AutogradTesting
import Configuration
import Layers
import Testing

/// Models that are no list.
@Suite struct GraphTests {
    private func spec(_ text: String) throws -> any LayerSpec {
        try Model.spec(JSONValue.parse(text, source: "g.json"))
    }

    @Test func partsTakeWhatOthersPutOut() throws {
        let text = """
            {"type": "graph", "output": "sum", "parts": {
              "stem": {"layers": [{"type": "dense", "units": 3}]},
              "wide": {"inputs": ["stem", "input"]},
              "head": {"layers": [{"type": "dense", "units": 3}]},
              "sum": {"inputs": ["head", "stem"], "join": "sum", "layers": [{"type": "activation", "function": "tanh"}]}
            }}
            """
        let model = try Model(spec(text), input: [2], generator: RandomGenerator(seed: 1))
        #expect(
            model.namedParameters.map(\.name) == [
                "stem.0.weight", "stem.0.bias", "head.0.weight", "head.0.bias",
            ])
        let p = model.parameters.map(\.value)
        let x = Tensor.normal([4, 2], mean: 0, deviation: 1, using: RandomGenerator(seed: 2))
        let stem = matmul(x, p[0]) + p[1]
        let head = matmul(concatenate([stem, x], axis: 1), p[2]) + p[3]
        #expect(Closeness().difference(model(x), (head + stem).tanh()) == nil)
        #expect(model.plan.parts.map(\.plan.output) == [[3], [5], [3], [3]])
    }

    @Test func sequencesOfSeveralLengthsMeet() throws {
        let text = """
            {"type": "graph", "parts": {
              "short": {"layers": [{"type": "masking", "value": 9}]},
              "both": {"inputs": ["short", "input"]}
            }}
            """
        let model = try Model(spec(text), input: [3, 1], generator: RandomGenerator(seed: 1))
        let x = Tensor([1, 9, 9, 1, 2, 3], shape: [2, 3, 1])
        #expect(model.forward(Signal(x, lengths: [3, 2]), .inference).lengths == [1, 2])
    }

    @Test func featureNormsOfPartsAreFitted() throws {
        let text = """
            {"type": "graph", "parts": {
              "raw": {"layers": [{"type": "feature_norm"}]},
              "double": {"inputs": ["input", "input"], "join": "sum", "layers": [{"type": "feature_norm"}]},
              "all": {"inputs": ["raw", "double"]}
            }}
            """
        let model = try Model(spec(text), input: [1], generator: RandomGenerator(seed: 1))
        model.fitFeatureNorms([Signal(Tensor([1, 3, 8], shape: [3, 1]))])
        let means = model.namedBuffers.filter { $0.name.hasSuffix("mean") }.map { $0.buffer.value.array }
        #expect(means == [[4], [8]])
    }

    @Test(arguments: [
        (
            #"{"a": {"inputs": ["b"]}, "b": {}}"#,
            #"1:44: parts.a.inputs[0]: "b" comes after this part; inputs must be defined before they are used"#
        ),
        (
            #"{"stem": {}, "b": {"inputs": ["stme"]}}"#,
            #"1:56: parts.b.inputs[0]: "stme" is not a part; did you mean "stem"?"#
        ),
        (
            #"{"a": {}, "b": {"inputs": ["input"]}}"#,
            "1:32: parts.a: is unused: no part has it as an input, and it is not the output"
        ),
        (
            #"{"a.b": {}}"#,
            #"1:34: parts["a.b"]: the name of a part must consist of letters, digits, _ and -, and must not be "input""#
        ),
        (
            #"{"input": {}}"#,
            #"1:36: parts.input: the name of a part must consist of letters, digits, _ and -, and must not be "input""#
        ),
        (
            "{}",
            #"1:26: parts: expected an object of named objects with 1 or more keys, found {}"#
        ),
    ]) func mistakesHaveTheirPlace(_ parts: String, _ message: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try spec(#"{"type": "graph","parts":\#(parts)}"#)
        }
        #expect(error?.description == "g.json:" + message)
    }

    @Test func anUnknownOutputIsNamed() throws {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try spec(#"{"type": "graph", "parts": {"head": {}}, "output": "haed"}"#)
        }
        #expect(
            error?.description.hasSuffix(#"output: there is no part "haed"; did you mean "head"?"#) == true)
    }

    @Test(arguments: [
        (
            #"{"a": {}, "b": {"inputs": ["a", "input"], "layers": [{"type": "flatten"}, {"type": "gru", "units": 1}]}}"#,
            "m.json:1:100: parts.b.layers[1]: gru expects an input of shape [time, features], found [24]; preceding shapes: [3, 8], flatten [24]"
        ),
        (
            #"{"a": {"layers": [{"type": "flatten"}]}, "b": {"inputs": ["a", "input"]}}"#,
            "m.json:1:72: parts.b: cannot concatenate outputs of shapes [12], [3, 4]; all sizes but the last must be equal"
        ),
    ]) func shapesThatDoNotFitHaveTheirPlace(_ parts: String, _ message: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try Model(
                text: #"{"type": "graph","parts":\#(parts)}"#, source: "m.json", input: [3, 4],
                generator: RandomGenerator(seed: 1))
        }
        #expect(error?.description == message)
    }
}
