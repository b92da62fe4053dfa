import Autograd
import Foundation

/// A file below a folder.
struct FoundFile {
    /// The path relative to the folder, with slashes.
    let path: String
    /// The size in bytes.
    let size: Int

    /// The name without the extension.
    var stem: String {
        let name = name
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// The last component of the path.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The extension in lowercase.
    var ending: String {
        let name = name
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
        return name[dot...].dropFirst().lowercased()
    }

    /// The folders of the path, outermost first.
    var folders: [String] { path.split(separator: "/").dropLast().map(String.init) }

    /// Whether the extension is one of audio files.
    var isAudio: Bool { AudioFile.extensions.contains(ending) }

}

/// The files below a folder, sorted by the bytes of their paths. Links are followed; hidden files are skipped.
struct FolderListing {
    private(set) var files: [FoundFile] = []
    /// Names that are not UTF-8, and folders that cannot be read.
    private(set) var omissions: [Omission] = []

    private static let depthLimit = 40
    private static let fileLimit = 5_000_000
    private var visited: Set<[UInt64]> = []
    private let folder: String

    /// Lists a folder. Throws if it is missing or cannot be read; `purpose` is used in messages.
    init(_ folder: String, purpose: String) throws {
        self.folder = folder
        var status = stat()
        guard !folder.isEmpty, stat(folder, &status) == 0 else {
            let found = folder.isEmpty ? "an empty name" : "\"\(String(cString: strerror(errno)))\""
            throw FileError(
                file: folder.isEmpty ? "folder" : folder, place: purpose, found: found,
                allowed: "a folder that exists")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            let isArchive = [".zip", ".tar", ".gz"].contains { folder.lowercased().hasSuffix($0) }
            throw FileError(
                file: folder, place: purpose,
                found: isArchive ? "an archive; unpack it first" : "a file",
                allowed: "a folder")
        }
        guard try list("", depth: 0, purpose) else {
            throw FileError(
                file: folder, place: purpose, found: "a folder that cannot be read",
                allowed: "a readable folder")
        }
        files.sort { $0.path.precedes($1.path) }
        omissions.sort { $0.file.precedes($1.file) }
    }

    /// Adds the files of a folder and of those below it; returns false if it cannot be opened.
    private mutating func list(_ below: String, depth: Int, _ purpose: String) throws -> Bool {
        let path = below.isEmpty ? folder : "\(folder)/\(below)"
        guard let handle = opendir(path) else { return false }
        defer { closedir(handle) }
        var status = stat()
        guard fstat(dirfd(handle), &status) == 0 else { return false }
        // Stops at links that lead back up.
        guard visited.insert([UInt64(status.st_dev), UInt64(status.st_ino)]).inserted else { return true }
        while let entry = readdir(handle) {
            let bytes = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: UInt8.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
                    Array(UnsafeBufferPointer(start: $0, count: strlen($0)))
                }
            }
            guard bytes.first != UInt8(ascii: ".") else { continue }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                omissions.append(
                    Omission(join(below, String(decoding: bytes, as: UTF8.self)), "a name that is not UTF-8"))
                continue
            }
            let path = join(below, name)
            guard stat("\(folder)/\(path)", &status) == 0 else {
                omissions.append(
                    Omission(path, "a broken link, or a file that cannot be accessed"))
                continue
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                if depth >= Self.depthLimit {
                    omissions.append(Omission(path, "more than \(Self.depthLimit) folders deep"))
                } else if try !list(path, depth: depth + 1, purpose) {
                    omissions.append(Omission(path, "a folder that cannot be read"))
                }
            case S_IFREG:
                guard files.count < Self.fileLimit else {
                    throw FileError(
                        file: folder, place: purpose, found: "more than \(Self.fileLimit) files",
                        allowed: "the folder of one corpus")
                }
                files.append(FoundFile(path: path, size: Int(status.st_size)))
            default: continue
            }
        }
        return true
    }

    private func join(_ below: String, _ name: String) -> String {
        below.isEmpty ? name : "\(below)/\(name)"
    }
}
