import Autograd
import Configuration
import Foundation

/// The machine and software of a run, for reproducing it. It contains timestamps, so it differs between equal runs.
public enum RunEnvironment {
    /// The version of Prosody.
    public static let version = "0.1.0"

    /// Describes this machine and process.
    public static func now(arguments: [String] = CommandLine.arguments) -> JSONValue {
        let process = ProcessInfo.processInfo
        var names = utsname()
        uname(&names)
        func text<T>(_ field: T) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return [
            "version": version.encode(), "started": time().encode(),
            "command": JSONValue(.list(arguments.map { $0.encode() })),
            "folder": FileManager.default.currentDirectoryPath.encode(),
            "host": text(names.nodename).encode(), "system": process.operatingSystemVersionString.encode(),
            "kernel": "\(text(names.sysname)) \(text(names.release))".encode(),
            "machine": text(names.machine).encode(), "processor": processor.encode(),
            "instruction_set": InstructionSet.current.rawValue.encode(),
            "cores": process.activeProcessorCount.encode(), "threads": Parallel.threads.encode(),
            "memory_mb": Int(process.physicalMemory / 1_000_000).encode(),
        ]
    }

    /// The current time in ISO 8601 format.
    static func time() -> String { Date().formatted(.iso8601) }

    private static var processor: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }
}

/// A log of every access to the test set, with its purpose.
struct TestReads {
    let file: String

    /// Appends an entry.
    func note(_ why: String, clips: Int) throws {
        let line: JSONValue = [
            "at": RunEnvironment.time().encode(), "why": why.encode(), "clips": clips.encode(),
        ]
        try AppendedFile.append(Array((line.line + "\n").utf8), to: file, lasting: false)
    }
}
