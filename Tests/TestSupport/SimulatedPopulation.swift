import Autograd
import Foundation
import Metrics

/// Predictions drawn from a population of speakers whose true metrics are known.
///
/// A clip of class c by speaker g has the strength x = a_c + u_g + v + w. u is the effect of the speaker, v that of the clip, which all
/// seeds share, and w that of a seed on the clip. v and w are normal; u has one of several distributions. Without scores, the clip is
/// classified correctly with probability logistic(x), and all predictions have the same confidence. With scores, the probabilities are
/// the softmax of normal noise to which x is added for the true class.
package struct SimulatedPopulation: Sendable {
    package var name = "balanced"
    package var offsets = [1.6, 0.9, 0.3, 1.2]
    package var speaker = 0.8
    package var clip = 0.8
    package var seed = 0.8
    /// The number of clips of each class; the rows belong to the speakers in turn.
    package var clipCounts = [[5, 5, 5, 5]]
    /// Speakers have up to so many times these clips, at random.
    package var mostRepetitions = 1
    /// The standard deviation of the logarithm of these numbers, if they follow a log-normal distribution instead.
    package var repetitionSpread = 0.0
    /// The distribution of speaker effects.
    package var effects = SpeakerEffects.normal
    /// The probability of the predicted class.
    package var confidence = 0.7
    /// Whether probabilities differ from clip to clip.
    package var hasScores = false

    package init() {}

    private init(_ name: String, _ change: (inout SimulatedPopulation) -> Void) {
        self.name = name
        change(&self)
    }

    /// A system that is nearly always right, except for some speakers: metrics close to 1 are skewed.
    package static let nearPerfect = SimulatedPopulation("near perfect") {
        $0.offsets = [2.5, 2, 1.5, 2.2]
        ($0.speaker, $0.clip, $0.seed) = (1.2, 0.5, 0.5)
        $0.clipCounts = [[4, 4, 4, 4]]
        $0.confidence = 0.97
    }

    /// Unequal classes, speakers with up to three times as many clips as others, and speaker effects with heavy tails.
    package static let unbalanced = SimulatedPopulation("unbalanced, heavy tails") {
        $0.clipCounts = [[9, 5, 3, 2]]
        $0.mostRepetitions = 3
        $0.effects = .heavyTails
    }

    /// Both: the classes and speakers of `unbalanced`, the system of `nearPerfect`.
    package static let unbalancedNearPerfect = SimulatedPopulation("unbalanced, heavy tails, near perfect") {
        ($0.offsets, $0.speaker, $0.clip, $0.seed) = ([2.5, 2, 1.5, 2.2], 1.2, 0.5, 0.5)
        ($0.clipCounts, $0.mostRepetitions, $0.effects) = ([[9, 5, 3, 2]], 3, .heavyTails)
    }

    /// Speakers whose numbers of clips differ by an order of magnitude.
    package static let logNormal = SimulatedPopulation("log-normal numbers of clips") {
        $0.repetitionSpread = 1.2
    }

    /// Speakers of two kinds, with different numbers of clips of each class.
    package static let twoGroups = SimulatedPopulation("two groups of speakers") {
        ($0.offsets, $0.speaker, $0.clip, $0.seed) = ([2, 1, 0.4, 1.5], 1, 0.6, 0.6)
        ($0.clipCounts, $0.effects) = ([[2, 1, 3, 2], [3, 2, 1, 1]], .twoGroups)
    }

    /// Nearly all errors are those of rare speakers: exponential speaker effects, two classes and numbers of clips that follow a
    /// log-normal distribution.
    package static let rareSpeakers = SimulatedPopulation("rare speakers with most errors") {
        ($0.offsets, $0.speaker, $0.clip, $0.seed) = ([2.6, 1.9], 1, 0.5, 0.5)
        ($0.clipCounts, $0.repetitionSpread, $0.effects) = ([[6, 3]], 0.6, .exponential)
    }

    /// One clip of each class by each speaker.
    package static let fewClips = SimulatedPopulation("one clip of each class") {
        $0.clipCounts = [[1, 1, 1, 1]]
    }

    /// The speakers of a corpus of spontaneous speech (URDU, 29 in the names of its files): few have more than one class, and a few
    /// speakers have most clips of a class.
    package static let uneven = SimulatedPopulation("uneven speakers") {
        $0.clipCounts =
            [
                [0, 8, 72, 0], [48, 0, 0, 0], [0, 0, 0, 40], [0, 0, 0, 38], [0, 28, 0, 0], [28, 0, 0, 0],
                [22, 0, 0, 0], [0, 10, 0, 4], [0, 14, 0, 0], [2, 2, 8, 0], [0, 12, 0, 0], [0, 0, 10, 0],
                [0, 0, 0, 6], [0, 6, 0, 0], [0, 0, 0, 4], [0, 0, 4, 0], [0, 0, 4, 0], [0, 4, 0, 0],
                [0, 4, 0, 0], [0, 0, 0, 4], [0, 0, 0, 2], [0, 0, 2, 0],
            ] + Array(repeating: [0, 2, 0, 0], count: 6) + [[0, 0, 0, 2]]
    }

    /// Probabilities that differ from clip to clip.
    package static let scored = SimulatedPopulation("scores") { $0.hasScores = true }

    /// Probabilities that differ from clip to clip, of a system with an AUC of 0.99.
    package static let scoredNearPerfect = SimulatedPopulation("scores, near perfect") {
        $0.hasScores = true
        $0.offsets = [3.6, 3.2, 2.8, 3.4]
        ($0.speaker, $0.clip, $0.seed) = (1, 0.5, 0.5)
        $0.clipCounts = [[4, 4, 4, 4]]
    }

    package let classes = ["angry", "happy", "neutral", "sad"]

    /// Draws the predictions of some models (one for each seed) for the same clips of new speakers.
    package func draw(
        speakers: Int, seeds: Int, models: Int = 1, interaction: Double = 0, _ generator: RandomGenerator
    ) -> [[Predictions]] {
        var found = Array(
            repeating: Array(repeating: Predictions(classes: classes), count: seeds), count: models)
        for g in 0..<speakers {
            let u = effects.draw(generator) * speaker
            let own = (0..<models).map { _ in generator.normal() * interaction }
            let repetitions =
                repetitionSpread > 0
                ? max(1, Int(exp(generator.normal() * repetitionSpread).rounded()))
                : mostRepetitions == 1 ? 1 : 1 + generator.below(mostRepetitions)
            for (c, count) in clipCounts[g % clipCounts.count].enumerated() {
                for k in 0..<count * repetitions {
                    let v = generator.normal() * clip
                    let shared = hasScores ? classes.map { _ in generator.normal() * 0.7 } : []
                    for m in 0..<models {
                        for s in 0..<seeds {
                            let x = offsets[c] + u + own[m] + v + generator.normal() * seed
                            found[m][s].append(
                                "\(g)-\(c)-\(k)", speaker: "\(g)", truth: c,
                                probabilities: hasScores
                                    ? scores(c, x, shared, generator) : decision(c, x, generator))
                        }
                    }
                }
            }
        }
        return found
    }

    private func decision(_ truth: Int, _ x: Double, _ generator: RandomGenerator) -> [Double] {
        let isRight = generator.uniform() < 1 / (1 + exp(-x))
        let answer =
            isRight ? truth : (truth + 1 + generator.below(classes.count - 1)) % classes.count
        var row = Array(
            repeating: (1 - confidence) / Double(classes.count - 1), count: classes.count)
        row[answer] = confidence
        return row
    }

    private func scores(
        _ truth: Int, _ x: Double, _ shared: [Double], _ generator: RandomGenerator
    ) -> [Double] {
        let weights = shared.enumerated().map { index, noise in
            exp(noise + generator.normal() * 0.7 + (index == truth ? x : 0))
        }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    /// The probability of a correct prediction for each class.
    package var recalls: [Double] {
        let rest = (clip * clip + seed * seed).squareRoot()
        return offsets.map { offset in
            effects.mean { center, deviation in
                let spread = speaker * deviation
                return Self.meanOfNormal(
                    offset + speaker * center, (spread * spread + rest * rest).squareRoot())
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

    /// The true values of metrics. With scores, the means over 40 draws of 250 speakers.
    package func truths(_ metrics: [Metric]) throws -> [Double] {
        guard hasScores else { return metrics.map(truth) }
        let generator = RandomGenerator(seed: 17)
        var sums = Array(repeating: 0.0, count: metrics.count)
        for _ in 0..<40 {
            let drawn = draw(speakers: 250, seeds: 1, generator)[0][0]
            for (index, metric) in metrics.enumerated() { sums[index] += try metric.value(of: drawn) / 40 }
        }
        return sums
    }

    /// The true value of a metric without scores: that of the expected confusion matrix.
    package func truth(_ metric: Metric) -> Double {
        let p = recalls
        let counts = p.indices.map { c in clipCounts.reduce(0) { $0 + $1[c] } }
        let accuracy =
            zip(p, counts).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(counts.reduce(0, +))
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
