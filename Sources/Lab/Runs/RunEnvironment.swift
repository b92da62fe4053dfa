import Autograd
import Configuration
import Foundation

/// The machine and the program that made a run, for whoever repeats it. It holds a clock, and is no part of what equal runs share.
public enum RunEnvironment {
    /// The version of this software.
    public static let version = "0.1.0"

    /// What is known of this machine and process now.
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
            "cores": process.activeProcessorCount.encode(), "threads": Parallel.threads.encode(),
            "memory_mb": Int(process.physicalMemory / 1_000_000).encode(),
        ]
    }

    /// The time in words that sort.
    static func time() -> String { Date().formatted(.iso8601) }

    private static var processor: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }
}

/// Notes every time that test data were read, and why: in a file beside the run.
struct TestReads {
    let file: String

    /// Adds a line.
    func note(_ why: String, clips: Int) throws {
        let line: JSONValue = [
            "at": RunEnvironment.time().encode(), "why": why.encode(), "clips": clips.encode(),
        ]
        try AppendedFile.append(Array((line.line + "\n").utf8), to: file, lasting: false)
    }
}
