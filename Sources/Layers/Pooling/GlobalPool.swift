import Autograd
import Configuration

/// Global max or average pooling over all steps, or over height and width. Padding is ignored; a sequence without valid
/// steps gives zeros.
public typealias GlobalPool = FunctionLayer<GlobalPoolSpec>

/// The options of `GlobalPool`: [time, channels] or [height, width, channels] to [channels].
public struct GlobalPoolSpec: FunctionSpec {
    public var kind = PoolKind.average

    public static let type = "global_pool"
    public static let summary = "Global max or average pooling over all steps, or over height and width."
    public static let fields: [Field<Self>] = [
        .init("kind", \.kind, "Whether to take the maximum or the average of each channel.")
    ]

    public init() {}
    /// Creates the options.
    public init(_ kind: PoolKind) { self.kind = kind }

    public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
        guard input.count >= 2 else { throw needs("time or height and width, channels", input) }
        guard !input.dropLast().contains(0) else { throw needs("at least one step, channels", input) }
        return LayerPlan(output: [input[input.count - 1]])
    }

    public func apply(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.trimmed
        let axes = Array(1..<x.tensor.rank - 1)
        guard let lengths = x.lengths else {
            return Signal(kind == .max ? x.tensor.max(axes: axes) : x.tensor.mean(axes: axes))
        }
        if kind == .average {
            let places = x.tensor.shape[2..<x.tensor.rank - 1].reduce(1, *)
            let counts = Tensor(lengths.map { Real(max($0, 1) * places) }, shape: [lengths.count, 1])
            return Signal(x.masked.sum(axes: axes) / counts)
        }
        guard let mask = x.mask else { return Signal(x.tensor.max(axes: axes)) }
        let hidden = (1 - mask).reshaped(mask.shape + axes.map { _ in 1 })
        let largest = x.tensor.maskedFill(hidden, -.infinity).max(axes: axes)
        let empty = Tensor(lengths.map { $0 == 0 ? 1 : 0 }, shape: [lengths.count, 1])
        return Signal(largest.maskedFill(empty, 0))
    }
}

extension GlobalPool {
    /// Creates a layer that takes the maximum or the average of each channel.
    public convenience init(_ kind: PoolKind) { self.init(Spec(kind)) }
}
