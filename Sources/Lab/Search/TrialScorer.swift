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
    /// The classes, and the outputs that the model needs.
    let classes: [String]
    let units: OutputUnits
    let targets: TargetSet?
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
        let isFitted = try experiment.model.spec(units).hasEstimator
        return try evaluated(
            experiment, share: isFitted ? budget : 1, epochs: isFitted ? 1 : budget, fold: fold
        ) { model, loss, _, test in
            let value = try value(model, loss, test, experiment)
            return search.isMinimized ? -value : value
        }
    }

    /// Returns the scores of a model that is trained with shares of the examples and of the epochs.
    func scores(_ experiment: Experiment, share: Double, epochs: Double, fold: Int) throws -> Scores {
        try evaluated(experiment, share: share, epochs: epochs, fold: fold) { model, loss, training, test in
            Scores(
                training: try value(model, loss, BatchList(training.inOrder()), experiment),
                test: try value(model, loss, test, experiment), examples: training.examples)
        }
    }

    private func evaluated<Result>(
        _ experiment: Experiment, share: Double, epochs: Double, fold number: Int,
        _ result: (Model, any LossSpec, TrainingSet, EvaluationSet) throws -> Result
    ) throws -> Result {
        let fold = folds[number]
        let generator = RandomGenerator(seed: UInt64(experiment.seed))
        let loading = try loading(experiment)
        let spec = try experiment.model.spec(units)
        let stop: @Sendable () throws -> Void = { if shouldStop() { throw RunStopped(isSaved: true) } }
        let training = try TrainingSet(
            part(fold.train, share, generator), loading,
            plan: experiment.augmentation.afterSplit, batch: experiment.training.batchSize,
            generator: generator.split("data"), draw: experiment.data.balance.draw, stop: stop)
        let test = try EvaluationSet(
            fold.test, loading, batch: experiment.evaluation.batchSize, stop: stop)
        let model = try Model(spec, input: loading.source.shape, generator: generator.split("weights"))
        let loss: any LossSpec =
            targets?.loss(training.targetRows)
            ?? experiment.balancedLoss.fitted(classCounts: training.classCounts(classes.count))
        if spec.hasEstimator {
            try model.fitLayers(
                to: training.fittingExamples(
                    classes: classes.count, targets: targets, experiment, validation: nil),
                generator: generator.split("fit"))
        } else {
            try experiment.initialize?.transfer(to: model, classes: classes).apply()
            try model.fitFeatureNorms(training.inOrder().map(\.inputs), keepingFitted: true)
            try train(model, loss, experiment, epochs, training, test, stop)
        }
        return try result(model, loss, training, test)
    }

    private func train(
        _ model: Model, _ loss: any LossSpec, _ experiment: Experiment, _ budget: Double,
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
        ) { model in try predictions(of: model, test, loss).metrics(metrics) }
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
        _ model: Model, _ loss: any LossSpec, _ test: any EvaluationBatches, _ experiment: Experiment
    ) throws -> Double {
        let found = try predictions(of: model, test, loss).metrics(experiment.metrics)
        return found.first { $0.name == search.metric }?.value ?? .nan
    }

    private func predictions(
        of model: any Layer, _ test: any EvaluationBatches, _ loss: any LossSpec
    ) throws -> Predictions {
        guard let targets else {
            return try Predictions(of: model, for: test, classes: classes, loss: loss)
        }
        return try Predictions(of: model, for: test, targets: targets.outputs, loss: loss)
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
