import Autograd
import Layers
import Metrics
import Training

/// The label sequences of the clips of an experiment. The class of a clip is its transcript.
struct SequenceSet: StepTask {
    let vocabulary: SequenceVocabulary
    private let transcripts: [[String]]
    /// Whether the vocabulary lacks a token, without which the loss has no meaning.
    private let lacksTokens: Bool

    /// Splits transcripts into tokens.
    ///
    /// - Parameter vocabulary: The vocabulary of a trained model; nil for the tokens of the transcripts.
    init(transcripts: [String], vocabulary: SequenceVocabulary? = nil) {
        let vocabulary = vocabulary ?? SequenceVocabulary(transcripts: transcripts)
        self.vocabulary = vocabulary
        self.transcripts = transcripts.map(SequenceVocabulary.tokens)
        lacksTokens = !Set(self.transcripts.joined()).isSubset(of: vocabulary.outputs)
    }

    var outputs: [String] { vocabulary.outputs }

    func loss(_ experiment: Experiment, _ rows: [[Real]]) -> any LossSpec {
        guard var loss = experiment.loss.value as? CTCLoss else { return experiment.loss.value }
        loss.sequences = transcripts.map { vocabulary.labels($0) }
        return loss
    }

    func predictions(
        of model: any Layer, for batches: any EvaluationBatches, loss: any LossSpec
    ) throws -> Predictions {
        var predictions = Predictions(.sequences)
        let decoder = loss as? CTCLoss ?? CTCLoss()
        var total = 0.0
        for index in 0..<batches.count {
            let batch = try batches.batch(index, copy: 0)
            let outputs = batch.outputs(of: model)
            let classes = batch.targets.labels().values
            if !lacksTokens {
                let mean = withoutRecording { loss.mean(outputs, batch.targets).item() }
                total += Double(mean) * Double(classes.count)
            }
            let shape = Array(outputs.tensor.shape.dropFirst())
            for (row, id) in batch.ids.enumerated() {
                let own = outputs.tensor.slice(axis: 0, row..<row + 1).reshaped(shape)
                let labels = decoder.labels(own, steps: outputs.lengths?[row])
                predictions.append(
                    id,
                    LabelSequence(truth: transcripts[classes[row]], prediction: vocabulary.tokens(labels)))
            }
        }
        predictions.meanLoss = lacksTokens ? .nan : total / Double(predictions.ids.count)
        return predictions
    }
}
