import Autograd
import Configuration

/// The padding of a convolution or pooling layer.
public enum PaddingRule: String, CaseIterable, ConfigurationValue {
    /// No padding.
    case valid
    /// Padding for ceil(size / stride) outputs; an odd zero goes to the end (TensorFlow, Keras).
    case same
    /// Padding at the start only: an output does not depend on later steps.
    case causal
    /// (kernel_size - 1) * dilation / 2 zeros on both sides, independent of the stride (usual in PyTorch).
    case symmetric

    /// The description of a key with this value.
    static let help =
        "Padding of the input: `valid` for none, `same` for ceil(steps / stride) outputs as in Keras, `causal` at the start only, `symmetric` for equal padding on both sides as in PyTorch."

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

    /// Returns the padding before and after the input along one axis.
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

    /// Returns the padding before the input along one axis.
    func before(size: Int, kernel: Int, stride: Int, dilation: Int = 1) -> Int {
        amounts(size: size, kernel: kernel, stride: stride, dilation: dilation).before
    }

    /// Returns the number of outputs along one axis; nil if the window does not fit.
    func outputs(size: Int, kernel: Int, stride: Int, dilation: Int = 1) -> Int? {
        let reach = product(kernel - 1, dilation)
        // Neither the padding nor the distance between windows may exceed any memory.
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

    /// Returns the number of outputs along each axis. Throws if the window does not fit.
    func outputs<Size: WindowSize>(
        _ input: [Int], kernel: Size, stride: Size, dilation: Size = Size(1), _ type: String
    ) throws(LayerError) -> [Int] {
        var result: [Int] = []
        for (axis, size) in kernel.axes.enumerated() {
            let (step, gap) = (stride.axes[axis], dilation.axes[axis])
            guard let count = outputs(size: input[axis], kernel: size, stride: step, dilation: gap), count > 0
            else {
                let span = zip(kernel.axes, dilation.axes).map { String(product($0 - 1, $1) + 1) }
                throw LayerError(
                    "\(type): the window of \(span.joined(separator: " x ")) does not fit into "
                        + input.dropLast().map(String.init).joined(separator: " x ")
                        + (kernel.axes.count == 1 ? " steps" : "")
                        + "; use a smaller window or \"padding\": \"same\"")
            }
            result.append(count)
        }
        return result
    }
}
