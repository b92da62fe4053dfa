import Autograd
import Configuration

/// A value, or the lower and upper bound of a uniform distribution: `0.9` or `[0.9, 1.1]`.
public typealias Spread = OneOrTwo<Double>

extension OneOrTwo<Double> {
    /// Draws a value. A single value needs no draw.
    func draw(_ generator: RandomGenerator) -> Double {
        first == second ? first : first + (second - first) * generator.uniform()
    }

    /// Reports bounds in the wrong order.
    func validationIssues(_ key: String) -> [ValidationIssue] {
        first <= second
            ? [] : [ValidationIssue(key, "the first value must be the lower bound, found \(encode().line)")]
    }
}

extension RandomGenerator {
    /// Returns a generator for an event with a probability; nil if the event does not occur. Draws one number from this
    /// generator.
    func turn(_ probability: Double) -> RandomGenerator? {
        let own = RandomGenerator(seed: next())
        return probability >= 1 || own.uniform() < probability ? own : nil
    }
}
