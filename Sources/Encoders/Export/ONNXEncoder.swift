import Autograd
import Layers
import ONNXExport

/// The translation of an `EncoderLayer` to ONNX operators.
struct ONNXEncoder {
    private let layer: ONNXLayer
    private let owner: EncoderLayer
    private var encoder: SpeechEncoder { owner.encoder }

    /// A score for masked steps.
    private static let hidden = -1e30

    init(_ layer: ONNXLayer) throws {
        guard let owner = layer.layer as? EncoderLayer else {
            throw layer.problem("it is not a pretrained encoder", advice: "use another name for its type")
        }
        (self.layer, self.owner) = (layer, owner)
    }

    /// Returns the selected hidden states of waveforms. Throws for Whisper, and for a dynamic number of samples.
    func translated(_ x: ONNXSignal) throws -> ONNXSignal {
        guard let frontEnd = encoder.frontEnd as? WaveformFrontEnd, let positions = encoder.positions else {
            throw layer.problem(
                "ONNX has no operator for the log-mel spectrogram of Whisper",
                advice: "use the encoder as a feature, or an encoder of another architecture")
        }
        try layer.needsFixedSteps(x, "the input is standardized and has positions")
        var h = try features(waves(x), frontEnd)
        h = try added(positions, h)
        if !encoder.config.normFirst { h = try layer.apply(encoder.norm, named: "norm", to: h) }
        let numbers = owner.options.encoder.numbers(encoder.config)
        let bias = encoder.relativePositions.map { relative in
            layer.constant(
                withoutRecording { relative.bias(steps: h.shape[0]) }, "relative_positions.bias")
        }
        var states = [h]
        for (index, block) in encoder.blocks.prefix(numbers.max() ?? 0).enumerated() {
            h = try translated(block, "layers.\(index)", h, bias)
            states.append(h)
        }
        if encoder.config.normFirst, states.count == encoder.blocks.count + 1 {
            states[states.count - 1] = try layer.apply(encoder.norm, named: "norm", to: h)
        }
        let shape = [h.shape[0], numbers.count * h.shape[1]]
        guard numbers.count > 1 else { return h.with(states[numbers[0]].value, shape: shape) }
        let joined = layer.node("Concat", numbers.map { states[$0].value }, [("axis", .integer(2))])[0]
        return h.with(joined, shape: shape)
    }

    /// Returns the waveforms, [samples, 1], standardized if the encoder wants them so.
    private func waves(_ x: ONNXSignal) throws -> ONNXSignal {
        let samples = x.shape[0]
        var x = x
        if x.shape.count == 1 {
            x = x.with(layer.node("Unsqueeze", x.value, layer.integers([2])), shape: [samples, 1])
        }
        var waves = x.with(layer.masked(x))
        if owner.source.normalizesInput {
            let count = x.lengths.map { lengths in
                let steps = layer.node("Max", lengths.counted(x, layer), layer.integers([1]))
                return layer.node("Unsqueeze", layer.cast(steps, to: .float), layer.integers([1, 2]))
            }
            func mean(_ value: String) -> String {
                guard let count else { return layer.reduce("ReduceMean", value, axes: [1], keeps: true) }
                return layer.node("Div", layer.reduce("ReduceSum", value, axes: [1], keeps: true), count)
            }
            let centred = layer.masked(x.with(layer.node("Sub", waves.value, mean(waves.value))))
            let variance = mean(layer.node("Mul", centred, centred))
            let epsilon = layer.number(Double(EncoderSource.epsilon))
            waves = x.with(
                layer.node("Div", centred, layer.node("Sqrt", layer.node("Add", variance, epsilon))))
        }
        let least = min(encoder.config.allowedSamples.lowerBound, samples)
        waves.lengths = x.lengths.map { lengths in
            ONNXLengths { [layer] in layer.node("Max", lengths.counted(x, layer), layer.integers([least])) }
        }
        return waves
    }

    private func features(_ x: ONNXSignal, _ frontEnd: WaveformFrontEnd) throws -> ONNXSignal {
        var h = x
        for (index, part) in frontEnd.convolutions.enumerated() {
            let name = "front_end.\(index)"
            h = try layer.apply(part.convolution, named: name + ".conv", to: h)
            if let norm = part.norm { h = try layer.apply(norm, named: name + ".norm", to: h) }
            h = h.with(layer.activate(h.value, part.activation))
        }
        if let norm = frontEnd.projectionNorm {
            h = try layer.apply(norm, named: "front_end.projection_norm", to: h)
        }
        return try layer.apply(frontEnd.projection, named: "front_end.projection", to: h)
    }

    /// Returns the hidden states with the positional encoding.
    private func added(_ positions: PositionalConvolutions, _ x: ONNXSignal) throws -> ONNXSignal {
        let (kernel, channels) = (positions.kernel, x.shape[1])
        let (before, after) = (kernel / 2, kernel / 2 - (kernel % 2 == 0 ? 1 : 0))
        let start = layer.masked(x)
        var h = x.with(start)
        for (index, convolution) in positions.convolutions.enumerated() {
            let padded = layer.node(
                "Pad", layer.masked(h), layer.integers([0, before, 0, 0, after, 0]))
            let input = ONNXSignal(padded, shape: [x.shape[0] + before + after, channels])
            var y = try layer.apply(convolution, named: "positions.\(index)", to: input).value
            if positions.isNormalized {
                let scale = layer.constant(.ones([channels]), "positions.\(index).scale")
                y =
                    layer.node(
                        "LayerNormalization", [y, scale], [("axis", .integer(-1)), ("epsilon", .float(1e-5))])[
                        0]
            }
            h = x.with(layer.activate(y, positions.activation))
        }
        return x.with(layer.node("Add", start, h.value))
    }

    private func translated(
        _ block: EncoderBlock, _ name: String, _ x: ONNXSignal, _ bias: String?
    ) throws -> ONNXSignal {
        func norm(_ norm: LayerNorm, _ part: String, _ x: ONNXSignal) throws -> ONNXSignal {
            try layer.apply(norm, named: "\(name).\(part)", to: x)
        }
        func sum(_ a: ONNXSignal, _ b: ONNXSignal) -> ONNXSignal {
            a.with(layer.node("Add", a.value, b.value))
        }
        func feedForward(_ x: ONNXSignal) throws -> ONNXSignal {
            let inner = try layer.apply(block.inner, named: name + ".inner", to: x)
            let outer = try layer.apply(block.outer, named: name + ".outer", to: inner)
            return try adapted(block.adapters?.output, name + ".output_adapter", outer)
        }
        if block.normFirst {
            let inside = try norm(block.attentionNorm, "attention_norm", x)
            let h = sum(x, try attention(block, name, inside, bias))
            return sum(h, try feedForward(norm(block.outputNorm, "output_norm", h)))
        }
        let h = try norm(block.attentionNorm, "attention_norm", sum(x, attention(block, name, x, bias)))
        return try norm(block.outputNorm, "output_norm", sum(h, feedForward(h)))
    }

    private func adapted(_ adapter: Adapter?, _ name: String, _ x: ONNXSignal) throws -> ONNXSignal {
        guard let adapter else { return x }
        let down = try layer.apply(adapter.down, named: name + ".down", to: x)
        let up = try layer.apply(adapter.up, named: name + ".up", to: down)
        return x.with(layer.node("Add", x.value, up.value))
    }

    private func attention(
        _ block: EncoderBlock, _ name: String, _ x: ONNXSignal, _ bias: String?
    ) throws -> ONNXSignal {
        let (heads, channels) = (encoder.config.heads, x.shape[1])
        let size = channels / heads
        let input = x.with(layer.masked(x))
        func split(_ value: String, _ order: [Int]) -> String {
            layer.transpose(layer.reshape(value, [0, 0, heads, size]), order)
        }
        func projected(_ dense: Dense, _ part: String, _ order: [Int]) throws -> String {
            split(try layer.apply(dense, named: "\(name).attention.\(part)", to: input).value, order)
        }
        let query = layer.node(
            "Mul", try projected(block.attention.query, "query", [0, 2, 1, 3]),
            layer.number(1 / Double(size).squareRoot()))
        var scores = layer.node("MatMul", query, try projected(block.attention.key, "key", [0, 2, 3, 1]))
        if let bias {
            scores = layer.node(
                "Add", scores, try gated(block.gate, name, split(input.value, [0, 2, 1, 3]), bias, x))
        }
        if let lengths = x.lengths {
            let mask = layer.node("Unsqueeze", lengths.mask(x, axes: 0, layer), layer.integers([1, 2]))
            scores = layer.node("Where", mask, scores, layer.number(Self.hidden))
        }
        let weights = layer.softmax(scores, axis: -1)
        let context = layer.node(
            "MatMul", weights, try projected(block.attention.value, "value", [0, 2, 1, 3]))
        let joined = layer.reshape(layer.transpose(context, [0, 2, 1, 3]), [0, 0, channels])
        let output = try layer.apply(
            block.attention.output, named: name + ".attention.output", to: x.with(joined))
        return try adapted(block.adapters?.attention, name + ".attention_adapter", output)
    }

    /// Returns the bias of the relative positions, [batch, heads, query step, key step], with its gate.
    ///
    /// - Parameter heads: The input of each head, [batch, heads, steps, size].
    private func gated(
        _ gate: PositionGate?, _ name: String, _ heads: String, _ bias: String, _ x: ONNXSignal
    ) throws -> String {
        guard let gate else { return bias }
        let weight = layer.constant(gate.projection.weight.value, name + ".position_gate.weight")
        var eight = layer.node("MatMul", heads, weight)
        if let offset = gate.projection.bias {
            eight = layer.node("Add", eight, layer.constant(offset.value, name + ".position_gate.bias"))
        }
        let pairs = layer.reshape(eight, [0, 0, 0, 2, 4])
        let gates = layer.node("Sigmoid", layer.reduce("ReduceSum", pairs, axes: [4]))
        let parts = layer.node(
            "Split", [gates, layer.integers([1, 1])], [("axis", .integer(3))], outputs: 2)
        let constant = layer.constant(gate.constant.value, name + ".position_gate.constant")
        let scaled = layer.node("Sub", layer.node("Mul", parts[1], constant), layer.number(1))
        let factor = layer.node("Add", layer.node("Mul", parts[0], scaled), layer.number(2))
        return layer.node("Mul", factor, bias)
    }
}
