import Autograd
import AutogradTesting
import Testing

@Suite struct CheckpointTests {
    private static func layers(_ count: Int) -> [Parameter] {
        let generator = RandomGenerator(seed: 3)
        return (0..<count).map { _ in Parameter(.normal([6], using: generator)) }
    }

    @Test func matchesUncheckpointedBitForBit() {
        let p = Self.layers(3)
        let input = Parameter(.normal([4, 6], using: RandomGenerator(seed: 1)))
        let body = { @Sendable (x: Tensor) -> Tensor in
            p.reduce(x) { ($0 * $1.tensor).tanh() + $0 }
        }
        let plain = body(input.tensor.exp())
        let saved = checkpoint(input.tensor.exp(), body)
        #expect(saved.array == plain.array)
        let cotangent = Tensor.normal([4, 6], using: RandomGenerator(seed: 2))
        let (a, b) = (plain.backward(cotangent), saved.backward(cotangent))
        for parameter in p + [input] { #expect(a[parameter]?.array == b[parameter]?.array) }
        #expect(b.count == 4)
    }

    @Test func parametersGetGradientsWithoutTrackedInputs() {
        let p = Parameter(Tensor(3))
        let y = checkpoint([Tensor(5)]) { [$0[0] * p.tensor, $0[0]] }
        #expect(y[0].backward()[p]?.item() == 5)
    }

    @Test func capturedTensorsGetGradients() {
        let p = Parameter(Tensor(3))
        let q = Parameter(Tensor(2))
        let captured = p.tensor * p.tensor
        let y = checkpoint(q.tensor * 10) { $0 * captured * captured }
        let gradients = (y + captured).backward()
        #expect(gradients[q]?.item() == 810)
        // d/dp of 20 p^4 + p^2
        #expect(gradients[p]?.item() == 2166)
    }

    @Test func nested() throws {
        let p = Self.layers(2)
        let input = Parameter(.normal([6], using: RandomGenerator(seed: 1)))
        let start = input.tensor.exp()
        let plain = ((start * p[0].tensor).tanh() * p[1].tensor).tanh() * start
        let captured = input.tensor.exp()
        let saved = checkpoint(captured) { x in
            checkpoint((x * p[0].tensor).tanh()) { ($0 * p[1].tensor).tanh() * captured }
        }
        let cotangent = Tensor.normal([6], using: RandomGenerator(seed: 2))
        let (a, b) = (plain.backward(cotangent), saved.backward(cotangent))
        #expect(saved.array == plain.array)
        for parameter in p + [input] {
            #expect(difference(try #require(b[parameter]), try #require(a[parameter])) == nil)
        }
    }

    @Test func randomNumbersAreReplayed() throws {
        let p = Parameter(.ones([1000]))
        let generator = RandomGenerator(seed: 4)
        let y = checkpoint(p.tensor, using: generator) { x in
            x * .bernoulli([1000], probability: 0.5, using: generator)
        }
        let after = generator.state
        _ = generator.next()
        let later = generator.state
        // The gradient of dropout is its mask, which is also its value at ones.
        #expect(try #require(y.backward(.ones([1000]))[p]).array == y.array)
        #expect(generator.state == later)
        #expect(after != later)
        #expect(Set(y.array) == [0, 1])
    }

    @Test func severalOutputsSomeUnused() {
        let (p, q) = (Parameter(Tensor(3)), Parameter(Tensor(2)))
        let y = checkpoint([p.tensor, q.tensor]) { [$0[0] * $0[1], $0[0], Tensor(1), $0[1] * 7] }
        #expect(backward([(y[0], Tensor(1)), (y[3], Tensor(1)), (y[2], Tensor(1))])[q]?.item() == 10)
    }

    @Test func retainedGraphsRecomputeEachTime() {
        let p = Parameter(Tensor(3))
        let y = checkpoint(p.tensor) { $0 * $0 }
        #expect(y.backward(retainGraph: true)[p]?.item() == 6)
        #expect(y.backward()[p]?.item() == 6)
    }

    @Test func noHistoryWithoutRecording() {
        let p = Parameter(Tensor(3))
        let y = withoutRecording { checkpoint(p.tensor) { $0 * p.tensor } }
        #expect(!y.isTracked)
        #expect(y.item() == 9)
    }

    @Test func gradientIsCorrect() throws {
        let generator = RandomGenerator(seed: 1)
        try checkGradient(at: [.normal([2, 3], using: generator), .normal([3], using: generator)]) { x in
            checkpoint(x) { [($0[0] * $0[1]).tanh(), $0[1].exp()] }
        }
    }

    @Test func usesLessMemory() async {
        await #expect(processExitsWith: .success) {
            let p = Parameter(.ones([100]))
            @Sendable func deep(_ x: Tensor) -> Tensor {
                (0..<50).reduce(x) { x, _ in (x * p.tensor).tanh() }
            }
            func growth(_ make: () -> Tensor) -> Int {
                let before = Memory.liveStorages
                let y = make()
                return withExtendedLifetime(y) { Memory.liveStorages - before }
            }
            let plain = growth { deep(deep(deep(p.tensor))) }
            let saved = growth { checkpoint(checkpoint(checkpoint(p.tensor, deep), deep), deep) }
            #expect(plain >= 150)
            #expect(saved <= 4)
        }
    }

    @Test func bodyWithChangingShape() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let p = Parameter(Tensor(3))
            let generator = RandomGenerator(seed: 1)
            let y = checkpoint(p.tensor) { $0 * .ones([Int(generator.state.counter) + 2]) }
            _ = generator.next()
            _ = y.backward(.ones([2]))
        }
        expect(result, says: "checkpoint: the closure returned shape [2] at first and [3] when called again")
    }
}
