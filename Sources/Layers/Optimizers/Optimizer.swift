import Autograd
import Configuration

/// Moves parameters by their gradients, and keeps what that needs from step to step.
///
/// Used by one thread at a time. Its state is saved and restored bit for bit, so that training goes on as if it had
/// never stopped.
public final class Optimizer {
    public let spec: any OptimizerSpec
    /// The rate of the next step, which a schedule may change.
    public var learningRate: Double
    private let moved: [Moved]
    /// The elements of all parameters together.
    private let count: Int
    /// The slots one after the other, each with the elements of all parameters: [slots, count].
    private var slots: Tensor
    /// The steps that each parameter has taken.
    private var steps: [Int]

    private struct Moved {
        let name: String
        let parameter: Parameter
        let start: Int
        let rateFactor: Double
        let weightDecay: Double

        var count: Int { parameter.shape.reduce(1, *) }
    }

    /// An optimiser of parameters by name; names matter for groups and for the state.
    public init(_ spec: any OptimizerSpec, _ parameters: [(name: String, parameter: Parameter)]) {
        self.spec = spec
        learningRate = spec.learningRate
        var start = 0
        moved = parameters.map { name, parameter in
            let group = spec.common.groups.first { $0.parameters.contains { matches($0, name) } }
            defer { start += parameter.shape.reduce(1, *) }
            return Moved(
                name: name, parameter: parameter, start: start, rateFactor: group?.rateFactor ?? 1,
                weightDecay: group?.weightDecay ?? spec.weightDecay)
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

    /// An optimiser of parameters called "0", "1", ...
    public convenience init(_ spec: any OptimizerSpec, _ parameters: [Parameter]) {
        self.init(spec, parameters.enumerated().map { (name: "\($0.offset)", parameter: $0.element) })
    }

    /// Moves every parameter that has a gradient. Returns the norm of all gradients together, before clipping.
    @discardableResult
    public func step(_ gradients: Gradients) -> Double {
        let norm = norm(gradients)
        move(gradients, norm: norm)
        return norm
    }

    /// The same without measuring the norm, unless clipping needs it.
    public func move(_ gradients: Gradients) {
        move(gradients, norm: spec.common.clipNorm == nil ? 0 : norm(gradients))
    }

    /// The norm of all gradients together, as one vector.
    public func norm(_ gradients: Gradients) -> Double { gradients.norm(moved.map(\.parameter)) }

    /// The same with a norm that was measured before.
    public func move(_ gradients: Gradients, norm: Double) {
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

    /// All that a later step depends on, by name: "first.encoder.0.weight" and the like.
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

    /// Goes on from a saved state. Throws a `StateError` with everything that does not fit, and then changes nothing.
    public func restore(_ state: [(String, Tensor)]) throws(StateError) {
        var expected = [("learning_rate", [1, 4]), ("steps", [moved.count, 4])]
        for slot in spec.slots { expected += moved.map { (slot + "." + $0.name, $0.parameter.shape) } }
        let tensors = try StateError.check(state, expected, owner: spec.tag)
        steps = try StateError.counts(tensors[1], "steps", owner: spec.tag)
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

/// What gradients are multiplied with so that their norm is at most `limit`: PyTorch's formula.
func clipFactor(norm: Double, limit: Double) -> Double { min(1, limit / (norm + 1e-6)) }

extension Gradients {
    /// The norm of the gradients of these parameters together, as one vector.
    public func norm(_ parameters: [Parameter]) -> Double {
        parameters.reduce(0.0) { total, parameter in
            guard let gradient = self[parameter], gradient.count > 0 else { return total }
            let norm = Double(gradient.norm().item())
            return total + norm * norm
        }.squareRoot()
    }

    /// Multiplies the gradients of these parameters so that their norm together is at most `limit`; returns the norm
    /// before.
    @discardableResult
    public mutating func clip(_ parameters: [Parameter], norm limit: Double) -> Double {
        let norm = norm(parameters)
        let factor = clipFactor(norm: norm, limit: limit)
        if factor != 1 { scale(parameters, by: factor) }
        return norm
    }

    /// Multiplies the gradients of these parameters.
    public mutating func scale(_ parameters: [Parameter], by factor: Double) {
        for parameter in parameters {
            if let gradient = self[parameter] { self[parameter] = gradient * Real(factor) }
        }
    }
}
