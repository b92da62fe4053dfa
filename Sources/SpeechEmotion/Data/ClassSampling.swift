import Autograd
import Configuration

/// How the examples of each class are sampled in an epoch. For the training set alone: examples repeated before a split
/// would leak.
public struct ClassSampling: Options, Equatable {
    /// How imbalanced classes are treated.
    public enum Rule: String, CaseIterable, ConfigurationValue {
        /// Every example once.
        case all
        /// Undersampling: as many examples of each class as the smallest has, drawn at random.
        case undersample
        /// Oversampling: as many examples of each class as the largest has: all of them, and some repeated at random.
        case oversample
        /// Every example once, with class weights in the loss.
        case weights
    }

    /// The rule.
    public var rule = Rule.all
    /// The maximum number of examples per class; nil for no limit.
    public var maxPerClass: Int?
    /// The random seed.
    public var seed = 0

    public static let summary = "Class balancing of the training set."
    public static let fields: [Field<Self>] = [
        .init(
            "rule", \.rule,
            "`all`: no balancing; `undersample`: draws as many examples of each class as the smallest class has; `oversample`: repeats examples up to the size of the largest class; `weights`: class weights in the loss."
        ),
        .init(
            "max_per_class", \.maxPerClass,
            "Maximum number of examples per class, drawn at random; `null` for no limit.", .atLeast(1)
        ),
        .init("seed", \.seed, "Random seed.", .atLeast(0)),
    ]

    public init() {}
    /// Creates a rule with a maximum number of examples per class and a seed.
    public init(_ rule: Rule, maxPerClass: Int? = nil, seed: Int = 0) {
        self.rule = rule
        self.maxPerClass = maxPerClass
        self.seed = seed
    }

    /// Returns the indices of the examples of an epoch in ascending order, given the class of each example.
    public func draw(_ labels: [Int]) -> [Int] {
        guard rule == .undersample || rule == .oversample || maxPerClass != nil, let last = labels.max()
        else {
            return Array(labels.indices)
        }
        var members = [[Int]](repeating: [], count: last + 1)
        for (number, label) in labels.enumerated() { members[label].append(number) }
        let sizes = members.map(\.count).filter { $0 > 0 }
        let common = rule == .undersample ? sizes.min() : rule == .oversample ? sizes.max() : nil
        let generator = RandomGenerator(seed: UInt64(Swift.max(seed, 0)))
        return members.enumerated().flatMap { label, members -> [Int] in
            guard !members.isEmpty else { return [] }
            let size = Swift.min(common ?? members.count, maxPerClass ?? .max)
            let own = generator.split("class \(label)")
            var numbers: [Int] = []
            // Every example as often as any other, except for the last round.
            while numbers.count < size {
                numbers += own.permutation(members.count).prefix(size - numbers.count).map { members[$0] }
            }
            return numbers
        }.sorted()
    }
}
