/// The padding of a sliding window (convolution and pooling).
public enum Padding: Sendable, Equatable, ExpressibleByIntegerLiteral {
    /// No padding: windows lie within the input.
    case valid
    /// Padding that makes the output `ceil(size / stride)` long. An odd amount is larger at the end (TensorFlow's
    /// rule).
    case same
    /// All padding at the start, so that no output depends on later inputs.
    case causal
    /// The amounts before and after each axis along which the window slides.
    case amounts(before: [Int], after: [Int])
    /// The same amount before and after every axis.
    case each(Int)

    /// The same amount everywhere: `padding: 1` is `.each(1)`, as in PyTorch.
    public init(integerLiteral value: Int) { self = .each(value) }

    /// Returns the amounts for the given axis among those along which the window slides.
    func amounts(
        axis: Int, size: Int, kernel: Int, stride: Int, dilation: Int = 1, _ operation: StaticString
    ) -> (before: Int, after: Int) {
        let extent = (kernel - 1) * dilation + 1
        let found: (before: Int, after: Int)
        switch self {
        case .valid: found = (0, 0)
        case .same:
            let outputs = (size + stride - 1) / stride
            let total = Swift.max(0, (outputs - 1) * stride + extent - size)
            found = (total / 2, total - total / 2)
        case .causal: found = (extent - 1, 0)
        case .each(let amount): found = (amount, amount)
        case .amounts(let before, let after):
            require(
                axis < before.count && axis < after.count,
                "\(operation): padding before \(before) and after \(after) has no amount for axis \(axis) of those "
                    + "along which the window slides")
            found = (before[axis], after[axis])
        }
        require(
            found.before >= 0 && found.after >= 0,
            "\(operation): padding \(found.before) before and \(found.after) after; expected at least 0")
        return found
    }
}

/// Returns the number of windows that fit into `size` elements plus padding. A remainder at the end is dropped.
func windowCount(size: Int, kernel: Int, stride: Int, dilation: Int = 1, padding: (before: Int, after: Int))
    -> Int
{
    let room = size + padding.before + padding.after - ((kernel - 1) * dilation + 1)
    return room < 0 ? 0 : room / stride + 1
}
