import Foundation

/// The files in a run folder.
public enum RunFile {
    /// The experiment with all defaults.
    public static let config = "config.json"
    /// The subset of each clip, as `SplitFile` reads it.
    public static let split = "split.json"
    /// The metrics of every epoch, as JSON lines.
    public static let metrics = "metrics.jsonl"
    /// The metrics of every epoch, as CSV.
    public static let table = "metrics.csv"
    /// The selected model with its feature pipeline.
    public static let model = "model.safetensors"
    /// The config of the model and the digest of its file, in readable form.
    public static let modelCard = "model.json"
    /// The checksums of the files of a finished run.
    public static let checksums = "SHA256SUMS"
    /// The predictions for each clip of the evaluated subset (default: the test set).
    public static let predictions = "predictions.csv"
    /// The values of the columns by which metrics are computed, for each evaluated clip.
    public static let columns = "columns.csv"
    /// Every metric by the values of these columns, and the gaps between their groups.
    public static let groups = "groups.csv", gaps = "gaps.csv"
    /// The temperatures and the limits of conformal prediction, of a run that calibrates decisions.
    public static let decisions = "decisions.json"
    /// Precision, recall and F1 of each class, as text.
    public static let classification = "classification.txt"
    /// The metrics of each target, as text, of an experiment with `targets`; it replaces `classification`.
    public static let targets = "targets.txt"
    /// The errors of label sequences, as text; it replaces `classification`.
    public static let sequences = "sequences.txt"
    /// The metrics of the evaluated subset. A run with this file is finished.
    public static let result = "result.json"
    /// The leakage audit of the split.
    public static let audit = "audit.json"
    /// The machine and software of the run; differs from run to run.
    public static let environment = "environment.json"
    /// A line for each access to the test set.
    public static let testReads = "test-reads.jsonl"
    /// The trials of the hyperparameter search, the best first.
    public static let search = "search.csv"
    /// The report for a web browser.
    public static let report = "report.html"
    /// The folder of the report's plots as SVG files.
    public static let plots = "plots"

    /// The model file at a path: the file itself, or that of a run folder.
    static func modelFile(_ path: String) -> String {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        return exists && isFolder.boolValue ? path + "/" + model : path
    }

    /// The files that are bit-identical in every run of an experiment on one type of machine.
    public static let repeatable = [
        config, split, metrics, table, model, predictions, classification, result, audit,
    ]
}
