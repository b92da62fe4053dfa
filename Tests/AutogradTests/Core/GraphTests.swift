import Autograd
import AutogradTesting
import Foundation
import Testing

@Suite struct GraphTests {
    @Test func sharedSubgraphsAreVisitedOnce() {
        // 2^60 paths lead back to the parameter.
        let p = Parameter(Tensor(1))
        var y = p.tensor
        for _ in 0..<60 { y = y + y }
        #expect(y.backward()[p]?.item() == Real(1 << 60))
    }

    @Test func gradientsOfReusedTensorAccumulate() {
        let p = Parameter(Tensor([2, 3], shape: [2]))
        let x = p.tensor
        let gradients = (x * x + x).backward(.ones([2]))
        #expect(gradients[p]?.array == [5, 7])
        #expect(gradients.count == 1)
    }

    @Test func severalOutputsShareOneBackwardPass() {
        let p = Parameter(Tensor([2, 3], shape: [2]))
        let shared = p.tensor * 2
        let (a, b) = (shared * 3, shared * 5)
        let gradients = backward([(a, .ones([2])), (b, Tensor([1, 10], shape: [2]))])
        #expect(gradients[p]?.array == [16, 106])
    }

    @Test func sameOutputTwiceCountsTwice() {
        let p = Parameter(Tensor(3))
        let y = p.tensor * 2
        #expect(backward([(y, Tensor(1)), (y, Tensor(10))])[p]?.item() == 22)
    }

    @Test func gradientOfParameterItselfIsTheCotangent() {
        let p = Parameter(Tensor([1, 2], shape: [2]))
        #expect(p.tensor.backward(Tensor([7, 8], shape: [2]))[p]?.array == [7, 8])
    }

    @Test func detachedStopsTheGradient() {
        let p = Parameter(Tensor(3))
        let x = p.tensor
        #expect((x * x.detached).backward()[p]?.item() == 3)
        #expect(!x.detached.isTracked)
    }

    @Test func withoutRecordingCreatesNoHistory() {
        let p = Parameter(Tensor(3))
        let x = p.tensor
        withoutRecording {
            #expect(!isRecording)
            #expect(!(x * x).isTracked)
            #expect(!p.tensor.isTracked)
            withoutRecording {}
            #expect(!isRecording)
        }
        #expect(isRecording)
        #expect((x * x).isTracked)
    }

    @Test func withoutRecordingEndsWhenBodyThrows() {
        struct Stop: Error {}
        #expect(throws: Stop.self) { try withoutRecording { throw Stop() } }
        #expect(isRecording)
    }

    @Test func recordingIsThreadLocal() {
        withoutRecording {
            onThread { #expect(isRecording) }
        }
    }

    @Test func gradientRulesAreNotRecorded() {
        let p = Parameter(Tensor(3))
        let seen = record("observer", inputs: [p.tensor], output: Tensor(1)) { cotangent, _ in
            #expect(!isRecording)
            return [p.tensor * cotangent]
        }
        #expect(seen.backward()[p]?.isTracked == false)
    }

    @Test func frozenParametersGetNoGradient() {
        let (p, q) = (Parameter(Tensor(3)), Parameter(Tensor(5)))
        q.isFrozen = true
        let gradients = (p.tensor * q.tensor).backward()
        #expect(gradients[p]?.item() == 5)
        #expect(gradients[q] == nil)
        q.isFrozen = false
        #expect((p.tensor * q.tensor).backward()[q]?.item() == 3)
    }

    @Test func rulesReceiveWantedInputs() {
        let p = Parameter(Tensor(3))
        let y = record("wanted", inputs: [Tensor(1), p.tensor], output: Tensor(1)) { _, wanted in
            #expect(!wanted[0])
            #expect(wanted[1])
            return [nil, Tensor(4)]
        }
        #expect(y.backward()[p]?.item() == 4)
    }

    @Test func unusedOutputsHaveNilCotangent() {
        let p = Parameter(Tensor(3))
        let outputs = record("three", inputs: [p.tensor], outputs: [Tensor(1), Tensor(2), Tensor(3)]) {
            cotangents, _ in
            #expect(cotangents.map { $0?.item() } == [nil, 5, nil])
            return [Tensor(9)]
        }
        #expect(outputs[1].backward(Tensor(5))[p]?.item() == 9)
    }

    @Test func retainedGraphsGiveEqualGradients() {
        let p = Parameter(Tensor([1, 2, 3], shape: [3]))
        let y = (p.tensor * p.tensor).exp().sum()
        let first = y.backward(retainGraph: true)[p]
        let second = y.backward(retainGraph: true)[p]
        let third = y.backward()[p]
        #expect(first?.array == second?.array)
        #expect(first?.array == third?.array)
    }

    @Test func gradientsAccumulateOverPasses() {
        let (p, q) = (Parameter(Tensor(3)), Parameter(Tensor(4)))
        var sum = (p.tensor * 2).backward()
        let other = (p.tensor * q.tensor).backward()
        sum.add(other)
        #expect(sum[p]?.item() == 6)
        #expect(sum[q]?.item() == 3)
        // The gradients of the other pass are unchanged.
        #expect(other[p]?.item() == 4)
    }

    @Test func graphsOfDifferentThreadsAreIndependent() {
        let p = Parameter(Tensor([1, 2], shape: [2]))
        onThreads(4) { thread in
            for _ in 0..<200 {
                let factor = Real(thread + 1)
                let gradient = (p.tensor * factor).sum().backward()[p]
                #expect(gradient?.array == [factor, factor])
            }
        }
    }

    @Test func modifyDoesNotAffectCopies() {
        let a = Tensor([1, 2], shape: [2])
        var b = a
        b.modify { $0[0] = 9 }
        #expect(a.array == [1, 2])
        #expect(b.array == [9, 2])
    }

    @Test func parameterUpdatesDoNotAffectRecordedGraph() {
        let p = Parameter(Tensor(3))
        let y = p.tensor * p.tensor
        p.update { $0[0] = 100 }
        #expect(p.value.item() == 100)
        #expect(y.backward()[p]?.item() == 6)
    }
}
