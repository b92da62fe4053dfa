import Autograd
import Configuration

/// Another corpus with renamed columns, values and classes, for example to match others in a `combined` corpus.
///
/// Columns are renamed first; then `values` replaces values, by the new column names; then `labels` renames classes.
public struct MappedCorpus: CorpusSource {
    /// The corpus.
    public var source = AnyCorpus(RavdessCorpus())
    /// The name of the corpus; nil keeps its name.
    public var name: String?
    /// The name of the set of speakers; nil keeps that of the source.
    public var speakers: String?
    /// New names of columns.
    public var columns = Named<String>()
    /// New values, by the new names of the columns.
    public var values = Named<Named<String>>()
    /// New names of classes; null drops a class.
    public var labels = Named<String?>()

    public static let type = "mapped"
    public static let summary = "Another corpus with renamed columns, values and classes."
    public static let fields: [Field<Self>] = [
        .init("source", \.source, "Corpus to map.", .required),
        .init("name", \.name, "Name of the corpus, also within a combined one; by default its own name."),
        .init(
            "speakers", \.speakers,
            "Name of the set of speakers. Sources of a combined corpus with the same `speakers` share their speakers. By default, only published corpora of the same type do, such as two `ravdess` sources."
        ),
        .init("columns", \.columns, "New column names, such as {\"actor\": \"speaker\"}."),
        .init(
            "values", \.values,
            "New values by column, such as {\"gender\": {\"m\": \"male\"}}, with the new column names. Other values are kept."
        ),
        .init(
            "labels", \.labels,
            "New class names, such as {\"joy\": \"happy\"}. Classes of the same name are merged; `null` drops a class."
        ),
    ]

    /// Whether the mapped corpus is present.
    public var isPresent: Bool { source.value.isPresent }
    /// The classes of the corpus with their new names; nil if columns or values determine the classes.
    public var knownClasses: [String]? {
        let isMade = columns.entries.contains { $0.value == "label" || $0.name == "label" }
        guard !isMade, !values.entries.contains(where: { $0.name == "label" }) else { return nil }
        return source.value.knownClasses.map { classes in
            Set(
                classes.compactMap { name in
                    guard let entry = labels.entries.first(where: { $0.name == name }) else { return name }
                    return entry.value
                }
            ).sortedByBytes()
        }
    }

    public init() {}
    /// Maps the clips of a corpus.
    public init(_ source: any CorpusSource) { self.source = AnyCorpus(source) }

    public var validationIssues: [ValidationIssue] {
        var found: [ValidationIssue] = []
        for (key, name) in [("name", name), ("speakers", speakers)] where name?.isEmpty == true {
            found.append(ValidationIssue(key, "expected a name, found \"\""))
        }
        var origins: [String: String] = [:]
        for entry in columns.entries {
            let path: [JSONPath.Step] = [.key("columns"), .key(entry.name)]
            if entry.value.isEmpty || ["id", "corpus"].contains(entry.value) {
                found.append(
                    ValidationIssue(
                        at: path,
                        "a column cannot be called \"\(entry.value)\"; \"id\" and \"corpus\" are reserved"
                    ))
            }
            if let other = origins.updateValue(entry.name, forKey: entry.value) {
                found.append(
                    ValidationIssue(
                        at: path,
                        "\"\(other)\" and \"\(entry.name)\" cannot both be called \"\(entry.value)\""))
            }
        }
        return found
    }

    /// The clips of the corpus after mapping. Throws if the source throws, and if the options name columns, values or
    /// classes that no clip has.
    public func read() throws -> Corpus {
        var corpus = try source.value.read()
        if let name { corpus.name = name }
        try renameColumns(&corpus)
        try translate(&corpus)
        try corpus.renameClasses(labels, key: "labels")
        corpus.classes = corpus.clips.values(of: "label")
        let isRenamed = columns.entries.contains { $0.name == "speaker" || $0.value == "speaker" }
        if isRenamed || values["speaker"] != nil { corpus.speakerSet = nil }
        corpus.speakerSet = speakers ?? corpus.speakerSet
        return corpus
    }

    private func renameColumns(_ corpus: inout Corpus) throws {
        guard !columns.entries.isEmpty else { return }
        let known = corpus.columns
        let renamed = Set(columns.entries.map(\.name))
        for entry in columns.entries {
            guard known.contains(entry.name) else {
                throw corpus.missingColumn(entry.name, key: "columns")
            }
            if known.contains(entry.value), !renamed.contains(entry.value) {
                throw InputError(
                    "\"columns.\(entry.name)\"",
                    found: "the new name \"\(entry.value)\", which is already a column of \(corpus.name)",
                    allowed: "another name, or rename \"\(entry.value)\" as well")
            }
        }
        let takesLabel = columns.entries.contains { $0.value == "label" }
        if renamed.contains("label"), !takesLabel {
            throw InputError(
                "\"columns.label\"", found: "no other column renamed to \"label\"",
                allowed: "renaming another column to \"label\": every clip needs a class")
        }
        corpus.clips = try corpus.clips.map { clip in
            var result = clip
            for entry in columns.entries { result.set(nil, in: entry.name) }
            for entry in columns.entries { result.set(clip.value(of: entry.name), in: entry.value) }
            if takesLabel, result.label.isEmpty {
                throw InputError(
                    "\"columns\"", found: "the clip \(clip.id) without a value for \"label\"",
                    allowed: "a column that every clip has")
            }
            return result
        }
    }

    private func translate(_ corpus: inout Corpus) throws {
        for column in values.entries {
            let known = corpus.clips.values(of: column.name)
            guard !known.isEmpty else { throw corpus.missingColumn(column.name, key: "values") }
            if column.name == "id" {
                throw InputError(
                    "\"values.id\"", found: "the ids of clips", allowed: corpus.columns.listed(20))
            }
            try InputError.check(
                column.value.entries.map(\.name), "values.\(column.name)", among: known, of: column.name)
            for index in corpus.clips.indices {
                guard let value = corpus.clips[index].value(of: column.name), let new = column.value[value]
                else { continue }
                guard !new.isEmpty || column.name != "label" else {
                    throw InputError(
                        "\"values.label\"", found: "an empty name for the class \"\(value)\"",
                        allowed: "a name; \"labels\" drops a class by null")
                }
                corpus.clips[index].set(new, in: column.name)
            }
        }
    }
}

extension Clip {
    /// Sets the value of a column; an empty label counts as none.
    fileprivate mutating func set(_ value: String?, in column: String) {
        switch column {
        case "id": break
        case "label": label = value ?? ""
        case "speaker": speaker = value
        default: attributes[column] = value
        }
    }
}

extension Corpus {
    /// Renames classes; those whose new name is null are dropped. Throws for classes that no clip has, and if none is
    /// left.
    mutating func renameClasses(_ names: Named<String?>, key: String) throws {
        try InputError.check(names.entries.map(\.name), key, among: clips.values(of: "label"), of: "class")
        clips = clips.compactMap { clip in
            guard let name = names[clip.label] else { return clip }
            guard let name else { return nil }
            var clip = clip
            clip.label = name
            return clip
        }
        guard !clips.isEmpty else {
            throw InputError("\"\(key)\"", found: "no class left", allowed: "at least one that is not null")
        }
    }

    /// The error that an option names an unknown column.
    func missingColumn(_ column: String, key: String) -> InputError {
        let meant = Suggestion.closest(to: column, among: columns).map { "; did you mean \"\($0)\"?" } ?? ""
        return InputError(
            "\"\(key)\"", found: "the column \"\(column)\", which no clip of \(name) has\(meant)",
            allowed: columns.listed(20))
    }
}

extension InputError {
    /// Throws for the first unknown name.
    static func check(_ names: [String], _ key: String, among known: [String], of noun: String) throws {
        guard let stranger = names.first(where: { !known.contains($0) }) else { return }
        let meant = Suggestion.closest(to: stranger, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
        throw InputError(
            "\"\(key)\"", found: "the \(noun) \"\(stranger)\", which no clip has\(meant)",
            allowed: known.listed(30))
    }
}
