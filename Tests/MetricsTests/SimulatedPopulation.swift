import Autograd
import Glibc
import Metrics

/// Predictions drawn from a population of speakers with known true metrics.
///
/// A clip of class c by speaker g is classified correctly with probability logistic(a_c + u_g + v + w), where u is
/// the speaker effect, v the clip effect, which all seeds share, and w the effect of a seed on the clip. All
/// effects are normal.
struct SimulatedPopulation: Sendable {
    var offsets = [1.6, 0.9, 0.3, 1.2]
    var speaker = 0.8
    var clip = 0.8
    var seed = 0.8
    var clipsPerClass = 5

    /// A nearly perfect system that fails for some speakers: metrics close to 1 are skewed.
    static let nearPerfect = SimulatedPopulation(
        offsets: [2.5, 2, 1.5, 2.2], speaker: 1.2, clip: 0.5, seed: 0.5, clipsPerClass: 4)

    let classes = ["angry", "happy", "neutral", "sad"]

    /// Draws the predictions of several models (one per seed) for the same clips of new speakers.
    func draw(
        speakers: Int, seeds: Int, models: Int = 1, interaction: Double = 0, _ generator: RandomGenerator
    ) -> [[Predictions]] {
        var found = Array(
            repeating: Array(repeating: Predictions(classes: classes), count: seeds), count: models)
        for g in 0..<speakers {
            let u = generator.normal() * speaker
            let own = (0..<models).map { _ in generator.normal() * interaction }
            for c in classes.indices {
                for k in 0..<clipsPerClass {
                    let v = generator.normal() * clip
                    for m in 0..<models {
                        for s in 0..<seeds {
                            let x = offsets[c] + u + own[m] + v + generator.normal() * seed
                            let isRight = generator.uniform() < 1 / (1 + exp(-x))
                            let answer =
                                isRight ? c : (c + 1 + generator.below(classes.count - 1)) % classes.count
                            var row = Array(repeating: 0.1, count: classes.count)
                            row[answer] = 0.7
                            found[m][s].append(
                                "\(g)-\(c)-\(k)", speaker: "\(g)", truth: c, probabilities: row)
                        }
                    }
                }
            }
        }
        return found
    }

    /// Draws the results of folds with a true mean of 0 and the correlation that Nadeau and Bengio assume: test /
    /// (test + train).
    static func folds(_ count: Int, _ testToTrain: Double, _ generator: RandomGenerator) -> [Double] {
        let correlation = testToTrain / (1 + testToTrain)
        let shared = generator.normal() * correlation.squareRoot()
        return (0..<count).map { _ in shared + generator.normal() * (1 - correlation).squareRoot() }
    }

    /// The probability of a correct prediction for each class.
    var recalls: [Double] {
        let deviation = (speaker * speaker + clip * clip + seed * seed).squareRoot()
        return offsets.map { offset in
            // The mean over the normal effects by the trapezoidal rule, which is accurate to rounding here.
            let step = 0.05
            return (-160...160).reduce(0.0) { sum, i in
                let z = Double(i) * step
                return sum + step * exp(-z * z / 2) / (2 * Double.pi).squareRoot()
                    / (1 + exp(-(offset + deviation * z)))
            }
        }
    }

    /// The true value of a metric, computed from the expected confusion matrix.
    func truth(_ figure: Figure) -> Double {
        let p = recalls
        switch figure {
        case .accuracy, .uar: return p.reduce(0, +) / Double(p.count)
        case .macroF1:
            let f1 = p.indices.map { c -> Double in
                let predicted = p[c] + p.indices.filter { $0 != c }.reduce(0) { $0 + (1 - p[$1]) / 3 }
                return 2 * p[c] / (1 + predicted)
            }
            return f1.reduce(0, +) / Double(f1.count)
        case .logLoss:
            let q = p.reduce(0, +) / Double(p.count)
            return -q * log(0.7) - (1 - q) * log(0.1)
        default: return .nan
        }
    }
}

extension RandomGenerator {
    /// A draw from the standard normal distribution (Box-Muller).
    func normal() -> Double {
        (-2 * log(1 - uniform())).squareRoot() * cos(2 * Double.pi * uniform())
    }
}
