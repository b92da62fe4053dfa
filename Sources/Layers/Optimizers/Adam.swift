import Autograd
import Configuration

/// Moments of the gradients decide the direction and the length of each element's step (Kingma and Ba 2015).
public struct Adam: AdamKind {
    public var common = OptimizerOptions()
    public var moments = AdamMoments()

    public static let type = "adam"
    public static let summary = "Adam: steps by the mean and the size of past gradients."
    public static var fields: [Field<Self>] { adamFields }

    public init() {}
    /// Betas of 0.9 and 0.999; epsilon and its place are those of `defaults`.
    public init(learningRate: Double, defaults: Convention = .keras) {
        common.learningRate = learningRate
        common.defaults = defaults
    }
}

/// Adam in which the decay shrinks the parameters themselves (Loshchilov and Hutter 2019).
public struct AdamW: AdamKind {
    public var common = OptimizerOptions()
    public var moments = AdamMoments()

    public static let type = "adamw"
    public static let summary = "Adam with a decay of the weights apart from the gradients."
    public static var fields: [Field<Self>] { adamFields }

    public init() {}
    /// The decay is 0.004 (Keras) or 0.01 (PyTorch) where it is nil.
    public init(learningRate: Double, weightDecay: Double? = nil, defaults: Convention = .keras) {
        common.learningRate = learningRate
        common.weightDecay = weightDecay
        common.defaults = defaults
    }

    public static func weightDecay(_ convention: Convention) -> Double {
        convention.pick(keras: 0.004, pytorch: 0.01)
    }
    public var isDecoupled: Bool { true }
}

/// What Adam and AdamW share.
public struct AdamMoments: Sendable {
    public var beta1 = 0.9
    public var beta2 = 0.999
    public var epsilon: Double?
    public var epsilonBeforeCorrection: Bool?
    public var amsgrad = false

    public init() {}

    var slots: [String] { amsgrad ? ["first", "second", "largest"] : ["first", "second"] }

    func move(
        _ parameter: UnsafeMutablePointer<Real>, _ gradient: Tensor, _ state: ParameterState,
        _ step: ParameterStep, _ defaults: Convention
    ) {
        adamStep(
            parameter, gradient, first: state[0], second: state[1], largest: amsgrad ? state[2] : nil,
            step: step.number, learningRate: step.learningRate, beta1: beta1, beta2: beta2,
            epsilon: epsilon(defaults), epsilonBeforeCorrection: isBeforeCorrection(defaults),
            decay: step.decay)
    }

    func epsilon(_ defaults: Convention) -> Double {
        epsilon ?? defaults.pick(keras: 1e-7, pytorch: 1e-8)
    }
    func isBeforeCorrection(_ defaults: Convention) -> Bool {
        epsilonBeforeCorrection ?? (defaults == .keras)
    }
}

/// Adam and AdamW.
public protocol AdamKind: OptimizerSpec {
    /// The numbers that both have.
    var moments: AdamMoments { get set }
}

extension AdamKind {
    public var slots: [String] { moments.slots }
    public static func learningRate(_ convention: Convention) -> Double { 0.001 }

    public func move(
        _ parameter: UnsafeMutablePointer<Real>, _ gradient: Tensor, _ state: ParameterState,
        _ step: ParameterStep
    ) {
        moments.move(parameter, gradient, state, step, common.defaults)
    }

    public var resolved: Self {
        var result = withCommonNumbers
        result.moments.epsilon = moments.epsilon(common.defaults)
        result.moments.epsilonBeforeCorrection = moments.isBeforeCorrection(common.defaults)
        return result
    }

    static var adamFields: [Field<Self>] {
        commonFields + [
            .init(
                "beta1", \.moments.beta1, "Part of the mean gradient that stays in a step.",
                .range(0..<1)),
            .init(
                "beta2", \.moments.beta2, "Part of the mean square that stays in a step.",
                .range(0..<1)),
            .init(
                "epsilon", \.moments.epsilon,
                "Added to the root (Keras 1e-07, PyTorch 1e-08).",
                .range(1e-16...1)),
            .init(
                "epsilon_before_correction", \.moments.epsilonBeforeCorrection,
                "Whether epsilon is added before the correction of the first steps (Keras) or after it (PyTorch)."
            ),
            .init(
                "amsgrad", \.moments.amsgrad,
                "Whether the largest mean square so far counts."),
        ]
    }
}
