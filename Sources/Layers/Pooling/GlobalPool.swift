import Autograd
import Configuration

/// Global max, average or statistics pooling over all steps, or over height and width. Padding is ignored; a sequence
/// without valid steps gives zeros.
public typealias GlobalPool = FunctionLayer<GlobalPoolSpec>

/// The operation of `GlobalPool`.
public enum GlobalPoolKind: String, CaseIterable, ConfigurationValue {
    case max, average
    /// The mean and the standard deviation (Snyder et al. 2018).
    case statistics
}

/// The options of `GlobalPool`: [time, channels] or [height, width, channels] to [channels], or to [2 channels] for
/// statistics.
public struct GlobalPoolSpec: FunctionSpec {
    public var kind = GlobalPoolKind.average

    public static let type = "global_pool"
    public static let summary =
        "Global max, average or statistics pooling over all steps, or over height and width."
    public static let fields: [Field<Self>] = [
        .init(
            "kind", \.kind,
            "Whether to take the maximum or the average of each channel, or its mean and standard deviation (statistics pooling): first the means of all channels, then the standard deviations."
        )
    ]

    public init() {}
    /// Creates the options.
    public init(_ kind: GlobalPoolKind) { self.kind = kind }

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
        guard input.count >= 2 else { throw needs("time or height and width, channels", input) }
        guard !input.dropLast().contains(0) else { throw needs("at least one step, channels", input) }
        return LayerPlan(output: [input[input.count - 1] * (kind == .statistics ? 2 : 1)])
    }

    /// The least variance in `statistics`, whose square root has no gradient at 0.
    public static let leastVariance = 1e-8

    public func apply(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.trimmed
        switch kind {
        case .max: return Signal(largest(x))
        case .average: return Signal(average(x))
        case .statistics:
            let mean = average(x)
            let shape = [x.tensor.shape[0]] + axes(x).map { _ in 1 } + mean.shape.suffix(1)
            let squares = (x.masked - mean.reshaped(shape)).square()
            let variance = average(Signal(squares, lengths: x.lengths))
            let deviation = withoutEmpty(variance.clipped(min: Real(Self.leastVariance)).sqrt(), x)
            return Signal(concatenate([mean, deviation], axis: 1))
        }
    }

    /// The axes that are pooled.
    private func axes(_ x: Signal) -> Range<Int> { 1..<x.tensor.rank - 1 }

    private func average(_ x: Signal) -> Tensor {
        let axes = Array(axes(x))
        guard let lengths = x.lengths else { return x.tensor.mean(axes: axes) }
        let places = x.tensor.shape[2..<x.tensor.rank - 1].reduce(1, *)
        let counts = Tensor(lengths.map { Real(max($0, 1) * places) }, shape: [lengths.count, 1])
        return x.masked.sum(axes: axes) / counts
    }

    private func largest(_ x: Signal) -> Tensor {
        let axes = Array(axes(x))
        guard let mask = x.mask else { return x.tensor.max(axes: axes) }
        let hidden = (1 - mask).reshaped(mask.shape + axes.map { _ in 1 })
        return withoutEmpty(x.tensor.maskedFill(hidden, -.infinity).max(axes: axes), x)
    }

    /// Replaces the outputs of sequences without valid steps by 0.
    private func withoutEmpty(_ pooled: Tensor, _ x: Signal) -> Tensor {
        guard let lengths = x.lengths else { return pooled }
        return pooled.maskedFill(Tensor(lengths.map { $0 == 0 ? 1 : 0 }, shape: [lengths.count, 1]), 0)
    }
}

extension GlobalPool {
    /// Creates a layer that takes the maximum, the average, or the mean and the standard deviation of each channel.
    public convenience init(_ kind: GlobalPoolKind) { self.init(Spec(kind)) }
}
