import Autograd
import Foundation

/// Points on two interleaved spirals, labeled by spiral.
struct Spirals {
    let points: Tensor
    let labels: Indices

    init(count: Int, noise: Double, using generator: RandomGenerator) {
        var values: [Real] = []
        var labels: [Int] = []
        let shake = Tensor.normal([count, 2], deviation: Real(noise), using: generator).array
        for i in 0..<count {
            let label = i % 2
            let turn = 0.3 + generator.uniform()
            let angle = turn * 2.2 * .pi + Double(label) * .pi
            values.append(Real(turn * cos(angle)) + shake[2 * i])
            values.append(Real(turn * sin(angle)) + shake[2 * i + 1])
            labels.append(label)
        }
        points = Tensor(values, shape: [count, 2])
        self.labels = Indices(labels)
    }
}
