import Autograd
import Configuration
import Layers

/// Freezes the parameters of each epoch, and keeps the outputs of frozen layers whose inputs never change.
struct Freezing {
    private let entries: [FrozenParameters]
    private let model: Model
    private let outputs: PrefixOutputs
    private let validationOutputs = PrefixOutputs(limit: PrefixOutputs.usualLimit / 4)
    private var frozen: Set<String> = []
    private var layers: FrozenLayers?
    private var validated: FrozenModel?

    /// - Parameter examples: The number of training examples, at most.
    init(_ entries: [FrozenParameters], _ model: Model, examples: Int) {
        (self.entries, self.model) = (entries, model)
        outputs = PrefixOutputs(examples: examples)
    }

    /// Freezes and unfreezes parameters for an epoch, which is counted from 1.
    mutating func begin(epoch: Int) {
        guard !entries.isEmpty else { return }
        let parameters = model.namedParameters
        let names = parameters.map(\.name).filter { name in
            entries.contains { $0.freezes(name, epoch: epoch) }
        }
        require(
            names.count < parameters.count || parameters.isEmpty,
            "Trainer: all parameters are frozen in epoch \(epoch)")
        guard layers == nil || Set(names) != frozen else { return }
        frozen = Set(names)
        for (name, parameter) in parameters { parameter.isFrozen = frozen.contains(name) }
        outputs.removeAll()
        validationOutputs.removeAll()
        layers = frozen.isEmpty ? nil : FrozenLayers(of: model, kept: outputs)
        validated =
            frozen.isEmpty ? nil : FrozenModel(model, FrozenLayers(of: model, kept: validationOutputs))
    }

    /// The model for the validation set.
    var evaluated: any Layer { validated ?? model }

    /// Returns the pass for a batch, in which frozen layers run in inference mode.
    func pass(_ pass: Pass, _ batch: Batch) -> Pass {
        layers?.begin(batch.isFixed ? batch.ids : nil)
        return pass.freezing(layers)
    }
}

extension [FrozenParameters] {
    /// Returns a complaint for each pattern that matches none of a model's parameters, and one if an epoch has no trained
    /// parameter.
    package func validationIssues(forParameters names: [String], epochs: Int) -> [ValidationIssue] {
        var issues: [ValidationIssue] = []
        for (index, entry) in enumerated() {
            for (place, pattern) in entry.parameters.list.enumerated()
            where !NamePatterns([pattern]).matchesAny(names) {
                issues.append(
                    ValidationIssue(
                        at: [.index(index), .key("parameters"), .index(place)],
                        "no parameter matches \"\(pattern)\"; \(NamePatterns.advice(on: pattern, names))"))
            }
        }
        // The frozen parameters change only after the last epoch of an entry.
        for epoch in [1] + compactMap(\.untilEpoch).map({ $0 + 1 }).filter({ $0 <= epochs })
        where !names.isEmpty && issues.isEmpty {
            guard names.allSatisfy({ name in contains { $0.freezes(name, epoch: epoch) } }) else { continue }
            issues.append(
                ValidationIssue(
                    nil, "all parameters are frozen in epoch \(epoch); leave at least one to train"))
            break
        }
        return issues
    }
}
