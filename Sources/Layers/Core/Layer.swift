import Autograd

/// A layer of a model. Only `members` and `forward` must be implemented.
public protocol Layer: AnyObject, Sendable {
    /// The options that the layer was created from: encoded as JSON, they create the same layer again.
    ///
    /// A layer that is used from Swift only needs none. Saving a model with such a layer to a model file or to ONNX is an
    /// error; `saveWeights` and `loadWeights` work.
    var spec: any LayerSpec { get }
    /// The named parameters, buffers and sublayers, always in the same order.
    var members: [Member] { get }
    /// The weight penalties of the layer itself, without those of its sublayers.
    var penalties: [Penalty] { get }
    /// Returns the output for a batch.
    func forward(_ x: Signal, _ pass: Pass) -> Signal
}

/// A named parameter, buffer or sublayer.
public enum Member: Sendable {
    case parameter(String, Parameter)
    case buffer(String, Buffer)
    case layer(String, any Layer)
}

extension Layer {
    /// A spec that marks the layer as used from Swift only.
    public var spec: any LayerSpec { SwiftOnlySpec(self) }
    public var penalties: [Penalty] { [] }

    /// The nonzero penalties of this layer and its sublayers.
    public var allPenalties: [Penalty] {
        var found = penalties.filter { $0.l1 > 0 || $0.l2 > 0 }
        for case .layer(_, let layer) in members { found += layer.allPenalties }
        return found
    }

    /// Returns the output for a batch, [batch, ...].
    public func callAsFunction(_ x: Tensor, lengths: [Int]? = nil, _ pass: Pass = .inference) -> Tensor {
        forward(Signal(x, lengths: lengths), pass).tensor
    }

    /// The parameters by their full names, such as "encoder.0.weight".
    public var namedParameters: [(name: String, parameter: Parameter)] {
        flattened("") { if case .parameter(let name, let parameter) = $0 { (name, parameter) } else { nil } }
    }

    /// The parameters of this layer and its sublayers, in the order of `namedParameters`.
    public var parameters: [Parameter] { namedParameters.map(\.parameter) }

    /// The buffers by their full names.
    public var namedBuffers: [(name: String, buffer: Buffer)] {
        flattened("") { if case .buffer(let name, let buffer) = $0 { (name, buffer) } else { nil } }
    }

    /// The number of trainable weights.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.reduce(1, *) } }

    private func flattened<Part>(_ prefix: String, _ pick: (Member) -> (String, Part)?) -> [(String, Part)] {
        members.flatMap { member -> [(String, Part)] in
            if case .layer(let name, let layer) = member {
                return layer.flattened(prefix + name + ".", pick)
            }
            return pick(member).map { [(prefix + $0.0, $0.1)] } ?? []
        }
    }
}
