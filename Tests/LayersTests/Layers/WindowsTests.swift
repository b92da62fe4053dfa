import Autograd
import Configuration
import Layers
import Testing

@Suite struct WindowsTests {
    private func model(_ json: String, _ input: [Int]) throws -> Model {
        try Model(text: json, input: input, generator: RandomGenerator(seed: 4))
    }

    private static let layers =
        #"[{"type": "conv1d", "filters": 3, "kernel_size": 3, "padding": "same", "activation": "tanh"}, {"type": "global_pool"}]"#

    /// Every window gives what its layers give for it alone, cut by hand and with its own length.
    @Test func everyWindowAlone() throws {
        let windows = try model(
            #"{"type": "windows", "size": 4, "hop": 3, "layers": \#(Self.layers)}"#, [10, 2])
        let layer = try #require(windows.layer as? Windows)
        let x = Tensor.normal([2, 10, 2], mean: 0, deviation: 1, using: RandomGenerator(seed: 8))
        let found = windows.forward(Signal(x, lengths: [10, 6]), .inference)
        #expect(found.tensor.shape == [2, 3, 3] && found.lengths == [3, 2])
        for (row, window, length) in [(0, 0, 4), (0, 1, 4), (0, 2, 4), (1, 0, 4), (1, 1, 3)] {
            let start = 3 * window
            let own = x.slice(axis: 0, row..<row + 1).slice(axis: 1, start..<start + 4)
            let wanted = layer.body.forward(Signal(own, lengths: [length]), .inference).tensor.array
            let place = (row * 3 + window) * 3
            for (value, other) in zip(found.tensor.array[place..<place + 3], wanted) {
                #expect(abs(value - other) < 1e-5, "\(row) \(window)")
            }
        }
        #expect(found.tensor.array[15...].allSatisfy { $0 == 0 })
    }

    @Test(arguments: [(1, 1), (4, 1), (5, 2), (7, 2), (8, 3), (10, 3), (11, 4)])
    func counts(_ steps: Int, _ count: Int) {
        #expect(Windows.Spec(size: 4, hop: 3, []).count(steps) == count)
    }

    /// Attention over windows is recorded, that inside of windows is not: its examples are not those of the batch.
    @Test func attentionOfWindows() throws {
        let model = try model(
            #"[{"type": "windows", "size": 4, "layers": [{"type": "attention"}]}, {"type": "attention"}, {"type": "dense", "units": 2}]"#,
            [8, 2])
        let x = Tensor.normal([2, 8, 2], mean: 0, deviation: 1, using: RandomGenerator(seed: 9))
        let weights = model.attentionWeights(Signal(x, lengths: [8, 5]))
        #expect(weights.map(\.name) == ["1"] && weights[0].weights.shape == [2, 3])
        let numbers = weights[0].weights.array
        #expect(abs(numbers[3] + numbers[4] - 1) < 1e-6 && numbers[5] == 0)
    }

    @Test(arguments: [
        (#"{"type": "windows", "size": 4, "layers": [{"type": "conv1d", "filters": 3}]}"#, "one vector"),
        (
            #"{"type": "windows", "size": 4, "hop": 5, "layers": [{"type": "global_pool"}]}"#,
            "at most the size"
        ),
        (#"{"type": "windows", "size": 4, "layers": []}"#, "layers"),
    ])
    func impossibleOptionsAreNamed(_ json: String, _ message: String) {
        let problem = #expect(throws: (any Error).self) { try model(json, [10, 2]) }
        #expect(problem.map { "\($0)" }?.contains(message) == true, "\(problem.map { "\($0)" } ?? "")")
    }
}
