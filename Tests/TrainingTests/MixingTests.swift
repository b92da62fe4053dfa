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

    private func mixed(
        _ batch: Batch, seed: UInt64, by method: Mixing = .cutmix
    ) -> (inputs: Signal, targets: Tensor) {
        let made = batch.mixed(
            method, method == .cutmix ? 1 : 0.4, classes: batch.ids.count, RandomGenerator(seed: seed))
        guard case .values(let values) = made.targets else { return (made.inputs, .zeros([1])) }
        return (made.inputs, values)
    }

    @Test(arguments: [[5, 40, 3], [4, 12, 10, 3], [6, 30]], [Mixing.cutmix, .specmix])
    func targetsAreTheSharesOfTheInputs(_ shape: [Int], _ method: Mixing) {
        let batch = batch(shape)
        let size = shape.dropFirst().reduce(1, *)
        var isCut = false
        for seed in 0..<20 {
            let (inputs, targets) = mixed(batch, seed: UInt64(seed), by: method)
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

    /// What is foreign is made of whole bands of steps and of channels, within the valid steps of both examples.
    @Test func specMixReplacesBands() {
        let lengths = [20, 7, 13, 1]
        let batch = batch([4, 20, 6], lengths: lengths)
        var kinds: Set<String> = []
        for seed in 0..<20 {
            let (inputs, targets) = mixed(batch, seed: UInt64(seed), by: .specmix)
            #expect(inputs.lengths == lengths)
            for (row, length) in lengths.enumerated() {
                func isOwn(_ step: Int, _ channel: Int) -> Bool {
                    inputs.tensor.item(at: row, step, channel) == Real(row + 1)
                }
                let shared =
                    (0..<length).filter { step in !(0..<6).allSatisfy { isOwn(step, $0) } }.max() ?? 0
                let steps = (0...shared).filter { step in !(0..<6).contains { isOwn(step, $0) } }
                let channels = (0..<6).filter { channel in
                    length > 1 && !(0...shared).contains { isOwn($0, channel) }
                }
                if !steps.isEmpty, steps.count < length { kinds.insert("steps") }
                if !channels.isEmpty, channels.count < 6 { kinds.insert("channels") }
                for step in 0...shared where length > 1 {
                    for channel in 0..<6 where !isOwn(step, channel) {
                        #expect(steps.contains(step) || channels.contains(channel))
                    }
                }
                #expect((length..<20).allSatisfy { inputs.tensor.item(at: row, $0, 0) == 0 })
                let own = (0..<length).reduce(0) { sum, step in sum + (0..<6).count { isOwn(step, $0) } }
                #expect(abs(targets.item(at: row, row) - Real(own) / Real(length * 6)) < 1e-5)
            }
        }
        #expect(kinds == ["steps", "channels"])
    }

    @Test func bothWaysTakeTurnsByLot() {
        var options = TrainingOptions()
        #expect(options.mixing(RandomGenerator(seed: 1)) == nil)
        options.cutmix = 0.5
        #expect(options.mixing(RandomGenerator(seed: 1))?.method == .cutmix)
        options.mixup = 0.2
        let methods = (0..<40).compactMap { options.mixing(RandomGenerator(seed: $0)) }
        #expect(methods.contains { $0.method == .mixup && $0.parameter == 0.2 })
        #expect(methods.contains { $0.method == .cutmix && $0.parameter == 0.5 })
        options.specmix = 0.3
        let three = (0..<60).compactMap { options.mixing(RandomGenerator(seed: $0)) }
        #expect(three.contains { $0.method == .specmix && $0.parameter == 0.3 })
        #expect(Set(three.map(\.method)).count == 3)
    }
}
