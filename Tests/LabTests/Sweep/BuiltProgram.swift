import Foundation
import Testing

/// The program `Train` as it was built with the tests.
enum BuiltProgram {
    /// How a call ended, and what it said.
    struct Ending {
        var status: Int32
        var output: String
        var errors: String
    }

    /// A call under way.
    final class Call {
        fileprivate let process = Process()
        fileprivate let output: URL
        fileprivate let errors: URL

        fileprivate init(_ words: [String]) throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let folder = (tests as NSString).deletingLastPathComponent
            let program = URL(fileURLWithPath: folder + "/Train")
            try #require(
                FileManager.default.isExecutableFile(atPath: program.path),
                "\(program.path) is missing; swift build makes it")
            let name = NSTemporaryDirectory() + "call-\(UUID().uuidString)"
            output = URL(fileURLWithPath: name + ".out")
            errors = URL(fileURLWithPath: name + ".err")
            for file in [output, errors] { try Data().write(to: file) }
            process.executableURL = program
            process.arguments = words
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: errors)
            try process.run()
        }

        var id: pid_t { process.processIdentifier }
        var isRunning: Bool { process.isRunning }

        /// Waits for the end.
        func end() throws -> Ending {
            process.waitUntilExit()
            defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
            return Ending(
                status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
                errors: try String(contentsOf: errors, encoding: .utf8))
        }
    }

    /// Begins a call.
    static func begin(_ words: String...) throws -> Call { try Call(words) }

    /// Calls the program and waits.
    static func run(_ words: String...) throws -> Ending { try Call(words).end() }

    /// The processes whose command lines hold a text, such as the path of a folder; the calling one is none of them.
    static func processes(with text: String) -> [pid_t] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { pid_t($0) }.filter { id in
            guard id != getpid(), let line = FileManager.default.contents(atPath: "/proc/\(id)/cmdline")
            else { return false }
            return String(decoding: line, as: UTF8.self).contains(text)
        }
    }
}
