import Autograd
import Configuration

/// The data of an experiment: where the clips come from, and which of them are used.
///
/// First `include` and `exclude` select clips, then `labels` renames classes, then `classes` selects classes, then `cap`
/// limits their size.
public struct DataOptions: Options {
    /// The corpus.
    public var source = AnyCorpus(RavdessCorpus())
    /// Only clips with one of the values in each of these columns.
    public var include = Named<[String]>()
    /// No clips with one of the values in any of these columns.
    public var exclude = Named<[String]>()
    /// New names of classes; null drops a class.
    public var labels = Named<String?>()
    /// The classes, in the order of the model's outputs; nil for all, in alphabetical order.
    public var classes: [String]?
    /// The maximum number of clips per class.
    public var cap: ClassCap?
    /// How the classes of the training set are balanced; the validation and test sets are unchanged.
    public var balance = ClassSampling()
    /// Whether an unusable file is an error.
    public var strict = false

    public static let summary = "The corpus and the selection of its clips."
    public static let fields: [Field<Self>] = [
        .init("source", \.source, "Corpus of the clips.", .required),
        .init(
            "include", \.include,
            "Keeps only clips with one of these values in a column, such as {\"gender\": [\"female\"]}."),
        .init(
            "exclude", \.exclude,
            "Drops clips with one of these values in a column, such as {\"speaker\": [\"18\"]}."),
        .init(
            "labels", \.labels,
            "New class names, such as {\"calm\": \"neutral\"}. Classes of the same name are merged; `null` drops a class."
        ),
        .init(
            "classes", \.classes,
            "Classes in the order of the model's outputs; by default all, in alphabetical order.",
            .notEmpty),
        .init("cap", \.cap, "Maximum number of clips per class, over all subsets of a split."),
        .init("balance", \.balance, "Class balancing of the training set."),
        .init(
            "strict", \.strict, "Whether an unusable file is an error; otherwise it is skipped and listed."),
    ]

    public init() {}
    /// All clips of a corpus.
    public init(_ source: any CorpusSource) { self.source = AnyCorpus(source) }

    public var validationIssues: [ValidationIssue] {
        guard let classes, Set(classes).count < classes.count else { return [] }
        return [ValidationIssue("classes", "a class is listed twice")]
    }

    /// Reads and selects the clips. Throws if the corpus is missing, if an option names what the corpus lacks, if no
    /// clip is left, and, if `strict`, if a file is unusable.
    public func read() throws -> Corpus {
        var corpus = try source.value.read()
        if strict, !corpus.omissions.isEmpty {
            throw InputError(
                "reading \(corpus.name), \"strict\"",
                found:
                    "\(counted(corpus.omissions.count, "file")) that cannot be used: \(corpus.omissions.map(\.description).listed(5))",
                allowed: "none; remove them, or set \"strict\" to false to list them")
        }
        try choose(&corpus)
        try corpus.renameClasses(labels, key: "labels")
        if let classes {
            let known = corpus.clips.values(of: "label")
            try InputError.check(classes, "classes", among: known, of: "class")
            corpus.clips.removeAll { !classes.contains($0.label) }
            corpus.classes = classes
        } else {
            corpus.classes = corpus.clips.values(of: "label")
        }
        if let cap { corpus.clips = try cap.apply(to: corpus) }
        return corpus
    }

    /// The classes that `read` finds in a complete copy of the corpus, if they are known without reading it; otherwise
    /// nil.
    public var knownClasses: [String]? {
        if let classes { return classes }
        guard var known = source.value.knownClasses else { return nil }
        for (entries, isWanted) in [(include.entries, true), (exclude.entries, false)] {
            for entry in entries where !source.value.columnsOfEveryClass.contains(entry.name) {
                guard entry.name == "label" else { return nil }
                known.removeAll { entry.value.contains($0) != isWanted }
            }
        }
        let renamed = known.compactMap { label in labels[label] ?? label }
        return renamed.isEmpty ? nil : Set(renamed).sortedByBytes()
    }

    private func choose(_ corpus: inout Corpus) throws {
        for (key, entries, isWanted) in [
            ("include", include.entries, true), ("exclude", exclude.entries, false),
        ] {
            for entry in entries {
                let known = corpus.clips.values(of: entry.name)
                guard !known.isEmpty else {
                    throw InputError(
                        "\"\(key)\"", found: "the column \"\(entry.name)\", which no clip has",
                        allowed: corpus.columns.listed(20))
                }
                try InputError.check(entry.value, "\(key).\(entry.name)", among: known, of: entry.name)
                corpus.clips.removeAll { clip in
                    (clip.value(of: entry.name).map(entry.value.contains) ?? false) != isWanted
                }
                guard !corpus.clips.isEmpty else {
                    throw InputError("\"\(key)\"", found: "no clip left", allowed: "values that select some")
                }
            }
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
