import Autograd
import Metrics
import Training

extension Predictor {
    /// The names of the model's outputs: its classes; with targets, `NAME` for the number of a regression, and `NAME:CLASS` for a class, a
    /// label, or an ordered level, whose output tells whether at least this level applies.
    public var outputNames: [String] {
        guard !targets.isEmpty else { return classes }
        return targets.flatMap { target -> [String] in
            switch target.kind {
            case .regression: [target.name]
            case .classification, .multiLabel: target.classes.map { "\(target.name):\($0)" }
            case .ordinal: target.classes.dropFirst().map { "\(target.name):\($0)" }
            }
        }
    }

    /// Returns the index of the output to explain for a prediction.
    ///
    /// - Parameter name: One of `outputNames`, or the name of a target, whose decided class, most probable label, or number is then
    ///   explained; nil for that of the first main target.
    public func output(_ name: String?, of prediction: Prediction) throws(InputError) -> Int {
        if let name, let index = outputNames.firstIndex(of: name) { return index }
        guard !targets.isEmpty else {
            guard let name else { return prediction.best }
            throw unknownOutput(name)
        }
        let index = targets.firstIndex { target in name.map { target.name == $0 } ?? (target.role == .main) }
        guard let index else { throw unknownOutput(name ?? "") }
        return targets.ranges[index].lowerBound + place(in: targets[index], prediction.targets[index])
    }

    /// The place of the explained output among those of a target.
    private func place(in target: TargetOutput, _ prediction: TargetPrediction) -> Int {
        let best = prediction.best
        return switch target.kind {
        case .regression: 0
        case .classification, .multiLabel: best
        // The step to the decided level.
        case .ordinal: max(best - 1, 0)
        }
    }

    private func unknownOutput(_ name: String) -> InputError {
        InputError(
            "the model has no output \"\(name)\"; expected "
                + (targets.map { "\"\($0.name)\"" } + outputNames.map { "\"\($0)\"" })
                .reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
                .joined(separator: ", "))
    }
}
