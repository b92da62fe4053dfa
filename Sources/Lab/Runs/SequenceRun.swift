import Autograd
import Configuration
import Foundation
import Layers
import Metrics
import SpeechEmotion
import Training

/// Runs an experiment with sequence labeling, as `ExperimentRun` runs one with classes: the class of each clip is its
/// transcript, and the loss is `ctc`.
///
/// An interrupted run resumes from its last checkpoint and gives bit-identical results.
public final class SequenceRun {
    private let experiment: Experiment
    private let folder: RunFolder
    private let cache: FeatureCache?
    private let observer: any RunObserver
    private let data: ExperimentData
    private let vocabulary: SequenceVocabulary
    private let spec: any LayerSpec
    private let loss: CTCLoss
    private var transcripts: [String] { data.corpus.classes }

    /// Prepares a run: lists the clips, splits them, and writes the resolved config and the split to the folder. Throws if
    /// the experiment does not label sequences.
    public init(
        _ experiment: Experiment, folder: RunFolder, cache: FeatureCache? = nil, observer: any RunObserver
    ) throws {
        (self.folder, self.cache, self.observer) = (folder, cache, observer)
        var experiment = experiment
        do {
            experiment.features = try experiment.features.pinned()
            experiment.model = try experiment.model.pinned()
            self.experiment = experiment
            guard var loss = experiment.loss.value as? CTCLoss else {
                throw LabError(
                    "the loss is \"\(type(of: experiment.loss.value).type)\"; sequence labeling needs \"ctc\""
                )
            }
            data = try ExperimentData(experiment, cache: cache)
            let transcripts = data.corpus.classes
            let vocabulary = SequenceVocabulary(transcripts: transcripts)
            loss.sequences = transcripts.map(vocabulary.labels)
            (self.loss, self.vocabulary) = (loss, vocabulary)
            let units = OutputUnits(classes: vocabulary.outputs)
            spec = try experiment.model.spec(units)
            let output = try spec.checkedPlan(experiment.features.outputShape()).output
            if let message = ValidatedExperiment.mismatch(output, units, labelsSequences: true) {
                throw ConfigurationError(place: .nowhere, path: ["model"], message)
            }
            try data.check(experiment)
        } catch {
            folder.removeIfEmpty()
            throw error
        }
        try folder.keepConfig(experiment)
        try SplitFile([data.split], of: data.corpus).write(to: folder.file(RunFile.split))
        try folder.write(RunEnvironment.now().pretty() + "\n", to: RunFile.environment)
        data.corpus.omissions.summary().forEach(observer.note)
    }

    /// Trains the model and evaluates it on the test set, or on the validation set if the experiment says so. Throws
    /// `RunStopped` when the observer requests a stop.
    public func run() throws -> RunResult {
        let generator = RandomGenerator(seed: UInt64(experiment.seed))
        let training = try TrainingSet(
            clips(.train), data.loading, plan: experiment.augmentation,
            batch: experiment.training.batchSize, generator: generator.split("data"),
            progress: progress("training"), stop: stop)
        let validation = try set(.validation)
        (training.omissions + validation.omissions).summary().forEach(observer.note)
        let model = try Model(spec, input: data.source.shape, generator: generator.split("weights"))
        if model.fittedLayers.contains(where: { !$0.isFitted }) {
            let batches = try (0..<training.count).map { try training.batch(epoch: 0, index: $0).inputs }
            model.fitFeatureNorms(batches, keepingFitted: true)
        }
        let trainer = Trainer(
            Trainer.Configuration(
                model: model, loss: loss, optimizer: experiment.optimizer.value,
                schedule: experiment.schedule?.value, options: experiment.training,
                freeze: experiment.freeze, seed: UInt64(experiment.seed)),
            batches: training
        ) { [weak self] model in
            guard let self, validation.count > 0 else { return [] }
            let (predictions, loss) = try self.predictions(model, validation)
            return [("loss", loss), (SequencePredictions.rateName, predictions.totalErrors.rate)]
        }
        try TrainingLoop(experiment, folder, observer).run(trainer)
        trainer.restoreBestWeights()
        try ModelFile.write(model, card: card, to: folder.file(RunFile.model))
        let result = try measure(model, validation, trainer)
        try RunAudit(data, folder, cache, observer).write(
            experiment, fitted: model.fittedLayers.map(\.typeName))
        try RunChecksums.finish(folder, result: result.json + "\n")
        observer.begin("Writing the report")
        try RunReport(RunRecord(folder.path), data: data).write(to: folder)
        return result
    }

    private func measure(_ model: Model, _ validation: EvaluationSet, _ trainer: Trainer) throws -> RunResult
    {
        let subset = experiment.evaluation.subset.splitSubset
        if subset == .test {
            try TestReads(file: folder.file(RunFile.testReads)).note(
                "evaluation after training", clips: data.split.test.count)
        }
        let measured = subset == .validation ? validation : try set(subset)
        if subset == .test { measured.omissions.summary().forEach(observer.note) }
        let (predictions, loss) = try self.predictions(model, measured)
        try folder.write(predictions.csv, to: RunFile.sequences)
        return RunResult(
            predictions, loss: loss, speakerIndependent: data.isSpeakerIndependent(subset),
            split: data.split.name, subset: subset, options: experiment.evaluation, epochs: trainer.epoch,
            bestEpoch: trainer.bestEpoch)
    }

    private func predictions(
        _ model: any Layer, _ set: EvaluationSet
    ) throws -> (predictions: SequencePredictions, loss: Double) {
        try SequencePredictions.of(
            model, for: set, loss, vocabulary, transcripts: transcripts, speakers: set.clips.map(\.speaker))
    }

    private var card: ModelCard {
        ModelCard(
            classes: vocabulary.outputs, features: experiment.features.encode(),
            sampleRate: experiment.features.sampleRate)
    }

    private func set(_ subset: Split.Subset) throws -> EvaluationSet {
        try EvaluationSet(
            clips(subset), data.loading, batch: experiment.evaluation.batchSize,
            progress: progress(subset.rawValue), stop: stop)
    }

    private func clips(_ subset: Split.Subset) throws -> [Clip] {
        let clips = try data.clips(subset)
        if !clips.isEmpty { observer.begin("Features of \(clips.count) clips (\(subset.rawValue))") }
        return clips
    }

    private func progress(_ subset: String) -> SpeechEmotion.Progress {
        { [observer] done, total in observer.advance(done, of: total, note: subset) }
    }

    private var stop: @Sendable () throws -> Void {
        { [observer, states = folder.states] in
            if observer.shouldStop { throw RunStopped(isSaved: states.hasAny) }
        }
    }
}

extension Experiment {
    /// Runs the experiment in a folder, with classes or, with the loss `ctc`, with label sequences.
    public func run(
        in folder: RunFolder, cache: FeatureCache? = nil, observer: any RunObserver
    ) throws -> RunResult {
        labelsSequences
            ? try SequenceRun(self, folder: folder, cache: cache, observer: observer).run()
            : try ExperimentRun(self, folder: folder, cache: cache, observer: observer).run()
    }
}
