import Autograd
import Configuration
import Layers
import Metrics

/// Trains a model: optimizer steps, learning-rate schedule, model selection and early stopping.
///
/// The same batches and seed give bit-identical weights, on any number of threads and however often training was
/// interrupted and resumed. A trainer must be used by one thread at a time.
public final class Trainer {
    /// Everything a training needs apart from the data.
    public struct Configuration {
        /// The model to train, with its initial weights.
        public var model: Model
        /// The loss to minimize; the model's weight penalties are added to it.
        public var loss: any LossSpec
        /// The optimizer; its learning rate is the base rate of the schedule.
        public var optimizer: any OptimizerSpec
        /// The learning-rate schedule; nil keeps the rate constant.
        public var schedule: (any ScheduleSpec)?
        /// Epochs, batch size, early stopping and model selection.
        public var options: TrainingOptions
        /// The parameters that are not trained, in all epochs or in the first ones.
        public var freeze: [FrozenParameters]
        /// The seed of dropout, mixing and other randomness in training.
        public var seed: UInt64

        /// Creates a configuration.
        public init(
            model: Model, loss: any LossSpec, optimizer: any OptimizerSpec,
            schedule: (any ScheduleSpec)? = nil,
            options: TrainingOptions, freeze: [FrozenParameters] = [], seed: UInt64
        ) {
            self.freeze = freeze
            self.model = model
            self.loss = loss
            self.optimizer = optimizer
            self.schedule = schedule
            self.options = options
            self.seed = seed
        }
    }

    /// The model being trained; its weights change with every step.
    public let model: Model
    let configuration: Configuration
    let batches: any TrainingBatches
    /// Computes the validation metrics, which are logged with the prefix `validation_`; nil without a validation set.
    let validate: ((any Layer) throws -> [(name: String, value: Double)])?

    let optimizer: Optimizer
    let average: WeightAverage?
    private var accumulator: GradientAccumulator
    private let parameters: [Parameter]
    private let generator: RandomGenerator
    private var freezing: Freezing
    private let checkpointed: CheckpointedLayers?
    var position = TrainingPosition()
    /// The weights and buffers of the best epoch so far.
    var best: [(String, Tensor)]?

    /// Creates a trainer at the start of training.
    public init(
        _ configuration: Configuration, batches: any TrainingBatches,
        validate: ((any Layer) throws -> [(name: String, value: Double)])? = nil
    ) {
        self.configuration = configuration
        self.batches = batches
        self.validate = validate
        model = configuration.model
        let named =
            model.namedParameters
            + configuration.loss.parameters.map { (name: "loss." + $0.name, parameter: $0.parameter) }
        parameters = named.map(\.parameter)
        optimizer = Optimizer(configuration.optimizer, named)
        average = configuration.options.weightAverage.map {
            WeightAverage($0, configuration.model.namedParameters)
        }
        accumulator = GradientAccumulator(parameters, batches: configuration.options.accumulationSteps)
        generator = RandomGenerator(seed: configuration.seed).split("training")
        let patterns = configuration.options.gradientCheckpointing
        checkpointed = patterns.list.isEmpty ? nil : CheckpointedLayers(patterns, of: configuration.model)
        freezing = Freezing(
            configuration.freeze, model, examples: batches.count * configuration.options.batchSize)
        freezing.begin(epoch: 1)
        let stepsPerEpoch =
            (batches.count + configuration.options.accumulationSteps - 1)
            / configuration.options.accumulationSteps
        if let schedule = configuration.schedule {
            optimizer.attach(schedule, epochs: configuration.options.epochs, stepsPerEpoch: stepsPerEpoch)
        }
    }

    /// The number of completed epochs.
    public var epoch: Int { position.epoch }
    /// The number of completed batches in the current epoch.
    public var batch: Int { position.batch }
    /// The number of batches per epoch.
    public var batchesPerEpoch: Int { batches.count }
    /// Whether training has ended, by reaching the last epoch or by early stopping.
    public var isOver: Bool { position.isOver }
    /// The epoch with the best weights, counted from 1.
    public var bestEpoch: Int? { position.bestEpoch }
    /// The monitored metric of the best epoch.
    public var bestMetric: Double? { position.bestMetric }
    /// The number of examples processed in the current epoch.
    public var samples: Int { position.sums.examples }
    /// The time spent in forward passes, backward passes and optimizer steps since the trainer was created.
    public private(set) var computing = Duration.zero
    private let clock = ContinuousClock()
    /// Whether the state can be saved: no accumulated gradients are waiting for a step.
    public var canSave: Bool { !accumulator.isPending }

    /// Trains on the next batch.
    ///
    /// - Throws: An `InputError` if the loss or a gradient is NaN or infinite; the parameters are then unchanged.
    public func step() throws {
        let (epoch, index) = (position.epoch, position.batch)
        var batch = try batches.batch(epoch: epoch, index: index)
        let drawn = generator.split("epoch \(epoch) batch \(index)")
        if let (method, parameter) = configuration.options.mixing(drawn) {
            batch = batch.mixed(
                method, parameter, classes: model.plan.output.last ?? 1, drawn.split(method.rawValue))
        }
        let begin = clock.now
        let pass = freezing.pass(.training(drawn.split("layers")), batch).checkpointing(checkpointed)
        let signal = model.forward(batch.inputs, pass)
        let outputs = signal.tensor
        var loss = configuration.loss.mean(signal, batch.targets)
        if let coral = configuration.options.coral, !batch.domains.isEmpty {
            loss = loss + coralLoss(outputs, domains: batch.domains) * Real(coral.weight)
        }
        let weight = configuration.loss.weight(outputs, batch.targets)
        let value = Double(loss.item())
        guard value.isFinite else { throw notFinite("the loss is \(value)", batch) }
        let (gradients, penalty) = model.gradients(of: loss)
        computing += clock.now - begin
        position.sums.loss += value * weight
        position.sums.penalty += penalty
        position.sums.weight += weight
        position.sums.examples += batch.ids.count
        if configuration.loss.hasAccuracy {
            position.sums.right += configuration.loss.rightCount(outputs, batch.targets)
        }
        position.batch += 1
        if let ready = accumulator.add(gradients, weight: weight)
            ?? (position.batch == batches.count ? accumulator.flush() : nil)
        {
            try applyGradients(ready, batch)
        }
    }

    private func applyGradients(_ gradients: Gradients, _ batch: Batch) throws {
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

    /// An error that names the layer, the batch and its examples, and says what to try.
    private func notFinite(_ what: String, _ batch: Batch) -> InputError {
        let place =
            model.firstNotFinite(batch.inputs).map { " The first non-finite values are in \($0)." } ?? ""
        let ids = batch.ids
        let shown =
            ids.prefix(8).joined(separator: ", ") + (ids.count > 8 ? ", and \(ids.count - 8) more" : "")
        return InputError(
            "epoch \(position.epoch + 1), batch \(position.batch + 1): \(what).\(place) The batch contains "
                + "\(shown). Try a lower learning_rate or set clip_norm in the optimizer, or inspect these examples."
        )
    }

    /// Ends the epoch after its last batch: validates, updates model selection and the schedule, and returns the epoch's metrics.
    public func endEpoch() throws -> EpochMetrics {
        require(
            position.batch == batches.count,
            "Trainer.endEpoch: only \(position.batch) of \(batches.count) batches are done")
        let rate = optimizer.learningRate
        let sums = position.sums
        var values = [(name: "train_loss", value: sums.weight > 0 ? sums.loss / sums.weight : 0)]
        if configuration.loss.hasAccuracy {
            values.append(
                ("train_accuracy", sums.examples > 0 ? Double(sums.right) / Double(sums.examples) : 0))
        }
        if !model.allPenalties.isEmpty {
            values.append(("penalty", batches.count > 0 ? sums.penalty / Double(batches.count) : 0))
        }
        let found = try average.map { average in try average.withAverages(validated) } ?? validated()
        values += found.map { ("validation_" + $0.name, $0.value) }
        values.append(("learning_rate", rate))
        values.append(("gradient_norm", sums.steps > 0 ? sums.norm / Double(sums.steps) : 0))
        let metrics = EpochMetrics(epoch: position.epoch + 1, values: values)
        position.epoch += 1
        position.batch = 0
        position.sums = EpochSums()
        updateSelection(metrics)
        beginEpoch()
        return metrics
    }

    /// Freezes the parameters of the current epoch.
    func beginEpoch() { freezing.begin(epoch: position.epoch + 1) }

    /// Computes the validation metrics. For a model with weight penalties, adds `objective`: the loss plus the penalties, which
    /// Keras reports as the validation loss.
    private func validated() throws -> [(name: String, value: Double)] {
        var values = try validate?(freezing.evaluated) ?? []
        let penalty = withoutRecording { model.penalty()?.item() }
        if let penalty, let loss = values.first(where: { $0.name == "loss" }) {
            values.append(("objective", loss.value + Double(penalty)))
        }
        return values
    }

    /// Updates model selection, the schedule and early stopping with the metrics of the epoch that has just ended.
    private func updateSelection(_ metrics: EpochMetrics) {
        let options = configuration.options
        if options.selection.weights == .best {
            let metric = metrics[options.selection.monitor] ?? .nan
            if options.selection.isBetter(metric, than: position.bestMetric) {
                position.bestMetric = metric
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

    /// Restores the selected weights: those of the best epoch, or the last ones (their moving average, if enabled).
    public func restoreBestWeights() {
        if let best {
            let tensors = Dictionary(best, uniquingKeysWith: { first, _ in first })
            for (name, parameter) in model.namedParameters { tensors[name].map { parameter.value = $0 } }
            for (name, buffer) in model.namedBuffers { tensors[name].map { buffer.value = $0 } }
        } else {
            average?.swap()
        }
    }
}
