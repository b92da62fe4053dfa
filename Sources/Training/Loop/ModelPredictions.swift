import Autograd
import Layers
import Metrics

extension Predictions {
    /// The predictions of a model for all batches; with test-time augmentation, from the mean of the logits over the augmented copies of an example.
    ///
    /// - Parameters:
    ///   - loss: Its mean over the examples is the mean loss of the predictions.
    ///   - each: Called after each batch with the number of batches done.
    public init(
        of model: any Layer, for batches: any EvaluationBatches, classes: [String], loss: any LossSpec,
        each: (Int) throws -> Void = { _ in }
    ) throws {
        self.init(classes: classes)
        var (total, weight) = (0.0, 0.0)
        for index in 0..<batches.count {
            let batch = try batches.batch(index, view: 0)
            try withoutRecording {
                let outputs = try meanOverViews(batches.views) { view in
                    let inputs = try view == 0 ? batch.inputs : batches.batch(index, view: view).inputs
                    return model.forward(inputs, .inference).tensor
                }
                let share = loss.weight(outputs, batch.targets)
                // A batch of classes with weight zero has no loss.
                if share > 0 {
                    total += Double(loss.mean(outputs, batch.targets).item()) * share
                    weight += share
                }
                append(outputs, batch)
            }
            try each(index + 1)
        }
        meanLoss = total / weight
    }

    private mutating func append(_ outputs: Tensor, _ batch: Batch) {
        let numbers = outputs.softmax(axis: -1).array
        for (row, (id, truth)) in zip(batch.ids, batch.targets.labels().values).enumerated() {
            append(
                id, truth: truth,
                probabilities: numbers[row * classes.count..<(row + 1) * classes.count].map { Double($0) })
        }
    }
}
