/// The files in the folder of a run.
public enum RunFile {
    /// The experiment with every default written out.
    public static let config = "config.json"
    public static let split = "split.json"
    public static let metrics = "metrics.jsonl"
    public static let table = "metrics.csv"
    public static let model = "model.safetensors"
    /// What the model says of each test clip.
    public static let predictions = "predictions.csv"
    public static let classification = "classification.txt"
    /// The figures of the test. A run with this file has ended.
    public static let result = "result.json"
    public static let audit = "audit.json"
    public static let environment = "environment.json"
    /// A line for each time that test data were read.
    public static let testReads = "test-reads.jsonl"
    public static let report = "report.html"
    public static let plots = "plots"

    /// What has the same bytes in every run of the same experiment on one type of machine.
    public static let repeatable = [
        config, split, metrics, table, model, predictions, classification, result, audit,
    ]
}
