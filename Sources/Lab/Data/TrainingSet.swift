import Autograd
import Configuration
import Layers
import SpeechEmotion
import Training

/// The training clips, shuffled in every epoch and augmented. A batch depends only on its epoch and index and on the
/// generator, so that a resumed run continues with the same batches, whatever the number of threads.
public final class TrainingSet: TrainingBatches {
    /// The usable clips.
    public let clips: [Clip]
    /// The unusable clips, and why.
    public let omissions: [Omission]
    private let loading: FeatureLoading
    private let plan: AugmentationPlan
    private let generator: RandomGenerator
    private let table: ExampleTable
    private let size: Int
    /// The examples of an epoch, before shuffling.
    private let drawn: [Int]
    private var order: (epoch: Int, numbers: [Int])?
    private var ahead: Prefetcher<Place, Batch>?

    private struct Place: Hashable, Sendable {
        var epoch: Int
        var index: Int
    }

    /// Computes the features of all augmented copies. Throws if a clip is unusable and loading is strict, or if none is
    /// usable.
    ///
    /// - Parameters:
    ///   - generator: The source of randomness for order and augmentation.
    ///   - draw: Selects the indices of the examples of an epoch, given their classes, for class balancing; by default
    ///     all.
    public init(
        _ clips: [Clip], _ loading: FeatureLoading, plan: AugmentationPlan = AugmentationPlan(),
        batch size: Int,
        generator: RandomGenerator, draw: (([Int]) -> [Int])? = nil, progress: Progress? = nil,
        stop: (@Sendable () throws -> Void)? = nil
    ) throws {
        try plan.check(loading.source.shape)
        let plan = plan.drawing(from: clips)
        let augmentation = generator.split("augmentation")
        (table, self.clips, omissions) = try loading.table(
            clips, progress: progress, stop: stop,
            transforms: { clip in
                plan.copies.indices.map { copy -> WaveformTransform? in
                    guard !plan.copies[copy].isEmpty else { return nil }
                    return WaveformTransform(key: plan.key(copy: copy, of: clip.id, augmentation)) {
                        try plan.wave($0, copy: copy, of: clip.id, augmentation)
                    }
                }
            })
        self.loading = loading
        self.plan = plan
        self.size = max(size, 1)
        self.generator = generator
        drawn = draw?(table.labels) ?? Array(0..<table.count)
        if plan.needsWaveforms {
            ahead = Prefetcher(depth: 2 * Parallel.threads) { [maker] in try maker(($0.epoch, $0.index)) }
        }
    }

    /// The truncation of each clip, before augmentation if the plan keeps the recording itself; nil if unknown.
    public var truncations: [Truncation?] {
        let copy = plan.copies.firstIndex(where: \.isEmpty) ?? 0
        return clips.indices.map { table.truncations[$0 * plan.copies.count + copy] }
    }

    /// The number of examples in an epoch.
    public var examples: Int { drawn.count }
    /// The number of batches in an epoch, the last of which may be smaller.
    public var count: Int { (drawn.count + size - 1) / size }
    /// The number of examples of each class, including augmented copies.
    public func classCounts(_ classes: Int) -> [Int] {
        drawn.reduce(into: Array(repeating: 0, count: classes)) { $0[table.labels[$1]] += 1 }
    }

    /// The target values of the examples of an epoch; none if the class is the target.
    var targetRows: [[Real]] { table.rows(drawn) ?? [] }

    /// Returns a batch, shuffled and augmented for the epoch. Throws if a recording can no longer be read or augmented.
    public func batch(epoch: Int, index: Int) throws -> Batch {
        guard let ahead else { return try made(numbers(epoch, index), epoch) }
        let following = (index + 1..<index + 1 + ahead.depth).map { next in
            next < count ? Place(epoch: epoch, index: next) : Place(epoch: epoch + 1, index: next - count)
        }.filter { $0.index < count }
        return try ahead.value(of: Place(epoch: epoch, index: index), then: following)
    }

    /// Returns the examples of the first epoch in batches, in the order of the clips, for layers that are fitted to all of them.
    public func inOrder() throws -> [Batch] {
        let sorted = drawn.sorted()
        return try stride(from: 0, to: sorted.count, by: size).map { start in
            try made(Array(sorted[start..<min(start + size, sorted.count)]), 0)
        }
    }

    /// The indices of the examples of a batch.
    private func numbers(_ epoch: Int, _ index: Int) -> [Int] {
        if order?.epoch != epoch { order = (epoch, shuffled(epoch)) }
        let numbers = order?.numbers ?? []
        return Array(numbers[index * size..<min((index + 1) * size, numbers.count)])
    }

    private func shuffled(_ epoch: Int) -> [Int] {
        generator.split("order of epoch \(epoch)").permutation(drawn.count).map { drawn[$0] }
    }

    private func made(_ numbers: [Int], _ epoch: Int) throws -> Batch {
        guard !plan.features.isEmpty else { return table.batch(numbers) }
        let augmentation = generator.split("augmentation")
        let features = try numbers.map { number in
            try plan.epochFeatures(
                table.features(number), copy: number % plan.copies.count,
                of: clips[number / plan.copies.count].id,
                epoch: epoch, augmentation)
        }
        return table.batch(numbers, with: features)
    }

    /// Computes batches whose waveforms are augmented in every epoch; called on background threads.
    private var maker: @Sendable ((epoch: Int, index: Int)) throws -> Batch {
        let (plan, loading, clips, table, size) = (plan, loading, clips, table, size)
        let (augmentation, drawn, generator) = (generator.split("augmentation"), drawn, generator)
        return { place in
            let order = generator.split("order of epoch \(place.epoch)").permutation(drawn.count)
            let numbers = order[place.index * size..<min((place.index + 1) * size, order.count)].map {
                drawn[$0]
            }
            let features = try numbers.map { number in
                let (clip, copy) = (clips[number / plan.copies.count], number % plan.copies.count)
                let transform = WaveformTransform { wave in
                    let wave = try plan.wave(wave, copy: copy, of: clip.id, augmentation)
                    return try plan.epochWaveform(
                        wave, copy: copy, of: clip.id, epoch: place.epoch, augmentation)
                }
                let computed = try loading.source.features(of: clip, transforms: [transform])[0]
                return try plan.epochFeatures(
                    table.normalized(computed, as: number), copy: copy, of: clip.id,
                    epoch: place.epoch, augmentation)
            }
            return table.batch(numbers, with: features)
        }
    }
}
