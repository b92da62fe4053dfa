import Autograd
import Glibc
import Metrics
import TestSupport
import Testing

/// The coverage of every interval and the false-positive rate of every test match their nominal levels.
@Suite struct CoverageTests {
    private static let rounds = 1000

    /// The number of speakers, and of models (one per seed).
    struct Design: Sendable, CustomTestStringConvertible {
        var speakers, seeds: Int
        var population = SimulatedPopulation()
        var metric = Metric.uar
        var rounds = CoverageTests.rounds
        var draws = 400
        /// How often the interval covers the true value.
        var coverage = 0.93...0.97
        var testDescription: String {
            let tails = population.hasHeavyTails ? ", unbalanced" : ""
            return
                "\(metric.name), \(speakers) speakers, \(seeds) seeds, offsets \(population.offsets)\(tails)"
        }
        var generator: RandomGenerator { RandomGenerator(seed: 7).split(testDescription) }
    }

    static let designs: [Design] =
        [5, 10, 24].flatMap { speakers in
            [1, 3].flatMap { seeds in
                [
                    Design(speakers: speakers, seeds: seeds),
                    Design(speakers: speakers, seeds: seeds, population: .nearPerfect),
                ]
            }
        } + [
            Design(speakers: 10, seeds: 3, metric: .macroF1),
            Design(speakers: 24, seeds: 1, metric: .macroF1),
            Design(speakers: 5, seeds: 1, metric: .logLoss),
            Design(speakers: 24, seeds: 3, metric: .logLoss),
        ]

    /// Metrics that were not looked at when the methods were chosen.
    static let others: [Design] =
        [5, 10].flatMap { speakers in
            [
                Design(speakers: speakers, seeds: 1, metric: .recall(ofClass: 0)),
                Design(
                    speakers: speakers, seeds: 1, population: .nearPerfect, metric: .recall(ofClass: 2),
                    coverage: 0.93...0.985),
                Design(
                    speakers: speakers, seeds: 1, population: .nearPerfect,
                    metric: .calibrationError, rounds: speakers == 5 ? 1000 : 300, draws: 200,
                    coverage: 0.92...0.98),
                Design(
                    speakers: speakers, seeds: 1, population: .nearPerfect, metric: .auc,
                    rounds: speakers == 5 ? 500 : 150, draws: 100, coverage: 0.85...0.98),
            ]
        }

    /// A population on which no method was chosen. With ten speakers, the bootstrap-t covers less than it says, as `ClusterResampling`
    /// documents.
    static let unbalanced: [Design] = [5, 10, 24].flatMap { speakers in
        let coverage = speakers == 10 ? 0.86...0.95 : 0.92...0.975
        return [
            Design(
                speakers: speakers, seeds: 1, population: .unbalanced, rounds: speakers == 24 ? 500 : 1000,
                draws: 300, coverage: coverage),
            Design(
                speakers: speakers, seeds: 3, population: .unbalanced, rounds: speakers == 5 ? 1000 : 300,
                draws: 300, coverage: coverage),
        ]
    }

    @Test(arguments: designs + others + unbalanced) func intervalsOverSpeakersCover(_ design: Design) throws {
        let (generator, truth) = (design.generator, design.population.truth(design.metric))
        var covered = 0
        for _ in 0..<design.rounds {
            let models = design.population.draw(
                speakers: design.speakers, seeds: design.seeds, generator)[0]
            let interval = ClusterResampling.interval(
                try ClusteredMetric(design.metric, models, by: .speakers),
                isShare: design.metric.isShare, draws: design.draws, generator: generator)
            covered += interval.low <= truth && truth <= interval.high ? 1 : 0
        }
        let share = Double(covered) / Double(design.rounds)
        #expect(design.coverage.contains(share), "covers \(covered) of \(design.rounds)")
    }

    /// If speakers are unknown, or the target population is these speakers, the clips are the units.
    @Test func clipIntervalCoverage() throws {
        var population = SimulatedPopulation()
        population.speaker = 0
        let (generator, truth) = (RandomGenerator(seed: 3), population.truth(.uar))
        var covered = 0
        for _ in 0..<Self.rounds {
            let models = population.draw(speakers: 6, seeds: 1, generator)[0]
            let interval = ClusterResampling.interval(
                try ClusteredMetric(.uar, models, by: .clips), isShare: true, draws: 300,
                generator: generator)
            covered += interval.low <= truth && truth <= interval.high ? 1 : 0
        }
        #expect((930...970).contains(covered), "covers \(covered) of 1000")
    }

    /// Five folds whose results are correlated, as overlapping training sets make them, and independent ones.
    @Test(arguments: [0, 0.25, 0.5]) func intervalsOverFoldsCover(_ testToTrain: Double) {
        let generator = RandomGenerator(seed: 5)
        let covered = (0..<Self.rounds).count { _ in
            let folds = SimulatedPopulation.folds(5, testToTrain, generator)
            let interval = FoldResults(folds, testToTrain: testToTrain).interval()
            return interval.low <= 0 && 0 <= interval.high
        }
        #expect((930...970).contains(covered), "covers \(covered) of 1000")
    }

    /// A percentile bootstrap over five speakers undercovers.
    @Test func naiveIntervalsUndercover() throws {
        let population = SimulatedPopulation()
        let (generator, truth) = (RandomGenerator(seed: 9), population.truth(.uar))
        let covered = try (0..<Self.rounds).count { _ in
            let models = population.draw(speakers: 5, seeds: 1, generator)[0]
            let metric = try ClusteredMetric(.uar, models, by: .speakers)
            let draws = (0..<300).map { _ in
                var weights = Array(repeating: 0, count: 5)
                for _ in 0..<5 { weights[generator.below(5)] += 1 }
                return metric.value(weights)
            }.sorted()
            return (draws[7]...draws[292]).contains(truth)
        }
        #expect(covered < 880, "covers \(covered) of 1000")
    }

    // MARK: - False positives

    /// Two equally good systems, with and without speakers who suit one of them better.
    @Test(arguments: [5, 10, 24], [0, 0.5]) func speakerTestFalsePositiveRate(
        _ speakers: Int, _ interaction: Double
    ) throws {
        for seeds in [1, 3] {
            let generator = RandomGenerator(seed: 8).split("\(speakers) \(seeds) \(interaction)")
            let population = SimulatedPopulation()
            let alarms = try (0..<Self.rounds).count { _ in
                let systems = try population.draw(
                    speakers: speakers, seeds: seeds, models: 2, interaction: interaction, generator
                ).map { try ClusteredMetric(.uar, $0, by: .speakers) }
                return try ClusterResampling.test(
                    systems[0], systems[1], draws: 400, generator: generator) <= 0.05
            }
            #expect((30...70).contains(alarms), "\(seeds) seeds: \(alarms) false alarms of 1000")
        }
    }

    /// A system with one seed against one with three, each averaged over its own.
    @Test(arguments: [5, 12]) func testsWithDifferentNumbersOfSeedsAlarmRarely(_ speakers: Int) throws {
        let generator = RandomGenerator(seed: 11).split("\(speakers)")
        let alarms = try (0..<Self.rounds).count { _ in
            let systems = SimulatedPopulation().draw(
                speakers: speakers, seeds: 3, models: 2, interaction: 0.3, generator)
            return try ClusterResampling.test(
                ClusteredMetric(.uar, [systems[0][0]], by: .speakers),
                ClusteredMetric(.uar, systems[1], by: .speakers), draws: 200, generator: generator)
                <= 0.05
        }
        #expect((30...70).contains(alarms), "\(alarms) false alarms of 1000")
    }

    @Test func testsOverClipsAlarmRarely() throws {
        let generator = RandomGenerator(seed: 4)
        let population = SimulatedPopulation()
        var (exchanged, mcNemar) = (0, 0)
        for _ in 0..<Self.rounds {
            let systems = population.draw(speakers: 12, seeds: 1, models: 2, generator).map { $0[0] }
            let metrics = try systems.map { try ClusteredMetric(.uar, [$0], by: .clips) }
            exchanged +=
                try ClusterResampling.test(metrics[0], metrics[1], draws: 200, generator: generator) <= 0.05
                ? 1 : 0
            let right = systems.map { zip($0.decisions, $0.truths).map { $0 == $1 } }
            mcNemar += try PairedTest.mcNemar(right[0], right[1]) <= 0.05 ? 1 : 0
        }
        #expect((30...70).contains(exchanged), "permutation of clips: \(exchanged) of 1000")
        #expect((30...70).contains(mcNemar), "McNemar: \(mcNemar) of 1000")
    }

    /// If some speakers suit one system better, clips are not independent. The units must therefore be speakers.
    @Test func clipsOfASpeakerAreNotIndependent() throws {
        let generator = RandomGenerator(seed: 6)
        let alarms = try (0..<Self.rounds).count { _ in
            let systems = SimulatedPopulation().draw(
                speakers: 12, seeds: 1, models: 2, interaction: 0.5, generator
            ).map { $0[0] }
            let right = systems.map { zip($0.decisions, $0.truths).map { $0 == $1 } }
            return try PairedTest.mcNemar(right[0], right[1]) <= 0.05
        }
        #expect(alarms > 75, "\(alarms) false alarms of 1000")
    }

    @Test(arguments: [0, 0.25]) func foldTestFalsePositiveRate(_ testToTrain: Double) {
        for count in [5, 10] {
            let generator = RandomGenerator(seed: 12).split("\(count)")
            let alarms = (0..<4 * Self.rounds).count { _ in
                let folds = SimulatedPopulation.folds(count, testToTrain, generator)
                return FoldResults(folds, testToTrain: testToTrain).pValue <= 0.05
            }
            #expect((120...280).contains(alarms), "\(count) folds: \(alarms) false alarms of 4000")
        }
    }

    @Test func pairedTestFalsePositiveRate() throws {
        let generator = RandomGenerator(seed: 2)
        var alarms = (wilcoxon: 0, student: 0, permutation: 0)
        for _ in 0..<Self.rounds {
            let (first, second) = (
                (0..<12).map { _ in generator.normal() }, (0..<12).map { _ in generator.normal() }
            )
            alarms.wilcoxon += try PairedTest.wilcoxon(first, second) <= 0.05 ? 1 : 0
            alarms.student += try PairedTest.student(first, second) <= 0.05 ? 1 : 0
            alarms.permutation +=
                try PairedTest.permutation(first, second, draws: 400, generator: generator) <= 0.05 ? 1 : 0
        }
        for count in [alarms.wilcoxon, alarms.student, alarms.permutation] {
            #expect((30...70).contains(count), "\(alarms) of 1000")
        }
    }

    // MARK: - Too few units

    @Test func fewerThanThreeSpeakersHaveNoInterval() throws {
        let generator = RandomGenerator(seed: 1)
        let models = SimulatedPopulation().draw(speakers: 2, seeds: 1, generator)[0]
        let metric = try ClusteredMetric(.uar, models, by: .speakers)
        let interval = ClusterResampling.interval(metric, isShare: true, generator: generator)
        #expect(interval.low.isNaN && interval.high.isNaN && interval.method == nil && interval.units == 2)
        #expect(try ClusterResampling.test(metric, metric, generator: generator).isNaN)
        #expect(FoldResults([0.5, 0.6]).interval().low.isNaN && FoldResults([0.5, 0.6]).pValue.isNaN)
    }
}
