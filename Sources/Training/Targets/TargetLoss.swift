import Autograd
import Configuration
import Layers
import Metrics

/// The weighted sum of the losses of several targets. The targets of a batch are values with the columns of all targets; a NaN
/// marks an example without the target, which the loss of that target leaves out.
public struct TargetLoss: LossSpec {
    /// The loss of one target.
    public struct Term: Sendable {
        /// The outputs of the target, and what they mean.
        public var output: TargetOutput
        /// The loss.
        public var loss: any LossSpec
        /// The weight of the loss in the sum.
        public var weight: Double

        /// Creates a term.
        public init(_ output: TargetOutput, _ loss: any LossSpec, weight: Double = 1) {
            (self.output, self.loss, self.weight) = (output, loss, weight)
        }
    }

    /// How losses are weighted against each other.
    public enum Weighting: String, CaseIterable, ConfigurationValue {
        /// By the weights of the config.
        case fixed
        /// By the config's weights and by learned uncertainties (Kendall et al. 2018).
        case uncertainty
    }

    public static let type = "targets"
    public static let summary = "The weighted sum of the losses of several targets."
    public static let fields: [Field<Self>] = []

    private var terms: [Term] = []
    private var ranges: [Range<Int>] = []
    /// The logarithms of the variances that weight the terms; none with fixed weights.
    private var variances: [Parameter] = []

    public init() {}

    /// Creates the sum of the losses of at least one target.
    public init(_ terms: [Term], weighting: Weighting = .fixed) {
        self.terms = terms
        ranges = terms.map(\.output).ranges
        guard weighting == .uncertainty else { return }
        variances = terms.map { Parameter(Tensor([Real($0.output.logVariance ?? 0)], shape: [])) }
    }

    /// The outputs of all targets, with the variances that were learned.
    public var outputs: [TargetOutput] {
        terms.enumerated().map { index, term in
            var output = term.output
            output.logVariance = variances.isEmpty ? nil : Double(variances[index].value.item())
            return output
        }
    }

    public var comparesExamples: Bool { true }
    public var hasAccuracy: Bool { accuracyTerm != nil }

    public var parameters: [(name: String, parameter: Parameter)] {
        zip(terms, variances).map { ($0.output.name, $1) }
    }

    public func each(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        mean(outputs, targets) + Tensor.zeros([outputs.shape.first ?? 1])
    }

    public func mean(_ outputs: Tensor, _ targets: Targets) -> Tensor {
        let found = values(outputs, targets)
        // Depends on the outputs even if no example has a target, so that there is a gradient.
        var sum = found.isEmpty ? (outputs * 0).sum() : Tensor.zeros([])
        for (index, value) in found {
            let term = terms[index]
            guard !variances.isEmpty else {
                sum = sum + value * Real(term.weight)
                continue
            }
            let variance = variances[index].tensor
            let share: Real = term.output.kind == .regression ? 0.5 : 1
            sum = sum + ((-variance).exp() * value * share + variance * 0.5) * Real(term.weight)
        }
        return sum
    }

    /// Returns the loss of each target for the examples that have it, by the index of the target; without those that no example has.
    func values(_ outputs: Tensor, _ targets: Targets) -> [(index: Int, value: Tensor)] {
        guard case .values(let all) = targets else {
            fail("targets: expected targets as values, found classes")
        }
        return terms.indices.compactMap { index in
            var own = outputs.slice(axis: -1, ranges[index])
            var wanted = all.slice(axis: -1, ranges[index])
            let width = ranges[index].count
            let numbers = wanted.array
            let rows = (0..<outputs.shape[0]).filter { !numbers[$0 * width].isNaN }
            guard !rows.isEmpty else { return nil }
            if rows.count < outputs.shape[0] {
                own = own.indexSelected(Indices(rows), axis: 0)
                wanted = wanted.indexSelected(Indices(rows), axis: 0)
            }
            let output = terms[index].output
            if output.kind == .regression {
                wanted = (wanted - Real(output.offset)) / Real(output.scale)
            }
            return (index, terms[index].loss.mean(own, .values(wanted)))
        }
    }

    private var accuracyTerm: Int? {
        terms.indices.first { terms[$0].output.role == .main && terms[$0].output.kind == .classification }
    }

    public func rightCount(_ outputs: Tensor, _ targets: Targets) -> Int {
        guard let index = accuracyTerm, case .values(let all) = targets else { return 0 }
        let wanted = all.slice(axis: -1, ranges[index])
        let (found, truths) = (
            outputs.slice(axis: -1, ranges[index]).argmax(axis: -1).values, wanted.argmax(axis: -1).values
        )
        let (numbers, width) = (wanted.array, ranges[index].count)
        return found.indices.count { found[$0] == truths[$0] && !numbers[$0 * width].isNaN }
    }
}
