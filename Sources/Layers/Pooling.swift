import Autograd
import Configuration

/// The options of pooling over windows.
public struct PoolOptions<Size: WindowSize>: Options {
    public var kind = PoolKind.max
    public var size = Size(2)
    public var stride: Size?
    public var padding = PaddingRule.valid

    public static var fields: [Field<Self>] {
        let words = Size.words
        return [
            .init("kind", \.kind, "What is taken of a window."),
            .init("size", \.size, words.window, .atLeast(1)),
            .init("stride", \.stride, words.step.dropLast() + "; the size where it is null.", .atLeast(1)),
            .init("padding", \.padding, "What surrounds the \(words.whole); it is never counted."),
        ]
    }

    public init() {}

    var step: Size { stride ?? size }
    /// What pads an input.
    var amounts: Padding { padding.padding(kernel: size.axes, dilation: Size(1).axes) }
}

/// What is taken of a window.
public enum PoolKind: String, CaseIterable, ConfigurationValue { case max, average }

/// A pooling layer over windows; the options are its own keys, too.
@dynamicMemberLookup
public protocol PoolSpec: FunctionSpec {
    /// Whole numbers for sequences, `Sides` for pictures.
    associatedtype Size: WindowSize
    /// The options that all kinds of pooling share.
    var pool: PoolOptions<Size> { get set }
}

extension PoolSpec {
    /// The options of `pool` by their own names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<PoolOptions<Size>, Value>) -> Value {
        get { pool[keyPath: path] }
        set { pool[keyPath: path] = newValue }
    }

    public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
        guard input.count == pool.size.axes.count + 1 else { throw needs(Size.words.input, input) }
        guard product(pool.size.axes) <= 65536 else {
            throw ShapeProblem(
                "\(Self.type) takes windows of at most 65536 places, found "
                    + pool.size.axes.map(String.init).joined(separator: " x "))
        }
        let places = try pool.padding.outputs(input, kernel: pool.size, stride: pool.step, Self.type)
        return LayerPlan(output: places + [input[input.count - 1]])
    }
}

extension PoolSpec {
    /// Pools with the heights that the valid steps of each example have, so that it gives what it would give alone,
    /// whatever stands behind it.
    func pooled(_ x: Signal, _ operation: (_ own: [Int]?) -> Tensor) -> Signal {
        let own = x.hasPadding ? x.lengths : nil
        let y = operation(own)
        let lengths = x.lengths?.map {
            pool.padding.outputs(size: $0, kernel: pool.size.axes[0], stride: pool.step.axes[0]) ?? 0
        }
        let result = Signal(y, lengths: lengths)
        return own == nil ? result : result.withClean(y)
    }
}

/// The largest or the average of each window of steps.
public enum Pool1D {
    /// The options: [time, channels] to [windows, channels].
    public struct Spec: PoolSpec {
        public var pool = PoolOptions<Int>()

        public static let type = "pool1d"
        public static let summary = "The largest or the average of each window of steps."
        public static let fields: [Field<Self>] = group(\.pool)

        public init() {}
        /// Windows of `size` steps that do not overlap; steps that fill no window are left out.
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
}

/// The largest or the average of each window of a picture.
public enum Pool2D {
    /// The options: [height, width, channels] to [rows, columns, channels].
    public struct Spec: PoolSpec {
        public var pool = PoolOptions<Sides>()

        public static let type = "pool2d"
        public static let summary = "The largest or the average of each window of a picture."
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
}

/// The largest or the average over all steps, or over height and width: one vector per example. Padding behind a
/// sequence's length does not count; a sequence without valid steps gives zeros.
public enum GlobalPool {
    /// The options: [time, channels] or [height, width, channels] to [channels].
    public struct Spec: FunctionSpec {
        public var kind = PoolKind.average

        public static let type = "global_pool"
        public static let summary = "The largest or the average of each channel over all steps or places."
        public static let fields: [Field<Self>] = [.init("kind", \.kind, "What is taken of a channel.")]

        public init() {}
        /// Average is Keras' GlobalAveragePooling, max its GlobalMaxPooling.
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
}
