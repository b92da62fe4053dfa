import Reports
import Autograd
import Configuration
import Foundation
import Layers
import Metrics
import SpeechEmotion
import Training

/// Runs an experiment in a folder: computes features, trains, evaluates, and writes the results.
///
/// An interrupted run resumes from its last checkpoint and gives bit-identical results.
public final class ExperimentRun {
    /// The experiment, as saved in `config.json`; after a search, with the best values.
    public private(set) var experiment: Experiment
    /// The run folder, locked against other processes.
    public let folder: RunFolder
    private let observer: any RunObserver
    private let cache: FeatureCache?
    /// A model that another program fitted, which is evaluated instead of a trained one.
    private let imported: Model?
    private var data: ExperimentData
    /// The calibrated decisions; nil without calibration.
    private var decisions: RunDecisions?
    /// The model, sized for the classes of the data.
    private var spec: any LayerSpec
    private var classes: [String] { data.outputNames }

    /// Prepares a run: lists the clips, splits them, and writes the resolved config and the split to the folder.
    ///
    /// - Parameters:
    ///   - cache: The feature cache; nil disables caching.
    ///   - imported: A model that was fitted by another program, to evaluate instead of training one; the experiment must
    ///     describe it.
    public init(
        _ experiment: Experiment, folder: RunFolder, cache: FeatureCache? = nil, imported: Model? = nil,
        observer: any RunObserver
    ) throws {
        var experiment = experiment
        self.folder = folder
        self.observer = observer
        self.cache = cache
        self.imported = imported
        do {
            experiment.initialize = try experiment.initialize?.pinned()
            experiment.features = try experiment.features.pinned()
            experiment.model = try experiment.model.pinned()
            self.experiment = experiment
            data = try ExperimentData(experiment, cache: cache)
            spec = try experiment.model.spec(data.units)
            let output = try spec.checkedPlan(experiment.features.outputShape()).output
            if let message = ValidatedExperiment.mismatch(
                output, data.units, labelsSteps: experiment.labelsSteps)
            {
                throw ConfigurationError(place: .nowhere, path: ["model"], message)
            }
            try data.check(experiment)
            try experiment.checkInitialization(spec, classes: data.outputNames)
        } catch {
            folder.removeIfEmpty()
            throw error
        }
        try folder.keepConfig(experiment)
        let missing = data.splits.filter(\.isMissing)
        try SplitFile([data.split] + missing, of: data.corpus).write(to: folder.file(RunFile.split))
        try folder.write(RunEnvironment.now().pretty() + "\n", to: RunFile.environment)
        data.corpus.omissions.summary().forEach(observer.note)
        ([data.split] + missing).compactMap(\.missingSentence).forEach(observer.note)
        for remark in try experiment.initialize?.remarks(experiment.features, data.split) ?? [] {
            observer.note(remark)
        }
    }

    /// Trains the model and evaluates it on the test set, or on the validation set if the experiment says so. Throws `RunStopped`
    /// when the observer requests a stop.
    public func run() throws -> RunResult {
        let search = try search()
        let generator = RandomGenerator(seed: UInt64(experiment.seed))
        let training = try TrainingSet(
            clips(.train), data.loading, plan: experiment.augmentation.afterSplit,
            batch: experiment.training.batchSize, generator: generator.split("data"),
            draw: experiment.data.balance.draw, progress: progress("training"), stop: stop)
        let validation = try EvaluationSet(
            clips(.validation), data.loading, batch: experiment.evaluation.batchSize,
            progress: progress("validation"), stop: stop)
        (training.omissions + validation.omissions).summary().forEach(observer.note)
        var truncation = [truncated(.train, training.truncations)]
        if validation.count > 0 { truncation.append(truncated(.validation, validation.truncations)) }

        let clock = ContinuousClock()
        let begin = clock.now
        let model = try model(training, validation, generator)
        let fitting = (clock.now - begin).inSeconds
        let loss = data.loss(experiment, training)
        let epochs =
            spec.hasEstimator
            ? try evaluateFit(model, loss, training, validation, seconds: fitting)
            : try train(model, loss, training, validation)
        decisions = try DecisionCalibration(experiment, data).fit(model, loss, validation)
        if let decisions { try folder.write(decisions.json + "\n", to: RunFile.decisions) }
        try save(model, loss)
        let result = try measure(model, loss, epochs, training, validation, truncation, search)
        try report()
        return result
    }

    /// Chooses the hyperparameters, if the experiment has a search, and continues with the best ones.
    private func search() throws -> SearchResult? {
        guard let options = experiment.search else { return nil }
        var search = try HyperparameterSearch(
            experiment, options, data: data, cache: cache, file: folder.file(SearchLog.name),
            observer: observer)
        let result = try search.run()
        experiment = try experiment.applying(result.values, of: options)
        // Leaked copies are clips of the corpus already, and their features cannot be searched.
        if !experiment.augmentation.leaksCopies {
            data = try ExperimentData(experiment, corpus: data.corpus, cache: cache)
        }
        spec = try experiment.model.spec(data.units)
        try data.check(experiment)
        try folder.write(result.table.csv, to: RunFile.search)
        observer.remark("search: \(result.sentence)")
        return result
    }

    /// The number of epochs, and the one whose weights are used if it is not the last.
    private typealias Epochs = (count: Int, best: Int?)

    private func train(
        _ model: Model, _ loss: any LossSpec, _ training: TrainingSet, _ validation: EvaluationSet
    ) throws -> Epochs {
        let trainer = Trainer(
            Trainer.Configuration(
                model: model, loss: loss, optimizer: experiment.optimizer.value,
                schedule: experiment.schedule?.value,
                options: experiment.training, freeze: experiment.freeze, seed: UInt64(experiment.seed)),
            batches: training
        ) { [data, experiment] model in
            guard validation.count > 0 else { return [] }
            return try data.predictions(of: model, for: validation, loss: loss)
                .metrics(experiment.metrics)
        }
        try TrainingLoop(experiment, folder, observer).run(trainer)
        trainer.restoreBestWeights()
        return (trainer.epoch, trainer.bestEpoch)
    }

    /// Logs the metrics of a fitted model as those of a single epoch.
    private func evaluateFit(
        _ model: Model, _ loss: any LossSpec, _ training: TrainingSet, _ validation: EvaluationSet,
        seconds: Double
    ) throws -> Epochs {
        let clock = ContinuousClock()
        let begin = clock.now
        let own = BatchList(try training.inOrder())
        let metrics = experiment.targets.isEmpty ? [Metric.accuracy] : experiment.metrics
        var values = try data.predictions(of: model, for: own, loss: loss).metrics(metrics)
            .map { (name: "train_" + $0.name, value: $0.value) }
        if validation.count > 0 {
            values += try data.predictions(of: model, for: validation, loss: loss)
                .metrics(experiment.metrics).map { ("validation_" + $0.name, $0.value) }
        }
        let epoch = EpochMetrics(epoch: 1, values: values)
        try MetricsLog(folder: folder.path).append(epoch)
        observer.epoch(
            epoch,
            EpochTiming(
                seconds: seconds + (clock.now - begin).inSeconds, training: seconds, computing: seconds,
                samples: training.examples, isFit: true))
        return (1, nil)
    }

    private func clips(_ subset: Split.Subset) throws -> [Clip] {
        let clips = try data.clips(subset)
        if !clips.isEmpty {
            observer.begin("Features of \(NumberText.count(clips.count, "clip")) (\(subset.rawValue))")
        }
        return clips
    }

    private func progress(_ subset: String) -> SpeechEmotion.Progress {
        { [observer] done, total in observer.advance(done, of: total, note: subset) }
    }

    /// Summarizes the truncation of a subset's clips and reports it.
    private func truncated(_ subset: Split.Subset, _ truncations: [Truncation?]) -> RunResult.Truncated {
        let summary = TruncationSummary(
            truncations.compactMap { $0 }, options: experiment.features.truncatingOptions)
        observer.remark(summary.sentence(subset.rawValue))
        return RunResult.Truncated(subset, summary)
    }

    private var stop: @Sendable () throws -> Void {
        { [observer, states = folder.states] in
            if observer.shouldStop { throw RunStopped(isSaved: states.hasAny) }
        }
    }

    private func model(
        _ training: TrainingSet, _ validation: EvaluationSet, _ generator: RandomGenerator
    ) throws -> Model {
        if let imported { return imported }
        let model = try Model(
            spec, input: data.source.shape, generator: generator.split("weights"))
        if let initialize = experiment.initialize {
            let transfer = try initialize.transfer(to: model, classes: classes)
            transfer.apply()
            observer.remark(initialize.sentence(transfer))
        }
        let validationIssues = experiment.groupComplaints(model.namedParameters.map(\.name))
        guard validationIssues.isEmpty else {
            throw ConfigurationError(
                validationIssues.map {
                    ConfigurationIssue(place: .nowhere, path: $0.path, message: $0.message)
                })
        }
        if spec.hasEstimator {
            observer.begin("Fitting")
            let examples = try training.fittingExamples(
                classes: classes.count, targets: data.targets, experiment, validation: validation)
            FeatureFindings(examples, names: experiment.features.names).sentences.forEach(observer.remark)
            try model.fitLayers(to: examples, generator: generator.split("fit"))
            model.fittedSizes.forEach(observer.remark)
        } else if model.fittedLayers.contains(where: { !$0.isFitted }) {
            let batches = try (0..<training.count).map { try training.batch(epoch: 0, index: $0).inputs }
            model.fitFeatureNorms(batches, keepingFitted: true)
        }
        return model
    }

    private func save(_ model: Model, _ loss: any LossSpec) throws {
        try ModelFile.write(model, card: card(loss), to: folder.file("model.safetensors"))
    }

    private func card(_ loss: any LossSpec) -> ModelCard {
        var card = ModelCard()
        if let targets = data.targets {
            card.targets = ((loss as? TargetLoss)?.outputs ?? targets.outputs).encode()
        } else {
            card.classes = classes
        }
        card.features = experiment.features.encode()
        card.sampleRate = experiment.features.sampleRate
        card.decisions = decisions?.encode()
        card.frames = experiment.frameLabels?.encode()
        if !experiment.evaluation.tta.isEmpty { card.tta = experiment.evaluation.tta.encode() }
        return card
    }

    /// Returns the subset to evaluate. The test set is not read before this.
    private func measuredSet(_ validation: EvaluationSet) throws -> EvaluationSet {
        let tta = TestTimeAugmentation(experiment.evaluation.tta)
        let subset = experiment.evaluation.subset.splitSubset
        if subset == .validation, tta.count == validation.copies { return validation }
        let clips = try clips(subset)
        if subset == .test {
            try TestReads(file: folder.file(RunFile.testReads)).note(
                "evaluation after training", clips: clips.count)
        }
        let set = try EvaluationSet(
            clips, data.loading, batch: experiment.evaluation.batchSize, tta: tta,
            progress: progress(subset.rawValue), stop: stop)
        // For the validation set this was reported before training.
        if subset == .test { set.omissions.summary().forEach(observer.note) }
        return set
    }

    private func measure(
        _ model: Model, _ loss: any LossSpec, _ epochs: Epochs, _ training: TrainingSet,
        _ validation: EvaluationSet, _ truncation: [RunResult.Truncated], _ search: SearchResult?
    ) throws -> RunResult {
        let set = try measuredSet(validation)
        var predictions = try data.predictions(of: model, for: set, loss: loss)
        predictions.setSpeakers(set.clips.map(\.speaker))
        predictions.apply(decisions)
        let subset = experiment.evaluation.subset.splitSubset
        var result = try RunResult(
            predictions, speakerIndependent: data.isSpeakerIndependent(subset), split: data.split.name,
            subset: subset, options: experiment.measured, epochs: epochs.count,
            bestEpoch: epochs.best)
        result.search = search?.named ?? Named()
        result.findings = try diagnosis(model, loss, training, predictions).findings
        result.skipped = try skipped(training, validation, set)
        result.truncation = truncation + (subset == .test ? [truncated(.test, set.truncations)] : [])
        try folder.write(predictions.csv, to: RunFile.predictions)
        try writeGroups(predictions, set.clips, result)
        try folder.write(predictions.report(digits: 4) + "\n", to: experiment.reportFile)
        try audit(model)
        try RunChecksums.finish(folder, result: result.json + "\n")
        return result
    }

    /// The clips that were skipped when the data were listed, and those of each subset that was read.
    private func skipped(
        _ training: TrainingSet, _ validation: EvaluationSet, _ measured: EvaluationSet
    ) throws -> [RunResult.Skipped] {
        let hasClasses = data.targets == nil && data.steps == nil
        let own = try data.clips(.train)
        var all = [
            RunResult.Skipped(nil, kept: data.corpus.clips.count, data.corpus.omissions),
            RunResult.Skipped(
                .train, kept: training.clips.count, training.omissions,
                lost: hasClasses ? training.clips.lostClasses(of: own) : []),
            validation.skipped(.validation, of: try data.clips(.validation), hasClasses: hasClasses),
        ]
        if experiment.evaluation.subset.splitSubset == .test {
            all.append(measured.skipped(.test, of: try data.clips(.test), hasClasses: hasClasses))
        }
        return all.filter { $0.skipped > 0 }
    }

    /// Writes the metrics by group of the columns that the experiment names.
    private func writeGroups(_ predictions: Predictions, _ clips: [Clip], _ result: RunResult) throws {
        guard !experiment.groupColumns.isEmpty else { return }
        let columns = try ClipColumns(experiment.groupColumns, of: clips)
        let groups = predictions.groupMetrics(
            columns, experiment.measured, speakerIndependent: result.speakerIndependent)
        try folder.write(columns.csv(predictions.ids), to: RunFile.columns)
        try folder.write(groups.table.csv, to: RunFile.groups)
        try folder.write(groups.gapTable.csv, to: RunFile.gaps)
    }

    private func diagnosis(
        _ model: Model, _ loss: any LossSpec, _ training: TrainingSet, _ predictions: Predictions
    ) throws -> TrainingDiagnosis {
        var diagnosis = TrainingDiagnosis(
            epochs: try EpochLines.read(folder.file(RunFile.metrics)),
            predictions: predictions.classification ?? Predictions(classes: []))
        diagnosis.subset = experiment.evaluation.subset.splitSubset
        diagnosis.layers = try model.unitActivity(training)
        diagnosis.examples = training.examples
        diagnosis.isFitted = model.spec.hasEstimator
        guard data.targets == nil, data.steps == nil, loss.scoresClasses, classes.count > 1 else {
            return diagnosis
        }
        let counts = training.classCounts(classes.count)
        let isWeighted =
            experiment.data.balance.rule == .weights
            || (loss as? any ClassWeightedLoss)?.hasClassWeights == true
        diagnosis.chance =
            isWeighted
            ? 1 / Double(classes.count) : Double(counts.max() ?? 0) / Double(max(counts.reduce(0, +), 1))
        let equal = loss.mean(
            .zeros([classes.count, classes.count]), .classes(Indices(Array(classes.indices))))
        diagnosis.guessingLoss = Double(equal.item())
        return diagnosis
    }

    private func audit(_ model: Model) throws {
        // What another program fitted a model to is unknown.
        try RunAudit(data, folder, cache, observer).write(
            experiment, fitted: imported == nil ? model.fittedLayers.map(\.typeName) : [])
    }

    private func report() throws {
        observer.begin("Writing the report")
        try RunReport(RunRecord(folder.path), data: data).write(to: folder)
    }
}
