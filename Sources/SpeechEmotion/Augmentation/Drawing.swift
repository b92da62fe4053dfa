import Autograd
import Configuration

/// A number, or the lowest and the highest of several that are equally likely: `0.9` or `[0.9, 1.1]`.
public typealias Spread = OneOrTwo<Double>

extension OneOrTwo<Double> {
    /// One of the numbers. Where there is only one, nothing is drawn.
    func draw(_ generator: RandomGenerator) -> Double {
        first == second ? first : first + (second - first) * generator.uniform()
    }

    /// Says of a key whose numbers are the wrong way round.
    func complaints(_ key: String) -> [Complaint] {
        first <= second
            ? [] : [Complaint(key, "the first number has to be the lower one, found \(encode().line)")]
    }
}

extension RandomGenerator {
    /// A generator for one turn of something that happens with a probability; nil where it does not happen. Takes one number
    /// from this one.
    func turn(_ probability: Double) -> RandomGenerator? {
        let own = RandomGenerator(seed: next())
        return probability >= 1 || own.uniform() < probability ? own : nil
    }
}
