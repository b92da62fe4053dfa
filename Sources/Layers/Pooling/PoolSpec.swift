import Autograd
import Configuration

/// The options that all pooling layers share.
public struct PoolOptions<Size: WindowSize>: Options {
    public var kind = PoolKind.max
    public var size = Size(2)
    public var stride: Size?
    public var padding = PaddingRule.valid

    public static var fields: [Field<Self>] {
        let words = Size.words
        return [
            .init("kind", \.kind, "Whether to take the maximum or the average of each window."),
            .init("size", \.size, words.window, .atLeast(1)),
            .init("stride", \.stride, words.step.dropLast() + "; `null` uses the window size.", .atLeast(1)),
            .init("padding", \.padding, PaddingRule.help + " Padding never affects the result."),
        ]
    }

    public init() {}

    var step: Size { stride ?? size }
    /// The padding of an input.
    var amounts: Padding { padding.padding(kernel: size.axes, dilation: Size(1).axes) }
}

/// The operation of a pooling layer.
public enum PoolKind: String, CaseIterable, ConfigurationValue { case max, average }

/// Options that include those of pooling, which are also available directly: `pool.stride`.
@dynamicMemberLookup
public protocol PoolSpec: FunctionSpec {
    /// `Int` for sequences, `Sides` for images.
    associatedtype Size: WindowSize
    /// The options that all pooling layers share.
    var pool: PoolOptions<Size> { get set }
}

extension PoolSpec {
    /// Accesses the options of `pool` by their own names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<PoolOptions<Size>, Value>) -> Value {
        get { pool[keyPath: path] }
        set { pool[keyPath: path] = newValue }
    }

    public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
        guard input.count == pool.size.axes.count + 1 else { throw needs(Size.words.input, input) }
        guard product(pool.size.axes) <= 65536 else {
            throw LayerError(
                "\(Self.type): a window may have at most 65536 elements, found "
                    + pool.size.axes.map(String.init).joined(separator: " x "))
        }
        let places = try pool.padding.outputs(input, kernel: pool.size, stride: pool.step, Self.type)
        return LayerPlan(output: places + [input[input.count - 1]])
    }
}

extension PoolSpec {
    /// Pools the valid steps of each example only, so that the result does not depend on its padding.
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
