import Autograd
import TestSupport
import Layers
import Testing

/// What the layers inside a model put out.
@Suite struct LayerOutputsTests {
    private func model(_ json: String, _ input: [Int]) throws -> Model {
        try Model(text: json, input: input, generator: RandomGenerator(seed: 3))
    }

    /// The last layer puts out what the model does, whatever the layer: also where others are fused in the ordinary pass.
    @Test(arguments: Example.all) func theLastLayersOutputIsTheModels(_ example: Example) throws {
        let model = try model("[\(example.json)]", example.input)
        let shape = [2] + example.input
        let count = shape.reduce(1, *)
        let isWords = example.values == .wholeNumbers
        let numbers: [Real] = (0..<count).map { isWords ? Real($0 % 3) : Real($0 % 7) * 0.3 - 1 }
        let x = Signal(Tensor(numbers, shape: shape))
        model.fitFeatureNorms([x])
        let last = model.layerOutputs(x, of: "0").last
        let found = try #require(last?.output)
        let wanted = withoutRecording { model.forward(x, .inference) }
        #expect(found.tensor.shape == wanted.tensor.shape)
        for (a, b) in zip(found.tensor.array, wanted.tensor.array) {
            #expect(Double(abs(a - b)) < 1e-4)
        }
    }

    @Test func layersAreNamedAsTheirWeightsAre() throws {
        let json = """
            [{"type": "conv1d", "filters": 4, "activation": "relu"}, {"type": "batch_norm"},
             {"type": "residual", "body": [{"type": "dense", "units": 3}]},
             {"type": "parallel", "branches": [{"type": "gru", "units": 2}, {"type": "dense", "units": 2}]}]
            """
        let model = try model(json, [6, 3])
        let outputs = model.layerOutputs(Signal(.zeros([1, 6, 3])))
        let names = outputs.map(\.name)
        for name in ["0", "1", "2", "2.body", "2.body.0"] { #expect(names.contains(name), "\(names)") }
        let layers = Set(
            model.namedParameters.compactMap { name, _ in
                name.lastIndex(of: ".").map { String(name[..<$0]) }
            })
        // A recurrent layer names its directions, which are no layers.
        let others = layers.filter { !$0.hasSuffix(".forward") }
        #expect(others.count == 5 && others.isSubset(of: Set(names)), "\(layers) \(names)")
        #expect(outputs.first { $0.name == "0" }?.type == "conv1d")
        #expect(model.layerOutputs(Signal(.zeros([1, 6, 3])), of: "9").isEmpty)
    }

    /// A convolution absorbs the batch norm behind it, but has an output of its own.
    @Test func fusedLayersHaveOutputsOfTheirOwn() throws {
        let model = try model(
            #"[{"type": "dense", "units": 2, "activation": "none"}, {"type": "activation", "function": "relu"}]"#,
            [2])
        for parameter in model.parameters {
            parameter.value = Tensor(shape: parameter.shape) { p in
                for i in 0..<parameter.shape.reduce(1, *) { p[i] = -1 }
            }
        }
        let x = Signal(Tensor([1, 2], shape: [1, 2]))
        #expect(model.layerOutputs(x, of: "0").last?.output.tensor.array == [-4, -4])
        #expect(model.layerOutputs(x, of: "1").last?.output.tensor.array == [0, 0])
    }
}
