import Autograd
import Encoders
import Layers
import Testing

/// Ten steps of fine-tuning, compared with transformers and PyTorch: see `Fixtures/make_finetuning.py`.
@Suite struct FineTuningTests {
    /// The options of the encoder without dropout.
    private static let rates =
        #""hidden_dropout": 0, "attention_dropout": 0, "activation_dropout": 0, "feat_proj_dropout": 0, "layerdrop": 0"#

    @Test(arguments: EncoderGoldenTests.names, ["sgd", "adamw"])
    func lossesAndWeightsEqualThoseOfPyTorch(_ name: String, _ optimizer: String) throws {
        EncoderKinds.register()
        let golden = try SafeTensors(contentsOf: EncoderGoldenTests.fixtures + "/finetuning.safetensors")
        let waves = try golden.tensor("\(name).x")
        let (batch, samples) = (waves.shape[0], waves.shape[1])
        let lengths =
            golden.contains("\(name).lengths") ? try golden.indices("\(name).lengths").values : nil
        let x = Signal(waves.reshaped([batch, samples, 1]), lengths: lengths)
        let model = try Model(
            text: """
                [
                    {"type": "encoder", "weights": "\(EncoderGoldenTests.fixtures)/\(name)", \(Self.rates)},
                    {"type": "global_pool"},
                    {"type": "dense", "units": 3}
                ]
                """, input: [samples, 1], generator: RandomGenerator(seed: 1))
        func parameter(_ name: String) throws -> Parameter {
            try #require(model.namedParameters.first { $0.name == name }).parameter
        }
        try parameter("2.weight").value = golden.tensor("\(name).head.weight").permuted([1, 0])
        try parameter("2.bias").value = golden.tensor("\(name).head.bias")

        var descent = SGD(learningRate: 0.02, momentum: 0.9)
        descent.common.defaults = .pytorch
        let steps: Optimizer =
            optimizer == "sgd"
            ? Optimizer(descent, model.namedParameters)
            : Optimizer(
                AdamW(learningRate: 1e-3, weightDecay: 0.01, defaults: .pytorch), model.namedParameters)
        let expected = try golden.tensor("\(name).\(optimizer).losses").array
        for (step, reference) in expected.enumerated() {
            let pass = Pass.training(RandomGenerator(seed: 2))
            let loss = CrossEntropyLoss().mean(model.forward(x, pass).tensor, .classes([0, 2, 1]))
            let found = loss.item()
            #expect(
                abs(found - reference) < 1e-3 * reference, "step \(step): \(found), expected \(reference)")
            steps.step(loss, of: model)
        }
        for (own, key) in [("0.layers.0.inner.weight", "inner"), ("2.weight", "head")] {
            let error = try EncoderGoldenTests.error(
                parameter(own).value, golden.tensor("\(name).\(optimizer).\(key)"))
            #expect(error < 1e-3, "\(own): \(error)")
        }
    }
}
