import Configuration
import Metrics
import Reports
import SpeechEmotion
import Training

/// The file `predictions.csv` of a run.
extension Predictions {
    /// A table for other programs: file, speaker, label, predicted, then a probability for each class. The speaker is empty if it is not known.
    public var csv: String { csvLines.joined(separator: "\n") + "\n" }

    /// The header and a line for each example.
    var csvLines: [String] {
        guard parts.isEmpty else { return targetLines }
        if task == .sequences { return sequenceLines }
        if task == .frames { return frameLines }
        let decisions = decisions
        var lines = [(Self.columns + classes).map(CSV.cell).joined(separator: ",")]
        for row in ids.indices {
            let words = [ids[row], speakers[row] ?? "", classes[truths[row]], classes[decisions[row]]]
            lines.append(
                (words.map(CSV.cell) + probabilities[row].map { "\(Float($0))" }).joined(separator: ","))
        }
        return lines
    }

    private static let columns = ["file", "speaker", "label", "predicted"]

    /// Reads the predictions of a run from its folder.
    public init(ofRun folder: String) throws {
        let experiment = try Experiment.decode(JSONValue.load(folder + "/" + RunFile.config))
        try self.init(contentsOf: folder + "/" + RunFile.predictions, of: experiment)
        apply(try RunDecisions.read(folder))
    }

    /// Reads the predictions of an experiment.
    init(contentsOf file: String, of experiment: Experiment) throws(ConfigurationError) {
        try self.init(
            contentsOf: file, task: experiment.task, targets: experiment.targets.map(\.value.plainOutput))
    }

    /// Reads a file written from `csv`; it does not contain the mean loss. Throws errors with their lines.
    ///
    /// - Parameters:
    ///   - task: The task of a model without targets.
    ///   - targets: The targets of the experiment; none if it has none.
    public init(
        contentsOf file: String, task: Task = .classification, targets: [TargetOutput] = []
    ) throws(ConfigurationError) {
        let table = try CSVTable(contentsOf: file)
        if task == .sequences {
            try self.init(sequences: table, file: file)
            return
        }
        if task == .frames {
            try self.init(frames: table, file: file)
            return
        }
        guard targets.isEmpty else {
            try self.init(table, targets: targets, file: file)
            return
        }
        self.init(classes: try table.classes(after: Self.columns, file: file))
        for row in table.rows {
            append(
                row[0].text, speaker: row[1].content, truth: try row[2].label(classes),
                probabilities: try row.dropFirst(Self.columns.count).numbers("a probability", 0...1))
        }
    }
}
