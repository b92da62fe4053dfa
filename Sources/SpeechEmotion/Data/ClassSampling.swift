import Autograd
import Configuration

/// How often the examples of each class are trained on in an epoch. For the training part alone: repeated before a split,
/// examples would be on both of its sides.
public struct ClassSampling: Options, Equatable {
    /// What is done about classes of different sizes.
    public enum Rule: String, CaseIterable, ConfigurationValue {
        /// Every example once.
        case all
        /// As many of each class as the smallest has, drawn at random.
        case down
        /// As many of each class as the largest has: all of them, and some again, drawn at random.
        case up
        /// Every example once, and in the loss all classes count alike.
        case weights
    }

    /// What is done.
    public var rule = Rule.all
    /// The most examples of a class; nil for any number.
    public var most: Int?
    /// The seed of the draw.
    public var seed = 0

    public static let summary = "How often the examples of each class are trained on in an epoch."
    public static let fields: [Field<Self>] = [
        .init(
            "rule", \.rule,
            "Every example once; or as many of each class as the smallest has (down), or the largest (up); or once, with weights in the loss so that all classes count alike."
        ),
        .init(
            "max_per_class", \.most, "The most examples of a class, drawn at random; null for any number.", .atLeast(1)
        ),
        .init("seed", \.seed, "The seed of the draw.", .atLeast(0)),
    ]

    public init() {}
    /// A rule, the most of a class, and the seed.
    public init(_ rule: Rule, most: Int? = nil, seed: Int = 0) {
        self.rule = rule
        self.most = most
        self.seed = seed
    }

    /// The numbers of the examples of an epoch, rising, given the class of each example.
    public func draw(_ labels: [Int]) -> [Int] {
        guard rule == .down || rule == .up || most != nil, let last = labels.max() else {
            return Array(labels.indices)
        }
        var members = [[Int]](repeating: [], count: last + 1)
        for (number, label) in labels.enumerated() { members[label].append(number) }
        let sizes = members.map(\.count).filter { $0 > 0 }
        let common = rule == .down ? sizes.min() : rule == .up ? sizes.max() : nil
        let generator = RandomGenerator(seed: UInt64(Swift.max(seed, 0)))
        return members.enumerated().flatMap { label, members -> [Int] in
            guard !members.isEmpty else { return [] }
            let size = Swift.min(common ?? members.count, most ?? .max)
            let own = generator.split("class \(label)")
            var numbers: [Int] = []
            // Every example as often as any other, but for the last round.
            while numbers.count < size {
                numbers += own.permutation(members.count).prefix(size - numbers.count).map { members[$0] }
            }
            return numbers
        }.sorted()
    }
}
