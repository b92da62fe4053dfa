import Autograd
import Configuration

/// How several outputs are merged.
public enum Joining: String, CaseIterable, ConfigurationValue {
    /// Concatenates along the channel axis.
    case concatenate
    case sum, product
    /// The mean; of logits, the prediction of an ensemble.
    case average

    /// Returns the shape of the merged outputs. Throws if their shapes do not fit together.
    public func shape(_ shapes: [[Int]]) throws(LayerError) -> [Int] {
        guard let first = shapes.first else { throw LayerError("there are no outputs to merge") }
        let fit =
            self == .concatenate
            ? shapes.allSatisfy { !$0.isEmpty && $0.dropLast() == first.dropLast() }
            : shapes.allSatisfy { $0 == first }
        guard fit || shapes.count == 1 else {
            throw LayerError(
                "cannot \(rawValue) outputs of shapes \(shapes.map(\.description).joined(separator: ", ")); "
                    + (self == .concatenate ? "all sizes but the last" : "all sizes") + " must be equal")
        }
        if self != .concatenate || shapes.count == 1 { return first }
        return first.dropLast() + [shapes.reduce(0) { $0 + $1[first.count - 1] }]
    }

    /// Merges signals; a step is valid if it is valid in all of them.
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
