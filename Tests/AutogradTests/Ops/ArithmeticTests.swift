import Autograd
import Testing

@Suite struct ArithmeticTests {
    static let shapes: [([Int], [Int], [Int])] = [
        ([3, 4, 5], [5], [3, 4, 5]), ([3, 4, 5], [4, 1], [3, 4, 5]), ([3, 1, 5], [4, 1], [3, 4, 5]),
        ([3, 4], [], [3, 4]), ([5], [3, 4, 5], [3, 4, 5]), ([3, 5], [3, 5], [3, 5]), ([], [], []),
        ([0, 3], [3], [0, 3]), ([2, 1, 3, 1, 2], [4, 1, 5, 1], [2, 4, 3, 5, 2]), ([1], [0], [0]),
        ([2, 70_000], [2, 1], [2, 70_000]), ([1, 70_000], [3, 1], [3, 70_000]),
        ([40_000, 3], [3], [40_000, 3]),
        ([2, 1, 300, 1], [2, 200, 300, 3], [2, 200, 300, 3]), ([1, 1], [], [1, 1]),
    ]

    /// Returns the element of `x` that is broadcast to `index` of the output.
    static func element(_ x: [Real], _ shape: [Int], at index: [Int]) -> Real {
        var offset = 0
        for (axis, size) in shape.enumerated() {
            let i = index[index.count - shape.count + axis]
            offset = offset * size + (size == 1 ? 0 : i)
        }
        return x[offset]
    }

    static func reference(_ a: Tensor, _ b: Tensor, _ shape: [Int], _ f: (Real, Real) -> Real) -> [Real] {
        let (va, vb) = (a.array, b.array)
        var result: [Real] = []
        var index = [Int](repeating: 0, count: shape.count)
        for _ in 0..<shape.reduce(1, *) {
            result.append(f(element(va, a.shape, at: index), element(vb, b.shape, at: index)))
            for axis in shape.indices.reversed() {
                index[axis] += 1
                if index[axis] < shape[axis] { break }
                index[axis] = 0
            }
        }
        return result
    }

    @Test(arguments: shapes) func broadcasting(_ left: [Int], _ right: [Int], _ expected: [Int]) {
        let generator = RandomGenerator(seed: 1)
        let a = Tensor.uniform(left, 1, 2, using: generator)
        let b = Tensor.uniform(right, 1, 2, using: generator)
        let cases: [(Tensor, (Real, Real) -> Real)] = [
            (a + b, { $0 + $1 }), (a - b, { $0 - $1 }), (a * b, { $0 * $1 }), (a / b, { $0 / $1 }),
            (maximum(a, b), { Swift.max($0, $1) }), (minimum(a, b), { Swift.min($0, $1) }),
            (less(a, b), { $0 < $1 ? 1 : 0 }), (greater(a, b), { $0 > $1 ? 1 : 0 }),
            (lessOrEqual(a, b), { $0 <= $1 ? 1 : 0 }), (greaterOrEqual(a, b), { $0 >= $1 ? 1 : 0 }),
            (equal(a, b), { $0 == $1 ? 1 : 0 }), (notEqual(a, b), { $0 != $1 ? 1 : 0 }),
            (choose(greater(a, 1.5), a, b), { $0 > 1.5 ? $0 : $1 }),
        ]
        for (result, f) in cases {
            #expect(result.shape == expected)
            #expect(result.array == ArithmeticTests.reference(a, b, expected, f))
        }
        let difference = (pow(a, b) - (b * a.log()).exp()).abs()
        #expect(difference.array.allSatisfy { $0 < 1e-5 })
    }

    @Test(arguments: shapes) func gradientsHaveTheShapesOfTheOperands(
        _ left: [Int], _ right: [Int], _ expected: [Int]
    ) {
        let a = Parameter(.full(left, 2))
        let b = Parameter(.full(right, 3))
        let gradients = (a.tensor * b.tensor).sum().backward()
        let total = Real(expected.reduce(1, *))
        let (na, nb) = (Real(left.reduce(1, *)), Real(right.reduce(1, *)))
        #expect(gradients[a]?.array == [Real](repeating: 3 * (total / na), count: Int(na)))
        #expect(gradients[b]?.array == [Real](repeating: 2 * (total / nb), count: Int(nb)))
        #expect(gradients[a]?.shape == left && gradients[b]?.shape == right)
    }

    @Test func scalarsOnEitherSide() {
        let x = Tensor([1, 2, 4])
        #expect((x + 1).array == [2, 3, 5] && (1 + x).array == [2, 3, 5])
        #expect((x - 1).array == [0, 1, 3] && (1 - x).array == [0, -1, -3])
        #expect((x * 3).array == [3, 6, 12] && (3 * x).array == [3, 6, 12])
        #expect((x / 2).array == [0.5, 1, 2] && (2 / x).array == [2, 1, 0.5])
        #expect(maximum(x, 2).array == [2, 2, 4] && minimum(3, x).array == [1, 2, 3])
        #expect((-x).array == [-1, -2, -4])
        #expect(choose(less(x, 3), x, 0).array == [1, 2, 0] && choose(less(x, 3), 0, x).array == [0, 0, 4])
    }

    @Test func compoundAssignmentDoesNotAffectCopies() {
        var a = Tensor([1, 2, 3])
        let before = a
        a += Tensor([1, 1, 1])
        a *= 2
        #expect(a.array == [4, 6, 8] && before.array == [1, 2, 3])
        a -= a
        #expect(a.array == [0, 0, 0])
        a += Tensor.ones([2, 1])
        #expect(a.shape == [2, 3])
        a /= Tensor([2, 4, 8])
        #expect(a.array == [0.5, 0.25, 0.125, 0.5, 0.25, 0.125])

        let p = Parameter(Tensor([3, 4]))
        var y = p.tensor
        y *= y
        y += 1
        #expect(y.sum().backward()[p]?.array == [6, 8])
        #expect(p.value.array == [3, 4])
    }

    @Test func tiesShareGradientOfMaximum() {
        let (a, b) = (Parameter(Tensor([1, 2, 3])), Parameter(Tensor([1, 3, 2])))
        let gradients = maximum(a.tensor, b.tensor).sum().backward()
        #expect(gradients[a]?.array == [0.5, 0, 1] && gradients[b]?.array == [0.5, 1, 0])
        let least = minimum(a.tensor, b.tensor).sum().backward()
        #expect(least[a]?.array == [0.5, 1, 0] && least[b]?.array == [0.5, 0, 1])
    }

    @Test func nanPropagates() {
        let x = Tensor([.nan, 1, .nan])
        let y = Tensor([1, .nan, .nan])
        #expect(maximum(x, y).array.allSatisfy { $0.isNaN })
        #expect(minimum(x, y).array.allSatisfy { $0.isNaN })
        #expect(equal(x, x).array == [0, 1, 0] && notEqual(x, x).array == [1, 0, 1])
    }
}
