/// Clips to validate or to test on. There is no way to augment them, and their order is fixed.
public final class EvaluationSet: EvaluationBatches {
    /// The clips whose features could be made.
    public let clips: [Clip]
    /// Those that could not be used, and why.
    public let omissions: [Omission]
    private let table: ExampleTable
    private let size: Int

    /// Takes the features of clips. Throws where a clip cannot be used and loading is strict, or none can.
    public init(
        _ clips: [Clip], _ loading: FeatureLoading, batch size: Int, progress: Progress? = nil,
        stop: (@Sendable () throws -> Void)? = nil
    ) throws {
        (table, self.clips, omissions) = try loading.table(clips, progress: progress, stop: stop)
        self.size = max(size, 1)
    }

    /// Batches, the last of which may be smaller.
    public var count: Int { (table.count + size - 1) / size }

    /// The same clips every time, in the order of `clips`.
    public func batch(_ index: Int) -> Batch {
        table.batch(Array(index * size..<min((index + 1) * size, table.count)))
    }

    /// The features of a clip, by its place in `clips`.
    public func features(_ index: Int) -> Features { table.features(index) }
}
