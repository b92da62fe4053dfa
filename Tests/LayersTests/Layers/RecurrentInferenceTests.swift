import Autograd
import Layers
import Testing

/// Recurrent layers without recording. They keep packed weights, and compute the directions of a few sequences at the same
/// time.
@Suite struct RecurrentInferenceTests {
    @Test(arguments: ["gru", "lstm", "rnn"], [1, 8, 9])
    func sameBitsAsWithRecording(_ type: String, batch: Int) throws {
        let generator = RandomGenerator(seed: 1)
        let layer = try Model(
            text: """
                [
                  {"type": "\(type)", "units": 20, "num_layers": 2, "bidirectional": true},
                  {"type": "attention"}
                ]
                """, input: [30, 12], generator: generator
        ).layer
        let x = Signal(.normal([batch, 30, 12], using: generator), lengths: (0..<batch).map { 30 - 3 * $0 })
        for _ in 0..<2 {
            let recorded = layer.forward(x, .inference).tensor
            #expect(recorded.isTracked)
            for _ in 0..<2 {
                let found = withoutRecording { layer.forward(x, .inference).tensor }
                #expect(!found.isTracked && found.array == recorded.array)
            }
            // The next results must be those of the changed weights.
            for parameter in layer.parameters { parameter.update { $0[0] += 1 } }
        }
    }
}
