/// The output shape and the cost of a layer for an input shape, known without running the layer.
public struct LayerPlan: Sendable {
    /// The shape of the output, without the batch axis.
    public var output: [Int]
    /// The number of trainable weights.
    public var parameters: Int
    /// The number of weights that are saved but not trained, such as running statistics. Keras counts them as parameters.
    public var buffers: Int
    /// The number of multiply-adds in the forward pass of one example.
    public var multiplyAdds: Int
    /// The number of values of one example that a training step keeps for the backward pass.
    public var kept: Int
    /// The plans of the sublayers.
    public var parts: [Part]
    /// Whether the inputs must be integers, such as token indices.
    public var takesWholeNumbers = false
    /// Whether this layer or a sublayer is fitted to the whole training set, so that its size is unknown before.
    public var hasEstimator = false

    /// A sublayer.
    public struct Part: Sendable {
        /// Its name within the names of parameters, and its type in a config.
        public let name: String, type: String
        /// Its plan for the shape that it receives.
        public let plan: LayerPlan
        /// Its location in the options of the enclosing layer, such as "layers[2]"; nil if they do not name it.
        public var place: String?
    }

    /// Creates a plan. `kept` defaults to the size of the output.
    public init(
        output: [Int], parameters: Int = 0, buffers: Int = 0, multiplyAdds: Int = 0, kept: Int? = nil,
        parts: [Part] = []
    ) {
        self.output = output
        self.parameters = parameters
        self.buffers = buffers
        self.multiplyAdds = multiplyAdds
        self.kept = kept ?? product(output)
        self.parts = parts
    }
}

extension LayerPlan {
    /// Adds the cost of a sublayer.
    public mutating func add(_ part: Part) {
        // Saturates, so that no number of layers overflows.
        func sum(_ a: Int, _ b: Int) -> Int { min(a + b, 1 << 61) }
        parameters = sum(parameters, part.plan.parameters)
        buffers = sum(buffers, part.plan.buffers)
        multiplyAdds = sum(multiplyAdds, part.plan.multiplyAdds)
        kept = sum(kept, part.plan.kept)
        hasEstimator = hasEstimator || part.plan.hasEstimator
        parts.append(part)
    }

    /// The maximum number of weights of a layer, and of values kept for an example: more than fits into memory.
    static let most = 1 << 31

    /// The number of weights, trainable and not.
    var weights: Int { parameters + buffers }

    /// Throws if the layer is too large for any memory.
    func check(_ type: String) throws(LayerError) {
        try check(\.weights, type, "weights", "units, filters or layers")
        try check(
            \.kept, type, "values to keep for each example", "units, filters or layers, or shorter inputs")
    }

    private func check(
        _ count: KeyPath<LayerPlan, Int>, _ type: String, _ what: String, _ advice: String
    ) throws(LayerError) {
        let found = self[keyPath: count]
        guard found > Self.most else { return }
        // Counts saturate at 2^60.
        func shown(_ count: Int) -> String { count < 1 << 60 ? "\(count)" : "\(1 << 60) or more" }
        let largest = parts.max { $0.plan[keyPath: count] < $1.plan[keyPath: count] }
        let share = largest.map {
            "; the largest sublayer, \"\($0.name)\" (\($0.type)), has \(shown($0.plan[keyPath: count]))"
        }
        throw LayerError(
            "\(type) has \(shown(found)) \(what), but at most \(Self.most) are allowed; use fewer \(advice)"
                + (share ?? ""))
    }

    /// Throws if a layer accepts integers only: audio features and the outputs of other layers are real-valued.
    public func checkTakesRealNumbers(_ type: String) throws(LayerError) {
        if takesWholeNumbers {
            throw LayerError(
                "\(type) expects integers, such as token indices, but its input is real-valued; "
                    + "use a layer such as dense or conv1d instead")
        }
        for part in parts {
            do { try part.plan.checkTakesRealNumbers(part.type) } catch {
                throw part.place.map(error.inside) ?? error
            }
        }
    }
}

/// Returns the product of sizes, saturated at 2^60, as a config may contain sizes of any magnitude.
func product(_ sizes: [Int]) -> Int {
    var result = 1
    for size in sizes {
        let (next, isOverflow) = result.multipliedReportingOverflow(by: size)
        result = isOverflow ? 1 << 60 : min(next, 1 << 60)
        if size == 0 { return 0 }
    }
    return result
}

func product(_ sizes: Int...) -> Int { product(sizes) }
