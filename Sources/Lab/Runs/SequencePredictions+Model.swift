import Autograd
import Configuration
import Layers
import Metrics
import Reports
import SpeechEmotion
import Training

extension SequencePredictions {
    /// Predicts all batches with a model. Also returns the mean loss.
    ///
    /// - Parameters:
    ///   - loss: The loss, with the label sequences of the classes.
    ///   - transcripts: The transcript of each class.
    ///   - speakers: The speaker of each example, in the order of the batches.
    static func of(
        _ model: any Layer, for batches: any EvaluationBatches, _ loss: CTCLoss,
        _ vocabulary: SequenceVocabulary,
        transcripts: [String], speakers: [String?]
    ) throws -> (predictions: SequencePredictions, loss: Double) {
        var predictions = SequencePredictions()
        var (total, count) = (0.0, 0)
        for index in 0..<batches.count {
            let batch = try batches.batch(index, copy: 0)
            let outputs = withoutRecording { model.forward(batch.inputs, .inference) }
            let classes = batch.targets.labels().values
            total += Double(loss.mean(outputs, batch.targets).item()) * Double(classes.count)
            for (row, id) in batch.ids.enumerated() {
                let labels = loss.labels(
                    outputs.tensor.slice(axis: 0, row..<row + 1).reshaped(
                        Array(outputs.tensor.shape.dropFirst())),
                    steps: outputs.lengths?[row])
                predictions.append(
                    id, speaker: speakers.indices.contains(count) ? speakers[count] : nil,
                    truth: SequenceVocabulary.tokens(transcripts[classes[row]]),
                    prediction: vocabulary.tokens(labels))
                count += 1
            }
        }
        return (predictions, count > 0 ? total / Double(count) : .nan)
    }

    /// A table for other programs: file, speaker, label, predicted, errors. The speaker is empty if it is not known.
    var csv: String {
        var lines = ["file,speaker,label,predicted,errors"]
        let errors = errors
        for row in ids.indices {
            let cells = [
                ids[row], speakers[row] ?? "", truths[row].joined(separator: " "),
                predictions[row].joined(separator: " "), "\(errors[row].count)",
            ]
            lines.append(cells.map(CSV.cell).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Reads a file written from `csv`. Throws errors with their lines.
    init(contentsOf file: String) throws(ConfigurationError) {
        self.init()
        let table = try CSVTable(contentsOf: file)
        let columns = ["file", "speaker", "label", "predicted", "errors"]
        guard table.columns == columns else {
            throw ConfigurationError(
                place: Location(source: file),
                "expected the columns \(columns.joined(separator: ", ")), found "
                    + table.columns.joined(separator: ", "))
        }
        for row in table.rows {
            append(
                row[0].text, speaker: row[1].text.isEmpty ? nil : row[1].text,
                truth: SequenceVocabulary.tokens(row[2].text),
                prediction: SequenceVocabulary.tokens(row[3].text))
        }
    }
}

extension RunResult {
    /// The label error rate and the fraction of correct clips, with intervals over speakers if these are unseen.
    init(
        _ predictions: SequencePredictions, loss: Double, speakerIndependent: Bool?, split: String,
        subset: Split.Subset, options: EvaluationOptions, epochs: Int, bestEpoch: Int?
    ) {
        self.init()
        (self.split, self.subset, self.epochs, self.bestEpoch) = (split, subset, epochs, bestEpoch)
        self.speakerIndependent = speakerIndependent
        let rate = predictions.labelErrorRate(
            level: options.confidenceLevel, bySpeaker: speakerIndependent != false)
        func value(_ number: Double) -> Double? { number.isFinite ? number : nil }
        test = Named([
            .init("loss", value(loss)), .init(SequencePredictions.rateName, value(rate.estimate)),
            .init("exact_matches", value(predictions.exactMatches)),
        ])
        var interval = Interval()
        (interval.metric, interval.units, interval.level) = (
            SequencePredictions.rateName, rate.units, rate.level
        )
        interval.over =
            speakerIndependent != false && !predictions.speakers.contains { $0 == nil } ? .speakers : .clips
        (interval.method, interval.absence) = (rate.method, rate.absence)
        (interval.low, interval.high) = (value(rate.low), value(rate.high))
        intervals = [interval]
        guard !predictions.speakers.contains(where: { $0 == nil }) else { return }
        let errors = predictions.errors
        let places = Dictionary(grouping: errors.indices) { predictions.speakers[$0] ?? "" }
        speakers = places.keys.sortedByBytes().map { name in
            var group = Group()
            let own = places[name] ?? []
            (group.speaker, group.examples) = (name, own.count)
            group.accuracy = Double(own.count { errors[$0].count == 0 }) / Double(max(own.count, 1))
            return group
        }
    }
}
