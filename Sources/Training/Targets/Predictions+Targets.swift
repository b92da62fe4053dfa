import Autograd
import Layers
import Metrics

extension Predictions {
    /// Creates empty predictions of a target.
    public init(_ target: TargetOutput) {
        self.init(classes: target.kind == .regression ? [target.name] : target.classes)
        task = target.task
    }

    /// Appends an example of a target that has the truth; leaves out one that has not.
    ///
    /// - Parameters:
    ///   - outputs: The outputs of the model for the target.
    ///   - truth: The target values of the example, as a batch has them.
    mutating func append(
        _ id: String, _ target: TargetOutput, outputs: some Collection<Double>, truth: some Collection<Double>
    ) {
        guard let first = truth.first, !first.isNaN else { return }
        if target.kind == .regression {
            append(id, truth: first, value: target.value(outputs))
            return
        }
        let row = Array(truth)
        let best = row.indices.max { row[$0] < row[$1] || row[$0] == row[$1] && $0 > $1 } ?? 0
        ids.append(id)
        speakers.append(nil)
        probabilities.append(target.probabilities(outputs))
        switch target.kind {
        case .multiLabel: references.append(row)
        case .ordinal: truths.append(row.count { $0 > 0.5 })
        default:
            truths.append(best)
            if target.hasVotes { references.append(row) }
        }
    }

    /// Predicts the targets of all batches with a model. With test-time augmentation, the outputs of all copies of an example are
    /// averaged.
    public init(
        of model: any Layer, for batches: any EvaluationBatches, targets: [TargetOutput],
        loss: any LossSpec, each: (Int) throws -> Void = { _ in }
    ) throws {
        var parts = targets.map { Predictions($0) }
        var (ids, outputs, truths): ([String], [Tensor], [Tensor]) = ([], [], [])
        for index in 0..<batches.count {
            let batch = try batches.batch(index, copy: 0)
            guard case .values(let values) = batch.targets else { continue }
            outputs.append(try Self.outputs(of: model, batches, index, batch))
            truths.append(values)
            ids += batch.ids
            try each(index + 1)
        }
        let all =
            outputs.isEmpty
            ? nil : withoutRecording { (outputs: concatenate(outputs), truths: concatenate(truths)) }
        let (numbers, wanted) = (all?.outputs.array ?? [], all?.truths.array ?? [])
        let width = targets.outputCount
        for (row, id) in ids.enumerated() {
            for (index, range) in targets.ranges.enumerated() {
                func part(_ values: [Real]) -> [Double] {
                    values[row * width + range.lowerBound..<row * width + range.upperBound].map { Double($0) }
                }
                parts[index].append(id, targets[index], outputs: part(numbers), truth: part(wanted))
            }
        }
        self.init(classes: [])
        self = Predictions(
            zip(targets, parts).map { PredictionPart($0.name, isMain: $0.role == .main, $1) }, ids: ids,
            speakers: ids.map { _ in nil })
        guard let all else { return }
        meanLoss = withoutRecording { Double(loss.mean(all.outputs, .values(all.truths)).item()) }
    }
}
