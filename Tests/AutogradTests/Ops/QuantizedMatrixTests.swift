import Autograd
import Foundation
import Testing

/// Products of 8-bit weights, compared with the same sums in a loop over integers.
@Suite struct QuantizedMatrixTests {
    /// Activations of 7 bits, with a scale and zero point for each block of up to 128 channels of a step.
    private struct Step {
        var values: [Int] = []
        var blocks: [(channels: Range<Int>, scale: Float, zero: Int)] = []

        init(_ x: [Float]) {
            for start in stride(from: 0, to: x.count, by: 128) {
                let block = x[start..<min(start + 128, x.count)]
                let (low, high) = (min(block.min() ?? 0, 0), max(block.max() ?? 0, 0))
                let inverse = high > low ? 127 / (high - low) : 0
                let zero = Int((-low * inverse).rounded(.toNearestOrEven))
                blocks.append((block.indices, (high - low) / 127, zero))
                values += block.map {
                    min(max(Int(($0 * inverse).rounded(.toNearestOrEven)) + zero, 0), 127)
                }
            }
        }
    }

    /// A column of weights, [kernel, channels].
    private struct Column {
        var values: [[Int]] = []
        let scale: Float

        init(_ weights: [[Float]]) {
            var (top, most) = (Float(0), Float(0))
            for tap in weights {
                top = max(top, tap.reduce(0) { max($0, abs($1)) })
                for sum in Self.sums(tap, 0) { most = max(most, sum.above, sum.below) }
            }
            let scale = max(top / 127, most / 256)
            self.scale = scale
            values = weights.map { tap in
                tap.map { scale > 0 ? Int(($0 * (1 / scale)).rounded(.toNearestOrEven)) : 0 }
            }
        }

        /// The sums of the positive and of the negative weights that are added in 16 bits.
        static func sums<N: SignedNumeric & Comparable>(_ tap: [N], _ zero: N) -> [(above: N, below: N)] {
            stride(from: 0, to: tap.count, by: 8).flatMap { first in
                [[0, 1, 4, 5], [2, 3, 6, 7]].map { places in
                    places.map { first + $0 }.filter { $0 < tap.count }.reduce((zero, zero)) {
                        ($0.0 + max(tap[$1], zero), $0.1 + max(-tap[$1], zero))
                    }
                }
            }
        }
    }

    private static func product(
        _ x: [[Float]], _ columns: [Column], bias: [Real]?, stride: Int
    ) -> [Real] {
        let steps = x.map(Step.init)
        let taps = columns[0].values.count
        return Swift.stride(from: 0, through: x.count - taps, by: stride).flatMap { first in
            columns.enumerated().map { index, column in
                var total: Float = 0
                for tap in 0..<taps {
                    let step = steps[first + tap]
                    for block in step.blocks {
                        let sum = block.channels.reduce(0) {
                            $0 + (step.values[$1] - block.zero) * column.values[tap][$1]
                        }
                        total += Float(sum) * block.scale
                    }
                }
                let scaled = total * column.scale
                return bias.map { Real(scaled) + $0[index] } ?? Real(scaled)
            }
        }
    }

    private static func bits(_ x: [Real]) -> [UInt64] { x.map { UInt64($0.bitPattern) } }

    private static func check(
        steps: Int, taps: Int, channels: Int, columns: Int, stride: Int, bias: Bool = true
    ) {
        let generator = RandomGenerator(seed: UInt64(steps * 1000 + channels))
        let x = Tensor.normal([1, steps, channels], using: generator)
        let w = Tensor.normal([taps, channels, columns], using: generator)
        let offset = bias ? Tensor.normal([columns], using: generator) : nil
        let weights = QuantizedMatrix(w)
        let rows = (0..<steps).map { step in
            x.slice(axis: 1, step..<step + 1).array.map { Float($0) }
        }
        let values = w.array
        let sums = (0..<columns).map { column in
            Column(
                (0..<taps).map { tap in
                    (0..<channels).map { Float(values[(tap * channels + $0) * columns + column]) }
                })
        }
        for column in sums {
            for tap in column.values {
                #expect(tap.allSatisfy { abs($0) <= 127 })
                let fours = Column.sums(tap, 0)
                #expect(fours.allSatisfy { 127 * max($0.above, $0.below) <= Int(Int16.max) })
            }
        }
        let expected = product(rows, sums, bias: offset?.array, stride: stride)
        let found = weights.conv1d(x, bias: offset, stride: stride)
        #expect(found.shape == [1, (steps - taps) / stride + 1, columns])
        #expect(
            bits(found.array) == bits(expected), "\(steps) x \(taps) x \(channels) x \(columns), \(stride)")
        guard taps == 1, stride == 1 else { return }
        let matrix = QuantizedMatrix(w.reshaped([channels, columns]))
        #expect(bits(matrix.linear(x, bias: offset).array) == bits(expected))
        let activated = matrix.linear(x, bias: offset, gelu: true)
        #expect(bits(activated.array) == bits(found.gelu().array))
    }

    @Test(arguments: InstructionSet.available)
    func theSumsAreExact(_ set: InstructionSet) async {
        await #expect(processExitsWith: .success) { [set] in
            InstructionSet.use(set)
            for channels in [1, 7, 8, 9, 127, 128, 129, 300] {
                for columns in [1, 15, 16, 17, 70] {
                    Self.check(steps: 5, taps: 1, channels: channels, columns: columns, stride: 1)
                }
            }
            for steps in [1, 2, 3, 4, 6, 7, 8, 9, 97, 200] {
                Self.check(steps: steps, taps: 1, channels: 20, columns: 19, stride: 1, bias: false)
            }
            for (taps, stride) in [(2, 1), (3, 2), (2, 3), (5, 1)] {
                Self.check(steps: 211, taps: taps, channels: 12, columns: 33, stride: stride)
                Self.check(steps: 6, taps: taps, channels: 140, columns: 16, stride: stride)
            }
        }
    }

    /// Weights and inputs of the largest magnitude and of one sign, for which sums in 16 bits would overflow.
    @Test(arguments: InstructionSet.available)
    func largeSumsDoNotOverflow(_ set: InstructionSet) async {
        await #expect(processExitsWith: .success) { [set] in
            InstructionSet.use(set)
            for sign: Real in [-1, 1] {
                let weights = QuantizedMatrix(.full([1024, 3], sign))
                let y = weights.linear(.ones([5, 1024]), bias: nil)
                #expect(y.array.allSatisfy { abs($0 - 1024 * sign) < 1e-3 })
            }
        }
    }

    @Test func aRowDoesNotDependOnTheOthersOrOnThreads() async {
        await #expect(processExitsWith: .success) {
            let generator = RandomGenerator(seed: 3)
            let x = Tensor.normal([2, 230, 130], using: generator)
            let bias = Tensor.normal([200], using: generator)
            let weights = QuantizedMatrix(.normal([3, 130, 200], using: generator))
            Parallel.threads = 1
            let all = weights.conv1d(x, bias: bias, stride: 2)
            for threads in [2, 3] {
                Parallel.threads = threads
                #expect(Self.bits(weights.conv1d(x, bias: bias, stride: 2).array) == Self.bits(all.array))
            }
            let part = x.slice(axis: 0, 1..<2).slice(axis: 1, 0..<21)
            let expected = all.slice(axis: 0, 1..<2).slice(axis: 1, 0..<10)
            #expect(Self.bits(weights.conv1d(part, bias: bias, stride: 2).array) == Self.bits(expected.array))
        }
    }

    @Test func theErrorIsSmallWithOutliers() {
        let generator = RandomGenerator(seed: 4)
        // A few channels are 30 times as large, as in transformers.
        let sizes = Tensor((0..<768).map { $0 % 250 == 7 ? Real(30) : 1 }, shape: [768])
        let x = Tensor.normal([50, 768], using: generator) * sizes
        let w = Tensor.normal([768, 100], using: generator)
        let (found, exact) = (QuantizedMatrix(w).linear(x, bias: nil).array, linear(x, w).array)
        func dot(_ a: [Real], _ b: [Real]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0 * $1.1) } }
        let cosine = dot(found, exact) / (dot(found, found) * dot(exact, exact)).squareRoot()
        #expect(1 - cosine < 5e-4)
    }

    @Test func emptyZeroAndNonFiniteInputs() {
        let w = Tensor.normal([20, 17], using: RandomGenerator(seed: 5))
        let weights = QuantizedMatrix(w)
        #expect(weights.linear(.zeros([0, 20]), bias: nil).shape == [0, 17])
        #expect(weights.linear(.zeros([3, 20]), bias: .ones([17])).array.allSatisfy { $0 == 1 })
        for value: Real in [.nan, .infinity, -.infinity] {
            var x = Tensor.ones([3, 20])
            x.modify { $0[25] = value }
            let y = weights.linear(x, bias: nil).array
            #expect(y[17..<34].allSatisfy { $0.isNaN })
            #expect((y[..<17] + y[34...]).allSatisfy { $0.isFinite })
        }
        let tiny = weights.linear(.full([1, 20], 1e-38), bias: nil).array
        #expect(tiny.allSatisfy { abs($0) < 1e-30 })
        #expect(
            QuantizedMatrix(.zeros([20, 17])).linear(.ones([1, 20]), bias: nil).array.allSatisfy { $0 == 0 })
        #expect(
            QuantizedMatrix(.full([20, 17], .nan)).linear(.ones([1, 20]), bias: nil).array.allSatisfy {
                $0.isNaN
            })
    }
}
