import Autograd
import Layers

/// A convolution over time whose input is reflected at both ends of each sequence, an activation and batch normalization, with
/// the names of SpeechBrain's `TDNNBlock`.
final class TDNNBlock: Layer {
    private let convolution: Conv1D
    private let norm: BatchNorm
    private let activation: Activation
    private let reach: Int
    private let names: (convolution: String, norm: String)

    var members: [Member] { [.layer(names.convolution, convolution), .layer(names.norm, norm)] }

    /// - Parameter names: The names of the sublayers.
    init(
        _ filters: Int, kernel: Int = 1, dilation: Int = 1, inputs: Int, activation: Activation = .relu,
        names: (convolution: String, norm: String) = ("conv.conv", "norm.norm"), _ generator: RandomGenerator
    ) {
        convolution = Conv1D(filters, kernel: kernel, dilation: dilation, inputs: inputs, generator)
        norm = BatchNorm(likeTorch: filters)
        (self.activation, self.names) = (activation, names)
        reach = dilation * (kernel - 1) / 2
    }

    func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let y = convolution.forward(Signal(x.reflected(by: reach)), pass).tensor
        return norm.forward(x.with(activation(y)), pass)
    }

    /// The number of trained weights.
    static func parameters(_ filters: Int, kernel: Int = 1, inputs: Int) -> Int {
        capped(filters, capped(kernel, inputs)) + 3 * filters
    }
}

extension Conv1D {
    /// A convolution without padding, initialized as by PyTorch.
    convenience init(
        _ filters: Int, kernel: Int = 1, dilation: Int = 1, inputs: Int, _ generator: RandomGenerator
    ) {
        var spec = Spec(filters, kernel: kernel)
        (spec.dilation, spec.padding) = (dilation, .valid)
        (spec.kernelInitializer, spec.biasInitializer) = (.torch, .torch)
        self.init(spec, inputs: inputs, generator)
    }
}

extension BatchNorm {
    /// Batch normalization with the defaults of PyTorch.
    convenience init(likeTorch channels: Int) {
        var spec = Spec()
        (spec.momentum, spec.epsilon, spec.unbiased) = (0.9, 1e-5, true)
        self.init(spec, channels: channels)
    }
}

extension Signal {
    /// Returns the valid steps of each sequence with `amount` reflected steps at both ends, and zeros after them:
    /// [batch, steps + 2 amount, channels].
    func reflected(by amount: Int) -> Tensor {
        guard amount > 0 else { return masked }
        let (batch, steps, channels) = (tensor.shape[0], tensor.shape[1], tensor.shape[2])
        let width = steps + 2 * amount
        // The row after the last one is zero.
        var sources = Array(repeating: batch * steps, count: batch * width)
        for row in 0..<batch {
            let length = lengths?[row] ?? steps
            guard length > 0 else { continue }
            for place in 0..<length + 2 * amount {
                sources[row * width + place] = row * steps + Self.reflection(place - amount, length)
            }
        }
        let rows = concatenate(
            [tensor.reshaped([batch * steps, channels]), .zeros([1, channels])], axis: 0)
        return rows.indexSelected(Indices(sources), axis: 0).reshaped([batch, width, channels])
    }

    /// The step that is reflected to a place, without repeating the steps at the ends.
    private static func reflection(_ place: Int, _ length: Int) -> Int {
        guard length > 1 else { return 0 }
        let period = 2 * (length - 1)
        let rest = (place % period + period) % period
        return rest < length ? rest : period - rest
    }
}
