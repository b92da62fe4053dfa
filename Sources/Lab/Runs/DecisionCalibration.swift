import Layers
import Metrics
import Training

/// Calibrates the decisions of a trained model on the validation set of its experiment.
struct DecisionCalibration {
    private let experiment: Experiment
    private let data: ExperimentData

    init(_ experiment: Experiment, _ data: ExperimentData) {
        (self.experiment, self.data) = (experiment, data)
    }

    /// Divides the logits of classifications by temperatures, calibrates conformal prediction, and fits thresholds; nil if the experiment
    /// wants none of them.
    func fit(_ model: Model, _ loss: any LossSpec, _ validation: EvaluationSet) throws -> RunDecisions? {
        let options = experiment.evaluation
        guard options.calibration != nil || options.conformal != nil || options.thresholds != nil else {
            return nil
        }
        let temperatures = try options.calibration == nil ? [] : calibrate(model, loss, validation)
        return RunDecisions(
            try data.predictions(of: model, for: validation, loss: loss), temperatures: temperatures,
            coverage: options.conformal, thresholds: options.thresholds)
    }

    /// Divides the outputs of each classification by the temperature that fits its predictions; returns the temperatures by target.
    private func calibrate(
        _ model: Model, _ loss: any LossSpec, _ validation: EvaluationSet
    ) throws -> [Double?] {
        guard let layer = OutputLayer(model) else { return [] }
        let predictions = try data.predictions(of: model, for: validation, loss: loss)
        let targets =
            data.targets?.outputs ?? [TargetOutput("class", .classification, classes: data.corpus.classes)]
        let own = predictions.parts.isEmpty ? [predictions] : predictions.parts.map(\.predictions)
        let temperatures = zip(targets, own).map { target, part in
            target.kind == .classification ? TemperatureScaling.temperature(of: part) : nil
        }
        layer.divide(by: zip(targets, temperatures).flatMap { Array(repeating: $1 ?? 1, count: $0.count) })
        return temperatures
    }
}
