import Autograd
import Configuration
import Layers
import Metrics
import SpeechEmotion
import Training

/// Scores a trial on one fold: trains or fits its model on the fold's training clips and evaluates it on the others.
struct TrialScorer: Sendable {
    /// A fold of the cross-validation inside the training set.
    struct Fold: Sendable {
        var train: [Clip]
        var test: [Clip]
    }

    let search: SearchOptions
    let folds: [Fold]
    /// The data of the experiment: what the model learns, and the outputs that it needs.
    let data: ExperimentData
    /// The features of all clips, which many trials share.
    let loading: @Sendable (Experiment) throws -> FeatureLoading
    let shouldStop: @Sendable () -> Bool

    /// The metric on the training examples and on the others, and the number of training examples.
    struct Scores {
        var training: Double
        var test: Double
        var examples: Int
    }

    /// Returns the value that the search maximizes: the metric, or its negative if lower is better. A fitted model with part of the
    /// budget sees part of the examples, a network part of the epochs.
    func score(_ experiment: Experiment, budget: Double, fold: Int) throws -> Double {
        let isFitted = try experiment.model.spec(data.units).hasEstimator
        return try evaluated(
            experiment, share: isFitted ? budget : 1, epochs: isFitted ? 1 : budget, fold: fold
        ) { data, model, loss, _, test in
            let value = try value(data, model, loss, test, experiment)
            return search.isMinimized ? -value : value
        }
    }

    /// Returns the scores of a model that is trained with a fraction of the examples and of the epochs.
    func scores(_ experiment: Experiment, share: Double, epochs: Double, fold: Int) throws -> Scores {
        try evaluated(experiment, share: share, epochs: epochs, fold: fold) {
            data, model, loss, training, test in
            Scores(
                training: try value(data, model, loss, BatchList(training.inOrder()), experiment),
                test: try value(data, model, loss, test, experiment), examples: training.examples)
        }
    }

    private func evaluated<Result>(
        _ experiment: Experiment, share: Double, epochs: Double, fold number: Int,
        _ result: (ExperimentData, Model, any LossSpec, TrainingSet, EvaluationSet) throws -> Result
    ) throws -> Result {
        let fold = folds[number]
        let generator = RandomGenerator(seed: UInt64(experiment.seed))
        let data = try data.sized(for: experiment)
        var loading = try loading(experiment)
        if let frames = data.steps as? FrameSet { loading.targets = frames }
        let spec = try experiment.model.spec(data.units)
        let stop: @Sendable () throws -> Void = { if shouldStop() { throw RunStopped(isSaved: true) } }
        let training = try TrainingSet(
            part(fold.train, share, generator), loading,
            plan: experiment.augmentation.afterSplit, batch: experiment.training.batchSize,
            generator: generator.split("data"), draw: experiment.data.balance.draw, stop: stop)
        let test = try EvaluationSet(
            fold.test, loading, batch: experiment.evaluation.batchSize, stop: stop)
        let model = try Model(spec, input: loading.source.shape, generator: generator.split("weights"))
        let loss = data.loss(experiment, training)
        if spec.hasEstimator {
            try model.fitLayers(
                to: training.fittingExamples(
                    classes: data.corpus.classes.count, targets: data.targets, experiment, validation: nil),
                generator: generator.split("fit"))
        } else {
            try experiment.initialize?.transfer(to: model, classes: data.outputNames).apply()
            try model.fitFeatureNorms(training.inOrder().map(\.inputs), keepingFitted: true)
            try train(data, model, loss, experiment, epochs, training, test, stop)
        }
        return try result(data, model, loss, training, test)
    }

    private func train(
        _ data: ExperimentData, _ model: Model, _ loss: any LossSpec, _ experiment: Experiment,
        _ budget: Double,
        _ training: TrainingSet, _ test: EvaluationSet, _ stop: () throws -> Void
    ) throws {
        var options = experiment.training
        options.epochs = max(1, Int((Double(options.epochs) * budget).rounded()))
        let metrics = experiment.metrics
        let trainer = Trainer(
            Trainer.Configuration(
                model: model, loss: loss, optimizer: experiment.optimizer.value,
                schedule: experiment.schedule?.value, options: options, freeze: experiment.freeze,
                seed: UInt64(experiment.seed)),
            batches: training
        ) { model in try data.predictions(of: model, for: test, loss: loss).metrics(metrics) }
        while !trainer.isOver {
            while trainer.batch < trainer.batchesPerEpoch {
                try stop()
                try trainer.step()
            }
            _ = try trainer.endEpoch()
        }
        trainer.restoreBestWeights()
    }

    private func value(
        _ data: ExperimentData, _ model: Model, _ loss: any LossSpec, _ test: any EvaluationBatches,
        _ experiment: Experiment
    ) throws -> Double {
        let found = try data.predictions(of: model, for: test, loss: loss).metrics(experiment.metrics)
        return found.first { $0.name == search.metric }?.value ?? .nan
    }

    /// A fraction of the clips, drawn at random with equal shares of all classes, and at least one of each.
    private func part(_ clips: [Clip], _ budget: Double, _ generator: RandomGenerator) -> [Clip] {
        guard budget < 1 else { return clips }
        var kept: Set<Int> = []
        for (label, members) in Dictionary(grouping: clips.indices, by: { clips[$0].label }) {
            let count = max(1, Int((Double(members.count) * budget).rounded()))
            let order = generator.split("share of \(label)").permutation(members.count)
            kept.formUnion(order.prefix(count).map { members[$0] })
        }
        return clips.indices.filter(kept.contains).map { clips[$0] }
    }
}
