import Autograd
import Layers

/// How the weights of a new encoder are initialized.
struct WeightSource {
    let initializer: Initializer
    let generator: RandomGenerator

    /// Zeros, which weights of a file replace.
    static var zeros: WeightSource { WeightSource(initializer: .zeros, generator: RandomGenerator(seed: 0)) }

    func split(_ name: String) -> WeightSource {
        WeightSource(initializer: initializer, generator: generator.split(name))
    }

    func dense(_ name: String, _ units: Int, inputs: Int, activation: Activation = .none) -> Dense {
        var spec = Dense.Spec(units, activation: activation)
        spec.affine.kernelInitializer = initializer
        return Dense(spec, inputs: inputs, generator.split(name))
    }

    /// Creates a convolution without padding.
    func convolution(
        _ name: String, _ filters: Int, kernel: Int, stride: Int = 1, groups: Int = 1, bias: Bool = true,
        inputs: Int
    ) -> Conv1D {
        var spec = Conv1D.Spec(filters, kernel: kernel)
        (spec.stride, spec.groups, spec.padding, spec.bias) = (stride, groups, .valid, bias)
        spec.kernelInitializer = initializer
        return Conv1D(spec, inputs: inputs, generator.split(name))
    }
}
