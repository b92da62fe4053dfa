import Autograd
import Configuration
import Foundation
import Layers
import SpeechEmotion

/// One run of an experiment in its folder: features, training, the test at the end, and the files that remain of it.
///
/// A run that was stopped or killed goes on from its last state and ends with the same bits.
public final class ExperimentRun {
    public let experiment: Experiment
    public let folder: RunFolder
    private let observer: any RunObserver
    private let pipeline: PipelineSource
    private let classes: [String]
    private let split: Split
    private let corpus: Corpus

    /// What a run has found.
    public struct Result: Sendable {
        public var predictions: Predictions
        public var figures: [(name: String, value: Double)]
        public var bestEpoch: Int?
        public var epochs: Int
    }

    /// Prepares a run: reads which clips there are and splits them. Writes the resolved config and the split into the folder.
    public init(
        _ experiment: Experiment, folder: RunFolder, cache: FeatureCache? = nil, observer: any RunObserver
    ) throws {
        self.experiment = experiment
        self.folder = folder
        self.observer = observer
        corpus = experiment.augmentation.splitCorpus(try experiment.data.read())
        classes = corpus.classes
        let splits = try experiment.split.value.split(corpus)
        guard splits.indices.contains(experiment.fold - 1) else {
            throw DataProblem(
                "\"fold\"", found: "\(experiment.fold)",
                allowed: "1 to \(splits.count): the split has so many folds")
        }
        split = splits[experiment.fold - 1]
        pipeline = try PipelineSource(experiment.features, cache: cache)
        try folder.write(experiment.json + "\n", to: "config.json")
        try SplitFile([split], of: corpus).write(to: folder.file("split.json"))
        for omission in corpus.omissions { observer.note("left out: \(omission)") }
    }

    /// Trains, then tests. Throws `RunStopped` when the observer asks to stop.
    public func run() throws -> Result {
        let generator = RandomGenerator(seed: UInt64(experiment.seed))
        let plan = experiment.augmentation
        let source: any FeatureSource =
            plan.leakCopiesIntoTest ? LeakedCopies(pipeline, plan, generator.split("copies")) : pipeline
        let loading = FeatureLoading(source: source, classes: classes, isStrict: experiment.data.strict)
        let training = try TrainingSet(
            clips(.train), loading, plan: plan.afterSplit, batch: experiment.training.batch,
            generator: generator.split("data"), draw: experiment.data.balance.draw,
            progress: progress("training"), stop: stop)
        let validation = try EvaluationSet(
            clips(.validation), loading, batch: experiment.evaluation.batch, progress: progress("validation"),
            stop: stop)
        for omission in training.omissions + validation.omissions { observer.note("left out: \(omission)") }

        let model = try model(training, generator)
        let loss = experiment.balancedLoss.fitted(classCounts: training.classCounts(classes.count))
        let trainer = Trainer(
            Trainer.Parts(
                model: model, loss: loss, optimizer: experiment.optimizer.value,
                schedule: experiment.schedule?.value,
                options: experiment.training, seed: UInt64(experiment.seed)),
            batches: training
        ) { [classes, experiment] model in
            guard validation.count > 0 else { return [] }
            return try Predictions(of: model, for: validation, classes: classes, loss: loss)
                .figures(experiment.evaluation.metrics)
        }
        try train(trainer)
        trainer.useSelectedWeights()
        try save(model)
        return try test(model, loading, loss, trainer)
    }

    private func clips(_ part: Split.Part) throws -> [Clip] {
        let clips = try corpus.clips(of: part, in: split)
        guard !clips.isEmpty || part == .validation else {
            throw DataProblem(
                "the split", found: "no clip in the \(part.rawValue) part", allowed: "at least one")
        }
        if !clips.isEmpty { observer.begin("Features of \(clips.count) clips (\(part.rawValue))") }
        return clips
    }

    private func progress(_ part: String) -> SpeechEmotion.Progress {
        { [observer] done, total in observer.advance(done, of: total, note: part) }
    }

    private var stop: @Sendable () throws -> Void {
        { [observer] in if observer.isAskedToStop { throw RunStopped(isSaved: false) } }
    }

    private func model(_ training: TrainingSet, _ generator: RandomGenerator) throws -> Model {
        let model = try Model(
            experiment.model.spec, input: pipeline.shape, generator: generator.split("weights"))
        guard model.plan.output == [classes.count] else {
            throw DataProblem(
                "the model", found: "outputs of shape \(model.plan.output)",
                allowed: "[\(classes.count)], a number for each class: \(classes.joined(separator: ", "))")
        }
        if model.hasFeatureNorm {
            let batches = try (0..<training.count).map { try training.batch(epoch: 0, index: $0).inputs }
            model.fitFeatureNorms(batches)
        }
        return model
    }

    /// The training itself, from the last state where there is one.
    private func train(_ trainer: Trainer) throws {
        if let state = try folder.states.newest() {
            for line in state.damaged { observer.note("a damaged state was passed over: \(line)") }
            try trainer.restore(state.json, state.tensors, file: folder.file("state"))
        }
        let metrics = try MetricsLog(folder: folder.path, resumingAfter: trainer.epoch)
        let timing = try TimingLog(folder: folder.path, resumingAfter: trainer.epoch)
        let events = try EventFile(folder: folder.path, resumingAfter: trainer.epoch)
        observer.begin("Training")
        let clock = ContinuousClock()
        var saved = clock.now
        func save() throws {
            let state = trainer.state()
            try folder.states.save(state.json, state.tensors)
            saved = clock.now
        }
        while !trainer.isOver {
            let begin = clock.now
            while trainer.batch < trainer.batchesPerEpoch {
                try trainer.step()
                let total = experiment.training.epochs * trainer.batchesPerEpoch
                observer.advance(
                    trainer.epoch * trainer.batchesPerEpoch + trainer.batch, of: total,
                    note: "epoch \(trainer.epoch + 1)")
                guard trainer.canSave else { continue }
                if observer.isAskedToStop {
                    try save()
                    throw RunStopped(isSaved: true)
                }
                if (clock.now - saved).inSeconds >= experiment.training.saveSeconds { try save() }
            }
            let figures = try trainer.endEpoch()
            let seconds = (clock.now - begin).inSeconds
            try metrics.append(figures)
            try timing.append(epoch: figures.epoch, seconds: [("seconds", seconds)])
            try events.append(figures)
            if (clock.now - saved).inSeconds >= experiment.training.saveSeconds || trainer.isOver {
                try save()
            }
            observer.epoch(figures, seconds: seconds)
        }
    }

    private func save(_ model: Model) throws {
        try ModelFile.write(model, card: card, to: folder.file("model.safetensors"))
    }

    private var card: ModelCard {
        var card = ModelCard()
        card.classes = classes
        card.features = experiment.features.encode()
        card.sampleRate = experiment.features.rate
        return card
    }

    /// Test data are read here for the first time.
    private func test(
        _ model: Model, _ loading: FeatureLoading, _ loss: any LossSpec, _ trainer: Trainer
    ) throws -> Result {
        let set = try EvaluationSet(
            clips(.test), loading, batch: experiment.evaluation.batch, progress: progress("test"), stop: stop)
        for omission in set.omissions { observer.note("left out: \(omission)") }
        let predictions = try Predictions(of: model, for: set, classes: classes, loss: loss)
        let figures = try predictions.figures(experiment.evaluation.metrics)
        let result = Result(
            predictions: predictions, figures: figures, bestEpoch: trainer.bestEpoch, epochs: trainer.epoch)
        try folder.write(predictions.csv, to: "predictions.csv")
        try folder.write(predictions.confusion().report(digits: 4), to: "classification.txt")
        let json: JSONValue = [
            "split": JSONValue(.text(split.name)),
            "epochs": JSONValue(.integer(trainer.epoch)),
            "best_epoch": trainer.bestEpoch.map { JSONValue(.integer($0)) } ?? .null,
            "test": JSONValue(
                .object(
                    figures.map {
                        JSONMember($0.name, $0.value.isFinite ? JSONValue(.number($0.value)) : .null)
                    })),
        ]
        try folder.write(json.pretty() + "\n", to: "result.json")
        return result
    }
}

extension Duration {
    /// The length in seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
