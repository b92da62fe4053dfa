import Autograd
import Testing

/// Programming errors stop the program with a message that says what to do.
@Suite struct GraphFailureTests {
    @Test func usingAFreedGraph() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let y = (Parameter(Tensor(3)).tensor * 2).exp()
            _ = y.backward()
            _ = y.backward()
        }
        expect(result, says: "Call backward(retainGraph: true) the first time")
    }

    @Test func untrackedTensor() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor(3).exp().backward()
        }
        expect(result, says: "the tensor has no history")
    }

    @Test func gradientOfAGradient() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let p = Parameter(Tensor(3))
            let gradient = (p.tensor * p.tensor).backward()[p] ?? Tensor(0)
            _ = gradient.backward()
        }
        expect(result, says: "gradients of gradients are not supported")
    }

    @Test func missingCotangent() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Parameter(Tensor([1, 2], shape: [2])).tensor.backward()
        }
        expect(result, says: "a tensor of shape [2] needs a cotangent of the same shape")
    }

    @Test func cotangentOfAnotherShape() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Parameter(Tensor([1, 2], shape: [2])).tensor.backward(.ones([3]))
        }
        expect(result, says: "a cotangent of shape [3] for a tensor of shape [2]")
    }

    @Test func ruleWithTooFewGradients() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Parameter(Tensor(3)).tensor
            _ = record("short", inputs: [x, x], output: Tensor(1)) { g, _ in [g] }.backward()
        }
        expect(result, says: "short: its gradient rule returned 1 gradients for 2 inputs")
    }

    @Test func ruleWithAnotherShape() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x = Parameter(Tensor(3)).tensor
            _ = record("wide", inputs: [x], output: Tensor(1)) { _, _ in [.ones([2])] }.backward()
        }
        expect(result, says: "wide: its gradient rule returned shape [2] for input 0 of shape []")
    }

    @Test func parameterValueOfAnotherShape() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Parameter(Tensor(3)).value = .ones([2])
        }
        expect(result, says: "a value of shape [2] for a parameter of shape []")
    }
}
