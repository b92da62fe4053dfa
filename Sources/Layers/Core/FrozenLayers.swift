import Autograd
import Synchronization

/// The layers of a model that are currently frozen. They run in inference mode in a training pass: batch normalization
/// uses its running statistics, dropout and noise are off, and nothing is recorded for the backward pass of layers that
/// no trained layer precedes. An inference pass that records nothing gives the same
/// bits as without frozen layers.
///
/// Outputs of the frozen layers at the start of the model can be kept from epoch to epoch: see `PrefixOutputs`.
public final class FrozenLayers: Sendable {
    private let frozen: Set<ObjectIdentifier>
    private let neutral: Set<ObjectIdentifier>
    private let kept: PrefixOutputs?
    /// The examples of the current batch, if their inputs are the same in every epoch.
    private let examples = Mutex<[String]?>(nil)

    /// Finds the layers whose parameters are all frozen.
    ///
    /// - Parameters:
    ///   - model: The model; `Parameter.isFrozen` tells which parameters are frozen.
    ///   - kept: Keeps the outputs of the frozen layers at the start of the model; nil computes them in every pass.
    public init(of model: any Layer, kept: PrefixOutputs? = nil) {
        var frozen: Set<ObjectIdentifier> = []
        var neutral: Set<ObjectIdentifier> = []
        func visit(_ layer: any Layer) {
            let parameters = layer.parameters
            if parameters.isEmpty {
                if layer.isNeutral { neutral.insert(ObjectIdentifier(layer)) }
            } else if parameters.allSatisfy(\.isFrozen) {
                frozen.insert(ObjectIdentifier(layer))
            }
            if let block = layer as? any BlockLayer { visit(block.inner) }
            for case .layer(_, let inner) in layer.members { visit(inner) }
        }
        visit((model as? Model)?.layer ?? model)
        (self.frozen, self.neutral, self.kept) = (frozen, neutral, kept)
    }

    /// Whether no layer is frozen.
    public var isEmpty: Bool { frozen.isEmpty }

    /// Sets the examples of the next pass; nil if their inputs differ from epoch to epoch.
    public func begin(_ examples: [String]?) { self.examples.withLock { $0 = examples } }

    func contains(_ layer: any Layer) -> Bool { frozen.contains(ObjectIdentifier(layer)) }

    /// Returns the end of the frozen layers that begin at an index; nil if there are none. Layers between them that
    /// neither learn nor depend on the mode belong to them.
    func end(of layers: [any Layer], from start: Int, _ pass: Pass) -> Int? {
        func belongs(_ layer: any Layer) -> Bool {
            contains(layer) || neutral.contains(ObjectIdentifier(layer))
        }
        var end = layers[start...].firstIndex { !belongs($0) } ?? layers.count
        // In inference, a layer applies the batch normalization after it, which rounds differently.
        if !pass.isTraining, end < layers.count, layers[end] is BatchNorm {
            end = layers[start..<end].lastIndex { $0.activation == nil } ?? start
        }
        return layers[start..<end].contains(where: contains) ? end : nil
    }

    /// Returns the output of consecutive frozen layers.
    func output(of layers: [any Layer], _ x: Signal, isPrefix: Bool) -> Signal {
        // Gradients of trained layers before these pass through them.
        if x.tensor.isTracked { return run(layers, x, .inference) }
        let compute = { withoutRecording { run(layers, x, .inference) } }
        guard isPrefix, let kept, let examples = examples.withLock({ $0 }) else { return compute() }
        return kept.outputs(of: examples, x.lengths, compute)
    }
}

extension Layer {
    /// Whether the layer applies its first sublayer to its own input and to nothing else.
    var isSequence: Bool { self is Sequential || self is Chain || self is any BlockLayer || self is Model }

    /// Whether a layer without parameters computes the same in training and inference.
    fileprivate var isNeutral: Bool {
        if self is FeatureNorm { return true }
        if self is Sequential || self is Chain {
            return members.allSatisfy { if case .layer(_, let layer) = $0 { layer.isNeutral } else { true } }
        }
        let kind = type(of: spec)
        let functions: [any LayerSpec.Type] = [
            ActivationLayer.Spec.self, Pool1D.Spec.self, Pool2D.Spec.self, GlobalPool.Spec.self,
            Flatten.Spec.self, Reshape.Spec.self, Masking.Spec.self, Unmasking.Spec.self,
            GatedLinear.Spec.self,
        ]
        return functions.contains { $0 == kind }
    }
}
