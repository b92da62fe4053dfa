import Autograd
import Classical
import Foundation
import Layers
import SpeechEmotion
import Training

/// The features of clips as one row each, for plots and importances.
public struct FeatureRows: Sendable {
    /// The names of the columns, such as `mfcc_0_mean`.
    public let names: [String]
    /// One row per clip.
    public let matrix: Matrix
    /// The class of each row.
    public let labels: [Int]
    /// The classes.
    public let classes: [String]
    /// The clip of each row.
    public let clips: [Clip]
    /// What a row is: the features themselves, or the mean of a sequence over its frames.
    public let note: String

    /// Computes the rows of a subset of an experiment's data, without augmentation. Sequences are averaged over their valid
    /// frames; the rows of images are their values.
    ///
    /// - Parameter embedding: The layer whose outputs are the rows; nil for the features.
    public init(
        _ experiment: Experiment, data: ExperimentData, subset: Split.Subset,
        embedding: LayerEmbedding? = nil, progress: SpeechEmotion.Progress? = nil,
        stop: (@Sendable () throws -> Void)? = nil
    ) throws {
        let set = try EvaluationSet(
            data.clips(subset), data.loading, batch: 64, progress: progress, stop: stop)
        var values: [Double] = []
        var width = 0
        var isSequence = false
        for index in set.clips.indices {
            let features = try embedding?.callAsFunction(set.features(index)) ?? set.features(index)
            isSequence = features.shape.count == 2
            let row = isSequence ? Self.mean(features) : features.values.map { Double($0) }
            width = row.count
            values += row
        }
        matrix = Matrix(rows: set.clips.count, columns: width, values: values)
        let known = experiment.features.names
        names =
            embedding == nil && known.count == width
            ? known : (0..<width).map { "\(embedding.map { "layer \($0.layer)" } ?? "value") \($0)" }
        clips = set.clips
        classes = data.corpus.classes
        labels = set.clips.map { clip in data.corpus.classes.firstIndex(of: clip.label) ?? 0 }
        note =
            (embedding.map { "outputs of layer \($0.layer)" } ?? "features")
            + (isSequence ? ", averaged over frames" : "")
    }

    private static func mean(_ features: Features) -> [Double] {
        let (frames, channels) = (features.length ?? features.shape[0], features.shape[1])
        var sums = Array(repeating: 0.0, count: channels)
        for frame in 0..<frames {
            for channel in 0..<channels {
                sums[channel] += Double(features.values[frame * channels + channel])
            }
        }
        return sums.map { $0 / Double(max(frames, 1)) }
    }

    /// The values of each column.
    public func columns(_ indices: [Int]) -> [[Double]] {
        indices.map { column in (0..<matrix.rows).map { matrix[$0, column] } }
    }

    /// The columns with the largest F values of an analysis of variance between the classes, in descending order.
    public func best(_ count: Int) throws(FittingError) -> [Int] {
        let scores = try SelectKBestOptions().scores(
            matrix, labels: labels, classes: classes.count, generator: RandomGenerator(seed: 0))
        let order = scores.indices.sorted { a, b in
            let (x, y) = (scores[a], scores[b])
            if x.isNaN || y.isNaN { return x.isNaN == y.isNaN ? a < b : y.isNaN }
            return x == y ? a < b : x > y
        }
        return Array(order.prefix(count))
    }
}
