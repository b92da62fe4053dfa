import SpeechEmotion
import Training

/// Clips to validate or to test on, in a fixed order. They are heard as they are, and where views are wanted in these forms too.
public final class EvaluationSet: EvaluationBatches {
    /// The clips whose features could be made.
    public let clips: [Clip]
    /// Those that could not be used, and why.
    public let omissions: [Omission]
    private let table: ExampleTable
    private let size: Int
    /// In how many forms each clip is heard.
    public let views: Int

    /// Takes the features of clips. Throws where a clip cannot be used and loading is strict, or none can.
    public init(
        _ clips: [Clip], _ loading: FeatureLoading, batch size: Int, views: TestTimeAugmentation = TestTimeAugmentation(),
        progress: Progress? = nil, stop: (@Sendable () throws -> Void)? = nil
    ) throws {
        (table, self.clips, omissions) = try loading.table(clips, progress: progress, stop: stop) { clip in
            try views.features { try loading.source.features(of: clip, transforms: $0) }
        }
        self.views = views.count
        self.size = max(size, 1)
    }

    /// What was cut off the sound of each clip; nil where that is not known.
    public var truncations: [Truncation?] { clips.indices.map { table.truncations[$0 * views] } }

    /// Batches, the last of which may be smaller.
    public var count: Int { (clips.count + size - 1) / size }

    /// The same clips every time, in the order of `clips`.
    public func batch(_ index: Int, view: Int = 0) -> Batch {
        table.batch((index * size..<min((index + 1) * size, clips.count)).map { $0 * views + view })
    }

    /// The features of a clip as it is, by its place in `clips`.
    public func features(_ index: Int) -> Features { table.features(index * views) }
}
