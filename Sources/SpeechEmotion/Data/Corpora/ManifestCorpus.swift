import Autograd
import Configuration
import Foundation

/// Clips that a manifest lists: a table (CSV), one JSON object per line (JSONL), or a JSON list.
public struct ManifestCorpus: CorpusSource {
    /// The manifest.
    public var file = ""
    /// The folder that paths are relative to; nil for the folder of the manifest.
    public var folder: String?
    /// The names of the columns.
    public var path = "path"
    public var label = "label"
    public var speaker = "speaker"
    public var start = "start"
    public var end = "end"
    /// The name of the corpus in reports; nil takes the name of the file.
    public var name: String?

    public static let type = "manifest"
    public static let summary = "Clips listed in a CSV, JSONL or JSON manifest."
    public static let fields: [Field<Self>] = [
        .init(
            "file", \.file,
            "Manifest: a .csv or .tsv table, a .jsonl file with one object per line, or a .json list.",
            .required, .notEmpty),
        .init("folder", \.folder, "Folder that paths are relative to; by default that of the manifest."),
        .init("path", \.path, "Column with the path of the audio file.", .notEmpty),
        .init("label", \.label, "Column with the class.", .notEmpty),
        .init("speaker", \.speaker, "Column with the speaker, if any.", .notEmpty),
        .init(
            "start", \.start, "Column with the start of the clip in seconds, if any.", .notEmpty
        ),
        .init("end", \.end, "Column with the end of the clip in seconds, if any.", .notEmpty),
        .init("name", \.name, "Name of the corpus in reports."),
    ]

    public init() {}
    /// The clips of a manifest.
    public init(file: String, folder: String? = nil) {
        self.file = file
        self.folder = folder
    }

    public var validationIssues: [ValidationIssue] {
        let names = [path, label, speaker, start, end]
        guard Set(names).count < names.count else { return [] }
        return [ValidationIssue("path", "path, label, speaker, start and end must be different columns")]
    }

    /// Whether the manifest and at least one of its files exist; an empty manifest counts as present, because `read`
    /// explains it better.
    public var isPresent: Bool {
        guard FileManager.default.fileExists(atPath: file) else { return false }
        guard let records = try? ManifestRecord.read(file), !records.isEmpty else { return true }
        let paths = records.compactMap { $0[path].map { place(of: $0.text.trimmed) } }
        return paths.isEmpty || paths.contains { FileManager.default.fileExists(atPath: $0) }
    }
    /// The classes in the manifest, whether or not the files exist.
    public var knownClasses: [String]? {
        guard let records = try? ManifestRecord.read(file) else { return nil }
        let labels = Set(records.compactMap { $0[label]?.text.trimmed }).subtracting([""])
        return labels.isEmpty ? nil : labels.sortedByBytes()
    }

    /// The folder that paths are relative to.
    private var base: String { folder ?? (file.lastIndex(of: "/").map { String(file[..<$0]) } ?? ".") }
    private func place(of path: String) -> String { path.hasPrefix("/") ? path : "\(base)/\(path)" }

    /// The clips in the order of the manifest; those without a file are omitted. Throws if the manifest is empty or
    /// damaged, or lists a clip twice.
    public func read() throws -> Corpus {
        let records = try ManifestRecord.read(file)
        guard !records.isEmpty else {
            throw FileError(
                file: file, place: "reading a manifest", found: "no clips", allowed: "one per line")
        }
        var clips: [Clip] = []
        var omissions: [Omission] = []
        var places: [String: Int] = [:]
        var problems = missingColumns(records)
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        for record in records {
            guard problems.count < Self.mostProblems else {
                problems.append(
                    ConfigurationIssue(place: record.place, message: "not checked from here on"))
                break
            }
            guard let row = read(record, &problems) else { continue }
            let path = place(of: row.path)
            var id = row.path
            if row.start != nil || row.end != nil {
                id += "#\(row.start.map { "\($0)" } ?? "")-\(row.end.map { "\($0)" } ?? "")"
            }
            let line = record.place.line
            if let other = places[id] {
                let message = "the clip \"\(id)\" is listed twice; also in line \(other)"
                problems.append(ConfigurationIssue(place: record.place, message: message))
                continue
            }
            places[id] = line
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue
            else {
                omissions.append(Omission("line \(line), \(path)", "missing file"))
                continue
            }
            clips.append(
                Clip(
                    id: id, source: .file(path: path, start: row.start, end: row.end), label: row.label,
                    speaker: row.speaker, attributes: row.attributes))
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        guard !clips.isEmpty else {
            throw FileError(
                file: file, place: "reading a manifest",
                found:
                    "\(counted(omissions.count, "clip")), all of whose files are missing; \(omissions[0])",
                allowed: "paths relative to \(base); \"folder\" names another")
        }
        clips.sort { $0.id.precedes($1.id) }
        let own = file.split(separator: "/").last.map(String.init) ?? file
        return Corpus(name: name ?? own, clips: clips, omissions: omissions)
    }

    /// The number of problems that are reported.
    private static let mostProblems = 20

    /// The required columns that no clip has.
    private func missingColumns(_ records: [ManifestRecord]) -> [ConfigurationIssue] {
        [("path", path), ("label", label)].compactMap { key, column in
            guard let first = records.first, !records.contains(where: { $0[column] != nil }) else {
                return nil
            }
            let names = first.values.map(\.name).listed()
            return ConfigurationIssue(
                place: first.header ?? first.place, path: JSONPath([.key(column)]),
                message:
                    "missing; the columns are \(names). Name the right one in a config, {\"type\": \"manifest\", \"file\": …, \"\(key)\": \"…\"}, or rename it"
            )
        }
    }

    private struct Row {
        var path: String
        var label: String
        var speaker: String?
        var start: Double?
        var end: Double?
        var attributes: [String: String]
    }

    private func read(_ record: ManifestRecord, _ problems: inout [ConfigurationIssue]) -> Row? {
        let before = problems.count
        func report(_ value: ManifestRecord.Value?, _ column: String, _ message: String) {
            problems.append(
                ConfigurationIssue(
                    place: value?.place ?? record.place, path: JSONPath([.key(column)]), message: message))
        }
        func text(_ column: String) -> String {
            guard let value = record[column], !value.text.trimmed.isEmpty else {
                let names = record.values.map(\.name).listed()
                report(
                    record[column], column,
                    record[column] == nil
                        ? "missing; the columns are \(names)" : "expected a string, found none")
                return ""
            }
            return value.text.trimmed
        }
        func seconds(_ column: String) -> Double? {
            guard let value = record[column], !value.text.trimmed.isEmpty else { return nil }
            guard let number = Double(value.text.trimmed), number.isFinite, number >= 0 else {
                report(
                    value, column,
                    "expected a time in seconds of at least 0, found \(JSONValue.quoted(value.text))")
                return nil
            }
            return number
        }
        var row = Row(
            path: text(path), label: text(label), speaker: record[speaker]?.text.trimmed,
            start: seconds(start), end: seconds(end), attributes: [:])
        if row.speaker?.isEmpty == true { row.speaker = nil }
        if let end = row.end, end <= row.start ?? 0 {
            report(
                record[self.end], self.end, "expected a time after the start, \(row.start ?? 0), found \(end)"
            )
        }
        let own = [path, label, speaker, start, end]
        for value in record.values where !own.contains(value.name) && !value.text.isEmpty {
            row.attributes[value.name] = value.text
        }
        return problems.count == before ? row : nil
    }
}
