import Autograd
import Configuration
import Lab
import Layers
import SpeechEmotion
import SpeechTestSupport
import Testing

@Suite struct PredictionStreamTests {
    private static let features = """
        {"layout": {"type": "sequence", "frames": 200, "features": [
            {"type": "mel", "scale": "db", "top_db": null, "n_fft": 512, "hop_length": 256, "n_mels": 20}]}}
        """
    private static let model = """
        [{"type": "conv1d", "filters": 8, "kernel_size": 5, "padding": "causal", "activation": "relu"},
         {"type": "batch_norm"}, {"type": "pool1d", "size": 2}, {"type": "gru", "units": 8, "output": "last"},
         {"type": "dense", "units": 3}]
        """

    private func predictor(
        _ folder: TestFolder, _ features: String, _ model: String, targets: JSONValue? = nil
    ) throws -> Predictor {
        let pipeline = try FeaturePipeline.decode(text: features)
        let model = try Model(text: model, input: pipeline.outputShape(), generator: RandomGenerator(seed: 1))
        let card = ModelCard(
            classes: targets == nil ? ["a", "b", "c"] : [], features: pipeline.encode(),
            sampleRate: 16_000, targets: targets)
        try ModelFile.write(model, card: card, to: folder.file("model.safetensors"))
        return try Predictor(folder.file("model.safetensors"))
    }

    /// The last prediction of a stream has the bits of that of the whole recording, padded as it is there.
    @Test(arguments: [160, 256, 5000]) func sameBitsAsTheWhole(_ size: Int) throws {
        let predictor = try predictor(TestFolder(), Self.features, Self.model)
        let wave = TestSound.voice(count: 20_011)
        let whole = predictor.predictions(for: [try predictor.features(of: wave)])[0]
        let stream = try PredictionStream(predictor)
        var last: Predictor.Prediction?
        for start in stride(from: 0, to: wave.count, by: size) {
            last = try stream.push(Array(wave.samples[start..<min(wave.count, start + size)])) ?? last
        }
        last = try stream.finish() ?? last
        #expect(last?.logits == whole.logits && last?.probabilities == whole.probabilities)
        #expect(stream.frames == 1 + 20_011 / 256)
    }

    @Test func targets() throws {
        let predictor = try predictor(
            TestFolder(), Self.features, Self.model,
            targets: [
                ["name": "arousal", "kind": "regression", "offset": 3, "scale": 2],
                ["name": "label", "kind": "classification", "classes": ["a", "b"]],
            ])
        let wave = TestSound.voice(count: 20_011)
        let whole = predictor.predictions(for: [try predictor.features(of: wave)])[0]
        let stream = try PredictionStream(predictor)
        _ = try stream.push(wave.samples)
        let last = try #require(try stream.finish())
        #expect(last.logits == whole.logits && last.targets.map(\.target.name) == ["arousal", "label"])
        #expect(last.targets[0].value == 3 + 2 * last.logits[0])
        #expect(last.targetCells == whole.targetCells && last.probabilities == whole.probabilities)
    }

    @Test func otherModelsAreNamed() throws {
        let model = Self.model.replacing(
            "\"output\": \"last\"", with: "\"output\": \"last\", \"bidirectional\": true")
        let folder = try TestFolder()
        let problem = #expect(throws: InputError.self) {
            try PredictionStream(predictor(folder, Self.features, model))
        }
        #expect(problem.map { "\($0)" }?.contains("layers[3]: a bidirectional gru") == true)
        let other = Self.features.replacing(", \"top_db\": null", with: "")
        #expect(throws: InputError.self) { try PredictionStream(predictor(folder, other, Self.model)) }
    }
}
