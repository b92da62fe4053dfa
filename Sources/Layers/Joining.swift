import Autograd
import Configuration

/// How several outputs become one.
public enum Joining: String, CaseIterable, ConfigurationValue {
    /// Channels behind each other.
    case concatenate
    case sum, product
    /// The mean: of logits, what several models say together.
    case average

    /// The shape of what comes of these shapes; throws where they do not fit.
    public func shape(_ shapes: [[Int]]) throws(ShapeProblem) -> [Int] {
        guard let first = shapes.first else { throw ShapeProblem("there is nothing to put together") }
        let fit =
            self == .concatenate
            ? shapes.allSatisfy { !$0.isEmpty && $0.dropLast() == first.dropLast() }
            : shapes.allSatisfy { $0 == first }
        guard fit || shapes.count == 1 else {
            throw ShapeProblem(
                "cannot put \(shapes.map(\.description).joined(separator: ", ")) together; "
                    + (self == .concatenate ? "all but the last size" : "all sizes") + " have to be the same")
        }
        if self != .concatenate || shapes.count == 1 { return first }
        return first.dropLast() + [shapes.reduce(0) { $0 + $1[first.count - 1] }]
    }

    /// One signal of several; a step counts where it does in all of them.
    func join(_ signals: [Signal]) -> Signal {
        if signals.count == 1 { return signals[0] }
        let tensors = signals.map(\.cleaned.tensor)
        let joined =
            switch self {
            case .concatenate: Autograd.concatenate(tensors, axis: -1)
            case .sum: tensors.dropFirst().reduce(tensors[0], +)
            case .product: tensors.dropFirst().reduce(tensors[0], *)
            case .average: tensors.dropFirst().reduce(tensors[0], +) / Real(tensors.count)
            }
        let known = signals.compactMap(\.lengths)
        let lengths = known.first.map { first in
            first.indices.map { row in known.reduce(first[row]) { min($0, $1[row]) } }
        }
        return Signal(joined, lengths: lengths)
    }
}
