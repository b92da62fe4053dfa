import Foundation

/// The operations that the sources of Autograd record, found by parsing them.
///
/// An operation is named by a literal in a call of `record...`, or in a call of a function that passes its name on
/// to such a call.
struct RegisteredOperations {
    /// The declarations, as `File.swift:line`.
    private(set) var places: [String: String] = [:]
    /// Calls without a recognizable name.
    private(set) var problems: [String] = []

    /// Parses the folders `Core` and `Ops` of Sources/Autograd.
    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/Autograd").standardizedFileURL
        var sources: [(file: String, text: String)] = []
        for folder in ["Core", "Ops"] {
            let directory = root.appendingPathComponent(folder)
            for file in try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
            where file.hasSuffix(".swift") {
                sources.append(
                    (file, try String(contentsOf: directory.appendingPathComponent(file), encoding: .utf8)))
            }
        }
        read(sources)
    }

    /// Parses one file, given as text.
    init(text: String) { read([("text", text)]) }

    private mutating func read(_ sources: [(file: String, text: String)]) {
        // Comments are blanked out rather than removed, so that line numbers do not change.
        let sources = sources.map { file, text in
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            return (
                file,
                lines.map { $0.drop(while: \.isWhitespace).hasPrefix("//") ? "" : $0 }.joined(separator: "\n")
            )
        }
        var pending = ["record", "recordMultiple"]
        var done: Set<String> = []
        while let function = pending.popLast() {
            guard done.insert(function).inserted else { continue }
            for (file, code) in sources { pending += callers(of: function, in: code, file) }
        }
    }

    /// Collects the names in calls of a function, and returns the functions that pass on their name.
    private mutating func callers(of function: String, in code: String, _ file: String) -> [String] {
        var found: [String] = []
        var rest = code[...]
        while let call = rest.range(of: function + "(") {
            defer { rest = code[call.upperBound...] }
            let before = code[..<call.lowerBound]
            if let last = before.last, last.isLetter || last.isNumber || last == "_" { continue }
            if before.hasSuffix("func ") { continue }
            let line = before.count { $0 == "\n" } + 1
            let argument = code[call.upperBound...].drop(while: \.isWhitespace)
            if argument.first == "\"" {
                let name = argument.dropFirst().prefix { $0 != "\"" }
                places[String(name)] = "\(file):\(line)"
            } else if let declaration = before.range(of: "func ", options: .backwards),
                ["operation", "name"].contains(argument.prefix { $0.isLetter })
            {
                found.append(
                    String(code[declaration.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" })
                )
            } else if function.hasPrefix("record") {
                problems.append("\(file):\(line): the name of the operation is not a literal")
            }
        }
        return found
    }
}
