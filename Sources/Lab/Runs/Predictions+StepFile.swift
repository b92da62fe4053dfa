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
                row[0].text, speaker: row[1].text.isEmpty ? nil : row[1].text,
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
        let width = Self.frameColumns.count
        guard table.columns.prefix(width).elementsEqual(Self.frameColumns), table.columns.count > width else {
            throw ConfigurationError(
                place: Location(source: file),
                "expected the columns \(Self.frameColumns.joined(separator: ", ")) and one per class, found "
                    + table.columns.joined(separator: ", "))
        }
        classes = Array(table.columns.dropFirst(width))
        for row in table.rows {
            func number(_ column: Int, _ range: ClosedRange<Double>) throws(ConfigurationError) -> Double {
                guard let number = Double(row[column].text), range.contains(number) else {
                    throw ConfigurationError(
                        place: row[column].place,
                        "expected a number from \(range.lowerBound) to \(range.upperBound), found \"\(row[column].text)\""
                    )
                }
                return number
            }
            func label(_ column: Int) throws(ConfigurationError) -> Int {
                guard let label = classes.firstIndex(of: row[column].text) else {
                    throw ConfigurationError(
                        place: row[column].place,
                        "\"\(row[column].text)\" is not one of the classes in the header")
                }
                return label
            }
            var probabilities: [Double] = []
            for column in width..<table.columns.count { probabilities.append(try number(column, 0...1)) }
            let truth = try row[5].text.isEmpty ? nil : label(5)
            let run = FrameRun(
                start: try number(2, 0...1e9), end: try number(3, 0...1e9),
                frames: Int(try number(4, 1...1e12)),
                truth: truth, prediction: try label(6),
                probabilities: probabilities)
            if ids.last == row[0].text, let last = frames.last?.last, run.start >= last.end - 1e-9 {
                frames[frames.count - 1].append(run)
            } else {
                append(row[0].text, speaker: row[1].text.isEmpty ? nil : row[1].text, frames: [run])
            }
        }
    }
}
