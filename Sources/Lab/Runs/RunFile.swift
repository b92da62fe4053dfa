import Foundation

/// The files in the folder of a run.
public enum RunFile {
    /// The experiment with every default written out.
    public static let config = "config.json"
    /// Which clip is in which part, as `SplitFile` reads it.
    public static let split = "split.json"
    /// The figures of every epoch, a JSON object a line.
    public static let metrics = "metrics.jsonl"
    /// The same figures as a table.
    public static let table = "metrics.csv"
    /// The model that was measured, with the way from a sound to its input: what predicting takes.
    public static let model = "model.safetensors"
    /// What the model says of each clip of the measured part, which is the test part unless the experiment says otherwise.
    public static let predictions = "predictions.csv"
    /// Precision, recall and F1 of each class there, as text.
    public static let classification = "classification.txt"
    /// The figures of the measured part. A run with this file has ended.
    public static let result = "result.json"
    /// What the auditor found out about the split.
    public static let audit = "audit.json"
    /// The machine and program of the run; it holds a clock and differs from run to run.
    public static let environment = "environment.json"
    /// A line for each time that test data were read.
    public static let testReads = "test-reads.jsonl"
    /// The page for people.
    public static let report = "report.html"
    /// The folder with the report's pictures as SVG files.
    public static let plots = "plots"

    /// The model file that a path stands for: itself, or that of the run whose folder it is.
    static func modelFile(_ path: String) -> String {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        return exists && isFolder.boolValue ? path + "/" + model : path
    }

    /// What has the same bytes in every run of the same experiment on one type of machine.
    public static let repeatable = [
        config, split, metrics, table, model, predictions, classification, result, audit,
    ]
}
