import Autograd
import Foundation
import Testing

/// Files for tests of reading and writing.
enum Fixtures {
    /// The folder of the files written by NumPy and the safetensors package (see make_io_fixtures.py).
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures/IO").path

    static func path(_ name: String) -> String { folder + "/" + name }

    static func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// Calls `body` with a temporary folder, which is deleted afterwards.
    static func temporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
        let folder = NSTemporaryDirectory() + "/io-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }

    /// Returns the message of the `FileError` that `body` throws, or nil if it throws no such error.
    static func message<R>(_ body: () throws -> R) -> String? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? FileError)?.description
        }
    }
}
