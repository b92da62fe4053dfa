import Foundation
import Testing

/// The program `Train` as it was built with the tests.
enum BuiltProgram {
    /// How a call ended, and what it said.
    struct Ending {
        /// The exit status; of a call that a signal ended its negative number.
        var status: Int32
        var output: String
        var errors: String
        /// The errors without warnings: short trainings of tests learn little, which is said.
        var failures: String {
            errors.split(separator: "\n").filter { !$0.hasPrefix("warning: ") }.joined(separator: "\n")
        }
    }

    /// Where a call works, and what it gets.
    struct Surroundings {
        var folder: String?
        var input: Data?
        var environment: [String: String] = [:]
        /// A shell command that the program replaces, such as `ulimit -f 8`.
        var before: String?
        /// Where standard output goes instead of into `Ending.output`.
        var output: FileHandle?
    }

    /// A call under way.
    final class Call {
        fileprivate let process = Process()
        private let output: URL
        private let errors: URL

        fileprivate init(_ words: [String], _ place: Surroundings) throws {
            let name = NSTemporaryDirectory() + "call-\(UUID().uuidString)"
            output = URL(fileURLWithPath: name + ".out")
            errors = URL(fileURLWithPath: name + ".err")
            for file in [output, errors] { try Data().write(to: file) }
            let path = try BuiltProgram.path()
            if let before = place.before {
                process.executableURL = URL(fileURLWithPath: "/bin/bash")
                process.arguments = ["-c", before + #"; exec "$0" "$@""#, path] + words
            } else {
                process.executableURL = URL(fileURLWithPath: path)
                process.arguments = words
            }
            if let folder = place.folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
            var environment = ProcessInfo.processInfo.environment
            for name in ["RAVDESS", "PROSODY_MODEL", "PROSODY_CACHE_LIMIT"] { environment[name] = nil }
            process.environment = environment.merging(place.environment) { $1 }
            if let input = place.input {
                let file = URL(fileURLWithPath: name + ".in")
                try input.write(to: file)
                process.standardInput = try FileHandle(forReadingFrom: file)
                try FileManager.default.removeItem(at: file)
            } else {
                process.standardInput = FileHandle.nullDevice
            }
            process.standardOutput = try place.output ?? FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: errors)
            try process.run()
        }

        var id: pid_t { process.processIdentifier }
        var isRunning: Bool { process.isRunning }

        /// What has come out so far.
        var outputSoFar: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

        /// Waits for the end.
        func end() throws -> Ending {
            process.waitUntilExit()
            defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
            let status = process.terminationStatus
            return Ending(
                status: process.terminationReason == .exit ? status : -status,
                output: try String(contentsOf: output, encoding: .utf8),
                errors: try String(contentsOf: errors, encoding: .utf8))
        }

        /// Waits until a condition holds; false where the call ends, or two minutes pass, before it does.
        func wait(until isTrue: () -> Bool) -> Bool {
            for _ in 0..<24_000 {
                if isTrue() { return true }
                if !isRunning { return isTrue() }
                usleep(5000)
            }
            return false
        }
    }

    /// Where the program is.
    static func path() throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = (tests as NSString).deletingLastPathComponent + "/Train"
        try #require(
            FileManager.default.isExecutableFile(atPath: program),
            "\(program) is missing; swift build makes it")
        return program
    }

    /// Begins a call.
    static func begin(_ words: [String], _ place: Surroundings = Surroundings()) throws -> Call {
        try Call(words, place)
    }

    /// Begins a call.
    static func begin(_ words: String...) throws -> Call { try Call(words, Surroundings()) }

    /// Calls the program and waits.
    static func run(_ words: [String], _ place: Surroundings = Surroundings()) throws -> Ending {
        try Call(words, place).end()
    }

    /// Calls the program and waits.
    static func run(_ words: String..., in folder: String? = nil) throws -> Ending {
        try run(words, Surroundings(folder: folder))
    }

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
