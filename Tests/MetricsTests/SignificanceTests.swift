import Autograd
import Metrics
import Testing

/// P-values and intervals beside SciPy's.
@Suite struct SignificanceTests {
    private let first = [0.81, 0.79, 0.86, 0.74, 0.92, 0.66, 0.77, 0.83]
    private let second = [0.78, 0.80, 0.80, 0.70, 0.85, 0.67, 0.71, 0.75]

    private func isClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
        abs(a - b) <= tolerance
    }

    @Test func mcNemarIsBinomial() throws {
        func p(_ onlyFirst: Int, _ onlySecond: Int) throws -> Double {
            let both = Array(repeating: true, count: 20)
            return try PairedTest.mcNemar(
                both + Array(repeating: true, count: onlyFirst) + Array(repeating: false, count: onlySecond),
                both + Array(repeating: false, count: onlyFirst) + Array(repeating: true, count: onlySecond))
        }
        #expect(isClose(try p(3, 11), 0.057373046875))
        #expect(isClose(try p(11, 3), 0.057373046875))
        #expect(try p(5, 5) == 1)
        #expect(try p(0, 0) == 1)
    }

    @Test func wilcoxonAsSciPy() throws {
        #expect(isClose(try PairedTest.wilcoxon(first, second), 0.0390625))
        #expect(
            isClose(
                try PairedTest.wilcoxon([1, 2, 3, 4, 5, 5, 7], [2, 1, 3, 2, 2, 3, 4]), 0.09375))
        let numbers = Array(0..<60)
        let a: [Double] = numbers.map { i in Double((7 * i * i + 3 * i) % 101) / 100 }
        let b: [Double] = numbers.map { i in Double((5 * i * i + 11 * i) % 97) / 100 + 0.08 }
        #expect(isClose(try PairedTest.wilcoxon(a, b), 0.08388891196164189))
        #expect(try PairedTest.wilcoxon(first, first) == 1)
    }

    @Test func studentAsSciPy() throws {
        let (a, b) = ([0.6, 0.7, 0.65, 0.8], [0.5, 0.66, 0.6, 0.71])
        #expect(isClose(try PairedTest.student(a, b), 0.01764886848440826))
        #expect(isClose(try PairedTest.student(b, a), 0.01764886848440826))
        #expect(try PairedTest.student(a, a) == 1)
        // Nothing tells how differences spread that are all the same, or of which there is one.
        #expect(try PairedTest.student(a, a.map { $0 - 0.05 }).isNaN)
        #expect(try PairedTest.student([1], [2]).isNaN)
        #expect(throws: MetricProblem.self) { try PairedTest.student(a, [1]) }
    }

    @Test func permutationIsExactForFewAndCloseForMany() throws {
        let generator = RandomGenerator(seed: 5)
        #expect(isClose(try PairedTest.permutation(first, second, generator: generator), 0.03125))
        let drawn = try PairedTest.permutation(first, second, draws: 250, generator: generator)
        #expect(isClose(drawn, 0.03125, 0.035) && drawn >= 1 / 251.0)
        #expect(try PairedTest.permutation(first, first, generator: generator) == 1)
    }

    @Test func exchangeBySpeakersKnowsFewerWays() throws {
        let right = (0..<40).map { $0 % 4 != 0 }
        let other = (0..<40).map { $0 % 2 == 0 }
        func difference(_ exchanged: [Bool]) -> Double {
            (0..<40).reduce(0) { sum, i in
                let (a, b) = exchanged[i] ? (other[i], right[i]) : (right[i], other[i])
                return sum + (a ? 1 : 0) - (b ? 1 : 0)
            }
        }
        let speakers = (0..<40).map { "speaker \($0 / 10)" }
        let generator = RandomGenerator(seed: 1)
        let bySpeaker = try PairedTest.exchange(
            count: 40, groups: speakers, generator: generator, difference: difference)
        // All four speakers favour the first: 2 of 16 ways are as extreme.
        #expect(isClose(bySpeaker, 0.125))
        #expect(try PairedTest.exchange(count: 40, generator: generator, difference: difference) < 0.125)
    }

    @Test func holmStepsDown() {
        let adjusted = PairedTest.holm([0.01, 0.04, 0.03, 0.005])
        for (found, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) { #expect(isClose(found, expected)) }
        #expect(PairedTest.holm([]) == [])
        #expect(PairedTest.holm([0.9, 0.8]) == [1, 1])
    }

    @Test func meanByStudentsT() {
        let interval = ConfidenceInterval.mean(first)
        #expect(isClose(interval.low, 0.7318615184214955) && isClose(interval.high, 0.8631384815785047))
        #expect(ConfidenceInterval.mean([0.5]).low.isNaN)
        #expect(
            ConfidenceInterval.mean([0.5, 0.5]) == .init(estimate: 0.5, low: 0.5, high: 0.5, level: 0.95))
    }

    @Test func bootstrapCoversAndKeepsGroupsTogether() throws {
        let values = (0..<200).map { Double($0 % 10 < 7 ? 1 : 0) }
        func accuracy(_ drawn: [Int]) -> Double { drawn.reduce(0) { $0 + values[$1] } / Double(drawn.count) }
        let generator = RandomGenerator(seed: 3)
        let plain = try ConfidenceInterval.bootstrap(count: 200, generator: generator, statistic: accuracy)
        // The normal approximation says 0.7 -+ 0.0635.
        #expect(plain.estimate == 0.7)
        #expect(isClose(plain.low, 0.6365, 0.012) && isClose(plain.high, 0.7635, 0.012))
        // Speakers who are all right or all wrong: the interval is wider.
        let speakers = (0..<200).map { values[$0] == 1 ? "right \($0 % 7)" : "wrong \($0 % 3)" }
        let grouped = try ConfidenceInterval.bootstrap(
            count: 200, groups: speakers, generator: generator, statistic: accuracy)
        #expect(grouped.high - grouped.low > 2 * (plain.high - plain.low))
    }

    @Test func whatMakesNoSenseIsSaid() {
        #expect(throws: MetricProblem("2 and 1 results; a paired test needs as many of each")) {
            try PairedTest.mcNemar([true, false], [true])
        }
        #expect(throws: MetricProblem("a figure of nan; expected finite numbers")) {
            try PairedTest.wilcoxon([0.1, .nan], [0.1, 0.2])
        }
        #expect(throws: MetricProblem.self) {
            try ConfidenceInterval.bootstrap(
                count: 2, groups: ["a", "a"], generator: RandomGenerator(seed: 1)
            ) { _ in 0 }
        }
        #expect(throws: MetricProblem.self) {
            try ConfidenceInterval.bootstrap(count: 0, generator: RandomGenerator(seed: 1)) { _ in 0 }
        }
    }
}
