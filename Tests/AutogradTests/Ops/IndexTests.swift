import Autograd
import Testing

/// Gather, scatter, index-select, embedding, one-hot and masked fill.
@Suite struct IndexTests {
    @Test func gatherSelectsAlongAxis() {
        for (shape, indexShape, axis) in [
            ([5], [9], 0), ([3, 4], [2, 4], 0), ([3, 4], [3, 7], 1), ([3, 4, 6], [2, 5, 4], 1),
            ([3, 4, 6], [1, 2, 9], -1),
            ([3, 4], [0, 4], 0), ([300, 200], [300, 200], 0),
        ] {
            let axisAt = axis < 0 ? axis + shape.count : axis
            let indices = scattered(indexShape, below: shape[axisAt])
            let x = counting(shape)
            let y = x.gathered(indices, axis: axis)
            let places = zip(positions(indexShape), indices.values).map { place, value in
                place.enumerated().map { $0 == axisAt ? value : $1 }
            }
            #expect(y.shape == indexShape)
            #expect(y.array == places.map { place in x.array[offset(place, shape)] })
            // Its gradient and scatterAdded accumulate at the same positions.
            var sums = [Real](repeating: 0, count: x.count)
            for (i, place) in places.enumerated() { sums[offset(place, shape)] += Real(i + 1) }
            #expect(gradient(at: x, counting(indexShape)) { $0.gathered(indices, axis: axis) } == sums)
            let added = x.scatterAdded(indices, counting(indexShape), axis: axis)
            #expect(added.array == zip(x.array, sums).map(+))
        }
    }

    @Test func scatterAddIgnoresElementsBeyondIndices() {
        let indices = Indices([2, 0], shape: [2, 1])
        let source = counting([3, 2])
        let zeros = Tensor(shape: [2, 3]) { $0.update(repeating: 0, count: 6) }
        #expect(zeros.scatterAdded(indices, source, axis: 1).array == [0, 0, 1, 3, 0, 0])
        #expect(
            gradient(at: source, counting([2, 3])) { zeros.scatterAdded(indices, $0, axis: 1) } == [
                3, 0, 4, 0, 0, 0,
            ])
    }

    @Test func indexSelectSelectsPositions() {
        let x = counting([3, 4, 6])
        let indices: Indices = [3, 0, 3, 1, 3]
        let y = x.indexSelected(indices, axis: -2)
        #expect(y.array == elements(of: x, at: [3, 5, 6]) { [$0[0], indices.values[$0[1]], $0[2]] })
        let last = counting([2, 3]).indexSelected([2, 2], axis: 1)
        #expect(last.array == [3, 3, 6, 6])
        #expect(
            gradient(at: counting([2, 3]), counting([2, 2])) { $0.indexSelected([2, 2], axis: 1) }
                == [0, 0, 3, 0, 0, 7])
        #expect(x.indexSelected([], axis: 0).shape == [0, 4, 6])
    }

    @Test func embeddingAccumulatesRepeatedRows() {
        let table = counting([4, 3])
        let indices = Indices([1, 3, 1, 1], shape: [2, 2])
        #expect(embedding(table, indices).shape == [2, 2, 3])
        #expect(embedding(table, indices).array == [4, 5, 6, 10, 11, 12, 4, 5, 6, 4, 5, 6])
        #expect(
            gradient(at: table, counting([2, 2, 3])) { embedding($0, indices) }
                == [0, 0, 0, 18, 21, 24, 0, 0, 0, 4, 5, 6])
        #expect(
            gradient(at: table, counting([0, 3])) { embedding($0, []) } == [Real](repeating: 0, count: 12))
    }

    @Test func bitIdenticalForAnyThreadCount() {
        let x = (counting([300, 130]).array).map { 1 / $0 }
        let table = Tensor(shape: [300, 130]) { p in for (i, value) in x.enumerated() { p[i] = value } }
        let rows = scattered([2000], below: 300)
        let cells = scattered([300, 130], below: 130)
        let results = onSeveralThreads {
            [
                gradient(at: table, embedding(table, rows)) { embedding($0, rows) },
                gradient(at: table, table) { $0.gathered(cells, axis: 1) },
                table.scatterAdded(cells, table, axis: 1).array,
            ]
        }
        for result in results { #expect(result == results[0]) }
    }

    @Test func oneHotMarksTheClass() {
        #expect(oneHot([2, 0], classes: 3).array == [0, 0, 1, 1, 0, 0])
        #expect(oneHot(Indices([1], shape: []), classes: 2).shape == [2])
        #expect(oneHot([], classes: 3).shape == [0, 3])
    }

    @Test func maskedFillBroadcastsTheMask() {
        let x = counting([2, 3, 40])
        for maskShape in [[], [40], [3, 1], [2, 1, 40], [2, 3, 40], [2, 1, 1], [1, 3, 40]] {
            let count = maskShape.reduce(1, *)
            let mask = Tensor(shape: maskShape) { p in for i in 0..<count { p[i] = i % 3 == 0 ? 1 : 0 } }
            let masks = mask.broadcast(to: x.shape).array
            #expect(x.maskedFill(mask, -7.5).array == zip(x.array, masks).map { $1 == 0 ? $0 : -7.5 })
            #expect(
                gradient(at: x, x) { $0.maskedFill(mask, -7.5) }
                    == zip(x.array, masks).map { $1 == 0 ? $0 : 0 })
        }
        #expect(counting([0, 3]).maskedFill(counting([3]), 1).shape == [0, 3])
    }

    /// Unordered indices, all in range.
    private func scattered(_ shape: [Int], below size: Int) -> Indices {
        Indices((0..<shape.reduce(1, *)).map { ($0 * 7919 + $0 / 3) % size }, shape: shape)
    }

    private func offset(_ place: [Int], _ shape: [Int]) -> Int {
        zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }
    }
}
