import Foundation
import Lab
import TestSupport
import Testing

/// An experiment that takes a moment, on the embedded corpus.
enum SmallExperiment {
    static let name = "small"
    static let text = smallExperiment

    /// Calls `body` with a folder of its own that holds the config as `small.json`.
    static func inFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = NSTemporaryDirectory() + "train-\(UUID().uuidString)"
        try make(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }

    private static func make(_ folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try text.write(toFile: folder + "/small.json", atomically: false, encoding: .utf8)
    }

    /// The words of a run in `runs` below a folder, with more of them after those.
    static func run(_ folder: String, name: String = name, _ more: String...) -> [String] {
        ["run", folder + "/small.json", "--runs", folder + "/runs", "--name", name, "--no-cache"] + more
    }

    /// What equal runs have equal, by the files' names.
    static func files(_ run: String) throws -> [String: Data] {
        try RunFile.repeatable.reduce(into: [:]) {
            $0[$1] = try Data(contentsOf: URL(fileURLWithPath: run + "/" + $1))
        }
    }

    /// Expects a run to have the files of another.
    static func expectEqual(_ run: String, _ other: String, _ comment: String = "") throws {
        let (found, wanted) = try (files(run), files(other))
        for (name, data) in wanted { #expect(found[name] == data, "\(name) \(comment)") }
    }

    /// The folder of a run that has ended, made once for tests that only read it.
    static let finished: Result<String, any Error> = Result {
        let folder = NSTemporaryDirectory() + "train-finished-\(getpid())"
        try make(folder)
        atexit {
            try? FileManager.default.removeItem(atPath: NSTemporaryDirectory() + "train-finished-\(getpid())")
        }
        let ending = try BuiltProgram.run(run(folder, "--quiet"))
        try #require(ending.status == 0, "\(ending.errors)")
        // Tests that evaluate the run write into its folder while others copy it.
        try FileManager.default.copyItem(atPath: folder + "/runs/" + name, toPath: folder + "/untouched")
        return folder + "/runs/" + name
    }

    /// A copy of the finished run that no test writes into.
    static func untouched() throws -> String {
        let run = try finished.get()
        return ((run as NSString).deletingLastPathComponent as NSString).deletingLastPathComponent
            + "/untouched"
    }
}

/// The folder of this package.
let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
