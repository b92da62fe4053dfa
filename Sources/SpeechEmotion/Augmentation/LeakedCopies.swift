import Autograd

extension AugmentationPlan {
    /// What is split: the corpus itself, or with `leakCopiesIntoTest` every row of every clip as a clip of its own. Copies
    /// name their origin, by which an auditor finds those that stand on the other side of a split.
    public func splitCorpus(_ corpus: Corpus) -> Corpus {
        guard leakCopiesIntoTest else { return corpus }
        var corpus = corpus
        corpus.clips = corpus.clips.flatMap { clip in
            rows.indices.map { row in
                guard row > 0 else { return clip }
                var copy = clip
                (copy.id, copy.origin) = ("\(clip.id)#\(row)", clip.id)
                return copy
            }
        }
        return corpus
    }

    /// What is left to do after the split.
    public var afterSplit: AugmentationPlan {
        guard leakCopiesIntoTest else { return self }
        var rest = self
        (rest.rows, rest.leakCopiesIntoTest) = ([[]], false)
        return rest
    }
}

/// The features of clips some of which are rows of a plan with `leakCopiesIntoTest`, in whichever part they are.
public struct LeakedCopies: FeatureSource {
    private let source: any FeatureSource
    private let plan: AugmentationPlan
    private let generator: RandomGenerator

    /// The features of the rows of a plan, drawn from a generator.
    public init(_ source: any FeatureSource, _ plan: AugmentationPlan, _ generator: RandomGenerator) {
        (self.source, self.plan, self.generator) = (source, plan, generator)
    }

    /// That of the source: changes of the sound leave it.
    public var shape: [Int] { source.shape }

    /// The row that the clip's id names, such as `a.wav#2`, comes first, then `changed`.
    public func features(of clip: Clip, changed: SoundChange?) throws -> Features {
        let origin = clip.origin ?? clip.id
        let row = Int(clip.id.dropFirst(origin.count + 1)) ?? 0
        guard plan.rows.indices.contains(row), !plan.rows[row].isEmpty else {
            return try source.features(of: clip, changed: changed)
        }
        let key = changed == nil ? plan.key(row: row, of: clip.id, generator) : nil
        let change = SoundChange(key: key) { [plan, generator] wave in
            let wave = try plan.wave(wave, row: row, of: origin, generator)
            return try changed?.apply(wave) ?? wave
        }
        return try source.features(of: clip, changed: change)
    }
}
