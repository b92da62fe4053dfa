import Autograd
import Foundation
import Layers
import Reports
import SpeechEmotion

/// Scores as a function of the amount of training data, by cross-validation inside the training set.
public struct LearningCurve {
    /// The fractions of the training data.
    public var shares = [0.1, 0.2, 0.4, 0.7, 1]
    /// The number of folds.
    public var folds = 5
    /// The metric.
    public var metric = "uar"

    /// Creates options.
    public init(metric: String = "uar") { self.metric = metric }

    /// Trains a model for each fraction and fold.
    public func compute(
        _ experiment: Experiment, data: ExperimentData, cache: FeatureCache?, observer: any RunObserver
    ) throws -> ScoreCurve {
        var options = SearchOptions()
        (options.metric, options.folds) = (metric, folds)
        let speakers = try data.clips(.train).map(\.speaker)
        // Folds by speaker need as many speakers.
        if data.isSpeakerIndependent(.test) == true { options.folds = min(folds, Set(speakers).count) }
        let folds = options.folds ?? folds
        let scorer = try HyperparameterSearch.scorer(options, data: data, cache: cache, observer: observer)
        observer.begin("Learning curve: \(shares.count) fractions of the training set × \(folds) folds")
        var (sizes, training, validation) = ([Double](), [[Double]](), [[Double]]())
        for (index, share) in shares.enumerated() {
            var scores: [TrialScorer.Scores] = []
            for fold in 0..<folds {
                scores.append(try scorer.scores(experiment, share: share, epochs: 1, fold: fold))
                observer.advance(index * folds + fold + 1, of: shares.count * folds, note: "")
            }
            sizes.append(scores.reduce(0) { $0 + Double($1.examples) } / Double(folds))
            training.append(scores.map(\.training))
            validation.append(scores.map(\.test))
        }
        return ScoreCurve(x: sizes, training: training, validation: validation)
    }
}
