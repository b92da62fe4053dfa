import Autograd
import Synchronization

/// Makes the output of one layer a leaf of the graph, so that a backward pass gives the gradient with respect to it.
final class LayerTap: Sendable {
    private let layer: any Layer
    private let found = Mutex<(leaf: Parameter, lengths: [Int]?)?>(nil)

    init(_ layer: any Layer) { self.layer = layer }

    /// The layer's output in the last forward pass; nil if the layer was not used.
    var output: (leaf: Parameter, lengths: [Int]?)? { found.withLock { $0 } }

    /// Returns the output with a new history if it is that of the layer.
    func applied(to output: Signal, of layer: any Layer) -> Signal {
        guard layer === self.layer else { return output }
        let leaf = Parameter(output.masked)
        found.withLock { $0 = (leaf, output.lengths) }
        return output.withClean(leaf.tensor)
    }
}
