import Autograd
import Layers

extension Model {
    /// Exports the model for inference to an ONNX file (opset 17) with a dynamic batch size.
    ///
    /// The inputs are `features`, of shape [batch, ...], and `lengths` if the model uses it (see `ONNXOptions.lengths`). The
    /// outputs are `probabilities`, or `output` without softmax or sigmoid, and `attention` if the model has attention layers.
    /// The card and the model's config are stored as metadata.
    ///
    /// Throws a `LayerError` that names the layer if one cannot be exported, and a `FileError` if the file would exceed 2 GiB
    /// or cannot be written; an existing file is then unchanged.
    public func writeONNX(
        to path: String, card: ModelCard = ModelCard(), options: ONNXOptions = ONNXOptions()
    ) throws {
        try writeONNX(to: path, card: card, options: options, limit: ONNXFile.limit)
    }

    /// Exports the model with a size limit other than that of the format.
    package func writeONNX(to path: String, card: ModelCard, options: ONNXOptions, limit: Int) throws {
        try ONNXExport(options).file(self, card).write(to: path, limit: limit)
    }

    /// Returns the bytes that `writeONNX` writes.
    public func encodeONNX(card: ModelCard = ModelCard(), options: ONNXOptions = ONNXOptions()) throws
        -> [UInt8]
    {
        try ONNXExport(options).file(self, card).bytes()
    }
}

/// Translates a model to ONNX operators.
final class ONNXExport {
    static let input = "features"
    static let lengths = "lengths"
    static let attention = "attention"
    /// The documentation of the input in the file.
    static let aboutLengths =
        "Required: the number of valid frames of each sequence, without padding. With wrong lengths, padding affects the output."

    let options: ONNXOptions
    let graph: ONNXGraph
    /// Whether attention weights may become outputs: not inside of windows, whose examples are not those of the batch.
    var allowsAttention = true
    private var attention: [(path: String, value: String, shape: [ONNXGraph.Port.Size])] = []

    init(_ options: ONNXOptions) {
        self.options = options
        graph = ONNXGraph(reserved: [Self.input, Self.lengths, Self.attention, options.output.name])
    }

    func file(_ model: Model, _ card: ModelCard) throws -> ONNXFile {
        try card.check(model)
        let input = start(model)
        var result = try withoutRecording { try map(model.layer, path: "", input) }
        let whole = ONNXLayer(layer: model.layer, path: "", graph: graph, export: self)
        switch options.output {
        case .softmax where graph.producer(of: result.value) != "Softmax":
            result = result.with(whole.softmax(result.value, axis: -1))
        case .sigmoid: result = result.with(whole.node("Sigmoid", result.value))
        case .softmax, .none: break
        }
        graph.addOutput(
            .init(name: options.output.name, type: .float, shape: sizes(result)), from: result.value)
        for (path, value, shape) in attention {
            let name = attention.count == 1 || path.isEmpty ? Self.attention : Self.attention + "." + path
            graph.addOutput(.init(name: name, type: .float, shape: shape), from: value)
        }
        var metadata = card.metadata(of: model)
        if graph.inputs.contains(where: { $0.name == Self.lengths }) {
            metadata.append((Self.lengths, Self.aboutLengths))
        }
        return ONNXFile(graph: graph, metadata: metadata)
    }

    /// The model's input.
    private func start(_ model: Model) -> ONNXSignal {
        // Sequences of vectors or token ids have a time axis; images do not.
        let mayHaveTime = model.input.count == 1 || model.input.count == 2
        var input = ONNXSignal(
            Self.input, shape: model.input, hasAnySteps: options.anySteps && model.hasTimeAxis)
        graph.addInput(.init(name: Self.input, type: .float, shape: sizes(input)))
        if options.lengths, mayHaveTime {
            let layer = ONNXLayer(layer: model.layer, path: Self.lengths, graph: graph, export: self)
            let whole = input
            input.lengths = ONNXLengths { [graph] in
                graph.addInput(
                    .init(
                        name: Self.lengths, type: .int64, shape: [.named("batch")], note: Self.aboutLengths))
                let steps = whole.hasAnySteps ? layer.stepCount(whole) : layer.integers([whole.shape[0]])
                return layer.node("Max", layer.node("Min", Self.lengths, steps), layer.integers([0]))
            }
        }
        return input
    }

    private func sizes(_ signal: ONNXSignal) -> [ONNXGraph.Port.Size] {
        [.named("batch")]
            + signal.shape.enumerated().map { $0 == 0 && signal.hasAnySteps ? .named("time") : .fixed($1) }
    }

    /// Applies the mapping of a layer to a value.
    func map(_ layer: any Layer, path: String, _ x: ONNXSignal) throws -> ONNXSignal {
        if let model = layer as? Model { return try map(model.layer, path: path, x) }
        let context = ONNXLayer(layer: layer, path: path, graph: graph, export: self)
        guard let mapping = options.mappings[type(of: layer.spec).type] else {
            if let block = layer as? any BlockLayer { return try map(block.inner, path: path, x) }
            throw context.problem(
                "ONNX export does not support this type of layer",
                advice: "add a mapping to ONNXOptions.mappings, or use other layers")
        }
        let result = try mapping(context, x)
        let planned = try context.plannedShape(x)
        guard result.shape == planned else {
            throw context.problem(
                "its mapping outputs \(result.shape) for \(x.shape)",
                advice: "the layer itself outputs \(planned)")
        }
        return result
    }

    /// Whether attention weights of this kind become outputs.
    func wants(_ kind: ONNXOptions.AttentionOutputs) -> Bool {
        allowsAttention && (options.attention == .all || options.attention == kind)
    }

    /// Adds attention weights as an output.
    func addAttention(_ value: String, _ kind: ONNXOptions.AttentionOutputs, _ x: ONNXSignal, _ path: String)
    {
        let time: ONNXGraph.Port.Size = x.hasAnySteps ? .named("time") : .fixed(x.shape[0])
        let shape: [ONNXGraph.Port.Size] =
            kind == .pooling ? [.named("batch"), time] : [.named("batch"), .named("heads"), time, time]
        attention.append((path, value, shape))
    }
}

extension Model {
    /// Whether the input has a time axis, whose length an export can leave open: sequences of vectors or token ids have one.
    package var hasTimeAxis: Bool { input.count == 2 || input.count == 1 && beginsWithWords }
}

extension Layer {
    /// Whether the input consists of token ids.
    fileprivate var beginsWithWords: Bool {
        if self is Embedding { return true }
        if let model = self as? Model { return model.layer.beginsWithWords }
        if let sequential = self as? Sequential { return sequential.layers.first?.beginsWithWords ?? false }
        return false
    }
}
