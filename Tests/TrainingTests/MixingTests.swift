import Training
import Autograd
import Layers
import Testing

@Suite struct MixingTests {
    /// Examples whose numbers are all their own class, so that shares can be read off the inputs.
    private func batch(_ shape: [Int], lengths: [Int]? = nil) -> Batch {
        let count = shape[0]
        let size = shape.dropFirst().reduce(1, *)
        let values = (0..<count * size).map { Real($0 / size + 1) }
        return Batch(
            inputs: Signal(Tensor(values, shape: shape), lengths: lengths),
            targets: .classes(Indices((0..<count).map { $0 })), ids: (0..<count).map { "\($0)" })
    }

    private func mixed(_ batch: Batch, seed: UInt64) -> (inputs: Signal, targets: Tensor) {
        let made = batch.mixed(.cutmix, alpha: 1, classes: batch.ids.count, RandomGenerator(seed: seed))
        guard case .values(let values) = made.targets else { return (made.inputs, .zeros([1])) }
        return (made.inputs, values)
    }

    @Test(arguments: [[5, 40, 3], [4, 12, 10, 3], [6, 30]]) func targetsAreTheSharesOfTheInputs(
        _ shape: [Int]
    ) {
        let batch = batch(shape)
        let size = shape.dropFirst().reduce(1, *)
        var isCut = false
        for seed in 0..<20 {
            let (inputs, targets) = mixed(batch, seed: UInt64(seed))
            #expect(inputs.tensor.shape == shape && targets.shape == [shape[0], shape[0]])
            let (x, y) = (inputs.tensor.array, targets.array)
            for row in 0..<shape[0] {
                let numbers = x[row * size..<(row + 1) * size]
                for name in 0..<shape[0] {
                    let share = Real(numbers.count { $0 == Real(name + 1) }) / Real(size)
                    #expect(abs(share - y[row * shape[0] + name]) < 1e-5)
                    if share > 0, share < 1 { isCut = true }
                }
            }
        }
        #expect(isCut)
    }

    /// Each step is whole, what is foreign is one stretch, and padding stays padding.
    @Test func sequencesGetOneStretchWithinBoth() {
        let lengths = [20, 7, 13, 1]
        let batch = batch([4, 20, 2], lengths: lengths)
        for seed in 0..<20 {
            let (inputs, targets) = mixed(batch, seed: UInt64(seed))
            #expect(inputs.lengths == lengths)
            for (row, length) in lengths.enumerated() {
                let steps = (0..<20).map { inputs.tensor.item(at: row, $0, 0) }
                #expect((0..<20).allSatisfy { inputs.tensor.item(at: row, $0, 1) == steps[$0] })
                #expect(steps[length...].allSatisfy { $0 == 0 } && steps[..<length].allSatisfy { $0 > 0 })
                let changes = zip(steps[..<length], steps[..<length].dropFirst()).count { $0 != $1 }
                #expect(changes <= 2)
                let own = Real(steps[..<length].count { $0 == Real(row + 1) }) / Real(length)
                #expect(abs(targets.item(at: row, row) - own) < 1e-5)
            }
        }
    }

    @Test func picturesGetARectangle() {
        let batch = batch([2, 9, 8, 1])
        for seed in 0..<20 {
            let (inputs, _) = mixed(batch, seed: UInt64(seed))
            let foreign = (0..<72).filter { inputs.tensor.item(at: 0, $0 / 8, $0 % 8, 0) == 2 }
            guard foreign.count < 72, let first = foreign.first, let last = foreign.last else { continue }
            let area = (last / 8 - first / 8 + 1) * (last % 8 - first % 8 + 1)
            #expect(area == foreign.count)
        }
    }

    @Test func bothWaysTakeTurnsByLot() {
        var options = TrainingOptions()
        #expect(options.mixing(RandomGenerator(seed: 1)) == nil)
        options.cutmix = 0.5
        #expect(options.mixing(RandomGenerator(seed: 1))?.method == .cutmix)
        options.mixup = 0.2
        let methods = (0..<40).compactMap { options.mixing(RandomGenerator(seed: $0)) }
        #expect(methods.contains { $0.method == .mixup && $0.alpha == 0.2 })
        #expect(methods.contains { $0.method == .cutmix && $0.alpha == 0.5 })
    }
}
