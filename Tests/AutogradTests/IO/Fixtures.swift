import Autograd
import Foundation
import Testing

/// Files that tests of reading and writing use.
enum Fixtures {
    /// The folder of the files that NumPy and the safetensors package wrote (see make_io_fixtures.py).
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures/IO").path

    static func path(_ name: String) -> String { folder + "/" + name }

    static func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// Calls `body` with a new folder, which is gone afterwards.
    static func temporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
        let folder = NSTemporaryDirectory() + "/io-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }

    /// The message that `body` throws, nil where it throws none or another error than `FileError`.
    static func message<R>(_ body: () throws -> R) -> String? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? FileError)?.description
        }
    }
}
