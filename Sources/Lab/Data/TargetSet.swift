import Autograd
import Layers
import SpeechEmotion
import Training

/// The targets of an experiment, sized for its data.
public struct TargetSet: ClipTargets {
    /// The outputs of the model for each target.
    public let outputs: [TargetOutput]
    private let specs: [any TargetSpec]
    private let weighting: TargetLoss.Weighting

    /// Sizes the targets of an experiment. Throws an `InputError` if the data lack a column or have a value that is not allowed.
    ///
    /// - Parameter training: The clips of the training set.
    public init(_ experiment: Experiment, _ corpus: Corpus, training: [Clip]) throws {
        specs = experiment.targets.map(\.value)
        weighting = experiment.targetWeighting
        for spec in specs { try spec.checkColumns(corpus) }
        outputs = try specs.map { try $0.output(corpus, training: training) }
    }

    /// The targets of an experiment with the outputs of its trained model.
    init(_ experiment: Experiment, outputs: [TargetOutput]) {
        (specs, self.outputs) = (experiment.targets.map(\.value), outputs)
        weighting = experiment.targetWeighting
    }

    /// The target values of a clip, one for each output; those of a target that the clip lacks are NaN.
    public func row(
        of clip: Clip, frames: Int? = nil, transform: WaveformTransform? = nil
    ) throws -> [Real] {
        try zip(specs, outputs).flatMap { spec, output in
            try spec.values(of: clip, output)?.map { Real($0) }
                ?? Array(repeating: .nan, count: output.count)
        }
    }

    /// The values that the outputs of a model shall have for each example of a batch: numbers on the scale of the outputs, shares
    /// of classes, or labels. NaN for a target that the example lacks.
    func outputs(_ batch: Targets) -> [[Double]] {
        guard case .values(let values) = batch else { return [] }
        let (numbers, width) = (values.array, outputs.outputCount)
        return (0..<numbers.count / max(width, 1)).map { row in
            zip(outputs, outputs.ranges).flatMap { output, range in
                range.map { (Double(numbers[row * width + $0]) - output.offset) / output.scale }
            }
        }
    }

    /// The sum of the losses of all targets.
    ///
    /// - Parameter rows: The target values of the training examples, for balanced class weights.
    func loss(_ rows: [[Real]]) -> TargetLoss {
        let terms = zip(zip(specs, outputs), outputs.ranges).map { pair, range in
            let (spec, output) = pair
            var counts = Array(repeating: rows.isEmpty ? 1 : 0, count: output.count)
            for row in rows {
                let own = row[range]
                guard let largest = own.max(), !own.contains(where: \.isNaN),
                    let best = own.firstIndex(of: largest)
                else { continue }
                counts[best - range.lowerBound] += 1
            }
            return TargetLoss.Term(
                output, spec.usedLoss.fitted(classCounts: counts), weight: spec.weight)
        }
        return TargetLoss(terms, weighting: weighting)
    }
}

extension TargetSpec {
    /// Throws if no clip has a value in a column of the target.
    fileprivate func checkColumns(_ corpus: Corpus) throws(InputError) {
        for column in columns where !corpus.clips.contains(where: { $0.value(of: column) != nil }) {
            throw InputError(
                "the target \"\(title)\"", found: "the column \"\(column)\", which no clip has",
                allowed: corpus.columns.map { "\"\($0)\"" }.joined(separator: ", "))
        }
    }
}

extension Corpus {
    /// Removes the clips that have none of an experiment's main targets, and notes them as omissions. Throws if the data are strict
    /// or no clip is left.
    mutating func keepClips(withTargetsOf experiment: Experiment) throws {
        let main = experiment.targets.map(\.value).filter { $0.role == .main }
        guard !main.isEmpty else { return }
        for spec in main { try spec.checkColumns(self) }
        let lost = clips.filter { clip in !main.contains { $0.isPresent(in: clip) } }
        guard !lost.isEmpty else { return }
        let names = main.map { "\"\($0.title)\"" }.joined(separator: ", ")
        guard !experiment.data.strict, lost.count < clips.count else {
            throw InputError(
                "the targets \(names)",
                found: "\(lost.count) of \(clips.count) clips without a value, such as \(lost[0].id)",
                allowed: experiment.data.strict
                    ? "a value for every clip, or \"strict\": false to leave these clips out"
                    : "clips with a value")
        }
        omissions += lost.map { Omission($0.id, "no value for the target \(names)") }
        clips.removeAll { clip in !main.contains { $0.isPresent(in: clip) } }
    }
}
