import Autograd
import Foundation
import Testing

/// A function whose gradient is checked, and the distribution of its inputs.
///
///     .init("permute", .normal([2, 3, 4])) { $0[0].permuted([2, 0, 1]) }
struct GradientCase: Sendable, CustomTestStringConvertible {
    let name: String
    let inputs: [Input]
    let function: @Sendable ([Tensor]) -> [Tensor]

    /// A function with one output. It must create the random generators that it uses.
    init(_ name: String, _ inputs: Input..., function: @escaping @Sendable ([Tensor]) -> Tensor) {
        self.name = name
        self.inputs = inputs
        self.function = { [function($0)] }
    }

    /// A function with several outputs.
    @_disfavoredOverload
    init(_ name: String, _ inputs: Input..., function: @escaping @Sendable ([Tensor]) -> [Tensor]) {
        self.name = name
        self.inputs = inputs
        self.function = function
    }

    var testDescription: String { name }

    /// All cases. Each family of operations adds a list here.
    static let all: [GradientCase] =
        [
            core, shapeOps, indexOps, products, convolutions, recurrent, attention, norm, pool, loss,
            dropoutOps, elementwise, reductions,
        ].flatMap { $0 }
}

/// The distribution of an input's elements.
enum Input: Sendable {
    /// Standard normal.
    case normal([Int])
    /// Uniform from 0.3 to 2.
    case positive([Int])
    case uniform([Int], Double, Double)
    /// At least 0.1 apart from each other and from 0, in random order, for maxima, sorting and kinks at 0.
    case distinct([Int])
    case values([Double], [Int])

    func tensor(_ generator: RandomGenerator) -> Tensor {
        switch self {
        case .normal(let shape):
            return make(shape) { _ in
                (-2 * Foundation.log(1 - generator.uniform())).squareRoot()
                    * Foundation.cos(2 * .pi * generator.uniform())
            }
        case .positive(let shape): return make(shape) { _ in 0.3 + 1.7 * generator.uniform() }
        case .uniform(let shape, let low, let high):
            return make(shape) { _ in low + (high - low) * generator.uniform() }
        case .distinct(let shape):
            let count = shape.reduce(1, *)
            let order = generator.permutation(count)
            return make(shape) { 0.15 * (Double(order[$0] - count / 2) + 0.5) }
        case .values(let values, let shape):
            return make(shape) { values[$0] }
        }
    }

    private func make(_ shape: [Int], _ element: (Int) -> Double) -> Tensor {
        Tensor(shape: shape) { p in for i in 0..<shape.reduce(1, *) { p[i] = Real(element(i)) } }
    }
}
