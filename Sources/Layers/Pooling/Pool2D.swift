import Autograd
import Configuration

/// 2D max or average pooling over an image or spectrogram.
public typealias Pool2D = FunctionLayer<Pool2DSpec>

/// The options of `Pool2D`: [height, width, channels] to [rows, columns, channels].
public struct Pool2DSpec: PoolSpec {
    public var pool = PoolOptions<Sides>()

    public static let type = "pool2d"
    public static let summary = "2D max or average pooling over an image or spectrogram."
    public static let fields: [Field<Self>] = group(\.pool)

    public init() {}

    public func apply(_ x: Signal, _ pass: Pass) -> Signal {
        let kernel = (pool.size.height, pool.size.width)
        let stride = (pool.step.height, pool.step.width)
        return pooled(x) { own in
            pool.kind == .max
                ? maxPool2d(x.tensor, kernel: kernel, stride: stride, padding: pool.amounts, lengths: own)
                : avgPool2d(
                    x.tensor, kernel: kernel, stride: stride, padding: pool.amounts, countsPadding: false,
                    lengths: own)
        }
    }
}
