import Configuration
import Metrics
import Reports
import SpeechEmotion

/// The file `predictions.csv` of a run with label sequences.
extension Predictions {
    private static let sequenceColumns = ["file", "speaker", "label", "predicted", "errors"]

    /// The header and a line for each example: the true and the predicted labels, separated by spaces, and the number of errors.
    var sequenceLines: [String] {
        [Self.sequenceColumns.joined(separator: ",")]
            + ids.indices.map { row in
                let sequence = sequences[row]
                return [
                    ids[row], speakers[row] ?? "", sequence.truth.joined(separator: " "),
                    sequence.prediction.joined(separator: " "), "\(sequence.errors.count)",
                ].map(CSV.cell).joined(separator: ",")
            }
    }

    /// Reads a file written from `sequenceLines`. Throws errors with their lines.
    init(sequences table: CSVTable, file: String) throws(ConfigurationError) {
        self.init(.sequences)
        guard table.columns == Self.sequenceColumns else {
            throw ConfigurationError(
                place: Location(source: file),
                "expected the columns \(Self.sequenceColumns.joined(separator: ", ")), found "
                    + table.columns.joined(separator: ", "))
        }
        for row in table.rows {
            append(
                row[0].text, speaker: row[1].content,
                LabelSequence(
                    truth: SequenceVocabulary.tokens(row[2].text),
                    prediction: SequenceVocabulary.tokens(row[3].text)))
        }
    }
}

/// The file `predictions.csv` of a run with classified frames: a line for each run of frames with the same true and predicted class.
extension Predictions {
    private static let frameColumns = ["file", "speaker", "start", "end", "frames", "label", "predicted"]

    /// The header and the lines: times in seconds, the number of frames, the true class, which is empty without a label, the predicted class,
    /// and the mean probability of each class.
    var frameLines: [String] {
        var lines = [(Self.frameColumns + classes).map(CSV.cell).joined(separator: ",")]
        for row in ids.indices {
            for run in frames[row] {
                let cells =
                    [ids[row], speakers[row] ?? "", "\(run.start)", "\(run.end)", "\(run.frames)"]
                    + [run.truth.map { classes[$0] } ?? "", classes[run.prediction]]
                lines.append(
                    (cells.map(CSV.cell) + run.probabilities.map { "\(Float($0))" }).joined(separator: ","))
            }
        }
        return lines
    }

    /// Reads a file written from `frameLines`. Throws errors with their lines.
    init(frames table: CSVTable, file: String) throws(ConfigurationError) {
        self.init(.frames)
        classes = try table.classes(after: Self.frameColumns, file: file)
        for row in table.rows {
            let run = FrameRun(
                start: try row[2].number("a time in seconds", 0...1e9),
                end: try row[3].number("a time in seconds", 0...1e9),
                frames: Int(try row[4].number("a number of frames", 1...1e12)),
                truth: row[5].text.isEmpty ? nil : try row[5].label(classes),
                prediction: try row[6].label(classes),
                probabilities: try row.dropFirst(Self.frameColumns.count).numbers("a probability", 0...1))
            if ids.last == row[0].text, let last = frames.last?.last, run.start >= last.end - 1e-9 {
                frames[frames.count - 1].append(run)
            } else {
                append(row[0].text, speaker: row[1].content, frames: [run])
            }
        }
    }
}
