import Autograd
import Configuration

/// Updates parameters by their gradients, and holds the state that this needs, such as moments.
///
/// One call does a training step: penalties, backward pass, gradient clipping, update and learning-rate schedule.
///
///     let optimizer = Optimizer(AdamW(learningRate: 0.001), model.namedParameters)
///     optimizer.attach(CosineSchedule(warmUp: 5), epochs: 30, stepsPerEpoch: batches.count)
///     for (x, labels) in batches {
///         optimizer.step(loss.mean(model(x, .training(generator)), .classes(labels)), of: model)
///     }
///
/// An optimizer is used by one thread at a time. Its state is saved and restored bit for bit, so that training resumes
/// as if it had never stopped.
public final class Optimizer {
    /// The algorithm and its hyperparameters.
    public let spec: any OptimizerSpec
    /// The learning rate of the next step. An attached schedule sets it.
    public var learningRate: Double
    /// The attached learning-rate schedule.
    public private(set) var schedule: Schedule?
    /// The number of steps in an epoch, and the steps since the last one ended.
    private var stepsPerEpoch = 0, stepsOfEpoch = 0
    private let moved: [Moved]
    /// The total number of elements of all parameters.
    private let count: Int
    /// The state of all parameters, [slots, count].
    private var slots: Tensor
    /// The number of steps of each parameter.
    private var steps: [Int]

    private struct Moved {
        let name: String
        let parameter: Parameter
        let start: Int
        let rateFactor: Double
        let weightDecay: Double

        var count: Int { parameter.shape.reduce(1, *) }
    }

    /// Creates an optimizer of named parameters. Parameter groups and the saved state refer to the names.
    public init(_ spec: any OptimizerSpec, _ parameters: [(name: String, parameter: Parameter)]) {
        self.spec = spec
        learningRate = spec.learningRate
        var start = 0
        let groups = spec.common.groups
        let members = parameters.map { name, _ in groups.firstIndex { $0.contains(name) } }
        var factors = Array(repeating: 1.0, count: parameters.count)
        for (number, group) in groups.enumerated() {
            let places = members.indices.filter { members[$0] == number }
            for (place, factor) in zip(places, group.factors(places.map { parameters[$0].name })) {
                factors[place] = factor
            }
        }
        moved = parameters.enumerated().map { index, entry in
            defer { start += entry.parameter.shape.reduce(1, *) }
            return Moved(
                name: entry.name, parameter: entry.parameter, start: start, rateFactor: factors[index],
                weightDecay: members[index].flatMap { groups[$0].weightDecay } ?? spec.weightDecay)
        }
        let count = start
        self.count = count
        slots = Tensor(shape: [spec.slots.count, count]) { p in
            for (index, slot) in spec.slots.enumerated() {
                (p + index * count).update(repeating: spec.initial(slot), count: count)
            }
        }
        steps = Array(repeating: 0, count: parameters.count)
    }

    /// Creates an optimizer of parameters that are named "0", "1", ...
    public convenience init(_ spec: any OptimizerSpec, _ parameters: [Parameter]) {
        self.init(spec, parameters.enumerated().map { (name: "\($0.offset)", parameter: $0.element) })
    }

    /// Attaches a learning-rate schedule, which sets `learningRate` from now on.
    ///
    /// `step` advances the schedule. Call `endEpoch(metric:)` after each epoch if the schedule monitors a metric.
    ///
    /// - Parameters:
    ///   - epochs: The number of epochs of the whole training.
    ///   - stepsPerEpoch: The number of optimizer steps in an epoch.
    public func attach(_ spec: any ScheduleSpec, epochs: Int, stepsPerEpoch: Int) {
        let schedule = Schedule(
            spec, base: learningRate, total: spec.per == .epoch ? epochs : epochs * stepsPerEpoch)
        learningRate = schedule.rate
        self.schedule = schedule
        (self.stepsPerEpoch, stepsOfEpoch) = (stepsPerEpoch, 0)
    }

    /// Does one training step of a model: adds the model's penalties to the loss, computes the gradients, clips them,
    /// updates the parameters and advances the schedule.
    ///
    /// - Returns: The global norm of the gradients before clipping. If it is not finite, the parameters are unchanged.
    @discardableResult
    public func step(_ loss: Tensor, of model: any Layer) -> Double {
        step(model.gradients(of: loss).gradients)
    }

    /// Clips gradients, updates every parameter that has one, and advances the schedule.
    ///
    /// - Returns: The global norm of the gradients before clipping. If it is not finite, the parameters are unchanged.
    @discardableResult
    public func step(_ gradients: Gradients) -> Double {
        if stepsOfEpoch > 0, stepsOfEpoch == stepsPerEpoch {
            require(
                schedule?.spec.monitor == nil,
                "Optimizer.step: the schedule monitors \"\(schedule?.spec.monitor ?? "")\"; call endEpoch(metric:) with it "
                    + "after each epoch")
            endEpoch()
        }
        let norm = gradients.norm(moved.map(\.parameter))
        guard norm.isFinite else { return norm }
        update(gradients, norm: norm)
        stepsOfEpoch += 1
        if schedule?.spec.per == .step { advanceSchedule(metric: nil) }
        return norm
    }

    /// Ends an epoch, which advances a schedule that counts epochs.
    ///
    /// Without this call, the first step of the next epoch ends the epoch.
    ///
    /// - Parameter metric: The value of the metric that the schedule monitors.
    public func endEpoch(metric: Double? = nil) {
        stepsOfEpoch = 0
        if schedule?.spec.per == .epoch { advanceSchedule(metric: metric) }
    }

    /// The state of the schedule, for checkpoints.
    public var scheduleState: ScheduleState {
        get { schedule?.state ?? ScheduleState() }
        set {
            schedule?.state = newValue
            if let schedule { learningRate = schedule.rate }
        }
    }

    private func advanceSchedule(metric: Double?) {
        schedule?.advance(metric: metric)
        if let schedule { learningRate = schedule.rate }
    }

    /// Updates the parameters without measuring the norm, unless clipping needs it.
    package func move(_ gradients: Gradients) {
        update(gradients, norm: spec.common.clipNorm == nil ? 0 : gradients.norm(moved.map(\.parameter)))
    }

    private func update(_ gradients: Gradients, norm: Double) {
        let factor = spec.common.clipNorm.map { clipFactor(norm: norm, limit: $0) } ?? 1
        slots.modify { slots in
            for (index, entry) in moved.enumerated() {
                guard var gradient = gradients[entry.parameter] else { continue }
                if factor != 1 { gradient = gradient * Real(factor) }
                if let limit = spec.common.clipValue {
                    gradient = gradient.clipped(min: Real(-limit), max: Real(limit))
                }
                steps[index] += 1
                let rate = learningRate * entry.rateFactor
                let step = ParameterStep(
                    number: steps[index], learningRate: rate,
                    decay: spec.isDecoupled
                        ? Decay(shrink: rate * entry.weightDecay) : Decay(pull: entry.weightDecay))
                let state = ParameterState(start: slots + entry.start, stride: count)
                entry.parameter.update { spec.move($0, gradient, state, step) }
            }
        }
    }

    /// The state that later steps depend on, by name, such as "first.encoder.0.weight".
    public var state: [(String, Tensor)] {
        var tensors = [
            ("learning_rate", Tensor(bits: [learningRate.bitPattern])),
            ("steps", Tensor(bits: steps.map { UInt64($0) })),
        ]
        for (index, slot) in spec.slots.enumerated() {
            for entry in moved {
                let part = Tensor(shape: entry.parameter.shape) { p in
                    slots.withElements {
                        p.update(from: $0 + index * count + entry.start, count: entry.count)
                    }
                }
                tensors.append((slot + "." + entry.name, part))
            }
        }
        return tensors
    }

    /// Restores a saved state. Throws a `WeightsError` with every mismatch and then changes nothing.
    public func restore(_ state: [(String, Tensor)]) throws(WeightsError) {
        var expected = [("learning_rate", [1, 4]), ("steps", [moved.count, 4])]
        for slot in spec.slots { expected += moved.map { (slot + "." + $0.name, $0.parameter.shape) } }
        let tensors = try WeightsError.check(state, expected, owner: spec.tag)
        steps = try WeightsError.counts(tensors[1], "steps", owner: spec.tag)
        learningRate = Double(bitPattern: tensors[0].bits[0])
        var next = 2
        for index in spec.slots.indices {
            for entry in moved {
                let at = index * count + entry.start
                slots.modify { p in
                    tensors[next].withElements { (p + at).update(from: $0, count: entry.count) }
                }
                next += 1
            }
        }
    }
}

extension OptimizerSpec {
    fileprivate var tag: String { "the optimizer \(Self.type)" }
}
