import Autograd
import Lab
import Metrics
import TestSupport
import Testing

/// The intervals that tables print for cross-validations cover the true value as often as they say.
@Suite struct GroupCoverageTests {
    /// A cross-validation by speaker.
    struct Design: Sendable, CustomTestStringConvertible {
        var name: String
        var population: SimulatedPopulation
        var speakers: Int
        var seeds = 1
        var metric = Metric.uar
        /// How often the interval covers the true value.
        var coverage = 0.93...0.97
        var testDescription: String { "\(metric.name), \(name), \(speakers) speakers, \(seeds) seeds" }
    }

    private static let folds = 5
    static let designs: [Design] = [5, 10, 24].flatMap { speakers in
        [1, 3].flatMap { seeds in
            [
                Design(name: "usual", population: SimulatedPopulation(), speakers: speakers, seeds: seeds),
                Design(name: "near perfect", population: .nearPerfect, speakers: speakers, seeds: seeds),
                Design(name: "unbalanced", population: .unbalanced, speakers: speakers, seeds: seeds),
            ]
        } + [
            Design(name: "near perfect", population: .nearPerfect, speakers: speakers, metric: .auc)
        ]
    }

    /// The mean of folds: each fold tests on its own speakers.
    @Test(arguments: designs) func theMeanOfFoldsIsCovered(_ design: Design) throws {
        let generator = RandomGenerator(seed: 21).split(design.testDescription)
        let truth = design.population.truth(design.metric)
        let rounds = 1000
        var (covered, printed) = (0, 0)
        for _ in 0..<rounds {
            let models = design.population.draw(speakers: design.speakers, seeds: design.seeds, generator)[0]
            let found = try GroupEstimate(
                group(models, design.metric), design.metric.name, unit: .folds, level: 0.95,
                hasIntervals: false
            ).folds
            #expect((found.method == .student) == found.low.isFinite && found.units == Self.folds)
            printed += found.method == nil ? 0 : 1
            covered += found.low <= truth && truth <= found.high ? 1 : 0
        }
        #expect(
            design.coverage.contains(Double(covered) / Double(printed)), "covers \(covered) of \(printed)")
    }

    private func group(_ models: [Predictions], _ metric: Metric) throws -> RunGroup {
        var members: [RunGroup.Member] = []
        for (seed, all) in models.enumerated() {
            for fold in 0..<Self.folds {
                let predictions = all.selecting(
                    all.speakers.indices.filter { (Int(all.speakers[$0] ?? "") ?? 0) % Self.folds == fold })
                let value = try predictions.metrics([metric])[1].value
                var member = RunGroup.Member(
                    seed: seed, fold: fold + 1, metrics: [metric.name: value])
                (member.predictions, member.speakerIndependent) = (predictions, true)
                members.append(member)
            }
        }
        return RunGroup("folds", members)
    }
}
