import Configuration
import Foundation
import Lab
import SpeechEmotion

/// Data that a command line names: an experiment or its data part as a JSON file, or `KIND:PATH`, such as `ravdess:/data/RAVDESS`.
struct DataArgument {
    let data: DataOptions
    /// The experiment, where one was named.
    let experiment: Experiment?

    /// The split, where an experiment was named.
    var split: AnySplit? { experiment?.split }

    static let help =
        "An experiment, a JSON file; or its data alone as KIND:PATH, such as ravdess:/data/RAVDESS or manifest:list.csv."

    /// Throws where the text names no data; the data themselves are not touched.
    static func read(_ text: String, settings: [String] = []) throws -> DataArgument {
        let environment = ProcessInfo.processInfo.environment
        let kinds = CorpusKinds.kinds.map { $0.type }
        if namesKind(text), let colon = text.firstIndex(of: ":") {
            let kind = String(text[..<colon])
            guard kinds.contains(kind) else {
                throw UsageError("unknown kind of data \"\(kind)\"", of: kind, among: kinds)
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

    /// Whether a text is `KIND:PATH` rather than the name of a file.
    static func namesKind(_ text: String) -> Bool {
        text.contains(":") && !FileManager.default.fileExists(atPath: text)
    }
}
