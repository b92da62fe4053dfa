import Autograd
import Configuration
import Foundation

/// How the weights of a layer begin.
public enum Initializer: String, CaseIterable, ConfigurationValue {
    /// Uniform within sqrt(6 / (in + out)): Keras' default for kernels (Glorot and Bengio 2010).
    case glorotUniform = "glorot_uniform"
    /// Normal with variance 2 / (in + out), cut at two deviations.
    case glorotNormal = "glorot_normal"
    /// Uniform within sqrt(6 / in), for ReLU (He et al. 2015).
    case heUniform = "he_uniform"
    /// Normal with variance 2 / in, cut at two deviations.
    case heNormal = "he_normal"
    /// Normal with variance 2 / out, cut at two deviations: convolutions before ReLU, by their outputs.
    case heNormalOut = "he_normal_out"
    /// Uniform within sqrt(3 / in).
    case lecunUniform = "lecun_uniform"
    /// Normal with variance 1 / in, cut at two deviations.
    case lecunNormal = "lecun_normal"
    /// Rows or columns at right angles and of length 1: Keras' default for recurrent kernels (Saxe et al. 2014).
    case orthogonal
    /// Normal with deviation 0.02, cut at two deviations.
    case truncatedNormal = "truncated_normal"
    /// Uniform within 1 / sqrt(in): PyTorch's default for dense and convolutional weights and their biases.
    case torch
    case zeros
    case ones

    /// Weights of the given shape.
    ///
    /// - Parameters:
    ///   - fanIn: how many inputs one output sees.
    ///   - fanOut: how many outputs one input goes into.
    public func make(_ shape: [Int], fanIn: Int, fanOut: Int, _ generator: RandomGenerator) -> Tensor {
        let (inputs, outputs) = (Double(max(fanIn, 1)), Double(max(fanOut, 1)))
        func uniform(_ limit: Double) -> Tensor {
            .uniform(shape, Real(-limit), Real(limit), using: generator)
        }
        // Cutting at two deviations takes variance away; the factor gives it back.
        func normal(_ variance: Double) -> Tensor {
            .truncatedNormal(
                shape, mean: 0, deviation: Real(variance.squareRoot() / 0.879_625_661_034_239_78),
                using: generator)
        }
        switch self {
        case .glorotUniform: return uniform((6 / (inputs + outputs)).squareRoot())
        case .glorotNormal: return normal(2 / (inputs + outputs))
        case .heUniform: return uniform((6 / inputs).squareRoot())
        case .heNormal: return normal(2 / inputs)
        case .heNormalOut: return normal(2 / outputs)
        case .lecunUniform: return uniform((3 / inputs).squareRoot())
        case .lecunNormal: return normal(1 / inputs)
        case .torch: return uniform(1 / inputs.squareRoot())
        case .truncatedNormal: return .truncatedNormal(shape, mean: 0, deviation: 0.02, using: generator)
        case .orthogonal: return Initializer.orthogonal(shape, generator)
        case .zeros: return .zeros(shape)
        case .ones: return .ones(shape)
        }
    }

    /// A matrix with orthonormal rows or columns, whichever are fewer: Gram and Schmidt's method, twice for accuracy,
    /// on normal numbers. All axes but the last are taken as one.
    private static func orthogonal(_ shape: [Int], _ generator: RandomGenerator) -> Tensor {
        let columns = shape.last ?? 1
        let rows = shape.dropLast().reduce(1, *)
        let (count, length) = (min(rows, columns), max(rows, columns))
        var vectors: [[Double]] = []
        for _ in 0..<count {
            var vector = Tensor.normal([length], mean: 0, deviation: 1, using: generator).array.map {
                Double($0)
            }
            for _ in 0..<2 {
                for other in vectors {
                    var product = 0.0
                    for i in 0..<length { product += vector[i] * other[i] }
                    for i in 0..<length { vector[i] -= product * other[i] }
                }
            }
            let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            vectors.append(vector.map { $0 / norm })
        }
        return Tensor(shape: shape) { weights in
            for row in 0..<rows {
                for column in 0..<columns {
                    weights[row * columns + column] =
                        rows < columns ? Real(vectors[row][column]) : Real(vectors[column][row])
                }
            }
        }
    }
}
