import Autograd
import Configuration

/// The data of an experiment as a config gives them: where the clips come from, and which of them take part as what.
///
/// First `only` and `except` choose clips, then `labels` renames classes, then `classes` keeps some, then `cap` limits them.
public struct DataOptions: Options {
    /// Where the clips come from.
    public var source = AnyCorpus(RavdessCorpus())
    /// Only clips with one of the values in each of these columns.
    public var only = Named<[String]>()
    /// No clips with one of the values in any of these columns.
    public var except = Named<[String]>()
    /// New names of classes; null drops a class.
    public var labels = Named<String?>()
    /// The classes, in the order of the model's outputs; nil for all, in alphabetical order.
    public var classes: [String]?
    /// At most so many clips of each class.
    public var cap: ClassCap?
    /// How often the examples of each class are trained on; validation and test parts stay as they are.
    public var balance = ClassSampling()
    /// Whether a file that does not fit is an error.
    public var strict = false

    public static let summary = "Where the clips come from, and which of them take part as what."
    public static let fields: [Field<Self>] = [
        .init("source", \.source, "Where the clips come from.", .required),
        .init(
            "include", \.only,
            "Only clips with one of these values in a column, such as {\"gender\": [\"female\"]}."),
        .init(
            "exclude", \.except,
            "No clips with one of these values in a column, such as {\"speaker\": [\"18\"]}."),
        .init(
            "labels", \.labels,
            "New names of classes, such as {\"calm\": \"neutral\"}; two of one name are merged, null drops a class."
        ),
        .init(
            "classes", \.classes,
            "The classes, in the order of the model's outputs; all in alphabetical order unless given.",
            .notEmpty),
        .init("cap", \.cap, "At most so many clips of each class, in all parts of a split."),
        .init("balance", \.balance, "Evens out the classes of the training part alone."),
        .init("strict", \.strict, "Whether a file that does not fit is an error; otherwise it is listed."),
    ]

    public init() {}
    /// All clips of a source.
    public init(_ source: any CorpusSource) { self.source = AnyCorpus(source) }

    public var complaints: [Complaint] {
        guard let classes, Set(classes).count < classes.count else { return [] }
        return [Complaint("classes", "a class occurs twice")]
    }

    /// Reads the clips and chooses among them. Throws where the corpus is not there, where an option names what the
    /// corpus has not, where nothing is left, and, if `strict`, where a file does not fit.
    public func read() throws -> Corpus {
        var corpus = try source.value.read()
        if strict, !corpus.omissions.isEmpty {
            throw DataProblem(
                "reading \(corpus.name), \"strict\"",
                found:
                    "\(counted(corpus.omissions.count, "file")) that cannot be used: \(corpus.omissions.map(\.description).listed(5))",
                allowed: "none; take them away, or set \"strict\" to false to have them listed")
        }
        try choose(&corpus)
        try corpus.renameClasses(labels, key: "labels")
        if let classes {
            let known = corpus.clips.values(of: "label")
            try DataProblem.check(classes, "classes", among: known, of: "class")
            corpus.clips.removeAll { !classes.contains($0.label) }
            corpus.classes = classes
        } else {
            corpus.classes = corpus.clips.values(of: "label")
        }
        if let cap { corpus.clips = try cap.apply(to: corpus) }
        return corpus
    }

    /// The classes that `read` finds in a complete copy of the corpus, where they can be told without one; nil where they
    /// cannot.
    public var knownClasses: [String]? {
        if let classes { return classes }
        guard var known = source.value.knownClasses else { return nil }
        for (entries, isWanted) in [(only.entries, true), (except.entries, false)] {
            for entry in entries where !source.value.columnsOfEveryClass.contains(entry.name) {
                guard entry.name == "label" else { return nil }
                known.removeAll { entry.value.contains($0) != isWanted }
            }
        }
        let renamed = known.compactMap { label in labels[label] ?? label }
        return renamed.isEmpty ? nil : Set(renamed).sortedByBytes()
    }

    private func choose(_ corpus: inout Corpus) throws {
        for (key, entries, isWanted) in [("include", only.entries, true), ("exclude", except.entries, false)] {
            for entry in entries {
                let known = corpus.clips.values(of: entry.name)
                guard !known.isEmpty else {
                    throw DataProblem(
                        "\"\(key)\"", found: "the column \"\(entry.name)\", which no clip has",
                        allowed: corpus.columns.listed(20))
                }
                try DataProblem.check(entry.value, "\(key).\(entry.name)", among: known, of: entry.name)
                corpus.clips.removeAll { clip in
                    (clip.value(of: entry.name).map(entry.value.contains) ?? false) != isWanted
                }
                guard !corpus.clips.isEmpty else {
                    throw DataProblem("\"\(key)\"", found: "no clip left", allowed: "values that leave some")
                }
            }
        }
    }
}

/// At most so many clips of each class, some before others.
public struct ClassCap: Options {
    /// How many.
    public enum Count: String, CaseIterable, ConfigurationValue {
        /// As many as the smallest class has: every class is cut down to it.
        case smallest
    }
    /// Which of a class' clips are kept among equals.
    public enum Choice: String, CaseIterable, ConfigurationValue {
        /// Those that stand first in the corpus.
        case first
        /// Drawn with the seed.
        case random
    }

    /// A number, or that of the smallest class.
    public var perClass: Either<Int, Count> = .second(.smallest)
    /// Columns and values that are taken before all others, in this order.
    public var prefer = Named<[String]>()
    /// Which are kept among equals.
    public var choose = Choice.first
    /// For `random`.
    public var seed = 0

    public static let summary = "At most so many clips of each class."
    public static let fields: [Field<Self>] = [
        .init(
            "per_class", \.perClass,
            "How many clips a class may have, or \"smallest\" for as many as the smallest class has.",
            .required, .check("of at least 1") { if case .first(let count) = $0 { count >= 1 } else { true } }
        ),
        .init(
            "prefer", \.prefer,
            "Values of columns that are taken first, such as {\"channel\": [\"song\", \"speech\"]}."),
        .init(
            "choose", \.choose, "Which are kept among equals: the first of the corpus, or drawn at random."),
        .init("seed", \.seed, "The seed of the draw.", .atLeast(0)),
    ]

    public init() {}
    /// At most `count` clips of each class.
    public init(_ count: Int) { perClass = .first(count) }

    /// The clips that are kept, in their order.
    public func apply(to corpus: Corpus) throws -> [Clip] {
        for entry in prefer.entries where corpus.clips.values(of: entry.name).isEmpty {
            throw DataProblem(
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

extension Corpus {
    /// The columns that at least one clip has.
    package var columns: [String] {
        ["label", "speaker"].filter { !clips.values(of: $0).isEmpty }
            + Set(clips.flatMap(\.attributes.keys)).sortedByBytes()
    }
}
