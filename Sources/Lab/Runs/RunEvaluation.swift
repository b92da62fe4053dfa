import Autograd
import Configuration
import Layers
import Metrics
import SpeechEmotion
import Training

/// Evaluates the model of a run that has ended, or the ensemble of several, on their own data or on other data.
public struct RunEvaluation {
    private let records: [RunRecord]
    /// The cross-validation that the runs belong to; nil for runs by themselves.
    private let set: (path: String, records: [RunRecord])?
    /// The models that vote: one predictor for all runs with the same features, or one per run.
    private let predictors: [EvaluatedModel]
    private let vote: EnsembleVote
    private let adaptation: SpeakerAdaptation?
    private let cache: FeatureCache?
    private let observer: any RunObserver

    /// Reads the models of at least one run. Throws if a run has not ended, or has other classes than the first. Runs whose
    /// features or test-time augmentation differ can vote by their probabilities only.
    ///
    /// - Parameters:
    ///   - set: The path and the runs of the cross-validation that the given runs belong to.
    ///   - vote: How several runs vote.
    ///   - tta: Test-time augmentation to use instead of the model's.
    ///   - adaptation: The adaptation to each speaker after which the models are also evaluated; nil for none.
    public init(
        _ records: [RunRecord], of set: (path: String, records: [RunRecord])? = nil,
        vote: EnsembleVote = EnsembleVote(), tta: TestTimeAugmentation? = nil,
        adaptation: SpeakerAdaptation? = nil, cache: FeatureCache?,
        observer: any RunObserver
    ) throws {
        require(!records.isEmpty, "RunEvaluation: no run")
        for record in records { _ = try record.requireEnd() }
        (self.records, self.set) = (records, set)
        self.cache = cache
        self.observer = observer
        self.vote = vote
        self.adaptation = adaptation
        predictors = try Self.predictors(records.map(\.path), vote, tta)
        if records.count > 1, let note = try Ensemble.decisionNote(records.map(\.path)) {
            observer.note("note: \(note)")
        }
        guard let adaptation else { return }
        guard !predictors[0].hasSteps else {
            throw InputError("--adapt does not apply to a model with outputs for every step; remove it")
        }
        for predictor in predictors { try adaptation.check(predictor.model, predictor.pipeline) }
    }

    private static func predictors(
        _ paths: [String], _ vote: EnsembleVote, _ tta: TestTimeAugmentation?
    ) throws -> [EvaluatedModel] {
        let single = try paths.map { try EvaluatedModel($0, tta: tta) }
        if paths.count == 1 { return single }
        if let path = zip(paths, single).first(where: { $1.hasSteps })?.0 {
            throw InputError(
                "\(path) has outputs for every step, and such models cannot vote; evaluate the runs one by one, or compare them with Train compare"
            )
        }
        let isUniform = single.allSatisfy {
            $0.pipeline.encode() == single[0].pipeline.encode()
                && $0.tta.copies.encode() == single[0].tta.copies.encode()
        }
        if isUniform || vote.rule == .logits {
            return [EvaluatedModel(try Predictor(combining: paths, vote: vote, tta: tta))]
        }
        try vote.check(paths.map(RunFile.modelFile), single.map(\.model.spec))
        for (path, predictor) in zip(paths, single) where predictor.classes != single[0].classes {
            throw FileError(
                file: path, place: "the classes", found: predictor.classes.joined(separator: ", "),
                allowed: "\(single[0].classes.joined(separator: ", ")), as in \(paths[0])")
        }
        return single
    }

    private var classes: [String] { predictors[0].classes }

    /// What data, metrics and loss are taken from.
    private var first: RunRecord { records[0] }

    /// Evaluates on a subset of the runs' own data, which must be the same in all runs. A read of the test set is noted in the runs.
    ///
    /// - Parameter subset: The subset; nil for the one on which the first run was evaluated.
    public func evaluate(_ subset: Split.Subset? = nil) throws -> Evaluation {
        let subset = subset ?? first.experiment.evaluation.subset.splitSubset
        let data = try ExperimentData(first.trainedExperiment, cache: cache)
        for record in records.dropFirst() {
            if let split = record.split, let own = first.split, split[subset] != own[subset] {
                throw InputError(
                    "the \(subset.word) set of \(record.path)",
                    found: "clips that differ from those of \(first.path)",
                    allowed: "runs with the same split and fold, or another corpus with --data")
            }
        }
        if let split = first.split, split[subset] != data.split[subset] {
            throw InputError(
                "the \(subset.word) set of \(first.path)",
                found: "clips that differ from those of the run: the data have changed",
                allowed: "the data of the run, or another corpus with --data")
        }
        var evaluation = try evaluate(
            data.clips(subset), loadings(data), name: data.split.name, subset: subset,
            speakerIndependent: data.isSpeakerIndependent(subset),
            steps: data.steps,
            loss: data.steps?.loss(
                first.trainedExperiment, trainingRows(data))
                ?? loss(trainedOn: data.clips(.train), data.targets),
            note: subset == .test ? "evaluation" : nil
        ) { try data.sound(of: $0) }
        evaluation.name = subset.rawValue
        return evaluation
    }

    /// On the clips of other data whose class the model knows. Throws an `InputError` if more than a tenth of the clips have another
    /// class or cannot be used, or if a class of the model has no usable clip, unless `allowsPartial`.
    ///
    /// - Parameters:
    ///   - labels: Maps labels of the data to classes of the model.
    ///   - segments: For a model of frames, the file with the labeled segments of the clips; nil for that of the run.
    public func evaluate(
        _ data: DataOptions, labels: LabelMapping = LabelMapping(), segments: String? = nil,
        allowsPartial: Bool = false
    ) throws -> Evaluation {
        var corpus = try data.read()
        var clips: [Clip] = []
        var targets: (any ClipTargets)?
        var steps: (any StepTask)?
        var notes: [String] = []
        var coverage = ClipCoverage(data: corpus.name, model: set?.path ?? first.path)
        if var frameLabels = first.trainedExperiment.frameLabels {
            guard labels.labels.entries.isEmpty else {
                throw InputError(
                    "--labels does not apply to a frame classification model; rename labels in the segments")
            }
            if let segments { (frameLabels.segments, frameLabels.voiceActivity) = (segments, nil) }
            clips = corpus.clips
            let frames = try FrameSet(frameLabels, first.trainedExperiment, clips: clips, outputs: classes)
            (steps, targets) = (frames, frames)
        } else if segments != nil {
            throw InputError(
                "--segments applies to frame classification models, and \(first.path) is not one; remove it")
        } else if first.trainedExperiment.labelsSequences {
            let matching = TranscriptMatching(
                corpus, labels.labels, tokens: classes, model: set?.path ?? first.path)
            (corpus, notes) = try (matching.corpus, matching.notes(allowsPartial: allowsPartial))
            clips = corpus.clips
            steps = SequenceSet(
                transcripts: corpus.classes, vocabulary: SequenceVocabulary(outputs: classes))
        } else if first.trainedExperiment.targets.isEmpty {
            let matching = try LabelMatching(
                corpus, labels.labels, classes: classes, model: set?.path ?? first.path)
            try matching.check(allowsPartial: allowsPartial)
            (clips, notes) = (matching.clips, matching.notes)
            coverage.classes = classes
            coverage.unknown = matching.unknown.reduce(0) { $0 + $1.clips }
        } else {
            guard labels.labels.entries.isEmpty else {
                throw InputError(
                    "--labels applies to classifiers, and \(first.path) predicts targets; rename labels in the data with \"labels\""
                )
            }
            try corpus.keepClips(withTargetsOf: first.trainedExperiment)
            targets = TargetSet(first.trainedExperiment, outputs: predictors[0].targets)
            clips = corpus.clips
        }
        let omissions = corpus.omissions.summary() + notes
        for note in omissions { observer.note(note) }
        let sources = try predictors.map { try FeatureExtractor($0.pipeline, cache: cache) }
        let source = sources[0]
        let loadings = zip(sources, predictors).map { source, predictor in
            FeatureLoading(
                source: source, classes: targets == nil && steps == nil ? classes : corpus.classes,
                targets: targets,
                isStrict: data.strict,
                normalizing: predictor.pipeline.normalize)
        }
        let known = Overlap(clips, set?.records ?? records)
        if let sentence = known.sentence { observer.note(sentence) }
        var evaluation = try evaluate(
            clips, loadings, name: corpus.name, subset: .test, speakerIndependent: nil, steps: steps,
            loss: try steps?.loss(first.trainedExperiment, []) ?? loss(),
            note: Overlap(clips, records).test > 0 ? "evaluation on other data" : nil,
            check: { set in if !allowsPartial { try coverage.check(set.clips, set.omissions) } }
        ) { try source.waveform(of: $0) }
        (evaluation.data, evaluation.labels, evaluation.overlap) = (data, labels, known.sentence)
        evaluation.omissions = omissions + evaluation.omissions
        // Silence is what a model of steps may have to find.
        if steps == nil {
            let warnings = ClipWarnings(evaluation.clips)
            evaluation.clipWarnings = warnings
            if let sentence = warnings.sentence { observer.note("warning: \(sentence)") }
        }
        return evaluation
    }

    /// The target values of the training clips, if the loss depends on them by balanced class weights.
    private func trainingRows(_ data: ExperimentData) throws -> [[Real]] {
        guard (first.trainedExperiment.loss.value as? any ClassWeightedLoss)?.hasClassWeights == true else {
            return []
        }
        return try EvaluationSet(
            data.clips(.train), data.loading, batch: first.experiment.evaluation.batchSize
        ).targetRows
    }

    /// The number of clips that were in each subset of any of some runs, by their names.
    private struct Overlap {
        var all, train, validation, test, runs: Int

        init(_ clips: [Clip], _ records: [RunRecord]) {
            func count(_ subset: Split.Subset) -> Int {
                let known = Set(records.compactMap { $0.split?[subset] }.joined())
                return clips.count { known.contains($0.id) }
            }
            (all, runs) = (clips.count, records.count)
            (train, validation, test) = (count(.train), count(.validation), count(.test))
        }

        /// A warning; nil if the runs were trained on none of the clips.
        var sentence: String? {
            guard train + validation > 0 else { return nil }
            return
                "warning: judging by their names, \(train) of these \(all) clips were in the training set and \(validation) in the validation set of the \(runs == 1 ? "run" : "runs"); "
                + "the metrics do not estimate performance on unseen clips"
        }
    }

    /// How each predictor loads the clips of the runs' own data.
    private func loadings(_ data: ExperimentData) throws -> [FeatureLoading] {
        try predictors.indices.map { index in
            index == 0
                ? data.loading : try ExperimentData(records[index].trainedExperiment, cache: cache).loading
        }
    }

    private func evaluate(
        _ clips: [Clip], _ loadings: [FeatureLoading], name: String, subset: Split.Subset,
        speakerIndependent: Bool?, steps: (any StepTask)?, loss: any LossSpec, note: String?,
        check: (EvaluationSet) throws -> Void = { _ in },
        sound: @escaping @Sendable (Clip) throws -> Waveform
    ) throws -> Evaluation {
        let options = first.experiment.measured
        if let note {
            for record in records {
                try TestReads(file: record.file(RunFile.testReads)).note(note, clips: clips.count)
            }
        }
        var sets: [EvaluationSet] = []
        for (loading, predictor) in zip(loadings, predictors) {
            observer.begin("Features of \(clips.count) clips")
            sets.append(
                try EvaluationSet(
                    clips, loading, batch: options.batchSize, tta: predictor.tta,
                    progress: { [observer] in observer.advance($0, of: $1, note: "features") },
                    stop: { [observer] in if observer.shouldStop { throw RunStopped(isSaved: false) } }))
        }
        let set = sets[0]
        set.omissions.summary().forEach(observer.note)
        try check(set)
        let skipped = set.skipped(
            subset, of: clips, hasClasses: steps == nil && predictors[0].targets.isEmpty)
        if let warning = skipped.warning { observer.note("warning: \(warning)") }
        var predictions =
            try steps?.predictions(of: predictors[0].model, for: set, loss: loss)
            ?? self.predictions(sets, loss)
        predictions.setSpeakers(set.clips.map(\.speaker))
        // An ensemble decides for the most probable class.
        if predictors.count == 1 { predictions.apply(predictors[0].decisions) }
        var result = try RunResult(
            predictions, speakerIndependent: speakerIndependent, split: name, subset: subset,
            options: options,
            epochs: records.count == 1 ? first.result?.epochs ?? 0 : 0,
            bestEpoch: records.count == 1 ? first.result?.bestEpoch : nil)
        let summary = TruncationSummary(
            set.truncations.compactMap { $0 }, options: predictors[0].pipeline.truncatingOptions)
        observer.remark(summary.sentence(name))
        result.truncation = [RunResult.Truncated(subset, summary)]
        if skipped.skipped > 0 { result.skipped = [skipped] }
        var evaluation = Evaluation(
            predictions: predictions, result: result, name: name, runs: records.map(\.path),
            omissions: set.omissions.summary(), tta: predictors[0].tta, vote: vote,
            clips: set.clips, sound: sound)
        if let adaptation {
            observer.begin("Adaptation to each speaker")
            var own = try voted(
                predictors.indices.map {
                    try adapted(predictors[$0], adaptation, clips, loadings[$0], sets[$0], loss)
                }, loss)
            own.setSpeakers(set.clips.map(\.speaker))
            if predictors.count == 1 { own.apply(predictors[0].decisions) }
            evaluation.adapted = .init(
                method: adaptation, predictions: own,
                result: try RunResult(
                    own, speakerIndependent: speakerIndependent, split: name, subset: subset,
                    options: options, epochs: result.epochs, bestEpoch: result.bestEpoch))
        }
        return evaluation
    }

    /// The predictions of a model after an adaptation to each speaker, in the order of the set.
    private func adapted(
        _ evaluated: EvaluatedModel, _ adaptation: SpeakerAdaptation, _ clips: [Clip],
        _ loading: FeatureLoading, _ set: EvaluationSet, _ loss: any LossSpec
    ) throws -> Predictions {
        switch adaptation {
        case .batchNorm:
            let batches = try SpeakerBatches(set)
            let found = try predictions(
                of: NormAdaptedModel(evaluated.model), evaluated, batches, loss)
            var ordered = found.selecting(batches.places)
            ordered.meanLoss = found.meanLoss
            return ordered
        case .normalization:
            var loading = loading
            loading.normalizesRunning = true
            let set = try EvaluationSet(
                clips, loading, batch: first.experiment.evaluation.batchSize, tta: evaluated.tta)
            return try predictions(of: evaluated.model, evaluated, set, loss)
        }
    }

    private func predictions(
        of model: any Layer, _ evaluated: EvaluatedModel, _ batches: any EvaluationBatches,
        _ loss: any LossSpec
    ) throws -> Predictions {
        guard evaluated.targets.isEmpty else {
            return try Predictions(of: model, for: batches, targets: evaluated.targets, loss: loss)
        }
        return try Predictions(of: model, for: batches, classes: classes, loss: loss)
    }

    /// The loss of the first run. If its class weights are balanced, they follow from the training set; on other data, where
    /// the training set is unknown, all classes have the same weight.
    private func loss(trainedOn clips: [Clip] = [], _ targets: TargetSet? = nil) throws -> any LossSpec {
        let experiment = first.trainedExperiment
        guard experiment.targets.isEmpty else {
            let rows = try targets.map { targets in try clips.map { try targets.row(of: $0) } } ?? []
            return TargetSet(experiment, outputs: predictors[0].targets).loss(rows)
        }
        let counts = classes.map { name in clips.isEmpty ? 1 : clips.count { $0.label == name } }
        return experiment.balancedLoss.fitted(classCounts: counts)
    }

    /// The predictions of the only model, or of several that vote by their probabilities.
    private func predictions(_ sets: [EvaluationSet], _ loss: any LossSpec) throws -> Predictions {
        try voted(
            zip(predictors, sets).map { predictor, set in
                try predictions(of: predictor.model, predictor, set, loss)
            }, loss)
    }

    /// The predictions of a single model, or the vote of several.
    private func voted(_ single: [Predictions], _ loss: any LossSpec) throws -> Predictions {
        guard single.count > 1 else { return single[0] }
        for predictor in predictors {
            try Predictor.requireClasses(predictor.targets, "voting by probabilities")
        }
        for (path, own) in zip(records.map(\.path), single) where own.ids != single[0].ids {
            throw InputError(
                "\(path) cannot use the same clips as \(first.path), because some have no features; exclude these clips from the data"
            )
        }
        return try Predictions.voting(single, shares: vote.shares(single.count), loss: loss)
    }
}
