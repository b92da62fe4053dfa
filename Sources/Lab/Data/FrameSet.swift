import Autograd
import Layers
import Metrics
import SpeechEmotion
import Training

/// The classes of the frames of clips.
struct FrameSet: StepTask, ClipTargets {
    let outputs: [String]
    let times: StepTimes
    private let labels: FrameLabels
    private let segments: [String: [LabeledSegment]]
    private let unlabeled: Int?
    private let source: FeatureExtractor
    /// The time at which the waveform of a clip begins, in seconds.
    private let offset: Double

    /// Collects the labels of an experiment.
    ///
    /// - Parameter outputs: The classes of a trained model, which ignores frames of others; nil for those of the segments.
    init(_ labels: FrameLabels, _ experiment: Experiment, clips: [Clip], outputs: [String]? = nil) throws {
        self.labels = labels
        segments = try labels.labeledSegments(of: clips)
        source = try FeatureExtractor(experiment.features)
        offset = experiment.features.offset
        self.outputs = outputs ?? labels.classes(segments)
        guard self.outputs.count > 1 else {
            throw InputError(
                "frame_labels", found: "the single class \(self.outputs.joined())",
                allowed: "at least two, or a class for \"unlabeled\" frames")
        }
        unlabeled = labels.unlabeled.flatMap { [outputs = self.outputs] in outputs.firstIndex(of: $0) }
        let spec = try experiment.model.spec(OutputUnits(classes: self.outputs))
        let shape = try spec.checkedPlan(experiment.features.outputShape()).output
        guard let times = StepTimes(experiment.features, steps: shape.first ?? 0) else {
            throw InputError(
                "the model", found: "\(shape.first ?? 0) steps, which are not evenly spaced frames",
                allowed: "layers with \"padding\": \"same\", whose strides divide the number of frames")
        }
        self.times = times
    }

    /// The class of each step of a clip; NaN for a step without a label and after the end.
    func row(of clip: Clip, frames: Int?, transform: WaveformTransform?) throws -> [Real] {
        let own = try frames == nil ? [] : labeledSegments(of: clip, transform)
        let valid = times.valid(frames)
        var next = 0
        return (0..<times.count).map { step in
            guard step < valid else { return .nan }
            let time = times.center(step)
            while next < own.count, own[next].end <= time { next += 1 }
            guard next < own.count, own[next].start <= time else {
                return unlabeled.map { Real($0) } ?? .nan
            }
            return outputs.firstIndex(of: own[next].label).map { Real($0) } ?? .nan
        }
    }

    private func labeledSegments(of clip: Clip, _ transform: WaveformTransform?) throws -> [LabeledSegment] {
        guard let activity = labels.voiceActivity, let label = labels.merge else {
            return segments[clip.id] ?? []
        }
        let wave = try source.waveform(of: clip)
        return try activity.segments(of: transform?.apply(wave) ?? wave).map {
            LabeledSegment(start: $0.lowerBound + offset, end: $0.upperBound + offset, label: label)
        }
    }

    func loss(_ experiment: Experiment, _ rows: [[Real]]) -> any LossSpec {
        var counts = Array(repeating: rows.isEmpty ? 1 : 0, count: outputs.count)
        for row in rows { for label in row where !label.isNaN { counts[Int(label)] += 1 } }
        return FrameLoss(experiment.balancedLoss.fitted(classCounts: counts))
    }

    func predictions(
        of model: any Layer, for batches: any EvaluationBatches, loss: any LossSpec
    ) throws -> Predictions {
        var predictions = Predictions(.frames)
        predictions.classes = outputs
        var (total, weight) = (0.0, 0.0)
        for index in 0..<batches.count {
            let batch = try batches.batch(index, copy: 0)
            guard case .values(let targets) = batch.targets else { continue }
            let signal = batch.outputs(of: model)
            let share = loss.weight(signal.tensor, batch.targets)
            if share > 0 {
                total += withoutRecording { Double(loss.mean(signal, batch.targets).item()) } * share
                weight += share
            }
            let (labels, found) = (targets.array, StepProbabilities(signal))
            for (row, id) in batch.ids.enumerated() {
                let probabilities = found[row]
                let truths = probabilities.indices.map { step -> Int? in
                    let label = labels[row * times.count + step]
                    return label.isNaN ? nil : Int(label)
                }
                predictions.append(
                    id,
                    frames: [FrameRun](
                        truths: truths, probabilities: probabilities,
                        edges: (0...probabilities.count).map { times.edge($0) }))
            }
        }
        predictions.meanLoss = total / weight
        return predictions
    }
}

/// The probabilities of the classes at the valid steps of each example.
struct StepProbabilities {
    private let numbers: [Real]
    private let shape: [Int]
    private let lengths: [Int]?

    /// Applies softmax to outputs, [batch, steps, classes].
    init(_ outputs: Signal) {
        numbers = outputs.tensor.softmax(axis: -1).array
        (shape, lengths) = (outputs.tensor.shape, outputs.lengths)
    }

    /// The probabilities of an example, a list for each valid step.
    subscript(row: Int) -> [[Double]] {
        let (steps, classes) = (shape[1], shape[2])
        return (0..<(lengths?[row] ?? steps)).map { step in
            let start = (row * steps + step) * classes
            return numbers[start..<start + classes].map { Double($0) }
        }
    }
}
