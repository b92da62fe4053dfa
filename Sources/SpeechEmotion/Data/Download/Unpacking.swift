import Autograd
import Foundation

/// The files of a zip archive, extracted into a folder.
struct Unpacking {
    let archive: ZipArchive
    /// The files, without folders and macOS metadata.
    let files: [ZipArchive.Member]
    private let name: String

    /// The maximum size of a file.
    private static let largestFile = 256 << 20

    /// Reads the directory of an archive. Throws if it is damaged, or contains names that lead out of the folder.
    init(_ path: String) throws {
        name = path
        archive = try ZipArchive(FileBytes.open(path, mapped: true))
        files = archive.members.filter { !$0.name.hasSuffix("/") && !Self.isLeftOver($0.name) }
        for file in files {
            if let flaw = Self.flaw(file.name) {
                throw FileError(
                    file: path, place: "member \"\(file.name)\"", found: flaw,
                    allowed: "a path inside the folder")
            }
            guard file.size <= Self.largestFile else {
                throw FileError(
                    file: path, place: "member \"\(file.name)\"", found: "\(grouped(file.size)) bytes",
                    allowed: "at most \(grouped(Self.largestFile))")
            }
        }
    }

    /// The total size of the files in bytes.
    var size: Int { files.reduce(0) { $0 + $1.size } }

    /// Extracts all files into a folder, which is created. `progress` receives the number of bytes written.
    func run(into folder: String, progress: @escaping @Sendable (Int) -> Void) throws {
        let folders = Set(files.map { Self.parent("\(folder)/\($0.name)") }).sortedByBytes()
        for folder in folders {
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                throw FileError(
                    file: folder, place: "creating the folder", found: "\(error.localizedDescription)",
                    allowed: "a writable location")
            }
        }
        let sums = sums
        let results = parallelMap(files.count, progress: { done, _ in progress(sums[done]) }) { index in
            Result { try write(files[index], to: "\(folder)/\(files[index].name)") }
        }
        for result in results { try result.get() }
    }

    /// The cumulative sizes: roughly the progress after n files.
    private var sums: [Int] {
        var sum = 0
        return [0]
            + files.map { file in
                sum += file.size
                return sum
            }
    }

    private func write(_ member: ZipArchive.Member, to path: String) throws {
        let (bytes, range) = try archive.content(member)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FileError.system(path, "writing", allowed: "a writable folder")
        }
        defer { close(descriptor) }
        try bytes.withBytes(range) { bytes in
            var done = 0
            while done < bytes.count {
                let count = Foundation.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if count < 0 && errno == EINTR { continue }
                guard count >= 0 else {
                    throw FileError.system(
                        path, "writing byte \(done)", allowed: "a disk with enough free space")
                }
                done += count
            }
        }
    }

    private static func parent(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    private static func isLeftOver(_ name: String) -> Bool {
        name.hasPrefix("__MACOSX/") || name.hasSuffix("/.DS_Store") || name == ".DS_Store"
    }

    /// Why a name must not be written; nil if it may.
    static func flaw(_ name: String) -> String? {
        if name.hasPrefix("/") { return "an absolute path" }
        if name.utf8.contains(0) || name.contains("\\") || name.contains(":") {
            return "a character that is not allowed in paths"
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if parts.contains("..") { return "a path that leads out of the folder" }
        if parts.contains(where: { $0.isEmpty || $0 == "." }) { return "a path with an empty component" }
        if name.utf8.count > 1000 || parts.contains(where: { $0.utf8.count > 255 }) {
            return "too long a path"
        }
        return nil
    }
}
