import Autograd
import Layers
import Metrics

extension Batch {
    /// Returns the outputs of a model in inference mode with their lengths, for models with an output for every step.
    public func outputs(of model: any Layer) -> Signal {
        withoutRecording {
            (model as? FrozenModel)?.begin(self)
            return model.forward(inputs, .inference)
        }
    }
}

extension Predictions {
    /// Predicts all batches with a model. With test-time augmentation, the logits of all copies of an example are averaged.
    ///
    /// - Parameters:
    ///   - loss: The loss whose mean over the examples becomes `meanLoss`.
    ///   - each: Called after each batch with the number of completed batches.
    public init(
        of model: any Layer, for batches: any EvaluationBatches, classes: [String], loss: any LossSpec,
        each: (Int) throws -> Void = { _ in }
    ) throws {
        self.init(classes: classes)
        var (total, weight) = (0.0, 0.0)
        var (all, truths): ([Tensor], [Int]) = ([], [])
        for index in 0..<batches.count {
            let batch = try batches.batch(index, copy: 0)
            try withoutRecording {
                let outputs = try Self.outputs(of: model, batches, index, batch)
                let share = loss.weight(outputs, batch.targets)
                if loss.comparesExamples {
                    all.append(outputs)
                    truths += batch.targets.labels().values
                } else if share > 0 {
                    // A batch whose classes all have weight zero has no loss.
                    total += Double(loss.mean(outputs, batch.targets).item()) * share
                    weight += share
                }
                append(outputs, batch)
            }
            try each(index + 1)
        }
        meanLoss =
            !all.isEmpty
            ? withoutRecording {
                Double(loss.mean(concatenate(all), .classes(Indices(truths))).item())
            } : total / weight
    }

    /// Returns the outputs for a batch, averaged over its copies.
    static func outputs(
        of model: any Layer, _ batches: any EvaluationBatches, _ index: Int, _ batch: Batch
    ) throws -> Tensor {
        try withoutRecording {
            try meanOverCopies(batches.copies) { copy in
                let batch = try copy == 0 ? batch : batches.batch(index, copy: copy)
                (model as? FrozenModel)?.begin(batch)
                return model.forward(batch.inputs, .inference).tensor
            }
        }
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
