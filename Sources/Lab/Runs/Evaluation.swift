import Autograd
import Configuration
import Foundation
import Metrics
import Reports
import SpeechEmotion

/// The results of an evaluation.
public struct Evaluation: Sendable {
    /// The predictions for all clips.
    public var predictions: Predictions
    /// The metrics.
    public var result: RunResult
    /// The name of the data: a subset of the run's own data, or other data.
    public var name: String
    /// The folders of the runs whose models were evaluated, as an ensemble if there are several.
    public var runs: [String]
    /// Other data than the runs' own; nil for a subset of their own data.
    public var data: DataOptions?
    /// Labels that were renamed.
    public var labels = LabelMapping()
    /// Clips that were left out, in sentences.
    public var omissions: [String] = []
    /// A warning about clips that the runs were trained on; nil if there are none.
    public var overlap: String?
    /// The clips of other data that are silent or too short.
    var clipWarnings: ClipWarnings?
    /// The test-time augmentation.
    var tta = TestTimeAugmentation()
    /// How several runs vote.
    var vote = EnsembleVote()
    /// The results of the model that is adapted to each speaker; nil without an adaptation.
    public var adapted: Adapted?
    /// The clips that were predicted, and a function that reads one.
    var clips: [Clip] = []
    var sound: @Sendable (Clip) throws -> Waveform
}

extension Evaluation {
    /// The results of an adapted model, apart from those of the model itself.
    public struct Adapted: Sendable {
        /// How the model was adapted.
        public var method: SpeakerAdaptation
        /// The predictions for all clips.
        public var predictions: Predictions
        /// The metrics.
        public var result: RunResult
    }

    /// The metrics of the model itself and of the adapted model; nil without an adaptation.
    public var adaptationTable: ValueTable? {
        guard let adapted else { return nil }
        return ValueTable(
            title: "Adaptation to speakers (\(adapted.method.rawValue))",
            columns: ["metric", "not adapted", "adapted"],
            rows: result.test.entries.map { entry in
                let isProportion = Metric.isProportion(entry.name)
                let other = adapted.result.test[entry.name] ?? nil
                return [
                    .text(entry.name), .value(entry.value ?? .nan, isProportion: isProportion),
                    .value(other ?? .nan, isProportion: isProportion),
                ]
            }, note: adapted.method.note)
    }

    /// The folder below a run's folder that holds its evaluations.
    static let folder = "evaluations"
    /// What was evaluated, and on what.
    static let description = "evaluation.json"

    /// Throws a `FileError` if a folder for an evaluation is taken.
    public static func checkFree(_ folder: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else { return }
        let content = try? FileManager.default.contentsOfDirectory(atPath: folder)
        guard isFolder.boolValue, content?.isEmpty == true else {
            throw FileError(
                file: folder, place: "--out",
                found: isFolder.boolValue ? "a folder that is not empty" : "a file",
                allowed: "a new or empty folder; an evaluation overwrites nothing")
        }
    }

    /// Writes the report, the predictions and the metrics into a folder, and returns its path.
    ///
    /// - Parameters:
    ///   - folder: A new or empty folder; `evaluations/NAME` in `parent` if nil, with a number if that name is taken.
    ///   - parent: The folder of the first run unless given.
    public func write(to folder: String? = nil, in parent: String? = nil) throws -> String {
        let place = try folder ?? Self.newFolder(in: parent ?? runs[0], name: name)
        try Self.fill(place) { save in
            let report = try RunReport(self)
            try FileManager.default.createDirectory(
                atPath: place + "/" + RunFile.plots, withIntermediateDirectories: true)
            for (name, plot) in report.plots { try save(plot.svg, "\(RunFile.plots)/\(name).svg") }
            try save(predictions.csv, RunFile.predictions)
            try save(
                predictions.report(digits: 4) + "\n", RunRecord(runs[0]).experiment.reportFile)
            try save(json.pretty() + "\n", Self.description)
            try save(report.html, RunFile.report)
            try save(result.json + "\n", RunFile.result)
            if let adapted {
                try save(adapted.predictions.csv, "adapted-\(RunFile.predictions)")
                try save(adapted.result.json + "\n", "adapted-\(RunFile.result)")
            }
        }
        return place
    }

    /// Calls `body` with a function that saves text under a name in a folder, which is made. Removes the folder if that fails.
    static func fill(
        _ folder: String, _ body: (_ save: (_ text: String, _ name: String) throws -> Void) throws -> Void
    ) throws {
        try checkFree(folder)
        let files = FileManager.default
        if !files.fileExists(atPath: folder) {
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        do {
            try body { text, name in try AtomicFile.write(Array(text.utf8), to: folder + "/" + name) }
        } catch {
            try? files.removeItem(atPath: folder)
            throw error
        }
    }

    /// Makes the first folder of the evaluation's name that is not taken.
    static func newFolder(in folder: String, name: String) throws -> String {
        let parent = folder + "/" + Self.folder
        do {
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        } catch {
            throw FileError(
                file: parent, place: "creating the folder", found: "\"\(error.localizedDescription)\"",
                allowed: "a writable run folder, or another folder: --out FOLDER")
        }
        let letters = name.unicodeScalars.map { scalar in
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || "-_.".unicodeScalars.contains(scalar) ? Character(scalar) : "-"
        }
        let plain = String(String(letters).drop { $0 == "." }.prefix(60))
        let base = parent + "/" + (plain.isEmpty ? "data" : plain)
        for path in [base] + (2...9999).map({ "\(base)-\($0)" }) {
            if mkdir(path, 0o777) == 0 { return path }
            guard errno == EEXIST else { break }
        }
        throw FileError.system(base, "creating the folder", allowed: "another folder with --out FOLDER")
    }

    private var json: JSONValue {
        [
            "runs": runs.encode(), "data": data?.encode() ?? .null, "name": name.encode(),
            "subset": data == nil ? result.subset.rawValue.encode() : .null,
            "labels": labels.labels.encode(), "left_out": omissions.encode(),
            "tta": tta.copies.encode(), "voting": runs.count > 1 ? vote.rule.encode() : .null,
            "not_meaningful": clipWarnings?.json ?? .null,
            "adapt": (adapted?.method.rawValue).encode(),
            "weights": vote.weights?.encode() ?? .null, "clips": predictions.ids.count.encode(),
        ]
    }
}
