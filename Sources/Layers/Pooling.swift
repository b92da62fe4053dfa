import Autograd
import Configuration

/// The largest or the average of each window of steps.
public final class Pool1D: Layer {
    /// What is taken of a window.
    public enum Kind: String, CaseIterable, ConfigurationValue { case max, average }

    public struct Spec: LayerSpec {
        public var kind = Kind.max
        public var size = 2
        public var stride: Int?
        public var padding = PaddingRule.valid

        public static let type = "pool1d"
        public static let summary = "The largest or the average of each window of steps."
        public static let fields: [Field<Self>] = [
            .init("kind", \.kind, "What is taken of a window."),
            .init("size", \.size, "Steps in the window.", .atLeast(1)),
            .init(
                "stride", \.stride, "Steps from one window to the next; the size where it is null.",
                .atLeast(1)),
            .init("padding", \.padding, "What surrounds the sequence; it is never counted."),
        ]

        public init() {}
        public init(_ kind: Kind, _ size: Int) { (self.kind, self.size) = (kind, size) }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard input.count == 2 else { throw needs("time, channels", input) }
            guard let steps = padding.outputs(size: input[0], kernel: size, stride: stride ?? size), steps > 0
            else {
                throw ShapeProblem("pool1d's window of \(size) does not fit into \(input[0]) steps")
            }
            return LayerPlan(output: [steps, input[1]])
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            return Pool1D(self)
        }
    }

    private let options: Spec
    public var spec: any LayerSpec { options }
    public var members: [Member] { [] }

    public init(_ spec: Spec) { options = spec }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let stride = options.stride ?? options.size
        let padding = options.padding.padding(kernel: [options.size], dilation: [1])
        let y =
            options.kind == .max
            ? maxPool1d(x.tensor, kernel: options.size, stride: stride, padding: padding)
            : avgPool1d(
                x.tensor, kernel: options.size, stride: stride, padding: padding, countsPadding: false)
        // A window counts when it lies inside the sequence.
        let lengths = x.lengths?.map {
            min(y.shape[1], $0 < options.size ? 0 : ($0 - options.size) / stride + 1)
        }
        return Signal(y, lengths: lengths)
    }
}

/// The largest or the average of each window of a picture.
public final class Pool2D: Layer {
    public struct Spec: LayerSpec {
        public var kind = Pool1D.Kind.max
        public var size = Sides(2)
        public var stride: Sides?
        public var padding = PaddingRule.valid

        public static let type = "pool2d"
        public static let summary = "The largest or the average of each window of a picture."
        public static let fields: [Field<Self>] = [
            .init("kind", \.kind, "What is taken of a window."),
            .init("size", \.size, "Height and width of the window, or both as one number."),
            .init("stride", \.stride, "From one window to the next; the size where it is null."),
            .init("padding", \.padding, "What surrounds the picture; it is never counted."),
        ]

        public init() {}

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard input.count == 3 else { throw needs("height, width, channels", input) }
            let step = stride ?? size
            guard let height = padding.outputs(size: input[0], kernel: size.height, stride: step.height),
                let width = padding.outputs(size: input[1], kernel: size.width, stride: step.width),
                height > 0, width > 0
            else {
                throw ShapeProblem("pool2d's window does not fit into a picture of \(input[0]) x \(input[1])")
            }
            return LayerPlan(output: [height, width, input[2]])
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            return Pool2D(self)
        }
    }

    private let options: Spec
    public var spec: any LayerSpec { options }
    public var members: [Member] { [] }

    public init(_ spec: Spec) { options = spec }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let (size, stride) = (options.size, options.stride ?? options.size)
        let padding = options.padding.padding(kernel: [size.height, size.width], dilation: [1, 1])
        let (kernel, step) = ((size.height, size.width), (stride.height, stride.width))
        return Signal(
            options.kind == .max
                ? maxPool2d(x.tensor, kernel: kernel, stride: step, padding: padding)
                : avgPool2d(x.tensor, kernel: kernel, stride: step, padding: padding, countsPadding: false))
    }
}

/// The largest or the average over all steps, or over height and width: one vector per example. Padding behind a
/// sequence's length does not count; a sequence without valid steps gives zeros.
public final class GlobalPool: Layer {
    public struct Spec: LayerSpec {
        public var kind = Pool1D.Kind.average

        public static let type = "global_pool"
        public static let summary = "The largest or the average of each channel over all steps or places."
        public static let fields: [Field<Self>] = [.init("kind", \.kind, "What is taken of a channel.")]

        public init() {}
        public init(_ kind: Pool1D.Kind) { self.kind = kind }

        public func plan(_ input: [Int]) throws(ShapeProblem) -> LayerPlan {
            guard input.count >= 2 else { throw needs("time or height and width, channels", input) }
            guard !input.dropLast().contains(0) else { throw needs("at least one step, channels", input) }
            return LayerPlan(output: [input[input.count - 1]])
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(ShapeProblem) -> any Layer {
            _ = try plan(input)
            return GlobalPool(self)
        }
    }

    private let options: Spec
    public var spec: any LayerSpec { options }
    public var members: [Member] { [] }

    public init(_ spec: Spec) { options = spec }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.trimmed
        let axes = Array(1..<x.tensor.rank - 1)
        guard let lengths = x.lengths else {
            return Signal(options.kind == .max ? x.tensor.max(axes: axes) : x.tensor.mean(axes: axes))
        }
        if options.kind == .average {
            let counts = Tensor(lengths.map { Real(max($0, 1)) }, shape: [lengths.count, 1])
            return Signal(x.masked.sum(axes: axes) / counts)
        }
        guard let mask = x.mask else { return Signal(x.tensor.max(axes: axes)) }
        let hidden = (1 - mask).reshaped(mask.shape + [1])
        let largest = x.tensor.maskedFill(hidden, -.infinity).max(axes: axes)
        let empty = Tensor(lengths.map { $0 == 0 ? 1 : 0 }, shape: [lengths.count, 1])
        return Signal(largest.maskedFill(empty, 0))
    }
}
