import ONNXExport
import Autograd
import Configuration
import Foundation
import TestSupport
import Layers
import Testing

/// What can be said of exported files without running them. `Tests/Interop` runs them.
@Suite struct ONNXStructureTests {
    /// Layers that cannot be exported, each with the reason. There are none.
    private static let notExported: [String: String] = [:]

    private func file(_ model: Model, _ output: ONNXOptions.Output = .none, anySteps: Bool = false) throws
        -> ONNXModel
    {
        var options = ONNXOptions()
        (options.output, options.anySteps, options.attention) = (output, anySteps, .all)
        return try ONNXModel(model.encodeONNX(options: options))
    }

    @Test func everyLayerHasAMappingOrIsABlock() throws {
        let missing = LayerKinds.builtIn.filter {
            ONNXMappings.standard[$0.type] == nil && !($0 is any BlockSpec.Type)
                && Self.notExported[$0.type] == nil
        }
        #expect(missing.map { $0.type } == [])
    }

    @Test(arguments: ExportExamples.all) func everyValueIsMadeOnceAndUsed(_ example: Example) throws {
        for anySteps in [false, true] where !anySteps || example.isSequence && !example.isFixed {
            let file = try file(try example.model(), anySteps: anySteps)
            let constants = file.constants.map(\.name)
            var known = Set<String>()
            for name in file.inputs.map(\.name) + constants {
                #expect(known.insert(name).inserted, "\(name)")
            }
            for node in file.nodes {
                for input in node.inputs where !input.isEmpty {
                    #expect(known.contains(input), "\(node.name) uses \(input) before it is made")
                }
                for output in node.outputs {
                    #expect(known.insert(output).inserted, "\(output) is made twice")
                }
            }
            for output in file.outputs { #expect(known.contains(output.name)) }
            let used = Set(file.nodes.flatMap(\.inputs) + file.outputs.map(\.name))
            #expect(constants.filter { !used.contains($0) } == [])
            #expect(file.inputs.map(\.name).filter { !used.contains($0) } == [])
            // Recurrent operators have outputs that may stay unused.
            let idle = file.nodes.filter { node in !node.outputs.contains { used.contains($0) } }
            #expect(idle.map(\.name) == [])
        }
    }

    @Test(arguments: ExportExamples.all) func shapesAndSizesAreRight(_ example: Example) throws {
        let model = try example.model()
        let file = try file(model)
        #expect(file.formatVersion == 8)
        #expect(file.opset == 17)
        #expect(file.inputs[0].shape == ["batch"] + example.input.map(String.init))
        #expect(file.outputs[0].shape == ["batch"] + model.plan.output.map(String.init))
        #expect(file.inputs[0].type == 1)
        for constant in file.constants {
            let size = [1: 4, 7: 8, 11: 8][constant.type] ?? 0
            #expect(constant.raw.count == constant.shape.reduce(size, *), "\(constant.name)")
        }
    }

    @Test(arguments: ExportExamples.models) func modelsOfExperimentsEndInProbabilities(
        _ name: String, _ input: [Int]
    ) throws {
        let file = try file(try ExportExamples.model(name, input), .softmax)
        #expect(
            file.outputs.map(\.name)
                == (name.hasSuffix("attention") ? ["probabilities", "attention"] : ["probabilities"]))
        let last = try #require(file.nodes.first { $0.outputs == ["probabilities"] })
        #expect(file.nodes.first { $0.outputs == last.inputs }?.operation == "Softmax")
    }

    @Test func everyModelOfExperimentsIsHere() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: ExportExamples.modelFolder.path)
            .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
        #expect(
            names.sorted() == ExportExamples.models.map(\.name).sorted(), "ExportExamples.models lacks one")
    }

    @Test func softmaxIsNotDoneTwice() throws {
        let model = try Example(#"{"type": "dense", "units": 3, "activation": "softmax"}"#, [4]).model()
        #expect(try file(model, .softmax).nodes("Softmax").count == 1)
        #expect(try file(model, .sigmoid).nodes("Sigmoid").count == 1)
        let logits = try Example(#"{"type": "dense", "units": 3}"#, [4]).model()
        #expect(try file(logits, .softmax).nodes("Softmax").count == 1)
        #expect(try file(logits).nodes.map(\.operation) == ["MatMul", "Add", "Identity"])
    }

    /// An input that has an initializer of its name may be left out in ONNX.
    @Test func lengthsAreARequiredInputWhereTheyMatter() throws {
        let dense = try file(Example(#"{"type": "dense", "units": 3}"#, [6, 4]).model())
        #expect(dense.inputs.map(\.name) == ["features"])
        let gru = try file(Example(#"{"type": "gru", "units": 3}"#, [6, 4]).model())
        #expect(gru.inputs.map(\.name) == ["features", "lengths"])
        #expect(gru.inputs[1].type == 7)
        #expect(gru.inputs[1].shape == ["batch"])
        #expect(gru.constant("lengths") == nil)
        let note = "Required: the number of valid frames of each sequence, without padding."
        #expect(gru.inputs[1].note.hasPrefix(note), "\(gru.inputs[1].note)")
        #expect(gru.metadata.first { $0.key == "lengths" }?.value.hasPrefix(note) == true)
        #expect(!dense.metadata.contains { $0.key == "lengths" } && dense.inputs[0].note.isEmpty)
        var options = ONNXOptions()
        options.lengths = false
        let without = try ONNXModel(
            Example(#"{"type": "gru", "units": 3}"#, [6, 4]).model().encodeONNX(options: options))
        #expect(without.inputs.map(\.name) == ["features"])
        #expect(without.constant("lengths") == nil)
    }

    /// Gates are told apart by their biases: each of ours has a number of its own.
    @Test(arguments: [
        ("gru", 3, [2, 2, 1, 1, 3, 3, 20, 20, 10, 10, 30, 30]),
        ("lstm", 4, [1, 1, 4, 4, 2, 2, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0]), ("rnn", 1, [1, 1, 0, 0]),
    ]) func gatesAreInTheOrderOfTheFormat(_ type: String, _ gates: Int, _ expected: [Float]) throws {
        let model = try Example(#"{"type": "\#(type)", "units": 2}"#, [5, 3]).model()
        for (name, parameter) in model.namedParameters where name.hasSuffix("bias") {
            let factor: Real = name.hasSuffix("recurrent_bias") ? 10 : 1
            parameter.value = Tensor((0..<2 * gates).map { Real($0 / 2 + 1) * factor }, shape: [2 * gates])
        }
        let file = try file(model)
        let node = try #require(file.nodes(type.uppercased()).first)
        #expect(file.constant(node.inputs[3])?.floats == expected)
        #expect(file.constant(node.inputs[3])?.shape == [1, 4 * gates])
        #expect(file.constant(node.inputs[1])?.shape == [1, 2 * gates, 3])
        #expect(file.constant(node.inputs[2])?.shape == [1, 2 * gates, 2])
        #expect(node["hidden_size"]?.integer == 2)
    }

    @Test func weightsOfConvolutionsHaveChannelsFirst() throws {
        let model = try Example(#"{"type": "conv1d", "filters": 2, "kernel_size": 3}"#, [9, 4]).model()
        let weight = try #require(model.namedParameters.first { $0.name == "weight" }).parameter.value.array
        let file = try file(model)
        let node = try #require(file.nodes("Conv").first)
        let found = try #require(file.constant(node.inputs[1]))
        #expect(found.shape == [2, 4, 3])
        // [kernel, in, out]
        var expected: [Float] = []
        for out in 0..<2 {
            for channel in 0..<4 {
                for tap in 0..<3 { expected.append(Float(weight[(tap * 4 + channel) * 2 + out])) }
            }
        }
        #expect(found.floats == expected)
        #expect(node["pads"]?.integers == [1, 1])
        #expect(node["group"] == nil)
    }

    @Test func theCardIsInTheMetadata() throws {
        let model = try Example(#"{"type": "dense", "units": 2}"#, [4]).model()
        let card = ModelCard(
            classes: ["glad", "sad"], features: ["type": "mfcc", "n_mfcc": 4], sampleRate: 16_000)
        let file = try ONNXModel(model.encodeONNX(card: card))
        let entries = file.metadata.map { "\($0.key)=\($0.value)" }
        #expect(entries.prefix(1) == ["format=prosody-model-1"])
        #expect(
            entries.dropFirst(2) == [
                "input=[4]", #"classes=["glad", "sad"]"#, #"features={"type": "mfcc", "n_mfcc": 4}"#,
                "sample_rate=16000",
            ])
        let json = try JSONValue.parse(file.metadata[1].value)
        #expect(try Model.spec(json).encode() == model.spec.encode())
        #expect(file.producer == "Prosody")
    }

    @Test func theSameModelGivesTheSameBytes() throws {
        let example = Example(#"{"type": "conformer", "num_heads": 2, "kernel_size": 5}"#, [7, 6])
        #expect(try example.model().encodeONNX() == example.model().encodeONNX())
    }

    @Test func namesOfAttentionAreThoseOfTheirLayers() throws {
        let json =
            #"[{"type": "transformer", "num_heads": 2}, {"type": "transformer", "num_heads": 2}, {"type": "attention"}]"#
        let names = try file(Example(json, [7, 6]).model()).outputs.map(\.name)
        #expect(
            names == [
                "output", "attention.0.attention.body.1", "attention.1.attention.body.1", "attention.2",
            ])
    }
}
