import Autograd
import Configuration

extension AugmentationPlan {
    /// Whether copies of a clip may be in several subsets, so that every copy is a clip of its own.
    public var leaksCopies: Bool { leakCopiesIntoTest || leakCopiesIntoValidation }

    /// Returns the corpus with every augmented copy as a clip of its own if copies leak. Copies name their origin, by which
    /// the leakage audit finds those on the other side of a split.
    public func withCopies(_ corpus: Corpus) -> Corpus {
        guard leaksCopies else { return corpus }
        var corpus = corpus
        corpus.clips = corpus.clips.flatMap(copied)
        return corpus
    }

    /// Splits the clips of a corpus, or the augmented copies where these leak; the splits are of `withCopies`.
    ///
    /// - Parameter generator: The generator of the run, which draws the copies of a validation set into which they leak.
    public func splits(_ corpus: Corpus, by spec: any SplitSpec, _ generator: RandomGenerator) throws -> [Split] {
        let splits = try spec.split(leakCopiesIntoTest ? withCopies(corpus) : corpus)
        guard leakCopiesIntoValidation else { return splits }
        return try splits.enumerated().map { index, split in
            var pool = corpus
            let held = Set(split.validation)
            let kept = Set(split.train).union(held)
            pool.clips = corpus.clips.filter { kept.contains($0.id) }.flatMap(copied)
            let drawn = try SplitRule.plain.take(
                .count(split.validation.count * copies.count), from: Array(pool.clips.indices), of: pool,
                .validation, generator.split("validation copies of split \(index)"))
            let validation = Set(drawn)
            var result = split
            result.train = pool.clips.indices.filter { !validation.contains($0) }.map { pool.clips[$0].id }
            result.validation = drawn.map { pool.clips[$0].id }
            return result
        }
    }

    /// The clip and its augmented copies.
    private func copied(_ clip: Clip) -> [Clip] {
        copies.indices.map { row in
            guard row > 0 else { return clip }
            var copy = clip
            (copy.id, copy.origin) = ("\(clip.id)#\(row)", clip.id)
            return copy
        }
    }

    /// The augmentation that remains after the split.
    public var afterSplit: AugmentationPlan {
        guard leaksCopies else { return self }
        var rest = self
        rest.copies = [[]]
        (rest.leakCopiesIntoTest, rest.leakCopiesIntoValidation) = (false, false)
        return rest
    }
}

/// The features of clips that may be augmented copies of a plan whose copies leak, in any subset.
public struct LeakedCopies: FeatureSource {
    private let source: any FeatureSource
    private let plan: AugmentationPlan
    private let generator: RandomGenerator

    /// Creates a source of the features of a plan's copies, drawn from a generator.
    public init(_ source: any FeatureSource, _ plan: AugmentationPlan, _ generator: RandomGenerator) {
        (self.source, self.plan, self.generator) = (source, plan, generator)
    }

    /// The shape of the source, which augmentation does not change.
    public var shape: [Int] { source.shape }

    /// Applies the copy that the clip's id names, such as `a.wav#2`, before each of the transforms.
    public func features(of clip: Clip, transforms: [WaveformTransform?]) throws -> [Features] {
        let origin = clip.origin ?? clip.id
        let copy = Int(clip.id.dropFirst(origin.count + 1)) ?? 0
        guard plan.copies.indices.contains(copy), !plan.copies[copy].isEmpty else {
            return try source.features(of: clip, transforms: transforms)
        }
        let composed = transforms.map { transform in
            let key = transform == nil ? plan.key(copy: copy, of: clip.id, generator) : nil
            return WaveformTransform(key: key) { [plan, generator] wave in
                let augmented = try plan.wave(wave, copy: copy, of: origin, generator)
                return try transform?.apply(augmented) ?? augmented
            }
        }
        return try source.features(of: clip, transforms: composed)
    }
}
