import Configuration
import Foundation
import Lab
import SpeechEmotion

/// Data named on the command line: a JSON file with an experiment or its `data` section, `KIND:PATH`, such as
/// `ravdess:/data/RAVDESS`, or a `source` as JSON.
struct DataArgument {
    let data: DataOptions
    /// The experiment, if one was named.
    let experiment: Experiment?

    /// The split, if an experiment was named.
    var split: AnySplit? { experiment?.split }

    static let help =
        "A corpus, as KIND:PATH (such as ravdess:/data/RAVDESS or manifest:list.csv) or as JSON (such as {\"type\": \"manifest\", \"file\": \"list.csv\", \"path\": \"wav\"}), or an experiment (JSON file)."

    /// Parses the argument without accessing the data. Throws if it names no data.
    static func read(_ text: String, settings: [String] = []) throws -> DataArgument {
        let environment = ProcessInfo.processInfo.environment
        let kinds = CorpusKinds.kinds.map { $0.type }
        if namesKind(text), let colon = text.firstIndex(of: ":") {
            var json: JSONValue
            if text.hasPrefix("{") {
                json = ["data": ["source": try JSONValue.parse(text, source: "corpus")]]
            } else {
                let kind = String(text[..<colon])
                guard kinds.contains(kind) else {
                    throw UsageError(
                        "unknown corpus type \"\(kind)\"", of: kind, among: kinds, listsAll: true)
                }
                json = ["data": ["source": try source(kind, String(text[text.index(after: colon)...]))]]
            }
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
        try checkIsConfig(text)
        var json = try JSONValue.load(text)
        for setting in settings { try json.set(setting) }
        guard json["data"] != nil else {
            return DataArgument(data: try DataOptions.decode(json, environment: environment), experiment: nil)
        }
        let experiment = try Experiment.decode(json, environment: environment)
        return DataArgument(data: experiment.data, experiment: experiment)
    }

    /// Throws an error that says what to pass instead if a corpus is named without its kind.
    private static func checkIsConfig(_ path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
        if isFolder.boolValue {
            let config = path + "/" + RunFile.config
            throw UsageError(
                FileManager.default.fileExists(atPath: config)
                    ? "\(path) is a run folder; to use its data, pass \(config)"
                    : "\(path) is a folder; add the corpus type, such as ravdess:\(path), or folders:\(path) for one folder per class"
            )
        }
        if ["csv", "tsv", "jsonl"].contains((path as NSString).pathExtension.lowercased()) {
            throw UsageError("\(path) is not an experiment; for a list of clips, pass manifest:\(path)")
        }
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
