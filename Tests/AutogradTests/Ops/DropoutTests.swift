import Autograd
import AutogradTesting
import Testing

@Suite struct DropoutTests {
    @Test func probabilityZeroAndOne() {
        let generator = RandomGenerator(seed: 1)
        let x = Parameter(.normal([3, 5], using: generator))
        let before = generator.state
        #expect(dropout(x.tensor, probability: 0, using: generator).array == x.value.array)
        #expect(generator.state == before)
        let none = dropout(x.tensor, probability: 1, using: generator)
        #expect(none.array == Array(repeating: 0, count: 15))
        #expect(none.backward(.ones([3, 5]))[x]?.array == Array(repeating: 0, count: 15))
    }

    @Test(arguments: [0.1, 0.5, 0.9]) func dropRateIsCorrect(_ probability: Double) {
        let n = 200_000
        let found = dropout(.ones([n]), probability: probability, using: RandomGenerator(seed: 2)).array
        let kept = found.filter { $0 != 0 }
        #expect(Set(kept) == [Real(1 / (1 - probability))])
        let deviation = (Double(n) * probability * (1 - probability)).squareRoot()
        #expect(abs(Double(kept.count) - Double(n) * (1 - probability)) < 5 * deviation)
    }

    @Test func neighborsAreIndependent() {
        // Elements some steps apart agree as often as expected by chance.
        let n = 100_000
        let found = dropout(.ones([n]), probability: 0.5, using: RandomGenerator(seed: 3)).array.map {
            $0 != 0
        }
        for step in [1, 2, 4, 8, 32, 33, 64] {
            let equal = (0..<n - step).count { found[$0] == found[$0 + step] }
            #expect(
                abs(Double(equal) - Double(n - step) / 2) < 5 * Double(n).squareRoot() / 2, "step \(step)")
        }
    }

    @Test func elementDependsOnlyOnItsIndex() {
        let long = dropout(.ones([100_001]), probability: 0.3, using: RandomGenerator(seed: 4)).array
        for n in [1, 31, 32, 33, 40_000] {
            let short = dropout(.ones([n]), probability: 0.3, using: RandomGenerator(seed: 4)).array
            #expect(short == Array(long[..<n]))
        }
    }

    @Test func callsDiffer() {
        let generator = RandomGenerator(seed: 5)
        let first = dropout(.ones([64]), probability: 0.5, using: generator)
        let second = dropout(.ones([64]), probability: 0.5, using: generator)
        #expect(first.array != second.array)
    }

    @Test func gradientUsesSameMask() {
        let x = Parameter(.ones([1000]))
        let y = dropout(x.tensor, probability: 0.4, using: RandomGenerator(seed: 6))
        #expect(y.backward(.ones([1000]))[x]?.array == y.array)
    }

    @Test func droppedInfinitiesAreZero() {
        let y = dropout(.full([1000], .infinity), probability: 0.5, using: RandomGenerator(seed: 7)).array
        #expect(y.allSatisfy { $0 == 0 || $0 == .infinity } && y.contains(0) && y.contains(.infinity))
    }

    @Test func wholeChannels() {
        let x = Tensor.ones([20, 7, 30])
        let y = dropout(x, probability: 0.5, sharedAxes: [1], using: RandomGenerator(seed: 8))
        let first = y.slice(axis: 1, start: 0, stop: 1)
        #expect(y.array == first.broadcast(to: [20, 7, 30]).array)
        #expect(Set(first.array) == [0, 2])
    }
}
