import Autograd
import Configuration
import Layers
import Testing

@Suite struct SaliencyTests {
    private static func model(_ json: String, input: [Int]) throws -> Model {
        try Model(text: json, input: input, generator: RandomGenerator(seed: 3))
    }

    private static let smooth = """
        [{"type": "conv1d", "filters": 6, "kernel_size": 3, "activation": "tanh"}, {"type": "batch_norm"},
         {"type": "gru", "units": 5, "bidirectional": true}, {"type": "attention", "units": 4}, {"type": "dense", "units": 3}]
        """

    private static func example(_ shape: [Int], seed: UInt64 = 5) -> Tensor {
        .normal(shape, using: RandomGenerator(seed: seed))
    }

    @Test func inputGradientsEqualDifferences() throws {
        let model = try Self.model(Self.smooth, input: [7, 4])
        let x = Self.example([2, 7, 4])
        let lengths = [7, 5]
        let found = model.inputGradients(Signal(x, lengths: lengths), ofOutput: 1)
        #expect(found.outputs.shape == [2, 3] && found.gradients.shape == x.shape)
        let step: Real = 1e-2
        let values = x.array
        func output(_ index: Int, _ change: Real) -> Double {
            var moved = values
            moved[index] += change
            let signal = Signal(Tensor(moved, shape: x.shape), lengths: lengths)
            return Double(model.forward(signal, .inference).tensor.array[index / 28 * 3 + 1])
        }
        for index in [0, 3, 13, 27, 28, 40, 46] {
            let slope = (output(index, step) - output(index, -step)) / (2 * Double(step))
            #expect(abs(slope - Double(found.gradients.array[index])) < 2e-3, "\(index)")
        }
        // The second example ends after five steps.
        #expect(found.gradients.array[48...].allSatisfy { $0 == 0 })
    }

    @Test func integratedGradientsOfALinearModelAreProducts() throws {
        let model = try Self.model(#"[{"type": "dense", "units": 2}]"#, input: [3])
        let weight = try #require(model.namedParameters.first { $0.name.hasSuffix("weight") }).parameter
        weight.value = Tensor([1, 2, 3, 4, 5, 6], shape: weight.shape)
        let x = Tensor([2, 3, 4], shape: [1, 3])
        let baseline = Tensor([1, 1, 1], shape: [1, 3])
        let slopes = model.inputGradients(Signal(x), ofOutput: 1).gradients.array
        let found = model.integratedGradients(Signal(x), ofOutput: 1, baseline: baseline, steps: 5).array
        let expected = zip(slopes, [1, 2, 3]).map { $0 * $1 }
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        let isColumn = slopes == [2, 4, 6] || slopes == [4, 5, 6]
        #expect(isColumn)
    }

    @Test func integratedGradientsAreComplete() throws {
        let model = try Self.model(Self.smooth, input: [9, 4])
        let x = Signal(Self.example([1, 9, 4]), lengths: [8])
        let baseline = Self.example([1, 9, 4], seed: 9)
        func output(_ signal: Signal) -> Double {
            Double(model.forward(signal, .inference).tensor.array[2])
        }
        let difference = output(x) - output(Signal(baseline, lengths: [8]))
        let found = model.integratedGradients(x, ofOutput: 2, baseline: baseline, steps: 100).array
        #expect(abs(difference) > 0.01)
        #expect(abs(found.reduce(0.0) { $0 + Double($1) } - difference) < 1e-3 * max(1, abs(difference)))
        #expect(found[32...].allSatisfy { $0 == 0 })
        // A single step misses the curvature.
        let coarse = model.integratedGradients(x, ofOutput: 2, baseline: baseline, steps: 1).array
        #expect(coarse != found)
    }

    /// Two channels that are copies of the two inputs, averaged over time; output 0 is 3 times the first minus the second.
    @Test func gradCAMOfANetworkByHand() throws {
        let json = """
            [{"type": "conv1d", "filters": 2, "kernel_size": 1}, {"type": "global_pool"}, {"type": "dense", "units": 2}]
            """
        let model = try Self.model(json, input: [4, 2])
        for (name, parameter) in model.namedParameters {
            switch name {
            case "0.weight": parameter.value = Tensor([1, 0, 0, 1], shape: parameter.shape)
            case "2.weight": parameter.value = Tensor([3, 0, -1, 0], shape: parameter.shape)
            default: parameter.value = .zeros(parameter.shape)
            }
        }
        let gradients = model.inputGradients(
            Signal(Tensor([1, 0, 0, 1, 1, 1, 0, 4], shape: [1, 4, 2])), ofOutput: 0)
        let isInputFirst = abs(gradients.outputs.array[0] - (3 * 2 - 6) / 4) < 1e-6
        #expect(isInputFirst)
        let x = Signal(Tensor([1, 0, 0, 1, 1, 1, 0, 4], shape: [1, 4, 2]))
        let map = try #require(model.gradCAM(x, layer: "0", ofOutput: 0))
        // Channel weights 3/4 and -1/4; negative sums become zero.
        #expect(map.shape == [1, 4])
        let expected: [Real] = [0.75, 0, 0.5, 0]
        #expect(zip(map.array, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(map.array)")
        #expect(model.gradCAM(x, layer: "1", ofOutput: 0) == nil)
        #expect(model.gradCAM(x, layer: "9", ofOutput: 0) == nil)
        #expect(model.lastConvolution(x) == "0")
        // The layers that were cut apart for the map are whole again.
        #expect(model.gradCAM(x, layer: "0", ofOutput: 0)?.array == map.array)
    }

    @Test func theLastConvolutionIncludesItsNormAndActivation() throws {
        let json = """
            [{"type": "conv2d", "filters": 2, "kernel_size": 3, "activation": "relu"}, {"type": "batch_norm"},
             {"type": "residual", "body": [{"type": "conv2d", "filters": 2, "kernel_size": 3}, {"type": "batch_norm"},
                {"type": "activation", "function": "relu"}]}, {"type": "global_pool"}, {"type": "dense", "units": 2}]
            """
        let model = try Self.model(json, input: [5, 6, 1])
        let x = Signal(Self.example([1, 5, 6, 1]))
        #expect(model.lastConvolution(x) == "2.body.2")
        #expect(model.gradCAM(x, layer: "2.body.2", ofOutput: 1)?.shape == [1, 5, 6])
        let plain = try Self.model(#"[{"type": "flatten"}, {"type": "dense", "units": 2}]"#, input: [5, 6, 1])
        #expect(plain.lastConvolution(x) == nil)
    }
}
