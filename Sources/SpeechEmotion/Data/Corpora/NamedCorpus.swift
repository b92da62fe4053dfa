import Autograd
import Configuration
import Foundation

/// The metadata that a file name encodes by the rules of a corpus.
enum NameReading {
    /// The metadata of a clip. Files with the same `key` are the same recording.
    case clip(key: String, label: String, speaker: String?, attributes: [String: String])
    /// A file of this corpus that the options exclude.
    case unwanted
    /// A file of this corpus with invalid metadata.
    case unfit(String)
    /// Not a file name of this corpus.
    case foreign
}

/// A corpus whose file names encode the metadata.
protocol NamedCorpus: CorpusSource {
    /// The name of the corpus: `CREMA-D`.
    static var title: String { get }
    /// An example of a file name.
    static var example: String { get }
    /// The folder with the files, searched recursively.
    var folder: String { get }
    /// Parses a file name.
    func reading(_ file: FoundFile) -> NameReading
    /// Adds metadata from other files of the folder.
    func complete(_ clips: inout [Clip], _ listing: FolderListing) throws
}

extension NamedCorpus {
    func complete(_ clips: inout [Clip], _ listing: FolderListing) throws {}

    /// Whether the folder exists.
    public var isPresent: Bool { isFolder(folder) }
    /// By default, every speaker has all classes.
    public var columnsOfEveryClass: Set<String> { ["speaker", "gender"] }

    /// The clips whose names follow the rules of the corpus; other audio files and duplicates are omitted. Throws a
    /// `FileError` if no clip is left.
    public func read() throws -> Corpus {
        let purpose = "reading \(Self.title)"
        let listing = try FolderListing(folder, purpose: purpose)
        let audioFiles = listing.files.filter(\.isAudio)
        guard !audioFiles.isEmpty else { throw noAudio(listing, purpose) }
        var clips: [Clip] = []
        var omissions = listing.omissions
        var places: [String: String] = [:]
        var foreign: [FoundFile] = []
        var unwanted = 0
        for file in audioFiles {
            switch reading(file) {
            case .clip(let key, let label, let speaker, let attributes):
                if let reason = file.flaw(in: folder) {
                    omissions.append(Omission(file.path, reason))
                } else if let place = places[key] {
                    omissions.append(Omission(file.path, "the same recording as \(place), by its name"))
                } else {
                    places[key] = file.path
                    clips.append(
                        Clip(
                            id: file.path,
                            source: .file(path: "\(folder)/\(file.path)", start: nil, end: nil),
                            label: label, speaker: speaker, attributes: attributes))
                }
            case .unwanted: unwanted += 1
            case .unfit(let reason): omissions.append(Omission(file.path, reason))
            case .foreign:
                foreign.append(file)
                omissions.append(
                    Omission(file.path, "not a file name of \(Self.title), such as \(Self.example)"))
            }
        }
        guard !clips.isEmpty || unwanted > 0 else { throw noClips(audioFiles, omissions, foreign, purpose) }
        guard !clips.isEmpty else {
            throw FileError(
                file: folder, place: purpose,
                found: "\(counted(unwanted, "file")) of \(Self.title), none of which match the options",
                allowed: "options that select at least one file")
        }
        try complete(&clips, listing)
        return Corpus(
            name: Self.title, clips: clips, omissions: omissions.sorted { $0.file.precedes($1.file) },
            speakerSet: Self.title)
    }

    private func noAudio(_ listing: FolderListing, _ purpose: String) -> FileError {
        let archive = listing.files.first { ["zip", "tar", "gz", "tgz", "7z", "rar"].contains($0.ending) }
        let found =
            if let archive {
                "no audio files, only the archive \(archive.path); unpack it"
            } else if listing.files.isEmpty {
                "an empty folder"
            } else {
                "no audio files among \(counted(listing.files.count, "file")) such as \(listing.files[0].path)"
            }
        return FileError(
            file: folder, place: purpose, found: found, allowed: "audio files such as \(Self.example)")
    }

    private func noClips(
        _ audioFiles: [FoundFile], _ omissions: [Omission], _ foreign: [FoundFile], _ purpose: String
    ) -> FileError {
        guard let first = foreign.first else {
            return FileError(
                file: folder, place: purpose,
                found: "no clip among \(counted(audioFiles.count, "audio file")); \(omissions[0])",
                allowed: "audio files such as \(Self.example)")
        }
        let other = CorpusRecognition.title(of: foreign).map {
            "; this looks like \($0.title): use {\"type\": \"\($0.type)\"}"
        }
        return FileError(
            file: folder, place: purpose,
            found:
                "\(counted(foreign.count, "audio file")) with other names, such as \(first.path)\(other ?? "")",
            allowed: "names such as \(Self.example)")
    }
}

/// Recognizes known corpora by their file names.
enum CorpusRecognition {
    /// The corpus that most of the files, and at least half of them, are named by.
    static func title(of files: [FoundFile]) -> (title: String, type: String)? {
        let some = files.prefix(500)
        var best: (title: String, type: String, count: Int)?
        for kind in CorpusKinds.kinds {
            guard let kind = kind as? any NamedCorpus.Type else { continue }
            let count = count(some, kind)
            if count > best?.count ?? 0 { best = (kind.title, kind.type, count) }
        }
        let turns = some.count { $0.stem.hasPrefix("Ses0") && $0.stem.contains("_") }
        if turns > best?.count ?? 0 { best = ("IEMOCAP", IEMOCAPCorpus.type, turns) }
        guard let best, best.count * 2 >= some.count else { return nil }
        return (best.title, best.type)
    }

    private static func count<Kind: NamedCorpus>(_ files: ArraySlice<FoundFile>, _ kind: Kind.Type) -> Int {
        let corpus = Kind()
        return files.count { if case .foreign = corpus.reading($0) { false } else { true } }
    }
}

extension FoundFile {
    /// Why a file of the right name cannot be audio; nil if it can.
    func flaw(in folder: String) -> String? {
        if size == 0 { return "an empty file" }
        // Repositories may store large files elsewhere, with a few lines of text in their place.
        if size < 200, let bytes = FileManager.default.contents(atPath: "\(folder)/\(path)"),
            bytes.starts(with: Array("version https://git-lfs".utf8))
        {
            return "a Git LFS pointer instead of audio; run \"git lfs pull\""
        }
        return nil
    }
}

extension StringProtocol {
    /// Whether the text is not empty and consists of the digits 0 to 9.
    var isDigits: Bool {
        !isEmpty && utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
