import Autograd
import Configuration

/// An optimization algorithm: its hyperparameters and its update of one parameter.
public protocol OptimizerSpec: TaggedOptions {
    /// The options that all optimizers share.
    var common: OptimizerOptions { get set }
    /// The names of the state that is kept for each element, such as ["first", "second"].
    var slots: [String] { get }
    /// Returns the initial value of a slot. 0 by default.
    func initial(_ slot: String) -> Real
    /// Returns the default learning rate.
    static func learningRate(_ convention: Convention) -> Double
    /// Returns the default weight decay. 0 by default.
    static func weightDecay(_ convention: Convention) -> Double
    /// The options with all defaults of `defaults` written out.
    var resolved: Self { get }
    /// Whether weight decay is decoupled from the gradients.
    var isDecoupled: Bool { get }
    /// Updates one parameter; `state` contains its slots.
    func move(
        _ parameter: UnsafeMutablePointer<Real>, _ gradient: Tensor, _ state: ParameterState,
        _ step: ParameterStep)
}

extension OptimizerSpec {
    public func initial(_ slot: String) -> Real { 0 }
    public static func weightDecay(_ convention: Convention) -> Double { 0 }
    public var isDecoupled: Bool { common.defaults == .keras }

    public var resolved: Self { withCommonNumbers }

    /// The options with learning rate and weight decay written out.
    public var withCommonNumbers: Self {
        var result = self
        result.common.learningRate = learningRate
        result.common.weightDecay = weightDecay
        return result
    }

    /// The initial learning rate.
    public var learningRate: Double { common.learningRate ?? Self.learningRate(common.defaults) }
    public var weightDecay: Double { common.weightDecay ?? Self.weightDecay(common.defaults) }

    /// The fields that all optimizers share.
    public static var commonFields: [Field<Self>] {
        [
            .init(
                "defaults", \.common.defaults,
                "Framework whose default values, weight decay and momentum formulas are used."),
            .init(
                "learning_rate", \.common.learningRate, "Learning rate (\(shown { learningRate($0) })).",
                .atLeast(0)),
            .init(
                "weight_decay", \.common.weightDecay,
                "Weight decay (\(shown { weightDecay($0) })), decoupled (Keras, AdamW, Lion) "
                    + "or as an L2 term of the gradients (PyTorch).",
                .atLeast(0)),
            .init(
                "clip_norm", \.common.clipNorm, "Global-norm gradient clipping; `null` disables it.",
                .above(0)),
            .init(
                "clip_value", \.common.clipValue, "Elementwise gradient clipping; `null` disables it.",
                .above(0)),
            .init(
                "groups", \.common.groups, "Parameter groups with their own learning rate or weight decay."),
        ]
    }

    /// Returns both defaults of a hyperparameter, for the config reference.
    static func shown(_ value: (Convention) -> Double) -> String {
        "Keras \(value(.keras)), PyTorch \(value(.pytorch))"
    }

    public var validationIssues: [ValidationIssue] { commonComplaints }

    /// The complaints about the options that all optimizers share.
    public var commonComplaints: [ValidationIssue] {
        common.clipNorm != nil && common.clipValue != nil
            ? [ValidationIssue("clip_value", "cannot be combined with \"clip_norm\"; remove one of them")]
            : []
    }

    /// Returns a complaint for each pattern in "groups" that matches none of a model's parameters.
    public func validationIssues(forParameters names: [String]) -> [ValidationIssue] {
        common.groups.enumerated().flatMap { index, group in
            group.parameters.enumerated().filter { entry in
                !names.contains { matches(entry.element, $0) }
            }.map { place, pattern in
                ValidationIssue(
                    at: [.key("groups"), .index(index), .key("parameters"), .index(place)],
                    "no parameter matches \"\(pattern)\"; \(NamePatterns.advice(on: pattern, names))")
            }
        }
    }
}

/// The registry of optimizers that a config can name. Add custom ones with `OptimizerKinds.register`.
public enum OptimizerKinds: Registry {
    /// The common type of all entries.
    public typealias Value = any OptimizerSpec

    public static var noun: String { "optimizer" }
    public static var builtIn: [any TaggedOptions.Type] {
        [Adam.self, AdamW.self, SGD.self, RMSprop.self, Lion.self, Adagrad.self]
    }
}

/// An optimizer of any registered type, as an option.
public typealias AnyOptimizer = Tagged<OptimizerKinds>
