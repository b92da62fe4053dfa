import Autograd
import Configuration
import Foundation
import Metrics
import SpeechEmotion

/// What an evaluation found, and what it was of.
public struct Evaluation: Sendable {
    /// The predictions for all clips.
    public var predictions: Predictions
    /// The metrics.
    public var result: RunResult
    /// The name of the data: a part of the run's own, or other data.
    public var name: String
    /// The folders of the runs whose models were evaluated, as one where there are several.
    public var runs: [String]
    /// Other data than the runs' own; nil for a part of their own.
    public var data: DataOptions?
    /// Labels that were renamed.
    public var labels = LabelMapping()
    /// Clips that were left out, in sentences.
    public var omissions: [String] = []
    /// A warning about clips that the runs were trained on; nil where there are none.
    public var overlap: String?
    /// The views of a sound that were predicted.
    var views = TestTimeAugmentation()
    /// The clips that were predicted, and the way to the sound of one.
    var clips: [Clip] = []
    var sound: @Sendable (Clip) throws -> Waveform
}

extension Evaluation {
    /// The folder below a run's folder that holds its evaluations.
    static let folder = "evaluations"
    /// What was evaluated, and on what.
    static let description = "evaluation.json"

    /// Throws a `FileError` where a folder for an evaluation is taken.
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
    /// - Parameter folder: A new or empty folder; `evaluations/NAME` below the first run's folder where nil, with a number where that
    ///   name is taken.
    public func write(to folder: String? = nil) throws -> String {
        let place = try folder ?? newFolder()
        try Self.checkFree(place)
        let files = FileManager.default
        if !files.fileExists(atPath: place) {
            try files.createDirectory(atPath: place, withIntermediateDirectories: true)
        }
        do {
            let report = try RunReport(self)
            try files.createDirectory(
                atPath: place + "/" + RunFile.plots, withIntermediateDirectories: true)
            for (name, plot) in report.plots { try save(plot.svg, place, "\(RunFile.plots)/\(name).svg") }
            try save(predictions.csv, place, RunFile.predictions)
            try save(predictions.confusion().report(digits: 4) + "\n", place, RunFile.classification)
            try save(json.pretty() + "\n", place, Self.description)
            try save(report.html, place, RunFile.report)
            try save(result.json + "\n", place, RunFile.result)
        } catch {
            try? files.removeItem(atPath: place)
            throw error
        }
        return place
    }

    private func save(_ text: String, _ folder: String, _ name: String) throws {
        try AtomicFile.write(Array(text.utf8), to: folder + "/" + name)
    }

    /// Makes the first folder of the evaluation's name that is not taken.
    private func newFolder() throws -> String {
        let parent = runs[0] + "/" + Self.folder
        do {
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        } catch {
            throw FileError(
                file: parent, place: "making the folder", found: "\"\(error.localizedDescription)\"",
                allowed: "a run folder that can be written to; or give another folder with --out FOLDER")
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
        throw FileError.system(base, "making the folder", allowed: "another folder with --out FOLDER")
    }

    private var json: JSONValue {
        [
            "runs": runs.encode(), "data": data?.encode() ?? .null, "name": name.encode(),
            "part": data == nil ? result.part.rawValue.encode() : .null,
            "labels": labels.labels.encode(), "left_out": omissions.encode(),
            "tta": views.copies.encode(), "clips": predictions.ids.count.encode(),
        ]
    }
}
