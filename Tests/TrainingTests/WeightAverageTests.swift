import Training
import Autograd
import AutogradTesting
import Layers
import Testing

@Suite struct WeightAverageTests {
    private let parameter = Parameter(Tensor([1, 2]))
    private var named: [(name: String, parameter: Parameter)] { [(name: "w", parameter: parameter)] }

    @Test func followsTheParameters() {
        let average = WeightAverage(.init(decay: 0.75, warmup: false), named)
        parameter.value = Tensor([5, 2])
        average.update()
        parameter.value = Tensor([5, -2])
        average.update()
        average.withAverages {
            #expect(average.isSwapped)
            #expect(parameter.value.array == [2.75, 1])
        }
        #expect(parameter.value.array == [5, -2])
        average.swap()
        #expect(parameter.value.array == [2.75, 1])
        average.swap()
        #expect(parameter.value.array == [5, -2])
    }

    @Test func earlyStepsForgetTheStart() {
        let average = WeightAverage(.init(decay: 0.999), named)
        parameter.value = Tensor([12, 13])
        average.update()
        let expected = Tensor([1 + 11 * Real(9) / 11, 2 + 11 * Real(9) / 11])
        average.withAverages { #expect(Closeness().difference(parameter.value, expected) == nil) }
    }

    @Test func goesOnFromItsState() throws {
        let average = WeightAverage(.init(decay: 0.9), named)
        for step in 0..<3 {
            parameter.value = Tensor([Real(step), 0.1])
            average.update()
        }
        let resumed = WeightAverage(.init(decay: 0.9), named)
        try resumed.restore(average.state)
        parameter.value = Tensor([7, 7])
        average.update()
        resumed.update()
        #expect(average.state.map(\.1.array) == resumed.state.map(\.1.array))
        #expect(throws: WeightsError.self) { try resumed.restore([]) }
    }
}

@Suite struct GradientAccumulatorTests {
    @Test func severalBatchesMakeTheBigOne() throws {
        let generator = RandomGenerator(seed: 3)
        let weight = Parameter(.normal([5, 3], using: generator))
        let x = Tensor.normal([9, 5], using: generator)
        let classes = [0, 2, 1, 1, 0, 2, 2, 0, 1]
        let loss = CrossEntropyLoss(classWeights: [1, 0.25, 3])
        var accumulator = GradientAccumulator([weight], batches: 3)
        func gradients(_ range: Range<Int>) -> (Gradients, Double) {
            let logits = matmul(x.slice(axis: 0, range), weight.tensor)
            let targets = Targets.classes(Indices(Array(classes[range])))
            return (loss.mean(logits, targets).backward(), loss.weight(logits, targets))
        }
        var result: Gradients?
        for range in [0..<4, 4..<5, 5..<9] {
            #expect(result == nil)
            let (found, share) = gradients(range)
            result = accumulator.add(found, weight: share)
        }
        let joined = try #require(result?[weight])
        let whole = try #require(gradients(0..<9).0[weight])
        #expect(Closeness(relative: 1e-4, absolute: 1e-6).difference(joined, whole) == nil)
        #expect(!accumulator.isPending)
        #expect(accumulator.flush() == nil)
    }

    @Test func theRestOfAnEpochIsAStepToo() throws {
        let p = Parameter(Tensor([1]))
        var accumulator = GradientAccumulator([p], batches: 3)
        #expect(accumulator.add((p.tensor * 2).sum().backward()) == nil)
        #expect(accumulator.add((p.tensor * 4).sum().backward()) == nil)
        #expect(accumulator.isPending)
        #expect(accumulator.flush()?[p]?.array == [3])
        #expect(accumulator.add((p.tensor * 8).sum().backward()) == nil)
        #expect(accumulator.flush()?[p]?.array == [8])
    }
}
