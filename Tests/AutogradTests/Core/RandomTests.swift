import Autograd
import Testing

/// A reference implementation of Philox 4x32-10 (Salmon et al. 2011).
private func philox(counter: [UInt32], key: [UInt32]) -> [UInt32] {
    var (c, k) = (counter, key)
    for _ in 0..<10 {
        let a = c[0].multipliedFullWidth(by: 0xD251_1F53)
        let b = c[2].multipliedFullWidth(by: 0xCD9E_8D57)
        c = [b.high ^ c[1] ^ k[0], b.low, a.high ^ c[3] ^ k[1], a.low]
        k = [k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85]
    }
    return c
}

private func halves(_ value: UInt64) -> [UInt32] { [UInt32(truncatingIfNeeded: value), UInt32(value >> 32)] }

@Suite struct RandomTests {
    /// The known answers of the authors' library, Random123.
    @Test func referenceMatchesKnownAnswers() {
        #expect(
            philox(counter: [0, 0, 0, 0], key: [0, 0])
                == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
        let ones = UInt32.max
        #expect(
            philox(counter: [ones, ones, ones, ones], key: [ones, ones])
                == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
        #expect(
            philox(
                counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                key: [0xa409_3822, 0x299f_31d0])
                == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
    }

    @Test(
        arguments: [
            (0, 0), (1, 5), (0xdead_beef_0123_4567, 0xffff_ffff), (UInt64.max, UInt64.max - 9),
        ] as [(UInt64, UInt64)])
    func wordsMatchReference(key: UInt64, counter: UInt64) {
        let state = RandomGenerator.State(key: key, counter: counter)
        let blocks = (0..<10).map {
            philox(counter: halves(counter &+ UInt64($0)) + [0, 0], key: halves(key))
        }
        let generator = RandomGenerator(state: state)
        for block in blocks { #expect(generator.next() == UInt64(block[1]) << 32 | UInt64(block[0])) }
        #expect(generator.state == .init(key: key, counter: counter &+ 10))

        let words = blocks.flatMap { $0 }
        #if REAL_IS_DOUBLE
            let expected = stride(from: 0, to: 40, by: 2).map {
                Double((UInt64(words[$0 + 1]) << 32 | UInt64(words[$0])) >> 11) * 0x1p-53
            }
        #else
            let expected = words.map { Float($0 >> 8) * 0x1p-24 }
        #endif
        let drawn = Tensor.uniform([expected.count], 0, 1, using: RandomGenerator(state: state))
        #expect(drawn.array == expected)
    }

    @Test func stateCanBeSavedAndRestored() {
        let generator = RandomGenerator(seed: 5)
        _ = Tensor.normal([33], using: generator)
        let saved = generator.state
        let first = Tensor.normal([1000], using: generator).array
        #expect(Tensor.normal([1000], using: generator).array != first)
        generator.state = saved
        #expect(Tensor.normal([1000], using: generator).array == first)
        #expect(Tensor.normal([1000], using: RandomGenerator(state: saved)).array == first)
    }

    @Test func splitsDependOnlyOnNameAndKey() {
        let generator = RandomGenerator(seed: 5)
        let before = generator.state
        let a = generator.split("a")
        #expect(generator.state == before)
        _ = generator.next()
        #expect(generator.split("a").next() == a.next())
        #expect(generator.split("a").state != generator.split("b").state)
        #expect(generator.split("a").state != RandomGenerator(seed: 6).split("a").state)
    }

    @Test func splitsAreIndependent() {
        let generator = RandomGenerator(seed: 5)
        let n = 100_000
        let streams =
            ["", "a", "b", "ab"].map { Tensor.normal([n], using: generator.split($0)) }
            + [Tensor.normal([n], using: generator)]
        for i in streams.indices {
            for j in 0..<i {
                // A sum of n products of independent normal values has standard deviation sqrt(n).
                let products = zip(streams[i].array, streams[j].array).map { Double($0 * $1) }
                #expect(abs(products.reduce(0, +)) < 5 * Double(n).squareRoot())
            }
        }
    }

    @Test func largeDrawsContinueSmallOnes() {
        // Values must not depend on how the work is split.
        let n = 200_001
        let whole = Tensor.uniform([n], 0, 1, using: RandomGenerator(seed: 3)).array
        let start = Tensor.uniform([1000], 0, 1, using: RandomGenerator(seed: 3)).array
        #expect(Array(whole[..<1000]) == start)
        #expect(Set(whole[100_000...].map(\.bitPattern)).count > 99_000)
    }

    @Test func uniformMoments() {
        let x = Tensor.uniform([400_000], -2, 3, using: RandomGenerator(seed: 1)).array.map { Double($0) }
        #expect(x.allSatisfy { $0 >= -2 && $0 < 3 })
        let m = moments(x)
        #expect(abs(m.mean - 0.5) < 0.012)
        #expect(abs(m.variance - 25.0 / 12) < 0.015)
    }

    @Test func normalMoments() {
        let x = Tensor.normal([400_000], mean: 3, deviation: 2, using: RandomGenerator(seed: 1)).array
        let m = moments(x.map { (Double($0) - 3) / 2 })
        // Five standard errors of each estimate.
        let root = 400_000.0.squareRoot()
        #expect(abs(m.mean) < 5 / root)
        #expect(abs(m.variance - 1) < 5 * 2.0.squareRoot() / root)
        #expect(abs(m.skewness) < 5 * 6.0.squareRoot() / root)
        #expect(abs(m.kurtosis - 3) < 5 * 24.0.squareRoot() / root)
    }

    @Test func neighborsAreUncorrelated() {
        let x = Tensor.normal([400_001], using: RandomGenerator(seed: 8)).array.map { Double($0) }
        for lag in 1...5 {
            let sum = zip(x, x.dropFirst(lag)).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(sum) < 5 * 400_000.0.squareRoot())
        }
    }

    @Test(arguments: [0, 0.1, 0.5, 0.999, 1])
    func bernoulliProportion(probability: Double) {
        let n = 200_000
        let x = Tensor.bernoulli([n], probability: Real(probability), using: RandomGenerator(seed: 4)).array
        #expect(x.allSatisfy { $0 == 0 || $0 == 1 })
        let deviation = (probability * (1 - probability) * Double(n)).squareRoot()
        #expect(abs(Double(x.reduce(0, +)) - probability * Double(n)) <= 5 * deviation)
    }

    @Test func belowIsUniform() {
        let generator = RandomGenerator(seed: 6)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[generator.below(7)] += 1 }
        let chiSquare = counts.reduce(0.0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
        #expect(chiSquare < 30)
        #expect(generator.below(1) == 0)
    }

    @Test func permutationsContainEachNumberOnce() {
        let generator = RandomGenerator(seed: 6)
        var firsts = Set<Int>()
        for _ in 0..<200 {
            let order = generator.permutation(9)
            #expect(order.sorted() == Array(0..<9))
            firsts.insert(order[0])
        }
        #expect(firsts.count == 9)
        #expect(generator.permutation(0) == [])
    }

    @Test func threadsNeverDrawTheSame() {
        let generator = RandomGenerator(seed: 9)
        let drawn = Gathered<UInt64>()
        onThreads(4) { _ in drawn.append((0..<5000).map { _ in generator.next() }) }
        #expect(Set(drawn.values).count == 20_000)
        #expect(generator.state.counter == 20_000)
    }
}

private func moments(_ x: [Double]) -> (mean: Double, variance: Double, skewness: Double, kurtosis: Double) {
    let n = Double(x.count)
    let mean = x.reduce(0, +) / n
    func central(_ power: Int) -> Double {
        x.reduce(0) { sum, value in
            var product = 1.0
            for _ in 0..<power { product *= value - mean }
            return sum + product
        } / n
    }
    let variance = central(2)
    return (
        mean, variance, central(3) / (variance * variance.squareRoot()), central(4) / (variance * variance)
    )
}
