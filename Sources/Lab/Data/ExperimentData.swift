import Autograd
import Configuration
import Layers
import Metrics
import SpeechEmotion
import Training

/// The data of an experiment: its clips, their split, and feature extraction.
public struct ExperimentData: Sendable {
    /// All clips, including augmented copies if these leak into another subset.
    public let corpus: Corpus
    /// All splits, one per fold.
    public let splits: [Split]
    /// The split of the experiment's fold.
    public let split: Split
    /// The targets of the model; nil if it learns the class alone.
    public let targets: TargetSet?
    /// What a model with an output for every step learns; nil if it has one output for a clip.
    private(set) var steps: (any StepTask)?
    /// The feature extractor of the experiment's pipeline, with a cache if there is one.
    public let loading: FeatureLoading
    let source: FeatureExtractor

    /// Lists and splits the clips without reading audio. Throws if the data are missing, or if the split has no such
    /// fold.
    public init(_ experiment: Experiment, cache: FeatureCache? = nil) throws {
        try self.init(experiment, corpus: experiment.data.read(), cache: cache)
    }

    /// Creates the data of a corpus that has been read.
    init(_ experiment: Experiment, corpus read: Corpus, cache: FeatureCache? = nil) throws {
        let plan = experiment.augmentation
        let generator = RandomGenerator(seed: UInt64(experiment.seed))
        // After a search, the corpus may contain augmented copies.
        var recordings = read
        recordings.clips.removeAll { $0.origin != nil }
        try recordings.keepClips(withTargetsOf: experiment)
        corpus = plan.withCopies(recordings)
        splits = try plan.splits(recordings, by: experiment.split.value, generator)
        guard splits.indices.contains(experiment.fold - 1) else {
            throw InputError(
                "\"fold\"", found: "\(experiment.fold)",
                allowed: "1 to \(splits.count): the number of folds")
        }
        split = splits[experiment.fold - 1]
        guard !split.isMissing else {
            throw InputError(
                "\"fold\"", found: "\(experiment.fold), which has no clips: \(split.name)",
                allowed: splits.presentFolds.map(String.init).joined(separator: ", "))
        }
        targets =
            experiment.targets.isEmpty
            ? nil
            : try TargetSet(experiment, corpus, training: corpus.clips(of: .train, in: split))
        let frames = try experiment.frameLabels.map { [corpus] in
            try FrameSet($0, experiment, clips: corpus.clips)
        }
        steps = experiment.labelsSequences ? SequenceSet(transcripts: corpus.classes) : frames
        source = try FeatureExtractor(experiment.features, cache: cache)
        var loading = FeatureLoading(
            source: plan.leaksCopies ? LeakedCopies(source, plan, generator.split("copies")) : source,
            classes: corpus.classes, targets: targets ?? frames, isStrict: experiment.data.strict,
            normalizing: experiment.features.normalize)
        loading.domainColumn = experiment.training.coral?.column
        self.loading = loading
    }

    /// Returns the same clips for a trial of a search, whose features and layers may give frames other times.
    func sized(for trial: Experiment) throws -> ExperimentData {
        guard let labels = trial.frameLabels else { return self }
        var data = self
        data.steps = try FrameSet(labels, trial, clips: corpus.clips)
        return data
    }

    /// The outputs that a model needs.
    var units: OutputUnits { targets.map { OutputUnits($0.outputs) } ?? OutputUnits(classes: outputNames) }

    /// The names of the model's outputs: the classes, the names of the targets, or what is scored at every step.
    var outputNames: [String] { targets?.outputs.map(\.name) ?? steps?.outputs ?? corpus.classes }

    /// Returns the loss of training: that of the targets, or of the class.
    func loss(_ experiment: Experiment, _ training: TrainingSet) -> any LossSpec {
        targets?.loss(training.targetRows) ?? steps?.loss(experiment, training.targetRows)
            ?? experiment.balancedLoss.fitted(classCounts: training.classCounts(corpus.classes.count))
    }

    /// Predicts the targets of all batches.
    func predictions(
        of model: any Layer, for batches: any EvaluationBatches, loss: any LossSpec
    ) throws -> Predictions {
        if let steps { return try steps.predictions(of: model, for: batches, loss: loss) }
        guard let targets else {
            return try Predictions(of: model, for: batches, classes: corpus.classes, loss: loss)
        }
        return try Predictions(of: model, for: batches, targets: targets.outputs, loss: loss)
    }

    /// Throws what would end a run of the experiment later, or leave it without requested results.
    func check(_ experiment: Experiment) throws {
        try checkParts(experiment)
        try checkClips()
        let complaint =
            experiment.classComplaint(corpus.classes) ?? scheduleComplaint(experiment)
            ?? costComplaint(experiment)
        if let complaint {
            throw ConfigurationError(place: .nowhere, path: complaint.path, complaint.message)
        }
    }

    /// Throws if a subset that is trained on, evaluated or monitored has no clips.
    func checkParts(_ experiment: Experiment) throws {
        let measured = experiment.evaluation.subset.splitSubset
        guard !split[measured].isEmpty else {
            throw InputError(
                "the split",
                found: "no clip in the \(measured.word) set, which \"evaluation.subset\" selects",
                allowed: "at least one")
        }
        try checkDomains(experiment, clips(.train))
        _ = try ClipColumns(experiment.groupColumns, of: clips(measured))
        let watched = experiment.watched
        if split.validation.isEmpty, let metric = watched.first(where: { $0.name.hasPrefix("validation_") }) {
            throw InputError(
                "the split",
                found:
                    "no clip in the validation set, which \(metric.path) = \"\(metric.name)\" requires",
                allowed:
                    "at least one, or \"selection\": {\"weights\": \"last\"} and no other key that monitors a validation metric"
            )
        }
    }

    /// The error of costs of classes that the model does not know; nil if it knows all of them.
    func costComplaint(_ experiment: Experiment) -> ValidationIssue? {
        let names = experiment.evaluation.thresholds?.namedClasses ?? []
        let target = targets?.outputs.first { $0.role == .main && $0.task == .classification }
        let classes = targets == nil ? corpus.classes : target?.classes ?? []
        return names.first { !classes.contains($0) }.map { name in
            ValidationIssue(
                at: [.key("evaluation"), .key("thresholds"), .key("costs")],
                "unknown class \"\(name)\"; expected \(classes.joined(separator: ", "))")
        }
    }

    /// Throws if domains are to be aligned, and training clips have no domain or all the same one.
    private func checkDomains(_ experiment: Experiment, _ clips: [Clip]) throws(InputError) {
        guard let column = experiment.training.coral?.column else { return }
        if let clip = clips.first(where: { $0.value(of: column)?.isEmpty != false }) {
            throw InputError(
                "\"training.coral\"", found: "no value in the column \"\(column)\" of \(clip.id)",
                allowed: "a domain for every training clip")
        }
        guard Set(clips.map { $0.value(of: column) }).count > 1 else {
            throw InputError(
                "\"training.coral\"",
                found: "a single value in the column \"\(column)\" of the training clips",
                allowed: "at least two domains")
        }
    }

    /// Throws for clips without a speaker if features are normalized by speaker.
    func checkClips() throws {
        for subset in Split.Subset.allCases { try loading.check(corpus.clips(of: subset, in: split)) }
    }

    /// The error of a schedule that counts steps, now that their number is known; nil if there is none.
    func scheduleComplaint(_ experiment: Experiment) -> ValidationIssue? {
        guard let schedule = experiment.schedule?.value, schedule.per == .step else { return nil }
        let options = experiment.training
        let batches = (examples(experiment) + options.batchSize - 1) / options.batchSize
        let steps = (batches + options.accumulationSteps - 1) / options.accumulationSteps
        let (total, isOverflow) = steps.multipliedReportingOverflow(by: options.epochs)
        guard !isOverflow, let complaint = schedule.complaint(total: total) else { return nil }
        return ValidationIssue(at: [.key("schedule")] + complaint.path.steps, complaint.message)
    }

    /// The number of examples in an epoch, if every clip is usable.
    func examples(_ experiment: Experiment) -> Int {
        TrainingClasses(experiment, self).examples.reduce(0, +)
    }

    /// The clips of a subset. Throws if the training or test set is empty.
    public func clips(_ subset: Split.Subset) throws -> [Clip] {
        let clips = try corpus.clips(of: subset, in: split)
        guard !clips.isEmpty || subset == .validation else {
            throw InputError(
                "the split", found: "no clip in the \(subset.word) set", allowed: "at least one")
        }
        return clips
    }

    /// Whether a subset is speaker-independent: none of its speakers is in the training set or, for the test set, in
    /// the validation set. nil if a speaker is unknown.
    func isSpeakerIndependent(_ subset: Split.Subset) -> Bool? {
        let others: [Split.Subset] = subset == .test ? [.train, .validation] : [.train]
        var speakers: [Split.Subset: Set<String>] = [:]
        for subset in others + [subset] {
            guard let clips = try? corpus.clips(of: subset, in: split) else { return nil }
            let known = clips.compactMap(\.speaker)
            guard known.count == clips.count else { return nil }
            speakers[subset] = Set(known)
        }
        return others.allSatisfy { (speakers[$0] ?? []).isDisjoint(with: speakers[subset] ?? []) }
    }

    /// The preprocessed waveform of a clip.
    func sound(of clip: Clip) throws -> Waveform { try source.waveform(of: clip) }
}
