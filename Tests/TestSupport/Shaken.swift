import Autograd
import Layers

extension Layer {
    /// Gives tensors that begin with one number everywhere, such as biases and running statistics, random ones: those
    /// would hide a mistake. What divides stays positive.
    package func shake(_ generator: RandomGenerator) {
        func shaken(_ name: String, _ tensor: Tensor) -> Tensor {
            guard let first = tensor.array.first, tensor.array.allSatisfy({ $0 == first }) else {
                return tensor
            }
            let source = generator.split(name)
            if name.hasSuffix("variance") || name.hasSuffix("deviation") {
                return .uniform(tensor.shape, 0.5, 1.5, using: source)
            }
            return tensor + .normal(tensor.shape, mean: 0, deviation: 0.3, using: source)
        }
        for (name, parameter) in namedParameters { parameter.value = shaken(name, parameter.value) }
        for (name, buffer) in namedBuffers { buffer.value = shaken(name, buffer.value) }
    }
}
