import Autograd
import Configuration
import SpeechEmotion

/// The data of an experiment: its clips, how they are split, and the way from a clip to its features.
public struct ExperimentData: Sendable {
    /// All clips; where copies may leak, the copies too.
    public let corpus: Corpus
    /// All splits, one for each fold.
    public let splits: [Split]
    /// The split of the experiment's fold.
    public let split: Split
    /// Takes features by the experiment's pipeline, from a cache where there is one.
    public let loading: FeatureLoading
    let source: PipelineSource

    /// Reads which clips there are and splits them; sounds are not touched. Throws where there are no such data, or where
    /// the split has no such fold.
    public init(_ experiment: Experiment, cache: FeatureCache? = nil) throws {
        let plan = experiment.augmentation
        corpus = plan.splitCorpus(try experiment.data.read())
        splits = try experiment.split.value.split(corpus)
        guard splits.indices.contains(experiment.fold - 1) else {
            throw DataProblem(
                "\"fold\"", found: "\(experiment.fold)",
                allowed: "1 to \(splits.count): the split has so many folds")
        }
        split = splits[experiment.fold - 1]
        source = try PipelineSource(experiment.features, cache: cache)
        let copies = RandomGenerator(seed: UInt64(experiment.seed)).split("copies")
        loading = FeatureLoading(
            source: plan.leakCopiesIntoTest ? LeakedCopies(source, plan, copies) : source,
            classes: corpus.classes, isStrict: experiment.data.strict,
            normalizing: experiment.features.normalize)
    }

    /// Throws what would end a run after its training: a measured part without clips, and clips without a speaker where features are
    /// normalised by speaker.
    func check(measured: Split.Part) throws {
        guard !split[measured].isEmpty else {
            throw DataProblem(
                "the split", found: "no clip in the \(measured.rawValue) part, which is to be measured",
                allowed: "at least one")
        }
        for part in Split.Part.allCases { try loading.check(corpus.clips(of: part, in: split)) }
    }

    /// The clips of a part. Throws where there is none to train or to test on.
    public func clips(_ part: Split.Part) throws -> [Clip] {
        let clips = try corpus.clips(of: part, in: split)
        guard !clips.isEmpty || part == .validation else {
            throw DataProblem(
                "the split", found: "no clip in the \(part.rawValue) part", allowed: "at least one")
        }
        return clips
    }

    /// Whether no speaker of a part is among those that are trained on, or validated on before it is tested. nil where a speaker is not known.
    func isSpeakerIndependent(_ part: Split.Part) -> Bool? {
        let others: [Split.Part] = part == .test ? [.train, .validation] : [.train]
        var speakers: [Split.Part: Set<String>] = [:]
        for part in others + [part] {
            guard let clips = try? corpus.clips(of: part, in: split) else { return nil }
            let known = clips.compactMap(\.speaker)
            guard known.count == clips.count else { return nil }
            speakers[part] = Set(known)
        }
        return others.allSatisfy { (speakers[$0] ?? []).isDisjoint(with: speakers[part] ?? []) }
    }

    /// The sound of a clip as its features are made of it.
    func sound(of clip: Clip) throws -> Waveform { try source.sound(of: clip) }
}
