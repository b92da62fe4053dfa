import Autograd
import Layers
import SpeechEmotion
import Training

/// A trained model as an evaluation uses it: with outputs for a clip, or for every step.
struct EvaluatedModel {
    let model: Model
    let pipeline: FeaturePipeline
    /// The classes, or the names of the outputs at every step.
    let classes: [String]
    let targets: [TargetOutput]
    let tta: TestTimeAugmentation
    let decisions: RunDecisions
    /// Whether the model has outputs for every step.
    let hasSteps: Bool

    init(_ predictor: Predictor) {
        (model, pipeline, classes) = (predictor.model, predictor.pipeline, predictor.classes)
        (targets, tta, hasSteps) = (predictor.targets, predictor.tta, false)
        decisions = predictor.decisions
    }

    private init(_ steps: StepPredictor) {
        (model, pipeline, classes) = (steps.model, steps.pipeline, steps.outputs)
        (targets, tta, hasSteps) = ([], TestTimeAugmentation(), true)
        decisions = RunDecisions()
    }

    /// The model of a run. Throws if test-time augmentation does not apply to it.
    init(_ path: String, tta: TestTimeAugmentation?) throws {
        guard let steps = try StepPredictor(path) else {
            self.init(try Predictor(path, tta: tta))
            return
        }
        guard tta == nil else {
            throw InputError(
                "--tta does not apply to \(path), a model with outputs for every step; remove it")
        }
        self.init(steps)
    }
}
