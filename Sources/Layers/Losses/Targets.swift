import Autograd

/// The targets of a batch.
public enum Targets: Sendable {
    /// The class of each example, [batch], or of each position, [batch, ...].
    case classes(Indices)
    /// Class probabilities, [batch, classes], or regression targets.
    case values(Tensor)

    /// Returns the targets as probabilities of `count` classes, [..., count]. Classes become one-hot vectors.
    public func probabilities(of count: Int) -> Tensor {
        switch self {
        case .classes(let classes): oneHot(classes, classes: count)
        case .values(let values): values
        }
    }

    /// Returns the targets of mixed examples (mixup): `share` of these plus `1 - share` of `other`. `share` is a scalar or
    /// [batch, 1].
    public func mixed(with other: Targets, share: Tensor, classes count: Int) -> Targets {
        .values(probabilities(of: count) * share + other.probabilities(of: count) * (1 - share))
    }

    /// Returns the most probable class of each example.
    public func labels() -> Indices {
        switch self {
        case .classes(let classes): classes
        case .values(let values): values.argmax(axis: -1)
        }
    }

    /// Returns the targets in the shape of the outputs. Classes become one-hot vectors if there is one output per class, and
    /// numbers otherwise. The shapes [batch] and [batch, 1] are interchangeable.
    public func values(like outputs: Tensor, _ operation: StaticString) -> Tensor {
        if case .classes(let classes) = self, let count = outputs.shape.last, count > 1,
            classes.shape == Array(outputs.shape.dropLast())
        {
            return oneHot(classes, classes: count)
        }
        let values =
            switch self {
            case .values(let values): values
            case .classes(let classes):
                Tensor(shape: classes.shape) { p in
                    for (at, value) in classes.values.enumerated() { p[at] = Real(value) }
                }
            }
        if values.shape == outputs.shape { return values }
        require(
            values.count == outputs.count
                && values.shape.filter { $0 != 1 } == outputs.shape.filter { $0 != 1 },
            "\(operation): targets of shape \(values.shape) for outputs of shape \(outputs.shape)")
        return values.reshaped(outputs.shape)
    }
}
