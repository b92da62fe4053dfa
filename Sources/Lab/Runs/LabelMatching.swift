import Configuration
import Reports
import SpeechEmotion

/// Labels that an evaluation renames, on top of what the data themselves rename.
public struct LabelMapping: Options {
    /// The class of the model for a label of the data; null drops the clips of a label.
    public var labels = Named<String?>()

    public static let summary = "Labels that an evaluation renames."
    public static let fields: [Field<Self>] = [
        .init(
            "labels", \.labels,
            "The class of the model for a label of the data, such as {\"anger\": \"angry\"}; null drops a label."
        )
    ]

    /// Renames nothing.
    public init() {}

    /// The mapping that JSON text describes, such as `{"anger": "angry"}`; `source` is named in messages.
    public init(json text: String, source: String) throws(ConfigurationError) {
        self = try Self.decode(
            JSONValue(.object([JSONMember("labels", JSONValue.parse(text, source: source))])))
    }
}

/// The clips of data for a model: their labels mapped to its classes, and what does not match.
struct LabelMatching {
    /// A label and its clips.
    typealias Count = (label: String, clips: Int)

    /// Clips of classes that the model knows.
    private(set) var clips: [Clip] = []
    /// Labels that the mapping drops.
    private(set) var dropped: [Count] = []
    /// Labels that are no class of the model.
    private(set) var unknown: [Count] = []
    /// Classes of the model without a clip.
    let missing: [String]
    /// What the data are called, and the model.
    private let data, model: String
    private let classes: [String]
    private let mapping: Named<String?>

    /// The most clips, as a share of those that are not dropped, that may be left out without a word.
    private static let mostUnknown = 0.1

    /// Maps labels. Throws a `DataError` where the mapping names a label that no clip has, or no class of the model.
    init(_ corpus: Corpus, _ mapping: Named<String?>, classes: [String], model: String) throws(DataError) {
        (data, self.model, self.classes, self.mapping) = (corpus.name, model, classes, mapping)
        let labels = corpus.clips.values(of: "label")
        for entry in mapping.entries {
            try Self.check(entry.name, "a label that no clip of \(corpus.name) has", among: labels)
            guard let name = entry.value else { continue }
            try Self.check(name, "no class of \(model)", among: classes)
        }
        for (label, count) in zip(labels, corpus.clips.counts(of: labels)) {
            if let name = mapping[label], name == nil {
                dropped.append((label, count))
            } else if !classes.contains((mapping[label] ?? nil) ?? label) {
                unknown.append((label, count))
            }
        }
        clips = corpus.clips.compactMap { clip in
            var clip = clip
            if let name = mapping[clip.label] {
                guard let name else { return nil }
                clip.label = name
            }
            return classes.contains(clip.label) ? clip : nil
        }
        let found = Set(clips.map(\.label))
        missing = classes.filter { !found.contains($0) }
    }

    private static func check(_ name: String, _ what: String, among known: [String]) throws(DataError) {
        guard !known.contains(name) else { return }
        let meant = Suggestion.closest(to: name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
        throw DataError(
            "--labels", found: "\"\(name)\", \(what)\(meant)",
            allowed: known.map { "\"\($0)\"" }.joined(separator: ", "))
    }

    /// Throws a `LabelMismatch` where more than a tenth of the clips, or a class of the model, is left out and that was not allowed; a
    /// `DataError` where no clip is left.
    func check(allowsPartial: Bool) throws {
        if !allowsPartial {
            let lost = unknown.reduce(0) { $0 + $1.clips }
            let isMuch = Double(lost) > Self.mostUnknown * Double(clips.count + lost)
            guard !isMuch, missing.isEmpty else { throw LabelMismatch(description: description) }
        }
        guard !clips.isEmpty else {
            throw DataError(
                data,
                found:
                    "no clip of a class of \(model)\(unknown.isEmpty ? "" : ", but \(Self.text(unknown))")",
                allowed: classes.map { "\"\($0)\"" }.joined(separator: ", ")
                    + "; --labels maps labels to classes")
        }
    }

    /// What is left out, in a sentence each.
    var notes: [String] {
        let kinds = [("dropped by --labels", dropped), ("left out, no class of \(model)", unknown)]
        return kinds.filter { !$0.1.isEmpty }.map { "\($0.0): \(Self.text($0.1))" }
            + (missing.isEmpty
                ? []
                : [
                    "no clip of \(missing.map { "\"\($0)\"" }.joined(separator: ", ")): uar is the mean over the classes with clips, macro_f1 counts the others as 0"
                ])
    }

    /// The mapping so far, with the closest class for every label that is none.
    var proposal: [(label: String, name: String?)] {
        mapping.entries.filter { entry in !unknown.contains { $0.label == entry.name } }.map {
            ($0.name, $0.value)
        } + unknown.map { ($0.label, Self.closest(to: $0.label, among: classes)) }
    }

    /// The class that a label likely stands for: by its letters, or by its first three or more (anger, angry).
    private static func closest(to label: String, among classes: [String]) -> String? {
        if let close = Suggestion.closest(to: label, among: classes) { return close }
        let shared = classes.map { $0.lowercased().commonPrefix(with: label.lowercased()).count }
        guard let most = shared.max(), most >= 3, shared.count(where: { $0 == most }) == 1 else { return nil }
        return shared.firstIndex(of: most).map { classes[$0] }
    }

    private var description: String {
        let lost = unknown.reduce(0) { $0 + $1.clips }
        var lines = ["the labels of \(data) do not match the classes of \(model)"]
        if lost > 0 {
            lines.append(
                "  labels that are no class of the model: \(Self.text(unknown)); together \(NumberText.count(lost)) of \(NumberText.count(lost + clips.count, "clip"))"
            )
        }
        let matched = classes.filter { !missing.contains($0) }
        let counts = zip(matched, clips.counts(of: matched)).map { Count($0, $1) }
        lines.append("  classes with clips: \(counts.isEmpty ? "none" : Self.text(counts))")
        if !missing.isEmpty {
            lines.append(
                "  classes of the model without a clip: \(missing.map { "\"\($0)\"" }.joined(separator: ", "))"
            )
        }
        if !unknown.isEmpty {
            let json = proposal.map { label, name in
                "\(JSONValue.quoted(label)): \(name.map { JSONValue.quoted($0) } ?? "null")"
            }
            lines.append(
                "Map labels to classes, with null for labels to drop, such as --labels \(Shell.quoted("{\(json.joined(separator: ", "))}"))"
            )
        }
        lines.append("To evaluate on the clips and classes that match, add --allow-partial.")
        return lines.joined(separator: "\n")
    }

    private static func text(_ counts: [Count]) -> String {
        counts.map { "\"\($0.label)\" (\(NumberText.count($0.clips, "clip")))" }.joined(separator: ", ")
    }
}

/// Labels of data that do not match the classes of a model.
public struct LabelMismatch: Error, Sendable, Equatable, CustomStringConvertible {
    /// The labels and classes on both sides, and what to do.
    public let description: String
}
