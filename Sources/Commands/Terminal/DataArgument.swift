import Configuration
import Foundation
import Lab
import SpeechEmotion

/// Data named on the command line: a JSON file with an experiment or its `data` section, or `KIND:PATH`, such as
/// `ravdess:/data/RAVDESS`.
struct DataArgument {
    let data: DataOptions
    /// The experiment, if one was named.
    let experiment: Experiment?

    /// The split, if an experiment was named.
    var split: AnySplit? { experiment?.split }

    static let help =
        "A corpus as KIND:PATH, such as ravdess:/data/RAVDESS or manifest:list.csv, or an experiment (JSON file)."

    /// Parses the argument without accessing the data. Throws if it names no data.
    static func read(_ text: String, settings: [String] = []) throws -> DataArgument {
        let environment = ProcessInfo.processInfo.environment
        let kinds = CorpusKinds.kinds.map { $0.type }
        if namesKind(text), let colon = text.firstIndex(of: ":") {
            let kind = String(text[..<colon])
            guard kinds.contains(kind) else {
                throw UsageError("unknown corpus type \"\(kind)\"", of: kind, among: kinds)
            }
            let key = kind == "manifest" ? "file" : "folder"
            let source: JSONValue = [
                "type": kind.encode(), key: String(text[text.index(after: colon)...]).encode(),
            ]
            return DataArgument(data: try DataOptions.decode(["source": source]), experiment: nil)
        }
        var json = try JSONValue.load(text)
        for setting in settings { try json.set(setting) }
        guard json["data"] != nil else {
            return DataArgument(data: try DataOptions.decode(json, environment: environment), experiment: nil)
        }
        let experiment = try Experiment.decode(json, environment: environment)
        return DataArgument(data: experiment.data, experiment: experiment)
    }

    /// Whether the text has the form `KIND:PATH` and is not an existing file.
    static func namesKind(_ text: String) -> Bool {
        text.contains(":") && !FileManager.default.fileExists(atPath: text)
    }
}
