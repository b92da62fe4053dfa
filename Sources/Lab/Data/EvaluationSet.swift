import Autograd
import SpeechEmotion
import Training

/// The validation or test clips, in a fixed order, with their copies for test-time augmentation.
public final class EvaluationSet: EvaluationBatches {
    /// The usable clips.
    public let clips: [Clip]
    /// The unusable clips, and why.
    public let omissions: [Omission]
    private let table: ExampleTable
    private let size: Int
    /// The number of inputs per clip: the recording and its augmented copies.
    public let copies: Int

    /// Computes the features of clips. Throws if a clip is unusable and loading is strict, or if none is usable.
    public init(
        _ clips: [Clip], _ loading: FeatureLoading, batch size: Int,
        tta: TestTimeAugmentation = TestTimeAugmentation(),
        progress: Progress? = nil, stop: (@Sendable () throws -> Void)? = nil
    ) throws {
        (table, self.clips, omissions) = try loading.table(
            clips, progress: progress, stop: stop, transforms: { _ in [] },
            features: { clip in try tta.features { try loading.source.features(of: clip, transforms: $0) } })
        self.copies = tta.count
        self.size = max(size, 1)
    }

    /// The truncation of each clip; nil if unknown.
    public var truncations: [Truncation?] { clips.indices.map { table.truncations[$0 * copies] } }

    /// The number of batches, the last of which may be smaller.
    public var count: Int { (clips.count + size - 1) / size }

    /// Returns a batch; the same every time, in the order of `clips`.
    public func batch(_ index: Int, copy: Int = 0) -> Batch {
        batch(Array(index * size..<min((index + 1) * size, clips.count)), copy: copy)
    }

    /// The target values of the clips; none if the class is the target.
    var targetRows: [[Real]] { table.rows(Array(0..<table.count)) ?? [] }
    /// Returns a batch of clips by their indices in `clips`.
    func batch(_ rows: [Int], copy: Int) -> Batch { table.batch(rows.map { $0 * copies + copy }) }

    /// The features of a clip without augmentation, by its index in `clips`.
    public func features(_ index: Int) -> Features { table.features(index * copies) }
}

extension [Clip] {
    /// The classes that some clips have and these do not, sorted.
    func lostClasses(of all: [Clip]) -> [String] {
        Set(all.map(\.label)).subtracting(map(\.label)).sortedByBytes()
    }
}
