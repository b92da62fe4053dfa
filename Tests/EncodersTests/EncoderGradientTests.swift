import Autograd
import AutogradTesting
import Encoders
import Layers
import Testing

/// The gradients of tiny encoders.
@Suite struct EncoderGradientTests {
    @Test(arguments: ["wav2vec2", "wavlm-large", "data2vec"])
    func gradientsFitDifferenceQuotients(_ name: String) throws {
        let source = try EncoderSource(EncoderGoldenTests.fixtures + "/" + name)
        let encoder = SpeechEncoder(source.config, generator: RandomGenerator(seed: 3))
        let x = Tensor.normal([2, 140], using: RandomGenerator(seed: 4))
        func loss() -> Tensor {
            let states = encoder.hiddenStates(Signal(x, lengths: [140, 90]))
            return states.reduce(.zeros([])) { $0 + $1.masked.square().mean() }
        }
        try expectGradients(of: encoder.namedParameters, fit: loss)
    }

    @Test func inferenceAndTrainingComputeTheSame() throws {
        let folder = EncoderGoldenTests.fixtures + "/wavlm"
        let encoder = try EncoderSource(folder).load().encoder
        let x = try SafeTensors(contentsOf: folder + "/golden.safetensors").tensor("x")
        let recorded = encoder.hiddenStates(Signal(x)).map(\.tensor.array)
        #expect(withoutRecording { encoder.hiddenStates(Signal(x)).map(\.tensor.array) } == recorded)
    }
}

/// Expects that the largest element of the gradient of each parameter equals the difference quotient of a loss.
func expectGradients(
    of parameters: [(name: String, parameter: Parameter)], fit loss: () -> Tensor
) throws {
    let gradients = loss().backward()
    for (name, parameter) in parameters {
        let gradient = try #require(gradients[parameter], "no gradient of \(name)").array
        let index = gradient.indices.max { abs(gradient[$0]) < abs(gradient[$1]) } ?? 0
        // A shift of all keys or of the last normalization's input has no effect.
        guard abs(gradient[index]) > 1e-2 else { continue }
        let step: Real = 1e-2
        func moved(_ distance: Real) -> Double {
            parameter.update { $0[index] += distance }
            defer { parameter.update { $0[index] -= distance } }
            return withoutRecording { Double(loss().item()) }
        }
        let quotient = (moved(step) - moved(-step)) / Double(2 * step)
        #expect(
            abs(quotient - Double(gradient[index])) < 0.05 * abs(quotient) + 5e-3,
            "\(name): \(gradient[index]), difference quotient \(quotient)")
    }
}
