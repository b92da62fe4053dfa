import Autograd
import Configuration

/// 1D max or average pooling over the steps of a sequence.
public typealias Pool1D = FunctionLayer<Pool1DSpec>

/// The options of `Pool1D`: [time, channels] to [windows, channels].
public struct Pool1DSpec: PoolSpec {
    public var pool = PoolOptions<Int>()

    public static let type = "pool1d"
    public static let summary = "1D max or average pooling over the steps of a sequence."
    public static let fields: [Field<Self>] = group(\.pool)

    public init() {}
    /// Creates the options with non-overlapping windows; an incomplete window at the end is dropped.
    public init(_ kind: PoolKind, _ size: Int) { (pool.kind, pool.size) = (kind, size) }

    public func apply(_ x: Signal, _ pass: Pass) -> Signal {
        let (size, stride) = (pool.size, pool.step)
        return pooled(x) { own in
            pool.kind == .max
                ? maxPool1d(x.tensor, kernel: size, stride: stride, padding: pool.amounts, lengths: own)
                : avgPool1d(
                    x.tensor, kernel: size, stride: stride, padding: pool.amounts, countsPadding: false,
                    lengths: own)
        }
    }
}

extension Pool1D {
    /// Creates a layer with non-overlapping windows of `size` steps.
    public convenience init(_ kind: PoolKind, _ size: Int) { self.init(Spec(kind, size)) }
}
