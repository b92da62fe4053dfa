import Autograd
import Classical

/// A layer that is fitted to the training data as a whole, not trained by gradient descent: `FeatureNorm`, scaling,
/// forests, support vector machines.
public protocol FittedLayer: Layer {
    /// Whether the layer was fitted or loaded.
    var isFitted: Bool { get }
    /// Fits the layer to the examples that reach it.
    func fit(_ examples: FittingExamples, generator: RandomGenerator) throws(FittingError)
}

/// The training data of fitted layers.
public struct FittingExamples: Sendable {
    /// The inputs in batches, in the order of the labels.
    public var batches: [Signal]
    /// The class of each example.
    public var labels: [Int]
    /// The number of classes.
    public var classes: Int
    /// The weight of each example; nil for equal weights.
    public var weights: [Double]?
    /// The values that each example shall have for each output of the model: numbers, one of several classes, or labels of 0 and 1.
    /// NaN where it has none; empty if the model learns `labels`.
    public var outputs: [[Double]]
    /// Validation data, on which boosting stops early; nil if there are none.
    public var validation: Validation?

    /// Validation data.
    public struct Validation: Sendable {
        /// The inputs in batches, in the order of the labels.
        public var batches: [Signal]
        /// The class of each example.
        public var labels: [Int]
        /// The values of each example for each output; empty if the model learns `labels`.
        public var outputs: [[Double]]

        /// Creates validation data.
        public init(_ batches: [Signal], labels: [Int], outputs: [[Double]] = []) {
            (self.batches, self.labels, self.outputs) = (batches, labels, outputs)
        }
    }

    /// Creates training data.
    public init(
        _ batches: [Signal], labels: [Int], classes: Int, weights: [Double]? = nil, outputs: [[Double]] = [],
        validation: Validation? = nil
    ) {
        (self.batches, self.labels, self.classes) = (batches, labels, classes)
        (self.weights, self.outputs, self.validation) = (weights, outputs, validation)
    }

    /// Keeps the values of some outputs.
    fileprivate mutating func keepOutputs(_ range: Range<Int>) {
        outputs = outputs.map { Array($0[range]) }
        let held = validation?.outputs ?? []
        validation?.outputs = held.map { Array($0[range]) }
    }
}

extension Layer {
    /// The fitted layers of a model, in the order in which they are computed.
    public var fittedLayers: [any FittedLayer] {
        // A model has the members of its layer, not the layer itself.
        if let model = self as? Model { return model.layer.fittedLayers }
        return ((self as? any FittedLayer).map { [$0] } ?? [])
            + members.flatMap { member -> [any FittedLayer] in
                if case .layer(_, let layer) = member { layer.fittedLayers } else { [] }
            }
    }

    /// Whether this layer is a fitted layer or contains one.
    var hasFittedLayer: Bool { !fittedLayers.isEmpty }

    /// Fits every `FittedLayer` of a model to the examples that reach it, in the order in which they are computed.
    ///
    /// It finds layers in models, sequences, graphs, branches and the bodies of residual layers. Fit one inside a custom
    /// layer by its own `fit(_:generator:)`.
    public func fitLayers(to examples: FittingExamples, generator: RandomGenerator) throws(FittingError) {
        let count = examples.batches.count
        let shares = shares(of: 0..<(examples.outputs.first?.count ?? 0))
        var index = 0
        try fitLayers(examples.batches + (examples.validation?.batches ?? [])) {
            layer, signals throws(FittingError) in
            var reached = examples
            reached.batches = Array(signals.prefix(count))
            reached.validation?.batches = Array(signals.dropFirst(count))
            if let share = shares[ObjectIdentifier(layer)] { reached.keepOutputs(share) }
            try layer.fit(reached, generator: generator.split("fitted layer \(index)"))
            index += 1
        }
    }

    /// Returns the outputs of the model that each fitted layer at its end makes. Concatenated branches make them in their order.
    private func shares(of outputs: Range<Int>) -> [ObjectIdentifier: Range<Int>] {
        func divided(_ layers: [any Layer], _ counts: [Int?]) -> [ObjectIdentifier: Range<Int>] {
            let counts = counts.compactMap { $0 }
            let isWhole = counts.count == layers.count && counts.reduce(0, +) == outputs.count
            var start = outputs.lowerBound
            return layers.enumerated().reduce(into: [:]) { found, layer in
                let own = isWhole ? start..<start + counts[layer.offset] : outputs
                start = own.upperBound
                found.merge(layer.element.shares(of: own)) { first, _ in first }
            }
        }
        switch self {
        case let model as Model: return model.layer.shares(of: outputs)
        case let sequential as Sequential: return sequential.layers.last?.shares(of: outputs) ?? [:]
        case let branches as Branches:
            return divided(branches.branches, branches.branches.map { $0.spec.learnedOutputs })
        case let multiple as MultiOutput:
            return divided(multiple.estimators, multiple.estimators.map { _ in 1 })
        case let voting as Voting: return divided(voting.estimators, [])
        default: return self is any FittedLayer ? [ObjectIdentifier(self): outputs] : [:]
        }
    }

    /// Calls `fit` for every fitted layer with the signals that reach it.
    func fitLayers<Failure>(
        _ batches: [Signal], _ fit: (any FittedLayer, [Signal]) throws(Failure) -> Void
    ) throws(Failure) {
        switch self {
        case let layer as any FittedLayer: try fit(layer, batches)
        case let model as Model: try model.layer.fitLayers(batches, fit)
        case let graph as Graph: try graph.fitParts(batches, fit)
        case let branches as Branches:
            for branch in branches.branches { try branch.fitLayers(batches, fit) }
        case let voting as Voting:
            for estimator in voting.estimators { try estimator.fitLayers(batches, fit) }
        case let windows as Windows:
            guard windows.body.hasFittedLayer else { return }
            try windows.body.fitLayers(withoutRecording { batches.map { windows.cut($0).windows } }, fit)
        case let multiple as MultiOutput:
            for estimator in multiple.estimators { try estimator.fitLayers(batches, fit) }
        case let residual as Residual: try residual.body.fitLayers(batches, fit)
        case let sequential as Sequential:
            var signals = batches
            for (index, layer) in sequential.layers.enumerated() {
                guard sequential.layers[index...].contains(where: \.hasFittedLayer) else { return }
                try layer.fitLayers(signals, fit)
                guard sequential.layers[(index + 1)...].contains(where: \.hasFittedLayer) else { return }
                signals = withoutRecording { signals.map { layer.forward($0, .inference) } }
            }
        default: break
        }
    }
}
