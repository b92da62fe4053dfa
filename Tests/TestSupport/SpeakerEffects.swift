import Autograd
import Foundation

/// A distribution of the effects of speakers. Its mean is 0 and its variance 1, or 3 with heavy tails.
package enum SpeakerEffects: Sendable {
    case normal
    /// Student's t with three degrees of freedom.
    case heavyTails
    /// 1 minus an exponential variable.
    case exponential
    /// Three in ten speakers are much worse than the others.
    case twoGroups

    private static let groups = [(share: 0.3, center: -1.3), (share: 0.7, center: 0.557)]
    private static let groupDeviation = 0.5

    /// Draws the effect of a speaker.
    package func draw(_ generator: RandomGenerator) -> Double {
        switch self {
        case .normal: return generator.normal()
        case .heavyTails:
            let normal = generator.normal()
            let squares = (0..<3).reduce(0.0) { sum, _ in
                let value = generator.normal()
                return sum + value * value
            }
            return normal / (squares / 3).squareRoot()
        case .exponential: return 1 + log(1 - generator.uniform())
        case .twoGroups:
            let group = Self.groups[generator.uniform() < Self.groups[0].share ? 0 : 1]
            return group.center + Self.groupDeviation * generator.normal()
        }
    }

    /// Returns the mean of a function over speakers, given its mean over a normal distribution with a center and a standard deviation.
    package func mean(_ ofNormal: (_ center: Double, _ deviation: Double) -> Double) -> Double {
        switch self {
        case .normal: return ofNormal(0, 1)
        case .heavyTails:
            let step = 0.1
            return (-800...800).reduce(0.0) { sum, i in
                let t = Double(i) * step
                let density = 2 / (Double.pi * 3.squareRoot() * (1 + t * t / 3) * (1 + t * t / 3))
                return sum + step * density * ofNormal(t, 0)
            }
        case .exponential:
            let count = 2000
            return (0..<count).reduce(0.0) { sum, i in
                sum + ofNormal(1 + log((Double(i) + 0.5) / Double(count)), 0) / Double(count)
            }
        case .twoGroups:
            return Self.groups.reduce(0.0) { sum, group in
                sum + group.share * ofNormal(group.center, Self.groupDeviation)
            }
        }
    }
}
