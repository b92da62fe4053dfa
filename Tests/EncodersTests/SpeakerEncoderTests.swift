import Autograd
import AutogradTesting
import Configuration
import Encoders
import Foundation
import Layers
import Testing

/// X-vectors and ECAPA-TDNN, compared with PyTorch: see `Fixtures/make_speakers.py`.
@Suite struct SpeakerEncoderTests {
    private static let specs = [
        "xvector":
            #"{"type": "x_vector", "channels": [8, 8, 12], "kernel_sizes": [5, 3, 1], "dilations": [1, 2, 1], "units": 10}"#,
        "ecapa":
            #"{"type": "ecapa_tdnn", "channels": 12, "attention_channels": 5, "res2net_scale": 3, "se_channels": 4, "units": 7}"#,
    ]

    private func model(_ name: String) throws -> (model: Model, x: Signal, embeddings: Tensor) {
        EncoderKinds.register()
        let golden = try SafeTensors(contentsOf: EncoderGoldenTests.fixtures + "/\(name)-golden.safetensors")
        let x = Signal(try golden.tensor("x"), lengths: try golden.indices("lengths").values)
        let model = try Model(
            text: #require(Self.specs[name]), input: Array(x.tensor.shape.dropFirst()),
            generator: RandomGenerator(seed: 1))
        return (model, x, try golden.tensor("embeddings"))
    }

    @Test(arguments: ["xvector", "ecapa"]) func embeddingsEqualThoseOfPyTorch(_ name: String) throws {
        let (model, x, embeddings) = try model(name)
        #expect(model.parameterCount == model.plan.parameters)
        #expect(model.namedBuffers.reduce(0) { $0 + $1.buffer.shape.reduce(1, *) } == model.plan.buffers)
        try model.loadTorchWeights(from: EncoderGoldenTests.fixtures + "/\(name).safetensors")
        let found = model.forward(x, .inference).tensor
        #expect(found.shape == [2] + model.plan.output)
        #expect(EncoderGoldenTests.error(found, embeddings) < 1e-5)
        // Padding has no effect.
        let spoilt = x.tensor.maskedFill(1 - (x.mask ?? .ones([])).reshaped([2, 20, 1]), .nan)
        #expect(model.forward(Signal(spoilt, lengths: x.lengths), .inference).tensor.array == found.array)
    }

    @Test(arguments: ["xvector", "ecapa"]) func everyWeightIsTrained(_ name: String) throws {
        let (model, x, _) = try model(name)
        let optimizer = Optimizer(Adam(learningRate: 0.01), model.namedParameters)
        var losses: [Real] = []
        for _ in 0..<20 {
            let output = model.forward(x, .training(RandomGenerator(seed: 2)))
            let loss = CrossEntropyLoss().mean(output, .classes([0, 3]))
            losses.append(loss.item())
            let gradients = loss.backward()
            for (name, parameter) in model.namedParameters {
                #expect(gradients[parameter]?.array.allSatisfy { $0.isFinite } == true, "\(name)")
            }
            optimizer.step(gradients)
        }
        #expect(losses[19] < 0.5 * losses[0])
    }

    @Test(arguments: ["xvector", "ecapa"]) func sequencesOfAnyLengthAreTaken(_ name: String) throws {
        let (model, _, _) = try model(name)
        let x = Tensor.normal([4, 20, 6], using: RandomGenerator(seed: 3))
        for pass in [Pass.inference, .training(RandomGenerator(seed: 1))] {
            let output = model.forward(Signal(x, lengths: [0, 1, 2, 20]), pass).tensor
            #expect(output.array.allSatisfy { $0.isFinite })
            #expect(output.sum().backward().norm(model.parameters).isFinite)
        }
    }

    @Test func aModelFileHasTheWeights() throws {
        for name in Self.specs.keys.sorted() {
            let (model, x, _) = try model(name)
            let path = NSTemporaryDirectory() + "speaker-\(UUID().uuidString).safetensors"
            defer {
                for file in [path, path.dropLast(11) + "json"] {
                    try? FileManager.default.removeItem(atPath: file)
                }
            }
            try ModelFile.write(model, to: path)
            let again = try ModelFile.read(path).model.forward(x, .inference).tensor
            #expect(again.array == model.forward(x, .inference).tensor.array)
        }
    }

    @Test(arguments: [
        (#"{"type": "x_vector", "kernel_sizes": [5, 3]}"#, "expected equally many"),
        (#"{"type": "x_vector", "kernel_sizes": [5, 2, 3, 1, 1]}"#, "odd"),
        (#"{"type": "ecapa_tdnn", "channels": 100}"#, "a multiple of the res2net_scale 8"),
    ])
    func optionsThatDoNotFitAreExplained(_ json: String, _ expected: String) throws {
        EncoderKinds.register()
        let error = try #require(throws: ConfigurationError.self) {
            try Model(text: json, input: [20, 6], generator: RandomGenerator(seed: 1))
        }
        #expect("\(error)".contains(expected), "\(error)")
    }
}
