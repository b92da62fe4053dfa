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
            var json: JSONValue = [
                "data": ["source": try source(kind, String(text[text.index(after: colon)...]))]
            ]
            for setting in settings {
                guard setting.hasPrefix("data.") else {
                    throw UsageError(
                        "--set \(setting): \(text) is a corpus, so only its data can be set, such as data.exclude; to set other values, pass an experiment"
                    )
                }
                try json.set(setting)
            }
            return DataArgument(
                data: try DataOptions.decode(json["data"] ?? [:], environment: environment), experiment: nil)
        }
        var json = try JSONValue.load(text)
        for setting in settings { try json.set(setting) }
        guard json["data"] != nil else {
            return DataArgument(data: try DataOptions.decode(json, environment: environment), experiment: nil)
        }
        let experiment = try Experiment.decode(json, environment: environment)
        return DataArgument(data: experiment.data, experiment: experiment)
    }

    private static func source(_ kind: String, _ path: String) throws -> JSONValue {
        switch kind {
        case "synthetic":
            guard path.isEmpty else {
                throw UsageError("synthetic:\(path): the synthetic corpus has no files; pass \"synthetic:\"")
            }
            return ["type": kind.encode()]
        case "mapped", "combined":
            throw UsageError(
                "\(kind):\(path): a \(kind) corpus consists of other corpora; describe it in a JSON file, and pass that file"
            )
        default:
            return ["type": kind.encode(), kind == "manifest" ? "file" : "folder": path.encode()]
        }
    }

    /// Whether the text has the form `KIND:PATH` and is not an existing file.
    static func namesKind(_ text: String) -> Bool {
        text.contains(":") && !FileManager.default.fileExists(atPath: text)
    }
}
