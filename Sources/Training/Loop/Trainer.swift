import Autograd
import Configuration
import Layers
import Metrics

/// Trains a model: steps, epochs, schedule, selection of the best weights, early stopping. Given the same batches and seed it makes the same
/// bits, on any number of threads and however often it was stopped and restored in between.
///
/// Used by one thread at a time.
public final class Trainer {
    /// What a training is made of.
    public struct Parts {
        /// Its weights are where training begins.
        public var model: Model
        /// What training lowers; the model's penalties are added to it.
        public var loss: any LossSpec
        /// Its learning rate is what a schedule starts from.
        public var optimizer: any OptimizerSpec
        /// nil keeps the rate as it is.
        public var schedule: (any ScheduleSpec)?
        /// Epochs, batches and what decides on the end.
        public var options: TrainingOptions
        /// Dropout, mixing and other noise of training are drawn from it.
        public var seed: UInt64

        /// Everything but the data.
        public init(
            model: Model, loss: any LossSpec, optimizer: any OptimizerSpec,
            schedule: (any ScheduleSpec)? = nil,
            options: TrainingOptions, seed: UInt64
        ) {
            self.model = model
            self.loss = loss
            self.optimizer = optimizer
            self.schedule = schedule
            self.options = options
            self.seed = seed
        }
    }

    /// The model that is trained: its weights change with every step.
    public let model: Model
    let parts: Parts
    let batches: any TrainingBatches
    /// The figures of the data that the training watches, nil where there are none: by their names with `validation_` before them.
    let validate: ((any Layer) throws -> [(name: String, value: Double)])?

    let optimizer: Optimizer
    let average: WeightAverage?
    private var accumulator: GradientAccumulator
    private let parameters: [Parameter]
    private let generator: RandomGenerator
    var position = TrainingPosition()
    /// The weights and buffers of the best epoch.
    var best: [(String, Tensor)]?

    /// A training at its start.
    public init(
        _ parts: Parts, batches: any TrainingBatches,
        validate: ((any Layer) throws -> [(name: String, value: Double)])? = nil
    ) {
        self.parts = parts
        self.batches = batches
        self.validate = validate
        model = parts.model
        let named = model.namedParameters
        parameters = named.map(\.parameter)
        optimizer = Optimizer(parts.optimizer, named)
        average = parts.options.average.map { WeightAverage($0, named) }
        accumulator = GradientAccumulator(parameters, batches: parts.options.accumulate)
        generator = RandomGenerator(seed: parts.seed).split("training")
        let stepsPerEpoch = (batches.count + parts.options.accumulate - 1) / parts.options.accumulate
        if let schedule = parts.schedule {
            optimizer.attach(schedule, epochs: parts.options.epochs, stepsPerEpoch: stepsPerEpoch)
        }
    }

    /// Epochs that are over.
    public var epoch: Int { position.epoch }
    /// Batches of the epoch under way that are done.
    public var batch: Int { position.batch }
    /// Batches of an epoch.
    public var batchesPerEpoch: Int { batches.count }
    /// Whether all epochs are over, or early stopping has ended the training.
    public var isOver: Bool { position.isOver }
    /// The epoch whose weights are the best, from 1.
    public var bestEpoch: Int? { position.bestEpoch }
    /// Its figure.
    public var bestFigure: Double? { position.bestFigure }
    /// The examples of the epoch under way so far.
    public var samples: Int { position.sums.examples }
    /// The time that forward and backward passes and the optimiser's moves have taken since the trainer was made.
    public private(set) var computing = Duration.zero
    private let clock = ContinuousClock()
    /// The mean loss of the epoch under way.
    public var lossSoFar: Double { position.sums.weight > 0 ? position.sums.loss / position.sums.weight : 0 }
    /// Whether no gradients of earlier batches wait for a step: only then can the state be saved.
    public var canSave: Bool { !accumulator.isPending }

    /// Trains on the next batch. Throws a `NotFinite` where the loss or a gradient is no finite number; the
    /// parameters then are those before the step.
    public func step() throws {
        let (epoch, index) = (position.epoch, position.batch)
        var batch = try batches.batch(epoch: epoch, index: index)
        let drawn = generator.split("epoch \(epoch) batch \(index)")
        if let (way, alpha) = parts.options.mixing(drawn) {
            batch = batch.mixed(
                way, alpha: alpha, classes: model.plan.output.last ?? 1, drawn.split(way.rawValue))
        }
        let begin = clock.now
        let outputs = model.forward(batch.inputs, .training(drawn.split("layers"))).tensor
        let classes = outputs.shape.last ?? 1
        let loss = parts.loss.mean(outputs, batch.targets)
        let weight = parts.loss.weight(outputs, batch.targets)
        let value = Double(loss.item())
        guard value.isFinite else { throw notFinite("the loss is \(value)", batch) }
        let (gradients, penalty) = model.gradients(of: loss)
        computing += clock.now - begin
        position.sums.loss += value * weight
        position.sums.penalty += penalty
        position.sums.weight += weight
        position.sums.examples += batch.ids.count
        if outputs.rank == 2, classes > 1 {
            position.sums.right += zip(outputs.argmax(axis: -1).values, batch.targets.labels().values)
                .count { $0 == $1 }
        }
        position.batch += 1
        if let ready = accumulator.add(gradients, weight: weight)
            ?? (position.batch == batches.count ? accumulator.flush() : nil)
        {
            try move(ready, batch)
        }
    }

    private func move(_ gradients: Gradients, _ batch: Batch) throws {
        let begin = clock.now
        let norm = optimizer.step(gradients)
        computing += clock.now - begin
        guard norm.isFinite else {
            let name = model.namedParameters.first {
                gradients[$0.parameter]?.array.allSatisfy(\.isFinite) == false
            }
            let owner = name.flatMap { model.owner(of: $0.name) }.map { " of \($0)" } ?? ""
            throw notFinite(
                "the gradient of \(name.map { "\"\($0.name)\"" } ?? "a parameter")\(owner) is not finite",
                batch)
        }
        average?.update()
        position.sums.norm += norm
        position.sums.steps += 1
    }

    private func notFinite(_ what: String, _ batch: Batch) -> NotFinite {
        NotFinite(
            what: what, place: model.firstNotFinite(batch.inputs), epoch: position.epoch + 1,
            batch: position.batch + 1, ids: batch.ids)
    }

    /// Ends the epoch when its batches are done: validates, selects, and moves the schedule. Returns the epoch's figures.
    public func endEpoch() throws -> EpochMetrics {
        require(
            position.batch == batches.count,
            "Trainer.endEpoch: \(position.batch) of \(batches.count) batches are done")
        let rate = optimizer.learningRate
        let sums = position.sums
        var figures: [(name: String, value: Double)] = [
            ("train_loss", sums.weight > 0 ? sums.loss / sums.weight : 0),
            ("train_accuracy", sums.examples > 0 ? Double(sums.right) / Double(sums.examples) : 0),
        ]
        if !model.allPenalties.isEmpty {
            figures.append(("penalty", batches.count > 0 ? sums.penalty / Double(batches.count) : 0))
        }
        let found = try average.map { average in try average.withAverages(validated) } ?? validated()
        figures += found.map { ("validation_" + $0.name, $0.value) }
        figures.append(("learning_rate", rate))
        figures.append(("gradient_norm", sums.steps > 0 ? sums.norm / Double(sums.steps) : 0))
        let metrics = EpochMetrics(epoch: position.epoch + 1, figures: figures)
        position.epoch += 1
        position.batch = 0
        position.sums = EpochSums()
        judge(metrics)
        return metrics
    }

    /// The figures of the validation part; of a model with penalties on large weights also what these and the loss come to, which is what
    /// Keras calls the validation loss.
    private func validated() throws -> [(name: String, value: Double)] {
        var figures = try validate?(model) ?? []
        let penalty = withoutRecording { model.penalty()?.item() }
        if let penalty, let loss = figures.first(where: { $0.name == "loss" }) {
            figures.append(("objective", loss.value + Double(penalty)))
        }
        return figures
    }

    /// Selection, early stopping and schedule, all by the figures of the epoch that has ended.
    private func judge(_ metrics: EpochMetrics) {
        let options = parts.options
        if options.selection.weights == .best {
            let figure = metrics[options.selection.monitor] ?? .nan
            if options.selection.isBetter(figure, than: position.bestFigure) {
                position.bestFigure = figure
                position.bestEpoch = position.epoch
                best = average.map { $0.withAverages { model.namedTensors } } ?? model.namedTensors
            }
        }
        optimizer.endEpoch(metric: optimizer.schedule?.spec.monitor.flatMap { metrics[$0] })
        position.isOver = position.epoch == options.epochs
        if let stopping = options.earlyStopping {
            let verdict = stopping.observe(metrics[stopping.monitor] ?? .nan, &position.earlyStopping)
            if case .stop = verdict { position.isOver = true }
        }
    }

    /// Puts the weights that count into the model: the best epoch's, or the last ones (their average where one is kept).
    public func useSelectedWeights() {
        if let best {
            let tensors = Dictionary(best, uniquingKeysWith: { first, _ in first })
            for (name, parameter) in model.namedParameters { tensors[name].map { parameter.value = $0 } }
            for (name, buffer) in model.namedBuffers { tensors[name].map { buffer.value = $0 } }
        } else {
            average?.swap()
        }
    }
}
