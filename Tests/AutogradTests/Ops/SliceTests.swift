import Autograd
import Testing

/// Slice, select and pad: NumPy's rules for positions, and the elements.
@Suite struct SliceTests {
    /// The result of NumPy for `arange(5)`.
    @Test(arguments: [
        (AxisSlice(), [0, 1, 2, 3, 4]), (AxisSlice(step: -1), [4, 3, 2, 1, 0]),
        (AxisSlice(step: 2), [0, 2, 4]),
        (AxisSlice(step: -2), [4, 2, 0]), (AxisSlice(start: 1, stop: 4), [1, 2, 3]),
        (AxisSlice(start: -2), [3, 4]), (AxisSlice(stop: -1), [0, 1, 2, 3]),
        (AxisSlice(start: -100, stop: 2), [0, 1]),
        (AxisSlice(start: 3, stop: 100), [3, 4]), (AxisSlice(start: 5), []), (AxisSlice(start: 100), []),
        (AxisSlice(start: 3, stop: 1), []), (AxisSlice(start: 1, stop: 3, step: -1), []),
        (AxisSlice(start: 3, stop: 0, step: -1), [3, 2, 1]),
        (AxisSlice(start: 100, stop: -100, step: -3), [4, 1]),
        (AxisSlice(start: -100, step: -1), []), (AxisSlice(start: 0, step: -1), [0]),
        (AxisSlice(start: 0, stop: 5, step: 100), [0]), (AxisSlice(step: .max), [0]),
        (AxisSlice(step: .min), [4]),
        ((-3...(-1)).axisSlice, [2, 3, 4]), ((...(-1)).axisSlice, [0, 1, 2, 3, 4]),
        ((...2).axisSlice, [0, 1, 2]),
        ((3...).axisSlice, [3, 4]), ((..<(-3)).axisSlice, [0, 1]), ((1..<3).axisSlice, [1, 2]),
    ])
    func positionsMatchNumPy(_ slice: AxisSlice, _ expected: [Int]) {
        let x = counting([5])
        #expect(x.slice([slice]).array == expected.map { Real($0 + 1) })
        #expect(counting([0]).slice([slice]).shape == [0])
        // The gradient puts the cotangent back at the positions of the elements.
        var back = [Real](repeating: 0, count: 5)
        for (i, position) in expected.enumerated() { back[position] = Real(i + 1) }
        #expect(gradient(at: x, counting([expected.count])) { $0.slice([slice]) } == back)
    }

    @Test func severalAxesAtOnce() {
        let x = counting([3, 40, 6])
        let y = x.slice([
            AxisSlice(start: 1), AxisSlice(start: 30, stop: 3, step: -4), AxisSlice(start: -5, step: 2),
        ])
        #expect(y.shape == [2, 7, 3])
        #expect(y.array == elements(of: x, at: y.shape) { [1 + $0[0], 30 - 4 * $0[1], 1 + 2 * $0[2]] })
        #expect(
            x[1..., AxisSlice.all, 2..<4].array
                == elements(of: x, at: [2, 40, 2]) { [1 + $0[0], $0[1], 2 + $0[2]] })
        #expect(
            x.slice(axis: 1, 5..<9).array == elements(of: x, at: [3, 4, 6]) { [$0[0], 5 + $0[1], $0[2]] })
        #expect(
            x.slice(axis: -1, start: 1, step: 3).array
                == elements(of: x, at: [3, 40, 2]) { [$0[0], $0[1], 1 + 3 * $0[2]] })
        #expect(x.slice([]).array == x.array)
    }

    @Test func selectRemovesAxis() {
        let x = counting([3, 4, 6])
        for (axis, shape) in [[4, 6], [3, 6], [3, 4]].enumerated() {
            for index in [-1, 0, 2] {
                let y = x.select(axis: axis, index: index)
                #expect(y.shape == shape)
                #expect(
                    y.array
                        == elements(of: x, at: shape) {
                            var place = $0
                            place.insert(index < 0 ? x.shape[axis] - 1 : index, at: axis)
                            return place
                        })
            }
        }
        #expect(counting([3]).select(axis: 0, index: 1).shape == [])
        #expect(
            gradient(at: counting([2, 3]), counting([2])) { $0.select(axis: 1, index: -1) } == [
                0, 0, 1, 0, 0, 2,
            ])
    }

    @Test func sliceInvertsPad() {
        for shape in [[], [4], [0, 3], [2, 3], [2, 1, 5], [70, 600]] {
            let x = counting(shape)
            let before = shape.indices.map { $0 + 1 }, after = shape.indices.map { 2 * $0 }
            let y = x.padded(before: before, after: after, value: -1)
            #expect(y.shape == shape.indices.map { shape[$0] + 3 * $0 + 1 })
            let inside = zip(before, shape).map { AxisSlice(start: $0, stop: $0 + $1) }
            #expect(y.slice(inside).array == x.array)
            #expect(y.array.filter { $0 == -1 }.count == y.count - x.count)
            #expect(
                gradient(at: x, counting(y.shape)) { $0.padded(before: before, after: after) }
                    == counting(y.shape).slice(inside).array)
        }
        #expect(counting([2]).padded(axis: -1, after: 1).array == [1, 2, 0])
    }
}
