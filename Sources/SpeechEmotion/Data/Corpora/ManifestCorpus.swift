import Autograd
import Configuration
import Foundation

/// Clips that a file lists: a table (CSV), or JSON objects one a line (JSONL) or in a list (JSON).
public struct ManifestCorpus: CorpusSource {
    /// The list.
    public var file = ""
    /// What paths in the list are relative to; nil for the folder of the list.
    public var folder: String?
    /// The columns.
    public var path = "path"
    public var label = "label"
    public var speaker = "speaker"
    public var start = "start"
    public var end = "end"
    /// What the corpus is called in reports; nil takes the name of the file.
    public var name: String?

    public static let type = "manifest"
    public static let summary = "Clips that a CSV, JSONL or JSON file lists."
    public static let fields: [Field<Self>] = [
        .init(
            "file", \.file, "A .csv or .tsv table, a .jsonl file of one object a line, or a .json list.",
            .required, .notEmpty),
        .init("folder", \.folder, "What paths are relative to; the folder of the list unless given."),
        .init("path", \.path, "The column with the path of the sound.", .notEmpty),
        .init("label", \.label, "The column with the class.", .notEmpty),
        .init("speaker", \.speaker, "The column with the speaker, if there is one.", .notEmpty),
        .init(
            "start", \.start, "The column with the second at which a clip begins, if there is one.", .notEmpty
        ),
        .init("end", \.end, "The column with the second at which a clip ends, if there is one.", .notEmpty),
        .init("name", \.name, "What the corpus is called in reports."),
    ]

    public init() {}
    /// The clips of a list.
    public init(file: String, folder: String? = nil) {
        self.file = file
        self.folder = folder
    }

    public var complaints: [Complaint] {
        let names = [path, label, speaker, start, end]
        guard Set(names).count < names.count else { return [] }
        return [Complaint("path", "path, label, speaker, start and end have to be different columns")]
    }

    /// Whether the list is there, and at least one of the files that it names; a list without any is taken as present,
    /// as `read` has more to say about it.
    public var isPresent: Bool {
        guard FileManager.default.fileExists(atPath: file) else { return false }
        guard let records = try? ManifestRecord.read(file), !records.isEmpty else { return true }
        let paths = records.compactMap { $0[path].map { place(of: $0.text.trimmed) } }
        return paths.isEmpty || paths.contains { FileManager.default.fileExists(atPath: $0) }
    }
    /// Those that the list names, whether or not the files are there.
    public var knownClasses: [String]? {
        guard let records = try? ManifestRecord.read(file) else { return nil }
        let labels = Set(records.compactMap { $0[label]?.text.trimmed }).subtracting([""])
        return labels.isEmpty ? nil : labels.sortedByBytes()
    }

    /// What paths are relative to.
    private var base: String { folder ?? (file.lastIndex(of: "/").map { String(file[..<$0]) } ?? ".") }
    private func place(of path: String) -> String { path.hasPrefix("/") ? path : "\(base)/\(path)" }

    /// The clips in the order of the list; those without a file are omitted. Throws for a list that is empty or
    /// damaged, or names a clip twice.
    public func read() throws -> Corpus {
        let records = try ManifestRecord.read(file)
        guard !records.isEmpty else {
            throw FileError(file: file, place: "reading a manifest", found: "no clips", allowed: "one a line")
        }
        var clips: [Clip] = []
        var omissions: [Omission] = []
        var places: [String: Int] = [:]
        var problems: [Problem] = []
        for record in records {
            guard problems.count < 20 else { break }
            guard let row = read(record, &problems) else { continue }
            let path = place(of: row.path)
            var id = row.path
            if row.start != nil || row.end != nil {
                id += "#\(row.start.map { "\($0)" } ?? "")-\(row.end.map { "\($0)" } ?? "")"
            }
            let line = record.place.line
            if let other = places[id] {
                let message = "the clip \"\(id)\" a second time; it stands in line \(other) as well"
                problems.append(Problem(place: record.place, message: message))
                continue
            }
            places[id] = line
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue
            else {
                omissions.append(Omission("line \(line)", "there is no file \(path)"))
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
                    "\(counted(omissions.count, "clip")), the files of all of which are missing; \(omissions[0])",
                allowed: "paths relative to \(base); \"folder\" names another")
        }
        clips.sort { $0.id.precedes($1.id) }
        let own = file.split(separator: "/").last.map(String.init) ?? file
        return Corpus(name: name ?? own, clips: clips, omissions: omissions)
    }

    private struct Row {
        var path: String
        var label: String
        var speaker: String?
        var start: Double?
        var end: Double?
        var attributes: [String: String]
    }

    private func read(_ record: ManifestRecord, _ problems: inout [Problem]) -> Row? {
        let before = problems.count
        func report(_ value: ManifestRecord.Value?, _ column: String, _ message: String) {
            problems.append(
                Problem(
                    place: value?.place ?? record.place, path: JSONPath([.key(column)]), message: message))
        }
        func text(_ column: String) -> String {
            guard let value = record[column], !value.text.trimmed.isEmpty else {
                let names = record.values.map(\.name).listed()
                report(
                    record[column], column,
                    record[column] == nil ? "missing; the columns are \(names)" : "expected text, found none")
                return ""
            }
            return value.text.trimmed
        }
        func seconds(_ column: String) -> Double? {
            guard let value = record[column], !value.text.trimmed.isEmpty else { return nil }
            guard let number = Double(value.text.trimmed), number.isFinite, number >= 0 else {
                report(value, column, "expected seconds of at least 0, found \(JSONValue.quoted(value.text))")
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
                record[self.end], self.end, "expected more than the start, \(row.start ?? 0), found \(end)")
        }
        let own = [path, label, speaker, start, end]
        for value in record.values where !own.contains(value.name) && !value.text.isEmpty {
            row.attributes[value.name] = value.text
        }
        return problems.count == before ? row : nil
    }
}
