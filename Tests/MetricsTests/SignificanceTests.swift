import Autograd
import Glibc
import Metrics
import TestSupport
import Testing

/// P-values and intervals against SciPy.
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

    @Test func wilcoxonMatchesSciPy() throws {
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

    @Test func studentMatchesSciPy() throws {
        let (a, b) = ([0.6, 0.7, 0.65, 0.8], [0.5, 0.66, 0.6, 0.71])
        #expect(isClose(try PairedTest.student(a, b), 0.01764886848440826))
        #expect(isClose(try PairedTest.student(b, a), 0.01764886848440826))
        #expect(try PairedTest.student(a, a) == 1)
        // The variance is unknown if all differences are equal or there is only one.
        #expect(try PairedTest.student(a, a.map { $0 - 0.05 }).isNaN)
        #expect(try PairedTest.student([1], [2]).isNaN)
        #expect(throws: InputError.self) { try PairedTest.student(a, [1]) }
    }

    @Test func permutationIsExactOrApproximate() throws {
        let generator = RandomGenerator(seed: 5)
        #expect(isClose(try PairedTest.permutation(first, second, generator: generator), 0.03125))
        let drawn = try PairedTest.permutation(first, second, draws: 250, generator: generator)
        #expect(isClose(drawn, 0.03125, 0.035) && drawn >= 1 / 251.0)
        #expect(try PairedTest.permutation(first, first, generator: generator) == 1)
    }

    /// Two systems on twelve speakers with two clips each: the p-value is counted over all 4,096 exchanges.
    @Test func speakerPermutationMatchesEnumeration() throws {
        var systems = [Predictions(classes: ["a", "b"]), Predictions(classes: ["a", "b"])]
        for speaker in 0..<12 {
            for clip in 0..<2 {
                // The first is correct except for speakers 10 and 11; the second is correct for every third
                // speaker.
                let right = [speaker < 10, speaker % 3 == 0]
                for system in 0..<2 {
                    let isFirst = (clip == 0) == right[system]
                    systems[system].append(
                        "\(speaker)-\(clip)", speaker: "s\(speaker)", truth: clip,
                        probabilities: isFirst ? [1, 0] : [0, 1])
                }
            }
        }
        let metrics = try systems.map { try ClusteredMetric(.accuracy, [$0], by: .speakers) }
        #expect(isClose(metrics[0].estimate, 10 / 12.0) && isClose(metrics[1].estimate, 4 / 12.0))
        // Six speakers favor the first, none the second: 2 of 2^6 sign patterns are as extreme.
        let p = try ClusterResampling.test(
            metrics[0], metrics[1], draws: 5000, generator: RandomGenerator(seed: 1))
        #expect(isClose(p, 2 / 64.0))
        // By clip, twelve favor the first.
        let clips = try systems.map { try ClusteredMetric(.accuracy, [$0], by: .clips) }
        let drawn = try ClusterResampling.test(
            clips[0], clips[1], draws: 5000, generator: RandomGenerator(seed: 1))
        #expect(drawn < 0.004)
        let fewer = try ClusteredMetric(
            .accuracy, [systems[0].selecting(Array(0..<20))], by: .speakers)
        #expect(
            throws: InputError(
                "the clips or speakers of the predictions differ; a paired test needs the same ones")
        ) {
            try ClusterResampling.test(metrics[0], fewer, generator: RandomGenerator(seed: 1))
        }
    }

    /// The metric of clusters equals that of their clips, for every metric.
    @Test func clusteredMetricsMatchClipMetrics() throws {
        let generator = RandomGenerator(seed: 3)
        let systems = SimulatedPopulation().draw(speakers: 6, seeds: 2, generator)[0]
        let weights = [2, 0, 1, 1, 3, 1]
        for metric in Metric.allCases where metric.task == .classification && !metric.needsVotes {
            let clustered = try ClusteredMetric(metric, systems, by: .speakers)
            let expected = try systems.map { all -> Double in
                let places = weights.enumerated().flatMap { speaker, weight in
                    (0..<weight).flatMap { _ in
                        all.speakers.indices.filter { all.speakers[$0] == "\(speaker)" }
                    }
                }
                return try all.selecting(places).metrics([metric])[1].value
            }
            #expect(isClose(clustered.value(weights), (expected[0] + expected[1]) / 2, 1e-12), "\(metric)")
        }
        let recall = try ClusteredMetric(.recall(ofClass: 2), [systems[0]], by: .clips)
        #expect(isClose(recall.estimate, try systems[0].confusion().recalls[2]))
    }

    /// Five speakers with accuracies of 0.9, 0.7, 0.8, 0.5 and 0.6: the bounds are from a computation in Python.
    @Test func intervalsOverSpeakersMatchReference() throws {
        let metric = try ClusteredMetric(.accuracy, [speakers([9, 7, 8, 5, 6])], by: .speakers)
        let interval = ClusterResampling.interval(metric)
        #expect(isClose(interval.estimate, 0.7) && interval.method == .jackknife && interval.units == 5)
        #expect(isClose(interval.low, 0.4728701901882029) && isClose(interval.high, 0.8548870679181448))
        let narrower = ClusterResampling.interval(metric, level: 0.9)
        #expect(narrower.low > interval.low && narrower.high < interval.high)
    }

    /// A speaker with half of the clips: there are 3.2 effective speakers. The bounds are from a computation in Python.
    @Test func unequalSpeakersHaveFewerDegreesOfFreedom() throws {
        let unequal = speakers([9, 8, 9, 4, 30], clips: [10, 10, 10, 10, 40])
        let interval = ClusterResampling.interval(try ClusteredMetric(.accuracy, [unequal], by: .speakers))
        #expect(isClose(interval.low, 0.4540737618362524) && isClose(interval.high, 0.8964830124379162))
    }

    /// At every level, also one near 1, where a polynomial would turn around, a higher level has a wider interval.
    @Test func intervalsGrowWithTheLevel() throws {
        for rights in [[10, 10, 9, 2], [9, 9, 3], [10, 10, 10, 10, 10, 10, 10, 10, 9, 0]] {
            let metric = try ClusteredMetric(.accuracy, [speakers(rights)], by: .speakers)
            var wider = ClusterResampling.interval(metric, level: 0.1)
            for level in [0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999] {
                let narrower = wider
                wider = ClusterResampling.interval(metric, level: level)
                #expect(wider.low < narrower.low && narrower.high < wider.high, "\(rights), \(level)")
                #expect(wider.low >= 0 && wider.high <= 1)
            }
        }
    }

    /// Predictions of a class for speakers with ten or the given clips each, so many of which are right.
    private func speakers(_ rights: [Int], clips: [Int]? = nil) -> Predictions {
        var all = Predictions(classes: ["a", "b"])
        for (speaker, right) in rights.enumerated() {
            for clip in 0..<(clips?[speaker] ?? 10) {
                all.append(
                    "\(speaker)-\(clip)", speaker: "\(speaker)", truth: 0,
                    probabilities: clip < right ? [0.9, 0.1] : [0.2, 0.8])
            }
        }
        return all
    }

    @Test func absentIntervalsHaveAReason() throws {
        func absence(_ rights: [Int], _ metric: Metric = .accuracy) throws -> ConfidenceInterval.Absence? {
            let interval = ClusterResampling.interval(
                try ClusteredMetric(metric, [speakers(rights)], by: .speakers))
            #expect(interval.low.isNaN == (interval.absence != nil))
            return interval.absence
        }
        #expect(try absence([9, 8]) == .fewUnits)
        #expect(try absence([9, 9, 9]) == .equalUnits && absence([10, 10, 10]) == .equalUnits)
        #expect(try absence([10, 10, 7]) == .oneUnit)
        #expect(try absence([9, 8, 7], .auc) == .undefined)
        #expect(try absence([9, 8, 7], .calibrationError) == .biased)
        #expect(try absence([9, 8, 7]) == nil)
        #expect(FoldResults([0.5, 0.6, 0.8]).interval(of: .calibrationError).absence == .biased)
        #expect(FoldResults([1, 1, 0.8]).interval(of: .uar).absence == .oneUnit)
        #expect(FoldResults([0.5, .nan, 0.8]).interval(of: .uar).absence == .undefined)
    }

    /// Above 1,000 clips, groups are left out: the interval of a share stays close to that of the binomial distribution.
    @Test func manyClipsAreLeftOutInGroups() throws {
        var all = Predictions(classes: ["a", "b"])
        for clip in 0..<3500 {
            all.append("\(clip)", truth: 0, probabilities: clip % 5 == 0 ? [0, 1] : [1, 0])
        }
        let interval = ClusterResampling.interval(try ClusteredMetric(.accuracy, [all], by: .clips))
        let reach = 1.96 * (0.8 * 0.2 / 3500).squareRoot()
        #expect(interval.units == 3500)
        #expect(abs(interval.low - (0.8 - reach)) < 0.1 * reach)
        #expect(abs(interval.high - (0.8 + reach)) < 0.1 * reach)
    }

    /// A published five-fold cross-validation of EmoDB: the interval is that of five values, regardless of the
    /// number of seeds.
    @Test func foldsUseStudentInterval() {
        let folds = FoldResults(first)
        let interval = folds.interval()
        #expect(isClose(interval.low, 0.7318615184214955) && isClose(interval.high, 0.8631384815785047))
        #expect(interval.method == .student && interval.units == 8)
        // Nadeau and Bengio: the variance factor is (1/8 + 1/7) instead of 1/8.
        let corrected = FoldResults(first, testToTrain: 1 / 7.0).interval()
        let ratio = (corrected.high - corrected.low) / (interval.high - interval.low)
        #expect(
            isClose(ratio, ((1 / 8.0 + 1 / 7.0) * 8).squareRoot()) && corrected.method == .correctedStudent)
        #expect(FoldResults([0.5]).interval().low.isNaN)
        let differences = zip([0.6, 0.7, 0.65, 0.8], [0.5, 0.66, 0.6, 0.71]).map { $0 - $1 }
        #expect(isClose(FoldResults(differences).pValue, 0.01764886848440826))
        #expect(FoldResults([0, 0, 0]).pValue == 1 && FoldResults([0.1, 0.1, 0.1]).pValue.isNaN)
    }

    @Test func holmAdjustment() {
        let adjusted = PairedTest.holm([0.01, 0.04, 0.03, 0.005])
        for (found, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) { #expect(isClose(found, expected)) }
        #expect(PairedTest.holm([]) == [])
        #expect(PairedTest.holm([0.9, 0.8]) == [1, 1])
    }

    @Test func invalidInputThrows() {
        #expect(throws: InputError("2 and 1 results; a paired test needs the same number")) {
            try PairedTest.mcNemar([true, false], [true])
        }
        #expect(throws: InputError("a result of nan; expected finite values")) {
            try PairedTest.wilcoxon([0.1, .nan], [0.1, 0.2])
        }
        let none = Predictions(classes: ["a"])
        #expect(throws: InputError("no examples; expected at least one")) {
            try ClusteredMetric(.uar, [none], by: .clips)
        }
        var unknown = none
        unknown.append("x", truth: 0, probabilities: [1])
        #expect(throws: InputError("the speaker of x is unknown; expected a speaker for each clip")) {
            try ClusteredMetric(.uar, [unknown], by: .speakers)
        }
        #expect(
            throws: InputError(
                "classes b and a; to pool predictions, their classes must be the same, in the same order")
        ) { try Predictions.pooled([none, Predictions(classes: ["b"])]) }
        let drawn = SimulatedPopulation().draw(speakers: 10, seeds: 1, RandomGenerator(seed: 1))[0]
        #expect(throws: InputError("two different metrics; a paired test needs the same one")) {
            try ClusterResampling.test(
                ClusteredMetric(.uar, drawn, by: .speakers), ClusteredMetric(.accuracy, drawn, by: .speakers),
                generator: RandomGenerator(seed: 1))
        }
        #expect(throws: InputError("1 rows of probabilities and 2 true classes; expected the same number")) {
            try ProbabilityMetrics(probabilities: [[1]], truths: [0, 0], classes: 1)
        }
        #expect(throws: InputError("row 0 has true class 2; expected a class index below 1")) {
            try ProbabilityMetrics(probabilities: [[1]], truths: [2], classes: 1)
        }
    }
}
