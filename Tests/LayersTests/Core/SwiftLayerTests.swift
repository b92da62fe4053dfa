import Autograd
import Configuration
import Foundation
import Layers
import Testing

/// A custom layer that is used from Swift only.
private final class Scale: Layer {
    let factor: Parameter
    var members: [Member] { [.parameter("factor", factor)] }

    init(channels: Int) { factor = Parameter(.ones([channels])) }

    func forward(_ x: Signal, _ pass: Pass) -> Signal { x.with(x.cleaned.tensor * factor.tensor) }
}

/// Layers and models that are created in Swift.
@Suite struct SwiftLayerTests {
    private func model() throws -> Model {
        let generator = RandomGenerator(seed: 1)
        return try Model(
            Sequential([
                Conv1D(filters: 6, kernelSize: 3, activation: .relu, inputs: 4, generator: generator),
                Scale(channels: 6),
                GRU(
                    units: 5, bidirectional: true, output: .last, inputs: 6, generator: generator),
                Dropout(0.2), Dense(units: 3, inputs: 10, generator: generator),
            ]), input: [8, 4])
    }

    @Test func aModelOfSwiftLayersHasAPlan() throws {
        let model = try model()
        #expect(model.plan.output == [3])
        #expect(model.plan.parameters == model.parameterCount)
        #expect(model.summary().contains("1      Scale    [8, 6]"))
        #expect(model(.zeros([2, 8, 4])).shape == [2, 3])
    }

    @Test func layersFromOneGeneratorDiffer() {
        let generator = RandomGenerator(seed: 1)
        let (a, b) = (
            Dense(units: 4, inputs: 4, generator: generator), Dense(units: 4, inputs: 4, generator: generator)
        )
        #expect(a.weight.value.array != b.weight.value.array)
        let again = Dense(units: 4, inputs: 4, generator: RandomGenerator(seed: 1))
        #expect(a.weight.value.array == again.weight.value.array)
    }

    @Test func everyKindOfLayerIsCreatedInSwift() throws {
        let generator = RandomGenerator(seed: 1)
        let sequence: [any Layer] = [
            Dense(units: 4, inputs: 4, generator: generator),
            Conv1D(filters: 4, kernelSize: 3, groups: 2, inputs: 4, generator: generator),
            LSTM(units: 4, layers: 2, dropout: 0.1, inputs: 4, generator: generator),
            SimpleRNN(units: 4, inputs: 4, generator: generator),
            MultiHeadAttention(heads: 2, channels: 4, generator: generator),
            try Transformer(Transformer.Spec(heads: 2), input: [6, 4], generator: generator),
            SqueezeExcitation(units: 2, channels: 4, generator: generator),
            BatchNorm(channels: 4), LayerNorm(channels: 4), GroupNorm(groups: 2, channels: 4),
            Dropout(0.1), SpatialDropout(0.1), DropPath(0.1), GaussianNoise(), ActivationLayer(.silu),
            Masking(), Unmasking(),
        ]
        for layer in sequence {
            #expect(layer(.ones([2, 6, 4])).shape == [2, 6, 4], "\(layer.typeName)")
            #expect(try layer.spec.plan([6, 4]).parameters == layer.parameterCount, "\(layer.typeName)")
        }
        let pooling: [any Layer] = [
            AdditiveAttention(channels: 4, generator: generator), GlobalPool(.max),
        ]
        for layer in pooling { #expect(layer(.ones([2, 6, 4])).shape == [2, 4]) }
        #expect(Flatten()(.ones([2, 6, 4])).shape == [2, 24])
        #expect(Reshape([3, -1])(.ones([2, 6, 4])).shape == [2, 3, 8])
        #expect(Pool1D(.max, 2)(.ones([2, 6, 4])).shape == [2, 3, 4])
        #expect(Pool2D()(.ones([2, 6, 4, 1])).shape == [2, 3, 2, 1])
        let convolution = Conv2D(filters: 3, kernelSize: 3, stride: 2, inputs: 1, generator: generator)
        #expect(convolution(.ones([2, 6, 4, 1])).shape == [2, 3, 2, 3])
        let embedding = Embedding(vocabularySize: 5, units: 3, generator: generator)
        #expect(embedding(.zeros([2, 6])).shape == [2, 6, 3])
    }

    @Test func weightsOfSwiftLayersAreSaved() throws {
        let path = NSTemporaryDirectory() + "swift-\(UUID().uuidString).safetensors"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (first, second) = (try model(), try model())
        for parameter in first.parameters { parameter.value = parameter.value + 1 }
        try first.saveWeights(to: path)
        try second.loadWeights(from: path)
        #expect(first.namedTensors.map { $0.1.array } == second.namedTensors.map { $0.1.array })
    }

    @Test func aModelFileNeedsASpec() throws {
        let error = #expect(throws: LayerError.self) {
            try ModelFile.write(try model(), to: NSTemporaryDirectory() + "swift.safetensors")
        }
        #expect(
            error?.description
                == "layer 1 (Scale): the class has no spec, so a file cannot describe how to create it; give the layer a "
                + "`spec` and register its type with LayerKinds.register, or save the weights alone with saveWeights"
        )
    }

    @Test func aConfigCannotCreateALayerWithoutASpec() {
        let spec = Scale(channels: 2).spec
        let error = #expect(throws: LayerError.self) { try spec.make([2], RandomGenerator(seed: 1)) }
        #expect(error?.message.hasPrefix("Scale cannot be created from a config: it has no spec") == true)
    }

    @Test func aFeatureNormIsFittedOrLoaded() throws {
        let norm = FeatureNorm(channels: 2)
        #expect(!norm.isFitted)
        let x = Tensor([1, 5, 3, 5], shape: [2, 2])
        norm.fit([Signal(x)])
        #expect(norm.isFitted && norm(x).array == [-1, 0, 1, 0])
        let other = FeatureNorm(channels: 2)
        try other.loadWeights(SafeTensors(bytes: SafeTensors.encode(norm.namedTensors)), file: "w")
        #expect(other.isFitted && other(x).array == norm(x).array)
        // The plan of a model needs no statistics.
        let inner = try Model(Sequential([FeatureNorm(channels: 4), Scale(channels: 4)]), input: [4])
        #expect(inner.plan.output == [4])
    }
}
