import Foundation

extension Tensor: CustomStringConvertible {
    /// The elements as nested, aligned rows, followed by the shape. For more than 1000 elements, only the first and
    /// last three along each axis are shown.
    public var description: String {
        var printer = TensorPrinter(self)
        return "Tensor(\(printer.text()), shape: \(shape))"
    }
}

/// Formats the elements of one tensor in the style of NumPy and PyTorch.
private struct TensorPrinter {
    private static let indent = "Tensor(".count
    private static let lineWidth = 88
    private static let edge = 3

    private let shape: [Int]
    private let strides: [Int]
    private let elements: [Real]
    private let isShortened: Bool
    private var format = "%.4f"
    private var width = 0

    init(_ tensor: Tensor) {
        shape = tensor.shape
        strides = shape.strides
        elements = tensor.array
        isShortened = tensor.count > 1000
    }

    mutating func text() -> String {
        if elements.isEmpty { return "[]" }
        let shown = visible(axis: 0, offset: 0)
        format = TensorPrinter.format(for: shown)
        width = shown.map { number($0).count }.max() ?? 0
        return shape.isEmpty ? number(elements[0]) : block(axis: 0, offset: 0)
    }

    /// The positions along an axis that are shown; nil marks the omitted range.
    private func positions(_ axis: Int) -> [Int?] {
        let size = shape[axis]
        guard isShortened && size > 2 * TensorPrinter.edge else { return Array(0..<size) }
        return Array(0..<TensorPrinter.edge) + [nil] + Array(size - TensorPrinter.edge..<size)
    }

    private func visible(axis: Int, offset: Int) -> [Real] {
        if axis == shape.count { return [elements[offset]] }
        return positions(axis).flatMap { at in
            at.map { visible(axis: axis + 1, offset: offset + $0 * strides[axis]) } ?? []
        }
    }

    /// Returns one format for all elements: integers with a trailing point, four decimals, or scientific notation
    /// if the magnitudes differ by more than a factor of 1000 or are far from 1.
    private static func format(for shown: [Real]) -> String {
        let sizes = shown.filter { $0.isFinite && $0 != 0 }.map { abs($0) }
        guard let smallest = sizes.min(), let largest = sizes.max() else { return "%.0f." }
        let isWhole = sizes.allSatisfy { $0 == $0.rounded() }
        if largest >= 1e8 || !isWhole && (smallest < 1e-4 || largest / smallest > 1000) { return "%.4e" }
        return isWhole ? "%.0f." : "%.4f"
    }

    private func number(_ value: Real) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        return String(format: format, Double(value))
    }

    private func block(axis: Int, offset: Int) -> String {
        if axis == shape.count - 1 { return row(offset) }
        let items = positions(axis).map { at in
            at.map { block(axis: axis + 1, offset: offset + $0 * strides[axis]) } ?? "..."
        }
        // One more empty line for every outer axis.
        let separator = "," + String(repeating: "\n", count: shape.count - 1 - axis) + margin(axis)
        return "[" + items.joined(separator: separator) + "]"
    }

    private func row(_ offset: Int) -> String {
        let items = positions(shape.count - 1).map { at -> String in
            guard let at else { return "..." }
            let text = number(elements[offset + at])
            return String(repeating: " ", count: width - text.count) + text
        }
        let left = TensorPrinter.indent + shape.count
        let perLine = max(1, (TensorPrinter.lineWidth - left) / (width + 2))
        let lines = stride(from: 0, to: items.count, by: perLine).map {
            items[$0..<min($0 + perLine, items.count)].joined(separator: ", ")
        }
        return "[" + lines.joined(separator: ",\n" + margin(shape.count - 1)) + "]"
    }

    private func margin(_ axis: Int) -> String {
        String(repeating: " ", count: TensorPrinter.indent + axis + 1)
    }
}
