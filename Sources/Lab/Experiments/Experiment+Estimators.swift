import Layers
import SpeechEmotion
import Training

extension Experiment {
    /// Why the classical models of a model cannot learn what the experiment predicts; nil if they can, or if there are none.
    ///
    /// - Parameters:
    ///   - spec: The model, sized for the outputs.
    ///   - units: The outputs, by target.
    func estimatorComplaint(_ spec: any LayerSpec, _ units: OutputUnits) -> String? {
        guard !targets.isEmpty else {
            return spec.typeThatNeedsTargets.map {
                "\($0) predicts targets; add \"targets\" to the experiment, or use a classifier"
            }
        }
        guard spec.hasEstimator else { return nil }
        if targets.contains(where: { $0.value.role == .adversarial }) {
            return
                "a classical model cannot unlearn a target with the role \"adversarial\"; use a neural network"
        }
        if let step = spec.typeThatNeedsClasses {
            return
                "\(step) selects features by the class, and the experiment has \"targets\"; use pca, or remove it"
        }
        let outputs = targets.map(\.value).map { spec in
            LearnedTarget(name: spec.title, kind: spec.kind, count: units.targets[spec.title] ?? 0)
        }
        return spec.complaint(learning: outputs[...])
    }
}

/// A target with its number of outputs.
private struct LearnedTarget {
    let name: String
    let kind: TargetOutput.Kind
    let count: Int
}

extension LayerSpec {
    /// The type of a layer that predicts targets other than the class; nil if there is none.
    fileprivate var typeThatNeedsTargets: String? {
        firstType { $0 is any RegressorSpec.Type || $0 == MultiOutput.Spec.self }
    }

    /// The type of a step that is fitted to classes; nil if there is none.
    fileprivate var typeThatNeedsClasses: String? {
        firstType { $0 == SelectKBestSpec.self || $0 == SelectFromModelSpec.self }
    }

    private func firstType(_ isWanted: (any LayerSpec.Type) -> Bool) -> String? {
        var found: String?
        _ = contains { kind in
            guard isWanted(kind) else { return false }
            found = kind.type
            return true
        }
        return found
    }

    /// Why the estimators at the end of the model cannot learn targets, which concatenated branches learn in their order; nil if
    /// they can.
    fileprivate func complaint(learning targets: ArraySlice<LearnedTarget>) -> String? {
        func refused(_ kinds: String, _ advice: String) -> String {
            let names = targets.map { "\"\($0.name)\" (\($0.kind.rawValue))" }.joined(separator: ", ")
            return
                "\(Self.type) learns \(kinds), but receives \(names.isEmpty ? "no target" : names); \(advice)"
        }
        switch self {
        case let sequential as Sequential.Spec:
            return sequential.layers.last?.value.complaint(learning: targets)
        case let voting as Voting.Spec
        where voting.voting == .soft && targets.contains { $0.kind != .classification }:
            return
                "soft voting averages class probabilities; use \"voting\": \"logits\", which averages all outputs"
        case let voting as Voting.Spec:
            return voting.estimators.lazy.compactMap { $0.value.complaint(learning: targets) }.first
        case let branches as Branches.Spec where branches.join == .concatenate:
            guard branches.learnedOutputs != nil else { return nil }
            var rest = targets
            for branch in branches.branches {
                var missing = branch.value.learnedOutputs ?? 0
                let own = rest.prefix { target in
                    missing -= target.count
                    return missing >= 0
                }
                rest = rest.dropFirst(own.count)
                if let message = branch.value.complaint(learning: own) { return message }
            }
            return nil
        case let branches as Branches.Spec:
            return branches.branches.lazy.compactMap { $0.value.complaint(learning: targets) }.first
        case is any RegressorSpec where targets.isEmpty || targets.contains { $0.kind != .regression }:
            return refused(
                "regression targets",
                "use a parallel layer with one branch for each kind of target, in the order of the targets")
        case is any ClassifierSpec
        where targets.count != 1 || targets.contains { $0.kind != .classification }:
            return refused(
                "one classification target",
                "use svr, ridge or another regressor for regression targets, multi_output for multi-label and ordinal targets, and a parallel layer for targets of several kinds"
            )
        case is MultiOutput.Spec
        where targets.isEmpty || targets.contains { $0.kind != .multiLabel && $0.kind != .ordinal }:
            return refused(
                "multi-label and ordinal targets",
                "use a regressor for regression targets, and a parallel layer for targets of several kinds")
        default: return nil
        }
    }
}

extension Experiment {
    /// What the metrics of a model without probabilities mean; nil for a model with probabilities.
    package var decisionValueNote: String? {
        model.spec.probabilityComplaint == nil
            ? nil
            : "The model outputs decision values, whose softmax is not a calibrated probability: do not compare its loss with that of other models."
    }
}
