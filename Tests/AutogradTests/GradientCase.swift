import Autograd
import Foundation
import Testing

/// One function whose gradient is checked, and the kind of inputs to check it at.
///
///     .init("permute", .normal([2, 3, 4])) { $0[0].permuted([2, 0, 1]) }
struct GradientCase: Sendable, CustomTestStringConvertible {
    let name: String
    let inputs: [Input]
    let function: @Sendable ([Tensor]) -> [Tensor]

    /// A function with one output. Random numbers inside it must come from a generator that it makes itself.
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

    /// Every case there is; each family of operations adds its list here.
    static let all: [GradientCase] =
        [
            core, shapeOps, indexOps, products, convolutions, recurrent, attention, norm, pool, loss,
            dropoutOps, elementwise, reductions,
        ].flatMap { $0 }
}

/// How the elements of an input are drawn.
enum Input: Sendable {
    /// Normal with deviation 1.
    case normal([Int])
    /// From 0.3 to 2.
    case positive([Int])
    case uniform([Int], Double, Double)
    /// At least 0.1 apart from each other and from 0, in random order: for maxima, sorting and kinks at 0.
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
