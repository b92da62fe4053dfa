import Autograd
import Foundation
import Lab
import Layers
import SpeechEmotion
import SpeechTestSupport
import Testing

/// Models that predict short recordings do not compute the padding after them.
@Suite struct SharedPaddingTests {
    private static func signal(_ lengths: [Int], steps: Int) -> Signal {
        let x = Tensor.normal([lengths.count, steps, 6], using: RandomGenerator(seed: 4))
        return Signal(Signal(x, lengths: lengths).masked, lengths: lengths)
    }

    private static func model(_ layers: String, steps: Int = 80) throws -> Model {
        try Model(
            text: "[\(layers), {\"type\": \"dense\", \"units\": 3}]", input: [steps, 6],
            generator: RandomGenerator(seed: 2))
    }

    @Test(arguments: [
        #"{"type": "conv1d", "filters": 5, "kernel_size": 5, "activation": "relu"}, {"type": "batch_norm"}, {"type": "pool1d", "size": 2}, {"type": "gru", "units": 7, "bidirectional": true}, {"type": "attention", "units": 4}"#,
        #"{"type": "lstm", "units": 4}, {"type": "layer_norm"}, {"type": "global_pool"}"#,
        #"{"type": "parallel", "branches": [{"type": "rnn", "units": 4, "output": "last"}, {"type": "sequential", "layers": [{"type": "separable_conv1d", "filters": 4, "stride": 3}, {"type": "global_pool", "kind": "max"}]}]}"#,
    ])
    func theOutputsHaveTheSameBits(_ layers: String) throws {
        let model = try Self.model(layers)
        let padding = SharedPadding()
        for lengths in [[1], [15, 3], [16, 16, 2], [17, 40, 5, 1, 9], [65], [80, 2]] {
            let whole = Self.signal(lengths, steps: 80)
            let short = padding.removed(from: whole, for: model)
            #expect(short.lengths == lengths)
            #expect(short.tensor.shape[1] == ((lengths.max() ?? 0) + 7) / 8 * 8)
            let found = [short, whole].map { model.forward($0, .inference).tensor.array.map(\.bitPattern) }
            #expect(found[0] == found[1], "\(lengths)")
        }
    }

    /// Weights for a fixed number of steps, results that depend on it, and too few steps for a window.
    @Test(arguments: [
        #"{"type": "attention", "form": "reduced"}"#, #"{"type": "flatten"}"#,
        #"{"type": "unmask"}, {"type": "global_pool"}"#,
        #"{"type": "conv1d", "filters": 2, "kernel_size": 40, "padding": "valid"}, {"type": "global_pool"}"#,
        #"{"type": "multi_head_attention", "num_heads": 2}, {"type": "global_pool"}"#,
    ])
    func otherModelsKeepTheirInput(_ layers: String) throws {
        let whole = Self.signal([20, 3], steps: 80)
        let short = SharedPadding().removed(from: whole, for: try Self.model(layers))
        #expect(short.tensor.shape == [2, 80, 6])
    }

    /// The bundled model, with and without attention weights, for which nothing is removed.
    @Test func theBundledModelPredictsTheSameBits() throws {
        let file = URL(fileURLWithPath: #filePath)
            .appendingPathComponent("../../../../Models/speech-emotion.safetensors").standardizedFileURL.path
        let predictor = try Predictor(file)
        let sounds = try [9_000, 40_000, 70_000].map {
            try predictor.features(of: TestSound.voice(count: $0))
        }
        for sounds in sounds.map({ [$0] }) + [sounds] {
            let found = predictor.predictions(for: sounds)
            let whole = predictor.predictions(for: sounds, attention: true)
            #expect(found.map(\.logits) == whole.map(\.logits))
            #expect(found.map(\.probabilities) == whole.map(\.probabilities))
        }
    }
}
