import Autograd
import Foundation
import Metrics

/// Predictions drawn from a population of speakers whose true metrics are known.
///
/// A clip of class c by speaker g is classified correctly with probability logistic(a_c + u_g + v + w). u is the effect of the speaker, v
/// that of the clip, which all seeds share, and w that of a seed on the clip. v and w are normal; u is normal or has heavier tails.
package struct SimulatedPopulation: Sendable {
    package var offsets = [1.6, 0.9, 0.3, 1.2]
    package var speaker = 0.8
    package var clip = 0.8
    package var seed = 0.8
    /// The number of clips of each class that a speaker has.
    package var clipCounts = [5, 5, 5, 5]
    /// Speakers have up to so many times these clips, at random.
    package var mostRepetitions = 1
    /// Whether speaker effects follow Student's t with three degrees of freedom instead of the normal distribution.
    package var hasHeavyTails = false
    /// The probability of the predicted class.
    package var confidence = 0.7

    package init() {}

    /// A system that is nearly always right, except for some speakers: metrics close to 1 are skewed.
    package static var nearPerfect: SimulatedPopulation {
        var population = SimulatedPopulation()
        population.offsets = [2.5, 2, 1.5, 2.2]
        (population.speaker, population.clip, population.seed) = (1.2, 0.5, 0.5)
        population.clipCounts = [4, 4, 4, 4]
        population.confidence = 0.97
        return population
    }

    /// Unequal classes, speakers with up to three times as many clips as others, and speaker effects with heavy tails. No method was
    /// chosen on this population.
    package static var unbalanced: SimulatedPopulation {
        var population = SimulatedPopulation()
        population.clipCounts = [9, 5, 3, 2]
        population.mostRepetitions = 3
        population.hasHeavyTails = true
        return population
    }

    package let classes = ["angry", "happy", "neutral", "sad"]

    /// Draws the predictions of some models (one for each seed) for the same clips of new speakers.
    package func draw(
        speakers: Int, seeds: Int, models: Int = 1, interaction: Double = 0, _ generator: RandomGenerator
    ) -> [[Predictions]] {
        var found = Array(
            repeating: Array(repeating: Predictions(classes: classes), count: seeds), count: models)
        for g in 0..<speakers {
            let u = effect(generator) * speaker
            let own = (0..<models).map { _ in generator.normal() * interaction }
            let repetitions = mostRepetitions == 1 ? 1 : 1 + generator.below(mostRepetitions)
            for c in classes.indices {
                for k in 0..<clipCounts[c] * repetitions {
                    let v = generator.normal() * clip
                    for m in 0..<models {
                        for s in 0..<seeds {
                            let x = offsets[c] + u + own[m] + v + generator.normal() * seed
                            let isRight = generator.uniform() < 1 / (1 + exp(-x))
                            let answer =
                                isRight ? c : (c + 1 + generator.below(classes.count - 1)) % classes.count
                            var row = Array(
                                repeating: (1 - confidence) / Double(classes.count - 1), count: classes.count)
                            row[answer] = confidence
                            found[m][s].append(
                                "\(g)-\(c)-\(k)", speaker: "\(g)", truth: c, probabilities: row)
                        }
                    }
                }
            }
        }
        return found
    }

    private func effect(_ generator: RandomGenerator) -> Double {
        let normal = generator.normal()
        guard hasHeavyTails else { return normal }
        let squares = (0..<3).reduce(0.0) { sum, _ in
            let value = generator.normal()
            return sum + value * value
        }
        return normal / (squares / 3).squareRoot()
    }

    /// Draws the results of folds whose true mean is 0 and whose correlation is that of Nadeau and Bengio's variance: test / (test + train).
    package static func folds(
        _ count: Int, _ testToTrain: Double, _ generator: RandomGenerator
    ) -> [Double] {
        let correlation = testToTrain / (1 + testToTrain)
        let shared = generator.normal() * correlation.squareRoot()
        return (0..<count).map { _ in shared + generator.normal() * (1 - correlation).squareRoot() }
    }

    /// The probability of a correct prediction for each class.
    package var recalls: [Double] {
        let rest = (clip * clip + seed * seed).squareRoot()
        return offsets.map { offset in
            guard hasHeavyTails else {
                return Self.meanOfNormal(offset, (speaker * speaker + rest * rest).squareRoot())
            }
            // The density of Student's t with three degrees of freedom.
            let step = 0.1
            return (-800...800).reduce(0.0) { sum, i in
                let t = Double(i) * step
                let density = 2 / (Double.pi * 3.squareRoot() * (1 + t * t / 3) * (1 + t * t / 3))
                return sum + step * density * Self.meanOfNormal(offset + speaker * t, rest)
            }
        }
    }

    /// The mean of the logistic function of a normal variable, by the trapezoidal rule.
    private static func meanOfNormal(_ mean: Double, _ deviation: Double) -> Double {
        let step = 0.05
        return (-160...160).reduce(0.0) { sum, i in
            let z = Double(i) * step
            return sum + step * exp(-z * z / 2) / (2 * Double.pi).squareRoot()
                / (1 + exp(-(mean + deviation * z)))
        }
    }

    /// The true value of a metric: that of the expected confusion matrix.
    package func truth(_ metric: Metric) -> Double {
        let p = recalls
        let total = Double(clipCounts.reduce(0, +))
        let accuracy = zip(p, clipCounts).reduce(0) { $0 + $1.0 * Double($1.1) } / total
        switch metric {
        case .accuracy: return accuracy
        case .uar: return p.reduce(0, +) / Double(p.count)
        case .macroF1:
            let f1 = p.indices.map { c -> Double in
                let predicted = p[c] + p.indices.filter { $0 != c }.reduce(0) { $0 + (1 - p[$1]) / 3 }
                return 2 * p[c] / (1 + predicted)
            }
            return f1.reduce(0, +) / Double(f1.count)
        case .logLoss:
            return -accuracy * log(confidence) - (1 - accuracy) * log((1 - confidence) / 3)
        case .calibrationError: return abs(confidence - accuracy)
        case .auc:
            // All probabilities of a class are one of two values; ties count half.
            let areas = p.indices.map { c -> Double in
                let others = p.indices.filter { $0 != c }.reduce(0) { $0 + (1 - p[$1]) / 3 } / 3
                return (1 + p[c] - others) / 2
            }
            return areas.reduce(0, +) / Double(areas.count)
        default: return p.indices.first { metric == .recall(ofClass: $0) }.map { p[$0] } ?? .nan
        }
    }
}

extension RandomGenerator {
    /// A draw from the standard normal distribution (Box and Muller).
    package func normal() -> Double {
        (-2 * log(1 - uniform())).squareRoot() * cos(2 * Double.pi * uniform())
    }
}
