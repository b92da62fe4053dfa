import Autograd
import Layers
import Metrics
import SpeechEmotion
import Training

/// The target values of clips, for a model that learns more than the class.
public protocol ClipTargets: Sendable {
    /// Returns the target values of a clip, equally many for every clip. NaN marks a missing one.
    ///
    /// - Parameters:
    ///   - frames: The number of valid frames of the clip's features; nil if all are, or if it is not known yet.
    ///   - transform: The transform of an augmented copy; nil for the recording itself.
    func row(of clip: Clip, frames: Int?, transform: WaveformTransform?) throws -> [Real]
}

/// What a model with an output for every step learns: label sequences, or the classes of frames.
protocol StepTask: Sendable {
    /// The names of the outputs at every step.
    var outputs: [String] { get }
    /// Returns the loss of an experiment for the clips.
    ///
    /// - Parameter rows: The target values of the training examples, for balanced class weights; empty if unknown.
    func loss(_ experiment: Experiment, _ rows: [[Real]]) -> any LossSpec
    /// Predicts all batches with a model.
    func predictions(
        of model: any Layer, for batches: any EvaluationBatches, loss: any LossSpec
    ) throws -> Predictions
}
