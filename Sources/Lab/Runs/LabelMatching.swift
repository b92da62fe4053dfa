import Autograd
import Configuration
import Reports
import SpeechEmotion

/// A mapping from labels of other data to the classes of a model.
public struct LabelMapping: Options {
    /// The class for each label; null drops the clips of a label.
    public var labels = Named<String?>()

    public static let summary = "Mapping from labels of the data to classes of the model."
    public static let fields: [Field<Self>] = [
        .init(
            "labels", \.labels,
            "The model's class for each label of the data, such as {\"anger\": \"angry\"}; `null` drops the clips of a label."
        )
    ]

    /// Creates an empty mapping.
    public init() {}

    /// Parses a mapping from JSON such as `{"anger": "angry"}`; messages name `source`.
    public init(json text: String, source: String) throws(ConfigurationError) {
        self = try Self.decode(
            JSONValue(.object([JSONMember("labels", JSONValue.parse(text, source: source))])))
    }
}

/// The clips of a corpus with labels mapped to a model's classes, and the labels that do not match.
struct LabelMatching {
    /// A label and its number of clips.
    typealias Count = (label: String, clips: Int)

    /// The clips with a class of the model.
    private(set) var clips: [Clip] = []
    /// The labels that the mapping drops.
    private(set) var dropped: [Count] = []
    /// The labels that are not classes of the model.
    private(set) var unknown: [Count] = []
    /// The classes of the model that have no clips.
    let missing: [String]
    /// The names of the data and of the model.
    private let data, model: String
    private let classes: [String]
    private let mapping: Named<String?>

    /// Maps labels. Throws an `InputError` if the mapping names an unknown label or class.
    init(_ corpus: Corpus, _ mapping: Named<String?>, classes: [String], model: String) throws(InputError) {
        (data, self.model, self.classes, self.mapping) = (corpus.name, model, classes, mapping)
        let labels = corpus.clips.values(of: "label")
        for entry in mapping.entries {
            try Self.check(entry.name, "which is not a label of \(corpus.name)", among: labels)
            guard let name = entry.value else { continue }
            try Self.check(name, "which is not a class of \(model)", among: classes)
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

    private static func check(_ name: String, _ what: String, among known: [String]) throws(InputError) {
        guard !known.contains(name) else { return }
        let meant = Suggestion.closest(to: name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
        throw InputError(
            "--labels", found: "\"\(name)\", \(what)\(meant)",
            allowed: known.map { "\"\($0)\"" }.joined(separator: ", "))
    }

    /// Throws an `InputError` if more than 10 % of the clips or a class of the model are unmatched and partial matches are not
    /// allowed, and an `InputError` if no clip is left.
    func check(allowsPartial: Bool) throws {
        if !allowsPartial {
            let lost = unknown.reduce(0) { $0 + $1.clips }
            let isMuch = Double(lost) > ClipCoverage.mostDropped * Double(clips.count + lost)
            guard !isMuch, missing.isEmpty else { throw InputError(description) }
        }
        guard !clips.isEmpty else {
            throw InputError(
                data,
                found:
                    "no clips with a class of \(model)\(unknown.isEmpty ? "" : ", only \(Self.text(unknown))")",
                allowed: classes.map { "\"\($0)\"" }.joined(separator: ", ")
                    + "; use --labels to map labels to classes")
        }
    }

    /// Notes about dropped and unmatched clips.
    var notes: [String] {
        let kinds = [("dropped by --labels", dropped), ("skipped, not a class of \(model)", unknown)]
        return kinds.filter { !$0.1.isEmpty }.map { "\($0.0): \(Self.text($0.1))" }
            + (missing.isEmpty
                ? []
                : ["no clips of \(MissingClasses.list(missing)): \(MissingClasses.effect)"])
    }

    /// The mapping, completed with the closest class for each unmatched label.
    var proposal: [(label: String, name: String?)] {
        mapping.entries.filter { entry in !unknown.contains { $0.label == entry.name } }.map {
            ($0.name, $0.value)
        } + unknown.map { ($0.label, Self.closest(to: $0.label, among: classes)) }
    }

    /// The class whose name is most similar to a label, or shares a prefix of three or more letters with it (anger, angry).
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
                "  labels that are not classes of the model: \(Self.text(unknown)); in total \(NumberText.count(lost)) of \(NumberText.count(lost + clips.count, "clip"))"
            )
        }
        let matched = classes.filter { !missing.contains($0) }
        let counts = zip(matched, clips.counts(of: matched)).map { Count($0, $1) }
        lines.append("  classes with clips: \(counts.isEmpty ? "none" : Self.text(counts))")
        if !missing.isEmpty {
            lines.append(
                "  classes of the model without clips: \(missing.map { "\"\($0)\"" }.joined(separator: ", "))"
            )
        }
        if unknown.isEmpty {
            lines.append(
                #"If other labels stand for these classes, map them: --labels '{"LABEL": "CLASS"}'"#
            )
        } else {
            let json = proposal.map { label, name in
                "\(JSONValue.quoted(label)): \(name.map { JSONValue.quoted($0) } ?? "null")"
            }
            lines.append(
                "Map labels to classes, or to null to drop them, for example: --labels \(Shell.quoted("{\(json.joined(separator: ", "))}"))"
            )
        }
        lines.append("To evaluate on the matching clips and classes only, add --allow-partial.")
        return lines.joined(separator: "\n")
    }

    private static func text(_ counts: [Count]) -> String {
        counts.map { "\"\($0.label)\" (\(NumberText.count($0.clips, "clip")))" }.joined(separator: ", ")
    }
}
