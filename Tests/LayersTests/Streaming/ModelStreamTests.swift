import Autograd
import Configuration
import Layers
import Testing

@Suite struct ModelStreamTests {
    private static let channels = 6

    private func model(_ json: String, steps: Int = 61) throws -> Model {
        let model = try Model(
            text: json, input: [steps, Self.channels], generator: RandomGenerator(seed: 3))
        // Buffers of norms and biases that matter.
        let generator = RandomGenerator(seed: 4)
        for (name, parameter) in model.namedParameters {
            let noise = Tensor.normal(parameter.shape, using: generator.split(name)).array
            parameter.update { p in
                for place in noise.indices { p[place] += 0.3 * noise[place] }
            }
        }
        for (name, buffer) in model.namedBuffers {
            let noise = Tensor.normal(buffer.shape, using: generator.split(name)).array
            buffer.value = Tensor(noise.map { 0.5 + abs($0) }, shape: buffer.shape)
        }
        return model
    }

    private func input(_ steps: Int) -> Tensor {
        Tensor.normal([steps, Self.channels], using: RandomGenerator(seed: 9))
    }

    /// The outputs of parts of some sizes, joined, or the last one of a model that outputs a vector.
    private func streamed(_ model: Model, _ x: Tensor, parts: [Int]) throws -> [Real] {
        let stream = try ModelStream(model)
        var (start, number) = (0, 0)
        var outputs: [Real] = []
        while start < x.shape[0] {
            let end = min(x.shape[0], start + parts[number % parts.count])
            let output = stream.push(x.slice(axis: 0, start..<end))
            outputs = output.rank == 1 ? output.array : outputs + output.array
            (start, number) = (end, number + 1)
        }
        return outputs
    }

    static let causal = [
        #"[{"type": "conv1d", "filters": 5, "kernel_size": 4, "padding": "causal", "activation": "relu"}]"#,
        #"[{"type": "conv1d", "filters": 9, "kernel_size": 3, "dilation": 4, "padding": "causal"}, {"type": "batch_norm"}, {"type": "activation", "function": "gelu"}]"#,
        #"[{"type": "conv1d", "filters": 5, "kernel_size": 3, "stride": 2, "padding": "causal"}, {"type": "batch_norm"}, {"type": "conv1d", "filters": 7, "kernel_size": 5, "padding": "valid"}]"#,
        #"[{"type": "conv1d", "filters": 5, "kernel_size": 1, "stride": 3}]"#,
        #"[{"type": "pool1d", "size": 3}, {"type": "pool1d", "kind": "average", "size": 4, "stride": 2}]"#,
        #"[{"type": "gru", "units": 11}]"#,
        #"[{"type": "gru", "units": 8, "num_layers": 2, "reset_after": false}, {"type": "dense", "units": 3}]"#,
        #"[{"type": "lstm", "units": 10, "num_layers": 2}, {"type": "layer_norm"}]"#,
        #"[{"type": "temporal_block", "filters": 8, "dilation": 2}, {"type": "temporal_block", "filters": 8, "dilation": 4, "norm": "layer"}]"#,
        #"[{"type": "feature_norm"}, {"type": "conv1d", "filters": 16, "kernel_size": 5, "padding": "causal", "activation": "relu"}, {"type": "batch_norm"}, {"type": "pool1d", "size": 2}, {"type": "dropout", "rate": 0.3}, {"type": "gru", "units": 24, "output": "last"}, {"type": "dense", "units": 4}]"#,
        #"[{"type": "residual", "body": [{"type": "conv1d", "filters": 4, "kernel_size": 3, "stride": 2, "padding": "causal"}]}, {"type": "lstm", "units": 7, "output": "last"}]"#,
    ]

    /// Parts of any size give the bits of the whole sequence.
    @Test(arguments: causal, [[1], [2, 7], [16], [3, 1, 20], [61]])
    func sameBitsAsTheWhole(_ json: String, _ parts: [Int]) throws {
        let model = try model(json)
        let x = input(61)
        let whole = withoutRecording { model(x.reshaped([1] + x.shape)).array }
        #expect(!whole.isEmpty)
        let outputs = try streamed(model, x, parts: parts)
        #expect(outputs.map(\.bitPattern) == whole.map(\.bitPattern))
    }

    /// The last state after every step is that of the sequence up to it.
    @Test func everyPrefix() throws {
        let model = try model(Self.causal[9])
        let x = input(30)
        let stream = try ModelStream(model)
        for step in 0..<30 {
            let output = stream.push(x.slice(axis: 0, step..<step + 1))
            guard step >= 1 else { continue }
            let prefix = x.slice(axis: 0, 0..<step + 1)
            #expect(output.array == withoutRecording { model(prefix.reshaped([1, step + 1, 6])).array })
        }
        try stream.reset()
        #expect(try stream.push(x).array == streamed(model, x, parts: [30]))
    }

    @Test(arguments: [
        (#"[{"type": "gru", "units": 4, "bidirectional": true}]"#, "layers[0]: a bidirectional gru"),
        (
            #"[{"type": "layer_norm"}, {"type": "conv1d", "filters": 4, "kernel_size": 3}]"#,
            "layers[1]: conv1d with padding \"same\""
        ),
        (#"[{"type": "attention", "units": 4}]"#, "layers[0]: attention needs the whole sequence"),
        (#"[{"type": "global_pool"}]"#, "layers[0]: global_pool needs the whole sequence"),
        (#"[{"type": "residual", "body": [{"type": "transformer", "num_heads": 2}]}]"#, "layers[0].body[0]"),
        (#"[{"type": "pool1d", "size": 3, "padding": "same"}]"#, "layers[0]: pool1d with padding \"same\""),
    ])
    func otherLayersAreNamed(_ json: String, _ message: String) throws {
        let model = try model(json)
        let problem = #expect(throws: LayerError.self) { try ModelStream(model) }
        #expect(problem.map { "\($0)" }?.contains(message) == true, "\(problem.map { "\($0)" } ?? "")")
    }
}
