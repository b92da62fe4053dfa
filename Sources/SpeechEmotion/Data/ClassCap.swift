import Autograd
import Configuration

/// Limits the number of clips per class.
public struct ClassCap: Options {
    /// A number of clips.
    public enum Count: String, CaseIterable, ConfigurationValue {
        /// As many as the smallest class has.
        case smallest
    }
    /// Which clips of a class are kept.
    public enum Choice: String, CaseIterable, ConfigurationValue {
        /// The first in the order of the corpus.
        case first
        /// A random sample.
        case random
    }

    /// The number of clips per class.
    public var perClass: Either<Int, Count> = .second(.smallest)
    /// Columns and values to keep first, in this order.
    public var prefer = Named<[String]>()
    /// Which clips of equal preference are kept.
    public var choose = Choice.first
    /// The seed of `random`.
    public var seed = 0

    public static let summary = "Limits the number of clips per class."
    public static let fields: [Field<Self>] = [
        .init(
            "per_class", \.perClass,
            "Maximum number of clips per class, or \"smallest\" for the size of the smallest class.",
            .required, .check("of at least 1") { if case .first(let count) = $0 { count >= 1 } else { true } }
        ),
        .init(
            "prefer", \.prefer,
            "Column values to prefer, such as {\"channel\": [\"song\", \"speech\"]}."),
        .init(
            "choose", \.choose,
            "Clips to keep among those of equal preference: the `first` of the corpus, or a `random` sample."),
        .init("seed", \.seed, "Random seed.", .atLeast(0)),
    ]

    public init() {}
    /// At most `count` clips of each class.
    public init(_ count: Int) { perClass = .first(count) }

    /// Returns the clips that are kept, in their order.
    public func apply(to corpus: Corpus) throws -> [Clip] {
        for entry in prefer.entries where corpus.clips.values(of: entry.name).isEmpty {
            throw InputError(
                "\"cap.prefer\"", found: "the column \"\(entry.name)\", which no clip has",
                allowed: corpus.columns.listed(20))
        }
        let counts = corpus.classCounts
        let limit =
            switch perClass {
            case .first(let count): count
            case .second: counts.filter { $0 > 0 }.min() ?? 0
            }
        let generator = RandomGenerator(seed: UInt64(Swift.max(seed, 0)))
        var kept: [Int] = []
        for name in corpus.classes {
            var members = corpus.clips.indices.filter { corpus.clips[$0].label == name }
            if choose == .random {
                let order = generator.split(name).permutation(members.count)
                members = order.map { members[$0] }
            }
            let ranks = members.map { rank(corpus.clips[$0]) }
            let order = members.indices.sorted { a, b in
                ranks[a] == ranks[b] ? a < b : ranks[a].lexicographicallyPrecedes(ranks[b])
            }
            kept += order.prefix(limit).map { members[$0] }
        }
        return kept.sorted().map { corpus.clips[$0] }
    }

    private func rank(_ clip: Clip) -> [Int] {
        prefer.entries.map { entry in
            clip.value(of: entry.name).flatMap { entry.value.firstIndex(of: $0) } ?? entry.value.count
        }
    }
}
