import ONNXExport
import Autograd
import Configuration
import Foundation
import TestSupport
import Layers
import Testing

/// What is said of models that cannot be exported, and of files that cannot be written.
@Suite struct ONNXProblemTests {
    /// A layer that ONNX export does not know.
    private final class Doubling: Layer {
        struct Spec: LayerSpec {
            static let type = "doubling"
            static let fields: [Field<Self>] = []
            func plan(_ input: [Int]) throws(LayerError) -> LayerPlan { LayerPlan(output: input) }
            func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
                Doubling()
            }
        }
        var spec: any LayerSpec { Spec() }
        var members: [Member] { [] }
        func forward(_ x: Signal, _ pass: Pass) -> Signal { x.with(x.tensor * 2) }
    }

    private var strange: Model {
        get throws {
            let spec = Sequential.Spec([Dense.Spec(4), Residual.Spec([Dense.Spec(4), Doubling.Spec()])])
            return try Model(spec, input: [3], generator: RandomGenerator(seed: 1))
        }
    }

    private func message(
        _ model: Model, _ options: ONNXOptions = ONNXOptions(), _ card: ModelCard = ModelCard()
    ) -> String {
        do {
            _ = try model.encodeONNX(card: card, options: options)
            return "exported"
        } catch { return "\(error)" }
    }

    @Test func aLayerWithoutMappingIsNamed() throws {
        #expect(
            message(try strange)
                == "layer 1.body.1 (doubling): ONNX export does not support this type of layer; add a mapping to "
                + "ONNXOptions.mappings, or use other layers")
    }

    @Test func aMappingOfOnesOwnIsUsed() throws {
        var options = ONNXOptions()
        options.mappings = .standard.adding(Doubling.Spec.self) { layer, x in
            x.with(layer.node("Mul", x.value, layer.number(2)))
        }
        let file = try ONNXModel(strange.encodeONNX(options: options))
        let node = try #require(file.nodes("Mul").first)
        #expect(node.name == "1.body.1/Mul")
        #expect(file.constant(node.inputs[1])?.floats == [2])
    }

    @Test func aMappingThatMakesAnotherShapeIsFound() throws {
        var options = ONNXOptions()
        options.mappings = .standard.adding(Doubling.Spec.self) { layer, x in x.with(x.value, shape: [9]) }
        #expect(
            message(try strange, options)
                == "layer 1.body.1 (doubling): its mapping outputs [9] for [4]; the layer itself outputs [4]")
    }

    @Test func settingsWithoutCounterpartSaySo() throws {
        let model = try Example(#"[{"type": "rnn", "units": 2, "activation": "gelu"}]"#, [5, 3]).model()
        #expect(
            message(model)
                == "layer 0 (rnn): ONNX's recurrent operator does not support the activation \"gelu\"; use one of none, relu, tanh, "
                + "sigmoid, elu, softplus, leaky_relu")
    }

    @Test(arguments: [
        (#"{"type": "flatten"}"#, "it flattens all steps into one vector"),
        (#"{"type": "reshape", "shape": [-1]}"#, "the target shape requires a fixed number of steps"),
        (#"{"type": "reshape", "shape": [8, 2, 2]}"#, "the target shape requires a fixed number of steps"),
        (#"{"type": "attention", "form": "reduced"}"#, "the reduced form has one bias per step"),
        (
            #"{"type": "positional_encoding", "kind": "learned"}"#,
            "the embeddings have the length of the input"
        ),
    ]) func layersThatCountStepsDoNotTakeAnyNumber(_ json: String, _ reason: String) throws {
        var options = ONNXOptions()
        options.anySteps = true
        let model = try Example("[\(json)]", [8, 4]).model()
        let found = message(model, options)
        #expect(found.hasPrefix("layer 0 ("), "\(found)")
        #expect(found.contains(reason), "\(found)")
        #expect(message(model) == "exported")
    }

    @Test func theClassesFitTheOutputs() throws {
        let model = try Example(#"{"type": "dense", "units": 3}"#, [4]).model()
        #expect(
            message(model, ONNXOptions(), ModelCard(classes: ["a", "b"]))
                == "model: found 2 class names for a model with an output of shape [3]; give one name per output, or none"
        )
        #expect(message(model, ONNXOptions(), ModelCard(classes: ["a", "b", "c"])) == "exported")
    }

    @Test func aFileIsWholeOrNotThere() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("onnx-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.onnx").path
        let model = try Example(#"{"type": "dense", "units": 3}"#, [4]).model()
        let bytes = try model.encodeONNX()
        try model.writeONNX(to: path)
        #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == bytes)
        // One byte too many for the limit: the old file stays.
        let error = #expect(throws: FileError.self) {
            try model.writeONNX(to: path, card: ModelCard(), options: ONNXOptions(), limit: bytes.count - 1)
        }
        #expect(error?.found == "a model of \(bytes.count) bytes")
        #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == bytes)
        try model.writeONNX(to: path, card: ModelCard(), options: ONNXOptions(), limit: bytes.count)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.onnx"])
        #expect(throws: FileError.self) { try model.writeONNX(to: folder.path + "/none/a.onnx") }
    }
}
