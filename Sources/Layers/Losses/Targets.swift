import Autograd

/// What the outputs of a batch should have been.
public enum Targets: Sendable {
    /// The class of each example, [batch], or of each place, [batch, ...].
    case classes(Indices)
    /// Numbers: probabilities of classes, [batch, classes], or what a regression should give.
    case values(Tensor)

    /// The targets as probabilities of `count` classes: [..., count]. Values are probabilities already.
    public func probabilities(of count: Int) -> Tensor {
        switch self {
        case .classes(let classes): oneHot(classes, classes: count)
        case .values(let values): values
        }
    }

    /// The targets of mixed examples: `share` of these and the rest of `other`, one share for all or [batch, 1].
    public func mixed(with other: Targets, share: Tensor, classes count: Int) -> Targets {
        .values(probabilities(of: count) * share + other.probabilities(of: count) * (1 - share))
    }

    /// The likeliest class of each example.
    public func labels() -> Indices {
        switch self {
        case .classes(let classes): classes
        case .values(let values): values.argmax(axis: -1)
        }
    }

    /// The values in the shape of outputs. Where these have several numbers for each class, the target is 1 for the one of
    /// that place and 0 for the others; otherwise the class itself is the number. [batch] fits [batch, 1] and the other
    /// way round.
    func values(like outputs: Tensor, _ operation: StaticString) -> Tensor {
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
