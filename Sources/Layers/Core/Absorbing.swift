import Autograd

/// A layer that can apply the layers after it itself, so that intermediate results are neither written to memory nor
/// kept for the backward pass.
protocol Absorbing: Layer {
    /// Returns the output of this layer and of the following layers that it applied, and how many those were.
    func forward(_ x: Signal, _ pass: Pass, followedBy rest: ArraySlice<any Layer>) -> (
        signal: Signal, taken: Int
    )
}

/// Applies layers in sequence.
func run(_ layers: [any Layer], _ x: Signal, _ pass: Pass) -> Signal {
    var (x, next) = (x, 0)
    while next < layers.count {
        if let frozen = pass.frozen, let end = frozen.end(of: layers, from: next, pass) {
            let part = Array(layers[next..<end])
            x = frozen.output(of: part, x, isPrefix: pass.isAtStart && next == 0)
            next = end
            continue
        }
        let layer = layers[next]
        next += 1
        // An absorbed layer has no output to record.
        guard !pass.isObserved, let absorbing = layer as? any Absorbing else {
            x = pass.run(layer, x, isFirst: next == 1)
            continue
        }
        let (signal, taken) = absorbing.forward(x, pass, followedBy: layers[next...])
        (x, next) = (signal, next + taken)
    }
    return x
}

/// The operations that a dense layer or convolution fuses after its matrix product.
struct Ending {
    private(set) var activation: Activation
    private(set) var norm: FixedNorm?
    /// The number of following layers that are fused.
    private(set) var taken = 0

    init(_ activation: Activation, _ rest: ArraySlice<any Layer>, _ pass: Pass) {
        self.activation = activation
        if activation == .none, let next = rest.first?.activation, next.fused != .none {
            (self.activation, taken) = (next, 1)
        }
        // In inference, batch normalization is a scale and an offset per channel. It is not fused if gradients are needed.
        guard !pass.isTraining, !isRecording, self.activation == .none || self.activation.fused != .none,
            let batchNorm = rest.dropFirst(taken).first as? BatchNorm
        else { return }
        let after = rest.dropFirst(taken + 1).first?.activation?.ofNorm
        norm = batchNorm.fixed(activation: after ?? .none)
        taken += after == nil ? 1 : 2
    }

    /// Applies the part of the activation that the kernel could not fuse.
    func finish(_ y: Tensor) -> Tensor { activation.afterFused(y) }
}

extension Layer {
    /// The activation function, if the layer is an activation layer.
    var activation: Activation? {
        (self as? ActivationLayer)?.options.function
    }
}
