import Autograd

/// A layer that can do the work of layers that follow it, so that what lies between them is neither written to memory
/// nor kept for the gradients.
protocol Absorbing: Layer {
    /// The output of this layer and of as many of the following ones as it took over.
    func forward(_ x: Signal, _ pass: Pass, followedBy rest: ArraySlice<any Layer>) -> (
        signal: Signal, taken: Int
    )
}

/// The output of layers one after the other.
func run(_ layers: [any Layer], _ x: Signal, _ pass: Pass) -> Signal {
    var (x, next) = (x, 0)
    while next < layers.count {
        let layer = layers[next]
        next += 1
        // A layer that is absorbed has no output of its own to note.
        guard pass.outputs == nil, let absorbing = layer as? any Absorbing else {
            x = pass.run(layer, x)
            continue
        }
        let (signal, taken) = absorbing.forward(x, pass, followedBy: layers[next...])
        (x, next) = (signal, next + taken)
    }
    return x
}

/// What a weighted sum does with its result beside its own activation, in place of the layers that follow.
struct Ending {
    private(set) var activation: Activation
    private(set) var norm: FixedNorm?
    /// How many layers these were.
    private(set) var taken = 0

    init(_ activation: Activation, _ rest: ArraySlice<any Layer>, _ pass: Pass) {
        self.activation = activation
        if activation == .none, let next = rest.first?.activation, next.fused != .none {
            (self.activation, taken) = (next, 1)
        }
        // A trained batch norm is a factor and a shift for each channel. Only where no gradient is asked for.
        guard !pass.isTraining, !isRecording, self.activation == .none || self.activation.fused != .none,
            let batchNorm = rest.dropFirst(taken).first as? BatchNorm
        else { return }
        let after = rest.dropFirst(taken + 1).first?.activation?.ofNorm
        norm = batchNorm.fixed(activation: after ?? .none)
        taken += after == nil ? 1 : 2
    }

    /// What the operation left to do.
    func finish(_ y: Tensor) -> Tensor { activation.afterFused(y) }
}

extension Layer {
    /// The function of a layer that is nothing else.
    var activation: Activation? {
        ((self as? FunctionLayer)?.spec as? ActivationLayer.Spec)?.function
    }
}
