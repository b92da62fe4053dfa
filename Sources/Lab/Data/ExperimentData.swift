import Autograd
import Configuration
import SpeechEmotion
import Training

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
    let source: FeatureExtractor

    /// Reads which clips there are and splits them; sounds are not touched. Throws where there are no such data, or where
    /// the split has no such fold.
    public init(_ experiment: Experiment, cache: FeatureCache? = nil) throws {
        try self.init(experiment, corpus: experiment.data.read(), cache: cache)
    }

    /// The same of clips that have been read.
    init(_ experiment: Experiment, corpus read: Corpus, cache: FeatureCache? = nil) throws {
        let plan = experiment.augmentation
        corpus = plan.splitCorpus(read)
        splits = try experiment.split.value.split(corpus)
        guard splits.indices.contains(experiment.fold - 1) else {
            throw DataError(
                "\"fold\"", found: "\(experiment.fold)",
                allowed: "1 to \(splits.count): the split has so many folds")
        }
        split = splits[experiment.fold - 1]
        source = try FeatureExtractor(experiment.features, cache: cache)
        let copies = RandomGenerator(seed: UInt64(experiment.seed)).split("copies")
        loading = FeatureLoading(
            source: plan.leakCopiesIntoTest ? LeakedCopies(source, plan, copies) : source,
            classes: corpus.classes, isStrict: experiment.data.strict,
            normalizing: experiment.features.normalize)
    }

    /// Throws what would end a run of the experiment later on, or leave it without what it was asked for.
    func check(_ experiment: Experiment) throws {
        try checkParts(experiment)
        try checkClips()
        if let complaint = scheduleComplaint(experiment) {
            throw ConfigurationError(place: .nowhere, path: complaint.path, complaint.message)
        }
    }

    /// Throws where a part has no clips that is trained on, measured or watched.
    func checkParts(_ experiment: Experiment) throws {
        let measured = experiment.evaluation.part.ofSplit
        guard !split[measured].isEmpty else {
            throw DataError(
                "the split", found: "no clip in the \(measured.rawValue) part, which is to be measured",
                allowed: "at least one")
        }
        _ = try clips(.train)
        let watched = ExperimentPlan.watched(experiment.training, experiment.schedule?.value)
        if split.validation.isEmpty, let figure = watched.first(where: { $0.name.hasPrefix("validation_") }) {
            throw DataError(
                "the split",
                found:
                    "no clip in the validation part, which \(figure.path) = \"\(figure.name)\" is measured on",
                allowed:
                    "at least one, or \"selection\": {\"weights\": \"last\"} and nothing else that watches it"
            )
        }
    }

    /// Throws for clips without a speaker where features are normalised by speaker.
    func checkClips() throws {
        for part in Split.Subset.allCases { try loading.check(corpus.clips(of: part, in: split)) }
    }

    /// What is wrong with a schedule that counts steps, now that their number is known; nil where nothing is.
    func scheduleComplaint(_ experiment: Experiment) -> Complaint? {
        guard let schedule = experiment.schedule?.value, schedule.per == .step else { return nil }
        let options = experiment.training
        let batches = (examples(experiment) + options.batch - 1) / options.batch
        let steps = (batches + options.accumulate - 1) / options.accumulate
        let (total, isOverflow) = steps.multipliedReportingOverflow(by: options.epochs)
        guard !isOverflow, let complaint = schedule.complaint(total: total) else { return nil }
        return Complaint(at: [.key("schedule")] + complaint.path.steps, complaint.message)
    }

    /// The examples of an epoch, where every clip can be used.
    func examples(_ experiment: Experiment) -> Int {
        let clips = (try? corpus.clips(of: .train, in: split)) ?? []
        let labels = clips.compactMap { corpus.classes.firstIndex(of: $0.label) }
        let plan = experiment.augmentation.afterSplit
        return experiment.data.balance.draw(labels).count * plan.copies.count
    }

    /// The clips of a part. Throws where there is none to train or to test on.
    public func clips(_ part: Split.Subset) throws -> [Clip] {
        let clips = try corpus.clips(of: part, in: split)
        guard !clips.isEmpty || part == .validation else {
            throw DataError(
                "the split", found: "no clip in the \(part.rawValue) part", allowed: "at least one")
        }
        return clips
    }

    /// Whether no speaker of a part is among those that are trained on, or validated on before it is tested. nil where a speaker is not known.
    func isSpeakerIndependent(_ part: Split.Subset) -> Bool? {
        let others: [Split.Subset] = part == .test ? [.train, .validation] : [.train]
        var speakers: [Split.Subset: Set<String>] = [:]
        for part in others + [part] {
            guard let clips = try? corpus.clips(of: part, in: split) else { return nil }
            let known = clips.compactMap(\.speaker)
            guard known.count == clips.count else { return nil }
            speakers[part] = Set(known)
        }
        return others.allSatisfy { (speakers[$0] ?? []).isDisjoint(with: speakers[part] ?? []) }
    }

    /// The sound of a clip as its features are made of it.
    func sound(of clip: Clip) throws -> Waveform { try source.waveform(of: clip) }
}
