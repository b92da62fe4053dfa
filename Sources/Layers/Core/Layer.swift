import Autograd
import Synchronization

/// A piece of a model: parameters, and what it does to a signal.
public protocol Layer: AnyObject, Sendable {
    /// How this layer was made; written as JSON it makes the same layer again.
    var spec: any LayerSpec { get }
    /// Parameters, buffers and layers inside, by name and in an order that never changes.
    var members: [Member] { get }
    /// What this layer itself adds to the loss; layers inside are asked too.
    var penalties: [Penalty] { get }
    /// The output for a batch.
    func forward(_ x: Signal, _ pass: Pass) -> Signal
}

/// A named part of a layer.
public enum Member: Sendable {
    case parameter(String, Parameter)
    case buffer(String, Buffer)
    case layer(String, any Layer)
}

/// A price on large weights: l1 sum |w| + l2 sum w^2, added to the loss.
public struct Penalty: Sendable {
    /// The weights that cost.
    public let parameter: Parameter
    /// The prices of the sum of sizes and of the sum of squares, at least 0.
    public let l1: Double, l2: Double

    /// A price of 0 adds nothing to the loss.
    public init(_ parameter: Parameter, l1: Double = 0, l2: Double = 0) {
        self.parameter = parameter
        self.l1 = l1
        self.l2 = l2
    }
}

/// A tensor that is saved with a model and not trained, such as running statistics.
public final class Buffer: Sendable {
    private let stored: Mutex<Tensor>
    /// The shape of every value it has.
    public let shape: [Int]

    /// Takes the elements alone, without the way they were computed.
    public init(_ value: Tensor) {
        shape = value.shape
        stored = Mutex(value.detached)
    }

    /// The elements now. A new value must have the same shape.
    public var value: Tensor {
        get { stored.withLock { $0 } }
        set {
            require(
                newValue.shape == shape,
                "Buffer: a value of shape \(newValue.shape) for a buffer of shape \(shape)")
            stored.withLock { $0 = newValue.detached }
        }
    }
}

extension Layer {
    public var penalties: [Penalty] { [] }

    /// The penalties of this layer and all inside, those that cost something.
    public var allPenalties: [Penalty] {
        var found = penalties.filter { $0.l1 > 0 || $0.l2 > 0 }
        for case .layer(_, let layer) in members { found += layer.allPenalties }
        return found
    }

    /// The output for a batch of tensors, [batch, ...] in and out.
    public func callAsFunction(_ x: Tensor, lengths: [Int]? = nil, _ pass: Pass = .inference) -> Tensor {
        forward(Signal(x, lengths: lengths), pass).tensor
    }

    /// The parameters with their full names, such as "encoder.0.weight".
    public var namedParameters: [(name: String, parameter: Parameter)] {
        flattened("") { if case .parameter(let name, let parameter) = $0 { (name, parameter) } else { nil } }
    }

    /// The parameters of this layer and all inside, in the order of `namedParameters`.
    public var parameters: [Parameter] { namedParameters.map(\.parameter) }

    /// The buffers with their full names.
    public var namedBuffers: [(name: String, buffer: Buffer)] {
        flattened("") { if case .buffer(let name, let buffer) = $0 { (name, buffer) } else { nil } }
    }

    /// The number of trained numbers.
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
