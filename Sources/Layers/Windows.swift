import Autograd
import Configuration

/// Height and width, in JSON one number where they are equal and [height, width] otherwise.
public typealias Sides = OneOrTwo<Int>

extension OneOrTwo where Element == Int {
    /// The first of the two: along the axis after the batch.
    public var height: Int { first }
    /// The second of the two: along the axis before the channels.
    public var width: Int { second }
}

/// The size of a window: steps of a sequence, or height and width of a picture.
public protocol WindowSize: Bounded, Equatable where Bound == Int {
    /// The same along every axis.
    init(_ all: Int)
    /// Along each axis.
    var axes: [Int] { get }
    /// What help texts call things.
    static var words: WindowWords { get }
}

/// What help texts call things.
public struct WindowWords: Sendable {
    let place: String, window: String, step: String, tap: String, whole: String, input: String
}

extension Int: WindowSize {
    public var axes: [Int] { [self] }
    public static var words: WindowWords {
        WindowWords(
            place: "step", window: "Steps in the window.", step: "Steps from one window to the next.",
            tap: "Steps from one tap of the window to the next.", whole: "sequence", input: "time, channels")
    }
}

extension OneOrTwo: WindowSize where Element == Int {
    public var axes: [Int] { [height, width] }
    public static var words: WindowWords {
        WindowWords(
            place: "place", window: "Height and width of the window, or both as one number.",
            step: "From one window to the next.", tap: "From one tap of the window to the next.",
            whole: "picture", input: "height, width, channels")
    }
}

/// How a convolution or pooling layer treats the ends, as a config names it.
public enum PaddingRule: String, CaseIterable, ConfigurationValue {
    /// The window stays inside.
    case valid
    /// ceil(size / stride) outputs, the odd zero behind (TensorFlow, Keras).
    case same
    /// Zeros in front only: an output sees nothing after it.
    case causal
    /// (kernel - 1) * dilation / 2 zeros on both sides, whatever the stride (PyTorch's usual choice).
    case symmetric

    func padding(kernel: [Int], dilation: [Int]) -> Padding {
        switch self {
        case .valid: return .valid
        case .same: return .same
        case .causal: return .causal
        case .symmetric:
            let amounts = zip(kernel, dilation).map { ($0 - 1) * $1 / 2 }
            return .amounts(before: amounts, after: amounts)
        }
    }

    /// What stands in front of a sequence and behind it, along one axis.
    public func amounts(size: Int, kernel: Int, stride: Int, dilation: Int = 1) -> (before: Int, after: Int) {
        let reach = (kernel - 1) * dilation
        switch self {
        case .valid: return (0, 0)
        case .causal: return (reach, 0)
        case .symmetric: return (reach / 2, reach / 2)
        case .same:
            let total = size == 0 ? 0 : max(0, (size - 1) / stride * stride + reach + 1 - size)
            return (total / 2, total - total / 2)
        }
    }

    /// What stands in front of a sequence, along one axis.
    func before(size: Int, kernel: Int, stride: Int, dilation: Int = 1) -> Int {
        amounts(size: size, kernel: kernel, stride: stride, dilation: dilation).before
    }

    /// The outputs along one axis; nil where the window does not fit.
    func outputs(size: Int, kernel: Int, stride: Int, dilation: Int = 1) -> Int? {
        let reach = product(kernel - 1, dilation)
        // Padding must not be beyond any memory, nor a step of a window, which counts elements.
        guard max(reach, stride, dilation) < LayerPlan.most else { return nil }
        let room: Int
        switch self {
        case .same, .causal: room = size + reach
        case .valid: room = size
        case .symmetric: room = size + reach / 2 * 2
        }
        if self == .same { return size > 0 ? (size - 1) / stride + 1 : 0 }
        return room > reach ? (room - reach - 1) / stride + 1 : nil
    }

    /// The outputs along every axis; throws where the window does not fit into the input.
    func outputs<Size: WindowSize>(
        _ input: [Int], kernel: Size, stride: Size, dilation: Size = Size(1), _ type: String
    ) throws(ShapeProblem) -> [Int] {
        var result: [Int] = []
        for (axis, size) in kernel.axes.enumerated() {
            let (step, gap) = (stride.axes[axis], dilation.axes[axis])
            guard let count = outputs(size: input[axis], kernel: size, stride: step, dilation: gap), count > 0
            else {
                let span = zip(kernel.axes, dilation.axes).map { String(product($0 - 1, $1) + 1) }
                throw ShapeProblem(
                    "\(type)'s window of \(span.joined(separator: " x ")) does not fit into "
                        + input.dropLast().map(String.init).joined(separator: " x ")
                        + (kernel.axes.count == 1 ? " steps" : "")
                        + "; use a smaller window or \"padding\": \"same\"")
            }
            result.append(count)
        }
        return result
    }
}
