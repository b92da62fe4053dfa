/// What surrounds the input of a window that slides along it (convolution and pooling).
public enum Padding: Sendable, Equatable, ExpressibleByIntegerLiteral {
    /// Nothing: windows lie inside the input.
    case valid
    /// As much as makes the output `ceil(size / stride)` long; the odd one goes behind (TensorFlow's rule).
    case same
    /// All in front, so that no output sees what comes after it.
    case causal
    /// The amounts in front of and behind each axis that the window slides along.
    case amounts(before: [Int], after: [Int])
    /// The same amount in front of and behind every axis.
    case each(Int)

    /// The same amount everywhere: `padding: 1` is `.each(1)`, as PyTorch writes it.
    public init(integerLiteral value: Int) { self = .each(value) }

    /// The amounts for the axis number `axis` of those that a window slides along.
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
                "\(operation): padding before \(before) and after \(after) lacks an amount for axis \(axis) of those "
                    + "that the window slides along")
            found = (before[axis], after[axis])
        }
        require(
            found.before >= 0 && found.after >= 0,
            "\(operation): padding \(found.before) before and \(found.after) after; expected at least 0")
        return found
    }
}

/// How many windows fit into `size` elements and the padding around them; a rest at the end is dropped.
func windowCount(size: Int, kernel: Int, stride: Int, dilation: Int = 1, padding: (before: Int, after: Int))
    -> Int
{
    let room = size + padding.before + padding.after - ((kernel - 1) * dilation + 1)
    return room < 0 ? 0 : room / stride + 1
}
