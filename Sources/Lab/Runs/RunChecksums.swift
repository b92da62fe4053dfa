import Autograd
import Foundation

/// The checksums of the files of a finished run, in the format of the program `sha256sum`, so that
/// `sha256sum --check SHA256SUMS` verifies a run without this program.
public struct RunChecksums: Sendable {
    /// The digests by file name, in the order of the file.
    public let digests: [(name: String, digest: String)]
    private let folder: String

    /// The state of a file compared with its checksum.
    public enum State: String, Sendable {
        case intact, changed, missing
    }

    /// Reads the checksums of a run; nil if it has none. Throws a `FileError` if the file is damaged.
    public init?(folder: String) throws {
        let path = folder + "/" + RunFile.checksums
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let bytes = try FileBytes.open(path, mapped: false)
        guard let text = bytes.withBytes(0..<bytes.count, { String(validating: $0, as: UTF8.self) }) else {
            throw FileError(
                file: path, place: "reading", found: "unreadable text", allowed: "lines written by Train run")
        }
        var found: [(name: String, digest: String)] = []
        for (index, line) in text.split(separator: "\n").enumerated() {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
            guard parts.count == 2, parts[0].utf8.count == 64, parts[0].allSatisfy(\.isHexDigit) else {
                throw FileError(
                    file: path, place: "line \(index + 1)", found: "\"\(line.prefix(60))\"",
                    allowed: "a digest of 64 hexadecimal digits and a file name")
            }
            found.append((parts[1].trimmingCharacters(in: .whitespaces), parts[0].lowercased()))
        }
        (digests, self.folder) = (found, folder)
    }

    /// Writes the result of a run, which makes the run finished, and before it the checksums of all files, so that no finished
    /// run lacks them.
    static func finish(_ folder: RunFolder, result: String) throws {
        let names =
            RunFile.repeatable + [
                RunFile.targets, RunFile.sequences, RunFile.columns, RunFile.groups, RunFile.gaps,
                RunFile.decisions,
                RunFile.modelCard, RunFile.search,
            ]
        let digests = try names.map { name in
            (name, name == RunFile.result ? SHA256.hex(of: result) : try digest(folder.file(name)))
        }
        let lines = digests.compactMap { name, digest in digest.map { "\($0)  \(name)\n" } }
        try folder.write(lines.joined(), to: RunFile.checksums)
        try folder.write(result, to: RunFile.result)
    }

    /// The SHA-256 of a file; nil if it is missing.
    private static func digest(_ path: String) throws -> String? {
        FileManager.default.fileExists(atPath: path) ? try SHA256.hash(contentsOf: path) : nil
    }

    /// Returns the state of each file.
    public func states() throws -> [(name: String, state: State)] {
        try digests.map { ($0.name, try state($0.name, $0.digest)) }
    }

    private func state(_ name: String, _ digest: String) throws -> State {
        let path = folder + "/" + name
        guard FileManager.default.fileExists(atPath: path) else { return .missing }
        return try SHA256.hash(contentsOf: path) == digest ? .intact : .changed
    }

    /// Throws a `FileError` for the first of the given files that has changed since it was written.
    func check(_ names: [String]) throws {
        for (name, digest) in digests where names.contains(name) {
            guard try state(name, digest) == .changed else { continue }
            throw FileError(
                file: folder + "/" + name, place: "checksum",
                found: "contents other than those that the run wrote, according to \(RunFile.checksums)",
                allowed: "the unchanged file; restore it, or repeat the run")
        }
    }
}
