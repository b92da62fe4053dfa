import Autograd
import Testing

/// Concatenate, stack and split.
@Suite struct JoinTests {
    @Test(arguments: [0, 1, 2, -1])
    func splitInvertsConcatenate(_ axis: Int) {
        let x = counting([4, 6, 200])
        let axisSize = x.shape[axis < 0 ? axis + 3 : axis]
        let sizes = [1, 0, axisSize - 2, 1]
        let parts = x.split(sizes: sizes, axis: axis)
        var start = 0
        for (part, size) in zip(parts, sizes) {
            #expect(part.array == x.slice(axis: axis, start..<(start + size)).array)
            start += size
        }
        #expect(concatenate(parts, axis: axis).array == x.array)
        #expect(concatenate(x.split(into: 2, axis: axis), axis: axis).array == x.array)
    }

    @Test func stackInsertsAxis() {
        let parts = counting([3, 2, 5]).split(into: 3).map { $0.squeezed(0) }
        #expect(stack(parts).array == counting([3, 2, 5]).array)
        #expect(stack(parts, axis: 1).array == counting([3, 2, 5]).permuted([1, 0, 2]).array)
        #expect(stack(parts, axis: -1).array == counting([3, 2, 5]).permuted([1, 2, 0]).array)
        #expect(stack([counting([]), counting([])]).array == [1, 1])
        #expect(stack([counting([0])], axis: 1).shape == [0, 1])
    }

    @Test func gradientsReachTheirPieces() {
        let (a, b) = (Parameter(counting([2, 1])), Parameter(counting([2, 2])))
        let joined = concatenate([a.tensor, counting([2, 1]), b.tensor, a.tensor], axis: 1)
        let found = joined.backward(counting([2, 5]))
        #expect(found[a]?.array == [6, 16])
        #expect(found[b]?.array == [3, 4, 8, 9])
        let stacked = stack([counting([2, 1]), a.tensor], axis: -1).backward(counting([2, 1, 2]))
        #expect(stacked[a]?.array == [2, 4])
    }

    @Test func unusedPiecesHaveZeroGradient() {
        #expect(
            gradient(at: counting([2, 3]), counting([2, 1])) { $0.split(sizes: [1, 1, 1], axis: 1)[1] }
                == [0, 1, 0, 0, 2, 0])
    }
}
