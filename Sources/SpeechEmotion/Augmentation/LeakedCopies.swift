import Autograd

extension AugmentationPlan {
    /// Returns the corpus to split: with `leakCopiesIntoTest`, every augmented copy of every clip is a clip of its own.
    /// Copies name their origin, by which the leakage audit finds those on the other side of a split.
    public func splitCorpus(_ corpus: Corpus) -> Corpus {
        guard leakCopiesIntoTest else { return corpus }
        var corpus = corpus
        corpus.clips = corpus.clips.flatMap { clip in
            copies.indices.map { row in
                guard row > 0 else { return clip }
                var copy = clip
                (copy.id, copy.origin) = ("\(clip.id)#\(row)", clip.id)
                return copy
            }
        }
        return corpus
    }

    /// The augmentation that remains after the split.
    public var afterSplit: AugmentationPlan {
        guard leakCopiesIntoTest else { return self }
        var rest = self
        (rest.copies, rest.leakCopiesIntoTest) = ([[]], false)
        return rest
    }
}

/// The features of clips that may be augmented copies of a plan with `leakCopiesIntoTest`, in any subset.
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
