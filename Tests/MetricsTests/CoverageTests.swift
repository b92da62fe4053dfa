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
        var population: SimulatedPopulation
        var speakers, seeds: Int
        var metrics = [Metric.uar]
        /// How often the interval covers the true value.
        var coverage = 0.93...0.97
        /// Metrics with so few clips that their interval is conservative.
        var conservative: [Metric] = []
        /// More with few clips, where draws are cheap.
        var rounds: Int {
            population.hasScores || population.mostRepetitions > 1 || population.repetitionSpread > 0
                ? 1000 : 2000
        }
        var testDescription: String { "\(population.name), \(speakers) speakers, \(seeds) seeds" }
        var generator: RandomGenerator { RandomGenerator(seed: 7).split(testDescription) }
    }

    private static let sizes = [5, 10, 24].flatMap { speakers in [1, 3].map { (speakers, $0) } }
    static let designs: [Design] =
        sizes.flatMap { speakers, seeds in
            let isSmall = speakers < 24 && seeds == 1
            return [
                Design(
                    population: SimulatedPopulation(), speakers: speakers, seeds: seeds,
                    metrics: [.uar, .accuracy, .macroF1, .recall(ofClass: 0)],
                    conservative: isSmall && speakers == 5 ? [.recall(ofClass: 0)] : []),
                Design(
                    population: .nearPerfect, speakers: speakers, seeds: seeds,
                    metrics: [.uar, .recall(ofClass: 2)],
                    conservative: isSmall ? [.recall(ofClass: 2)] : []),
                Design(population: .unbalanced, speakers: speakers, seeds: seeds),
                Design(population: .unbalancedNearPerfect, speakers: speakers, seeds: seeds),
                Design(population: .logNormal, speakers: speakers, seeds: seeds),
                Design(population: .twoGroups, speakers: speakers, seeds: seeds),
                Design(
                    population: .fewClips, speakers: speakers, seeds: seeds,
                    coverage: isSmall ? 0.93...0.975 : 0.93...0.97),
                // Every metric that has an interval.
                Design(
                    population: .scored, speakers: speakers, seeds: seeds,
                    metrics: Metric.allCases.filter {
                        !$0.isBiased && $0.task == .classification && !$0.needsVotes
                            && ![.quadraticKappa, .rankError].contains($0)
                    }),
                Design(
                    population: .scoredNearPerfect, speakers: speakers, seeds: seeds,
                    metrics: [.auc, .logLoss, .brier],
                    // Up to 23% of the draws have no interval of the AUC: one speaker has all the errors.
                    coverage: speakers == 5 ? 0.93...0.98 : 0.93...0.97),
            ]
        }
        + [1, 3].map { Design(population: .uneven, speakers: 29, seeds: $0) }

    /// A population on which no method of those that were compared covers.
    static let limits: [Design] = sizes.map { speakers, seeds in
        Design(
            population: .rareSpeakers, speakers: speakers, seeds: seeds,
            coverage: speakers == 5 && seeds == 1 ? 0.93...0.985 : 0.90...0.97)
    }

    @Test(arguments: designs + limits) func intervalsOverSpeakersCover(_ design: Design) throws {
        let (generator, truths) = (design.generator, try design.population.truths(design.metrics))
        var counts = Array(repeating: (covered: 0, printed: 0), count: design.metrics.count)
        for _ in 0..<design.rounds {
            let models = design.population.draw(
                speakers: design.speakers, seeds: design.seeds, generator)[0]
            for (index, metric) in design.metrics.enumerated() {
                let interval = ClusterResampling.interval(try ClusteredMetric(metric, models, by: .speakers))
                guard interval.method != nil else { continue }
                counts[index].printed += 1
                counts[index].covered +=
                    interval.low <= truths[index] && truths[index] <= interval.high ? 1 : 0
            }
        }
        for (metric, count) in zip(design.metrics, counts) {
            let share = Double(count.covered) / Double(count.printed)
            #expect(count.printed >= design.rounds * 3 / 4, "\(metric.name): \(count.printed) intervals")
            #expect(
                (design.conservative.contains(metric) ? 0.96...0.995 : design.coverage).contains(share),
                "\(metric.name): covers \(count.covered) of \(count.printed)")
        }
    }

    /// If speakers are unknown, or the target population is these speakers, the clips are the units.
    @Test func clipIntervalCoverage() throws {
        var population = SimulatedPopulation()
        population.speaker = 0
        let (generator, truth) = (RandomGenerator(seed: 3), population.truth(.uar))
        var covered = 0
        for _ in 0..<Self.rounds {
            let models = population.draw(speakers: 6, seeds: 1, generator)[0]
            let interval = ClusterResampling.interval(try ClusteredMetric(.uar, models, by: .clips))
            covered += interval.low <= truth && truth <= interval.high ? 1 : 0
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

    @Test(arguments: [5, 9, 10, 24]) func speakerTestFalsePositiveRateOfUnequalSpeakers(_ speakers: Int)
        throws
    {
        for population in [SimulatedPopulation.unbalanced, .logNormal] {
            let generator = RandomGenerator(seed: 13).split("\(speakers) \(population.name)")
            let alarms = try (0..<Self.rounds).count { _ in
                let systems = try population.draw(
                    speakers: speakers, seeds: 1, models: 2, interaction: 0.5, generator
                ).map { try ClusteredMetric(.uar, $0, by: .speakers) }
                return try ClusterResampling.test(systems[0], systems[1], draws: 200, generator: generator)
                    <= 0.05
            }
            #expect((30...70).contains(alarms), "\(population.name): \(alarms) false alarms of 1000")
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
        let interval = ClusterResampling.interval(metric)
        #expect(interval.low.isNaN && interval.high.isNaN && interval.method == nil && interval.units == 2)
        #expect(interval.absence == .fewUnits && FoldResults([0.5, 0.6]).interval().absence == .fewUnits)
        #expect(try ClusterResampling.test(metric, metric, generator: generator).isNaN)
        #expect(FoldResults([0.5, 0.6]).interval().low.isNaN && FoldResults([0.5, 0.6]).pValue.isNaN)
    }
}
