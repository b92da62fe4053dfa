import Foundation

/// The sigmoid 1 / (1 + exp(a d + b)) that turns a decision into a probability.
package struct PlattScaling: Sendable, Equatable {
    package private(set) var a: Double
    package private(set) var b: Double

    /// Returns the probability of a decision.
    package func probability(_ decision: Double) -> Double {
        let value = a * decision + b
        return value >= 0 ? exp(-value) / (1 + exp(-value)) : 1 / (1 + exp(value))
    }

    /// Fits the sigmoid to decisions by Newton's method with backtracking (Lin, Lin and Weng 2007).
    package init(decisions: [Double], isPositive: [Bool]) {
        let positive = Double(isPositive.count { $0 })
        let negative = Double(isPositive.count) - positive
        // Targets between 0 and 1 avoid overfitting.
        let (high, low) = ((positive + 1) / (positive + 2), 1 / (negative + 2))
        let targets = isPositive.map { $0 ? high : low }
        (a, b) = (0, log((negative + 1) / (positive + 1)))
        var value = PlattScaling.loss(a, b, decisions, targets)
        for _ in 0..<100 {
            var (aa, bb, ab, gradientA, gradientB) = (1e-12, 1e-12, 0.0, 0.0, 0.0)
            for (decision, target) in zip(decisions, targets) {
                let probability = probability(decision)
                let curvature = probability * (1 - probability)
                aa += decision * decision * curvature
                bb += curvature
                ab += decision * curvature
                gradientA += decision * (target - probability)
                gradientB += target - probability
            }
            if abs(gradientA) < 1e-5, abs(gradientB) < 1e-5 { break }
            let determinant = aa * bb - ab * ab
            let stepA = -(bb * gradientA - ab * gradientB) / determinant
            let stepB = -(aa * gradientB - ab * gradientA) / determinant
            let slope = gradientA * stepA + gradientB * stepB
            var size = 1.0
            var isImproved = false
            while size >= 1e-10 {
                let next = PlattScaling.loss(a + size * stepA, b + size * stepB, decisions, targets)
                if next < value + 1e-4 * size * slope {
                    (a, b, value, isImproved) = (a + size * stepA, b + size * stepB, next, true)
                    break
                }
                size /= 2
            }
            if !isImproved { break }
        }
    }

    init(a: Double, b: Double) { (self.a, self.b) = (a, b) }

    private static func loss(_ a: Double, _ b: Double, _ decisions: [Double], _ targets: [Double]) -> Double {
        var sum = 0.0
        for (decision, target) in zip(decisions, targets) {
            let value = decision * a + b
            sum += value >= 0 ? target * value + log1p(exp(-value)) : (target - 1) * value + log1p(exp(value))
        }
        return sum
    }
}

/// Returns class probabilities from those of pairs of classes (Wu, Lin and Weng 2004, second approach).
/// `pairs[i * classes + j]` is the probability of class i against j.
package func coupledProbabilities(_ pairs: [Double], classes: Int) -> [Double] {
    var matrix = [Double](repeating: 0, count: classes * classes)
    for i in 0..<classes {
        for j in 0..<classes where j != i {
            let other = pairs[j * classes + i]
            matrix[i * classes + i] += other * other
            matrix[i * classes + j] = -other * pairs[i * classes + j]
        }
    }
    var result = [Double](repeating: 1 / Double(classes), count: classes)
    var product = result
    for _ in 0..<max(100, classes) {
        var quadratic = 0.0
        for i in 0..<classes {
            product[i] = (0..<classes).reduce(0) { $0 + matrix[i * classes + $1] * result[$1] }
            quadratic += result[i] * product[i]
        }
        if product.reduce(0, { max($0, abs($1 - quadratic)) }) < 0.005 / Double(classes) { break }
        for i in 0..<classes {
            let change = (quadratic - product[i]) / matrix[i * classes + i]
            result[i] += change
            let scale = 1 + change
            quadratic =
                (quadratic + change * (change * matrix[i * classes + i] + 2 * product[i])) / (scale * scale)
            for j in 0..<classes {
                product[j] = (product[j] + change * matrix[i * classes + j]) / scale
                result[j] /= scale
            }
        }
    }
    return result
}
