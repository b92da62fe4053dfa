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
    /// Validation data, on which boosting stops early; nil if there are none.
    public var validation: Validation?

    /// Validation data.
    public struct Validation: Sendable {
        /// The inputs in batches, in the order of the labels.
        public var batches: [Signal]
        /// The class of each example.
        public var labels: [Int]

        /// Creates validation data.
        public init(_ batches: [Signal], labels: [Int]) { (self.batches, self.labels) = (batches, labels) }
    }

    /// Creates training data.
    public init(
        _ batches: [Signal], labels: [Int], classes: Int, weights: [Double]? = nil,
        validation: Validation? = nil
    ) {
        (self.batches, self.labels, self.classes) = (batches, labels, classes)
        (self.weights, self.validation) = (weights, validation)
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
        var index = 0
        try fitLayers(examples.batches + (examples.validation?.batches ?? [])) {
            layer, signals throws(FittingError) in
            var reached = examples
            reached.batches = Array(signals.prefix(count))
            reached.validation?.batches = Array(signals.dropFirst(count))
            try layer.fit(reached, generator: generator.split("fitted layer \(index)"))
            index += 1
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
