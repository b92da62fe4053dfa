import Autograd
import Configuration

/// Adam (Kingma and Ba 2015).
public struct Adam: AdamKind {
    public var common = OptimizerOptions()
    public var moments = AdamMoments()

    public static let type = "adam"
    public static let summary = "Adam: adaptive moment estimation."
    public static var fields: [Field<Self>] { adamFields }

    public init() {}
    /// Creates the optimizer with betas of 0.9 and 0.999 and the epsilon of `defaults`.
    public init(learningRate: Double, defaults: Convention = .keras) {
        common.learningRate = learningRate
        common.defaults = defaults
    }
}

/// The hyperparameters that Adam and AdamW share.
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
    /// The hyperparameters that both share.
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
                "beta1", \.moments.beta1, "Decay rate of the first moment.",
                .range(0..<1)),
            .init(
                "beta2", \.moments.beta2, "Decay rate of the second moment.",
                .range(0..<1)),
            .init(
                "epsilon", \.moments.epsilon,
                "Term added to the denominator for numerical stability (Keras 1e-07, PyTorch 1e-08).",
                .range(1e-16...1)),
            .init(
                "epsilon_before_correction", \.moments.epsilonBeforeCorrection,
                "Whether to add epsilon before bias correction (Keras) or after it (PyTorch)."
            ),
            .init(
                "amsgrad", \.moments.amsgrad,
                "Whether to use the AMSGrad variant."),
        ]
    }
}
