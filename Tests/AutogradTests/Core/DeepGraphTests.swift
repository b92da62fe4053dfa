import Autograd
import Testing

/// A chain of a million nodes, with which any recursion would overflow the stack. Swift Testing does not run tests
/// on the main thread; Examples/UsingAutograd tests the same there.
@Suite struct DeepGraphTests {
    private static let depth = 1_000_000

    private static func chain(_ p: Parameter) -> Tensor {
        var x = p.tensor
        for _ in 0..<depth { x = -x }
        return x
    }

    private static func backwardOnce() {
        let p = Parameter(Tensor([1, 2], shape: [2]))
        #expect(chain(p).backward(Tensor([3, 4], shape: [2]))[p]?.array == [3, 4])
    }

    private static func retained() {
        let p = Parameter(Tensor([1, 2], shape: [2]))
        let y = chain(p)
        #expect(y.backward(Tensor([3, 4], shape: [2]), retainGraph: true)[p]?.array == [3, 4])
    }

    private static func neverBackward() {
        let p = Parameter(Tensor([1, 2], shape: [2]))
        #expect(chain(p).array == [1, 2])
    }

    /// Each rule captures the previous tensor with its history, which rules should not do.
    private static func held() {
        let p = Parameter(Tensor([1, 2], shape: [2]))
        var x = p.tensor
        for _ in 0..<depth {
            let before = x
            x = record("holder", inputs: [p.tensor], output: before) { [before] _, _ in
                [before.detached]
            }
        }
        #expect(x.array == [1, 2])
    }

    enum Way: CaseIterable, Sendable { case backwardOnce, retained, neverBackward, held }

    @Test(arguments: Way.allCases, [512 << 10, 8 << 20])
    func onAThread(_ way: Way, stackBytes: Int) {
        onThread(stackBytes: stackBytes) {
            switch way {
            case .backwardOnce: Self.backwardOnce()
            case .retained: Self.retained()
            case .neverBackward: Self.neverBackward()
            case .held: Self.held()
            }
        }
    }
}
