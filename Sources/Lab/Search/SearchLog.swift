import Autograd
import Configuration
import Foundation

/// The file of the finished trials of a search, one JSON line each, from which an interrupted search continues.
struct SearchLog {
    /// The name of the file in a run folder.
    static let name = "search.jsonl"

    let file: String
    private(set) var trials: [Trial] = []

    /// Reads the finished trials. An incomplete last line is removed; any other damage is an error.
    init(_ file: String) throws {
        self.file = file
        guard FileManager.default.fileExists(atPath: file) else { return }
        let text = String(decoding: try Array(Data(contentsOf: URL(fileURLWithPath: file))), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.dropLast().enumerated() {
            guard let json = try? JSONValue.parse(String(line), source: file), let trial = Trial(json) else {
                throw FileError(
                    file: file, place: "line \(number + 1)", found: String(line.prefix(60)),
                    allowed: "the trials of the search to resume; restore the file, or start a new run")
            }
            trials.append(trial)
        }
        if lines.last?.isEmpty == false { try rewrite() }
    }

    /// Appends a trial and waits until it is on disk.
    mutating func append(_ trial: Trial) throws {
        try AppendedFile.append(Array((trial.json.line + "\n").utf8), to: file, lasting: true)
        trials.append(trial)
    }

    private func rewrite() throws {
        try AtomicFile.write(Array(trials.map { $0.json.line + "\n" }.joined().utf8), to: file)
    }
}

extension Trial {
    /// The trial as a line of the log.
    var json: JSONValue {
        var members = [
            JSONMember("values", JSONValue(.list(request.values))),
            JSONMember("budget", JSONValue(.number(request.budget))),
            JSONMember("scores", JSONValue(.list(scores.map { JSONValue(.number($0)) }))),
        ]
        if let failure { members.append(JSONMember("failure", JSONValue(.text(failure)))) }
        return JSONValue(.object(members))
    }

    init?(_ json: JSONValue) {
        guard let values = json["values"]?.elements, let budget = json["budget"]?.double,
            let scores = json["scores"]?.elements?.map({ $0.isNull ? .nan : $0.double })
        else { return nil }
        let known = scores.compactMap { $0 }
        guard known.count == scores.count else { return nil }
        self.init(
            request: Request(values: values, budget: budget), scores: known, failure: json["failure"]?.text)
    }
}
