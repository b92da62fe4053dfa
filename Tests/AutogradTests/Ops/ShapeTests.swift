import Autograd
import Testing

/// Reshape, broadcast, permute and flip: shapes, elements, and whether memory is copied.
@Suite struct ShapeTests {
    @Test func reshapeSharesMemory() {
        let x = counting([3, 4])
        let address = x.withElements { UInt(bitPattern: $0) }
        for (y, shape) in [
            (x.reshaped([2, -1]), [2, 6]), (x.reshaped([-1]), [12]), (x.reshaped([3, 1, 4]), [3, 1, 4]),
            (x.flattened(), [12]), (x.flattened(from: 1), [3, 4]),
            (x.expanded(1).flattened(from: -2), [3, 4]),
            (x.expanded(0), [1, 3, 4]), (x.expanded(-1), [3, 4, 1]), (x.expanded(1).squeezed(1), [3, 4]),
            (x.expanded(0).expanded(-1).squeezed(), [3, 4]), (x.expanded(1).permuted([1, 0, 2]), [1, 3, 4]),
        ] {
            #expect(y.shape == shape)
            #expect(y.array == x.array)
            #expect(y.withElements { UInt(bitPattern: $0) } == address)
        }
    }

    @Test func reshapeOfScalarsAndEmptyTensors() {
        #expect(counting([]).flattened().shape == [1])
        #expect(counting([1, 1]).reshaped([]).shape == [])
        #expect(counting([0, 3]).reshaped([-1, 3]).shape == [0, 3])
        #expect(counting([0, 3]).flattened(from: 1).shape == [0, 3])
        #expect(counting([2, 0]).reshaped([0, 7]).shape == [0, 7])
    }

    @Test func broadcastRepeats() {
        let x = counting([4, 1])
        let y = x.broadcast(to: [3, 4, 6])
        #expect(y.array == elements(of: x, at: [3, 4, 6]) { [$0[1], 0] })
        #expect(counting([]).broadcast(to: [2, 2]).array == [1, 1, 1, 1])
        #expect(counting([1, 3]).broadcast(to: [0, 3]).shape == [0, 3])
        let row = counting([70000]).array
        #expect(counting([1, 70000]).broadcast(to: [3, 70000]).array == row + row + row)
    }

    @Test(arguments: [
        [5], [3, 4], [17, 33], [64, 48], [2, 3, 4], [1, 5, 1, 7], [3, 20, 18], [2, 3, 2, 5], [2, 16, 3, 16],
        [0, 3, 2], [200, 1, 300], [2, 1, 3, 2, 2], [4, 40, 41, 3],
    ])
    func permutesInEveryOrder(_ shape: [Int]) {
        let x = counting(shape)
        for order in permutations(Array(shape.indices)) {
            let y = x.permuted(order)
            #expect(y.shape == order.map { shape[$0] })
            let expected = elements(of: x, at: y.shape) { index in
                var place = index
                for (to, from) in order.enumerated() { place[from] = index[to] }
                return place
            }
            #expect(y.array == expected, "order \(order)")
        }
    }

    @Test func transposeSwapsTwoAxes() {
        let x = counting([2, 3, 4])
        #expect(x.transposed().array == x.permuted([0, 2, 1]).array)
        #expect(x.transposed(0, -1).array == x.permuted([2, 1, 0]).array)
        #expect(x.permuted([-1, 0, 1]).shape == [4, 2, 3])
    }

    @Test func flipReverses() {
        let x = counting([2, 3, 40])
        #expect(x.flipped(axes: [1]).array == elements(of: x, at: x.shape) { [$0[0], 2 - $0[1], $0[2]] })
        #expect(
            x.flipped(axes: [-1, 0]).array == elements(of: x, at: x.shape) { [1 - $0[0], $0[1], 39 - $0[2]] })
        #expect(x.flipped().array == x.array.reversed())
        #expect(counting([0, 3]).flipped().shape == [0, 3])
        #expect(counting([]).flipped().array == [1])
    }

    @Test func gradientsMatchPositions() {
        let x = counting([2, 3])
        #expect(gradient(at: x, counting([3, 2])) { $0.transposed() } == [1, 3, 5, 2, 4, 6])
        #expect(gradient(at: x, counting([2, 3])) { $0.flipped(axes: [1]) } == [3, 2, 1, 6, 5, 4])
        #expect(gradient(at: x, counting([6])) { $0.flattened() } == [1, 2, 3, 4, 5, 6])
        #expect(
            gradient(at: counting([1, 3]), counting([2, 3])) { $0.broadcast(to: [2, 3]) } == [5, 7, 9])
    }

    @Test func bitIdenticalForAnyThreadCount() {
        let x = counting([3, 210, 190])
        let results = onSeveralThreads {
            [
                x.transposed(), x.permuted([2, 0, 1]), x.flipped(),
                x.padded(axis: 1, before: 5, after: 7, value: 2),
            ]
            .map(\.array)
        }
        for result in results { #expect(result == results[0]) }
    }
}
