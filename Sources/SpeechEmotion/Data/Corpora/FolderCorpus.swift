import Autograd
import Configuration

/// A corpus whose paths determine the metadata: one folder per class, or a pattern such as
/// `{speaker}/{label}_{statement}`.
public struct FolderCorpus: CorpusSource {
    /// The folder with the files.
    public var folder = ""
    /// The pattern of paths below the folder; nil takes the outermost folder as the class.
    public var pattern: String?
    /// The name of the corpus in reports; nil takes the name of the folder.
    public var name: String?

    public static let type = "folders"
    public static let summary = "One folder per class, or paths that follow a pattern."
    public static let fields: [Field<Self>] = [
        .init("folder", \.folder, "Folder with the files.", .required, .notEmpty),
        .init(
            "pattern", \.pattern,
            "Pattern of the paths without extensions, such as {speaker}/{label}_{statement}. {label} is required, * matches any text and {name:2} exactly two characters. By default, the outermost folder is the class."
        ),
        .init("name", \.name, "Name of the corpus in reports."),
    ]

    public init() {}
    /// The files below a folder.
    public init(folder: String, pattern: String? = nil) {
        self.folder = folder
        self.pattern = pattern
    }

    /// Whether the folder exists.
    public var isPresent: Bool { isFolder(folder) }

    public var validationIssues: [ValidationIssue] {
        guard let pattern else { return [] }
        do {
            _ = try NamePattern(pattern)
            return []
        } catch {
            return [ValidationIssue("pattern", error.description)]
        }
    }

    /// The clips sorted by path; files that do not match the pattern are omitted. Throws a `FileError` if no clip is
    /// left.
    public func read() throws -> Corpus {
        let purpose = "reading a folder of classes"
        let listing = try FolderListing(folder, purpose: purpose)
        let pattern: NamePattern?
        do {
            pattern = try self.pattern.map { text throws(InputError) in try NamePattern(text) }
        } catch {
            throw InputError(
                purpose, found: "the pattern \"\(self.pattern ?? "")\"", allowed: error.description)
        }
        var clips: [Clip] = []
        var omissions = listing.omissions
        for file in listing.files where file.isAudio {
            if let reason = file.flaw(in: folder) {
                omissions.append(Omission(file.path, reason))
                continue
            }
            var values: [String: String]
            if let pattern {
                let stem = (file.folders + [file.stem]).joined(separator: "/")
                guard let found = pattern.match(stem) else {
                    omissions.append(Omission(file.path, "does not match the pattern \(pattern.text)"))
                    continue
                }
                values = found
            } else if let label = file.folders.first {
                values = ["label": label]
            } else {
                omissions.append(Omission(file.path, "not in a folder, which would name its class"))
                continue
            }
            guard let label = values.removeValue(forKey: "label") else { continue }
            let speaker = values.removeValue(forKey: "speaker")
            clips.append(
                Clip(
                    id: file.path, source: .file(path: "\(folder)/\(file.path)", start: nil, end: nil),
                    label: label, speaker: speaker, attributes: values))
        }
        guard !clips.isEmpty else {
            let reason = omissions.first.map { "; \($0)" } ?? ""
            throw FileError(
                file: folder, place: purpose,
                found: "no clip among \(counted(listing.files.count, "file"))\(reason)",
                allowed: self.pattern.map { "audio files named \($0)" }
                    ?? "a folder of audio files for each class")
        }
        let last = folder.split(separator: "/").last.map(String.init) ?? folder
        return Corpus(
            name: name ?? last, clips: clips, omissions: omissions.sorted { $0.file.precedes($1.file) })
    }
}
