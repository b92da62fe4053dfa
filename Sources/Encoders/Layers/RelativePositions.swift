import Autograd
import Foundation
import Layers

/// The bias of WavLM's attention for each bucket of relative positions and each head (Chen et al. 2022).
final class RelativePositions: Layer {
    /// [buckets, heads]
    private let weight: Parameter
    private let options: EncoderConfig.RelativePositions

    var members: [Member] { [.parameter("weight", weight)] }

    init(_ options: EncoderConfig.RelativePositions, heads: Int, _ weights: WeightSource) {
        self.options = options
        weight = Parameter(
            weights.initializer.make(
                [options.buckets, heads], fanIn: options.buckets, fanOut: heads,
                weights.generator.split("weight")))
    }

    func forward(_ x: Signal, _ pass: Pass) -> Signal { x }

    /// Returns the bias, [heads, query step, key step].
    func bias(steps: Int) -> Tensor {
        let buckets = (1 - steps..<max(steps, 1)).map(bucket)
        var rows: [Int] = []
        rows.reserveCapacity(steps * steps)
        for query in 0..<steps { for key in 0..<steps { rows.append(buckets[key - query + steps - 1]) } }
        return weight.tensor.indexSelected(Indices(rows), axis: 0)
            .reshaped([steps, steps, weight.shape[1]]).permuted([2, 0, 1])
    }

    /// The bucket of a distance: one for each short distance, then growing logarithmically, in either direction. Computed in
    /// Float, as by PyTorch, so that distances at an edge fall into the same bucket.
    private func bucket(_ distance: Int) -> Int {
        let count = options.buckets / 2
        let exact = max(count / 2, 1)
        let start = distance > 0 ? count : 0
        let far = abs(distance)
        guard far >= exact else { return start + far }
        let span = Float(log(Double(options.maxDistance) / Double(exact)))
        let place = Foundation.log(Float(far) / Float(exact)) / span * Float(count - exact)
        let bounded = min(max(Float(exact) + place, 0), Float(count - 1))
        return start + (bounded.isFinite ? Int(bounded) : count - 1)
    }
}

/// The gate of WavLM's relative position bias, computed from the input of each head.
final class PositionGate: Layer {
    let projection: Dense
    /// [1, heads, 1, 1]
    let constant: Parameter
    private let heads: Int

    var members: [Member] { [.layer("projection", projection), .parameter("constant", constant)] }

    init(heads: Int, channels: Int, _ weights: WeightSource) {
        self.heads = heads
        projection = weights.dense("gate", 8, inputs: channels / heads)
        constant = Parameter(.ones([1, heads, 1, 1]))
    }

    func forward(_ x: Signal, _ pass: Pass) -> Signal { x }

    /// Returns the gated bias, [batch, heads, query step, key step].
    ///
    /// - Parameters:
    ///   - positions: The bias, [heads, query step, key step].
    ///   - x: The input of the attention, [batch, steps, channels].
    func applied(to positions: Tensor, _ x: Tensor) -> Tensor {
        let (batch, steps) = (x.shape[0], x.shape[1])
        let split = x.reshaped([batch, steps, heads, x.shape[2] / heads]).permuted([0, 2, 1, 3])
        let gates = projection(split).reshaped([batch, heads, steps, 2, 4]).sum(axes: [4]).sigmoid()
        let (a, b) = (gates.slice(axis: 3, 0..<1), gates.slice(axis: 3, 1..<2))
        return (a * (b * constant.tensor - 1) + 2) * positions
    }
}
