import Autograd
import Configuration

/// An optimiser as a config names it: its numbers, and how it moves one parameter.
public protocol OptimizerSpec: TaggedOptions {
    /// What every optimiser has.
    var common: OptimizerOptions { get set }
    /// Names of the numbers that are kept for every element, such as ["first", "second"].
    var slots: [String] { get }
    /// What a slot begins with.
    func initial(_ slot: String) -> Real
    /// The rate where none is given.
    static func learningRate(_ convention: Convention) -> Double
    /// The decay where none is given.
    static func weightDecay(_ convention: Convention) -> Double
    /// The same with every number written out that follows from `defaults`.
    var resolved: Self { get }
    /// Whether the decay shrinks the parameters themselves rather than being added to the gradients.
    var isDecoupled: Bool { get }
    /// Moves one parameter; `state` has its slots.
    func move(
        _ parameter: UnsafeMutablePointer<Real>, _ gradient: Tensor, _ state: ParameterState,
        _ step: ParameterStep)
}

/// Whose formulas and default numbers are meant.
public enum Convention: String, CaseIterable, ConfigurationValue {
    case keras, pytorch

    /// One of two values.
    func pick<Value>(keras: Value, pytorch: Value) -> Value { self == .keras ? keras : pytorch }
}

/// What every optimiser has.
public struct OptimizerOptions: Sendable {
    public var defaults = Convention.keras
    public var learningRate: Double?
    public var weightDecay: Double?
    public var clipNorm: Double?
    public var clipValue: Double?
    public var groups: [ParameterGroup] = []

    public init() {}
}

/// Parameters that are moved in their own way.
public struct ParameterGroup: Options {
    public var parameters: [String] = []
    public var rateFactor = 1.0
    public var weightDecay: Double?

    public static let summary = "Parameters that are moved in their own way."
    public static let fields: [Field<Self>] = [
        .init(
            "parameters", \.parameters,
            "Names of parameters; * stands for any characters: \"*.bias\". The first group that fits a name counts.",
            .required, .notEmpty),
        .init(
            "learning_rate_factor", \.rateFactor, "The learning rate is multiplied by it.", .range(0...1e6)),
        .init("weight_decay", \.weightDecay, "In place of the optimiser's.", .atLeast(0)),
    ]

    public init() {}
    /// Names, or patterns in which * stands for any characters; nil leaves the optimiser's decay.
    public init(_ parameters: [String], rateFactor: Double = 1, weightDecay: Double? = nil) {
        self.parameters = parameters
        self.rateFactor = rateFactor
        self.weightDecay = weightDecay
    }
}

/// The numbers that an optimiser keeps for one parameter.
public struct ParameterState {
    let start: UnsafeMutablePointer<Real>
    let stride: Int

    /// The elements of a slot, by its place in `slots`.
    public subscript(slot: Int) -> UnsafeMutablePointer<Real> { start + slot * stride }
}

/// What a step of one parameter depends on.
public struct ParameterStep: Sendable {
    /// Counts the steps of this parameter, from 1.
    public let number: Int
    /// The schedule's rate times the group's factor.
    public let learningRate: Double
    let decay: Decay

    /// So many times the parameter is added to the gradient.
    public var pull: Double { decay.pull }
    /// So many times the parameter is taken off it.
    public var shrink: Double { decay.shrink }
}

extension OptimizerSpec {
    public func initial(_ slot: String) -> Real { 0 }
    public static func weightDecay(_ convention: Convention) -> Double { 0 }
    public var isDecoupled: Bool { common.defaults == .keras }

    public var resolved: Self { withCommonNumbers }

    /// The same with the rate and the decay written out.
    var withCommonNumbers: Self {
        var result = self
        result.common.learningRate = learningRate
        result.common.weightDecay = weightDecay
        return result
    }

    /// The rate at the start.
    public var learningRate: Double { common.learningRate ?? Self.learningRate(common.defaults) }
    public var weightDecay: Double { common.weightDecay ?? Self.weightDecay(common.defaults) }

    /// The fields of what every optimiser has.
    static var commonFields: [Field<Self>] {
        [
            .init(
                "defaults", \.common.defaults,
                "Whose numbers are meant where one is null, and whose form of decay and momentum."),
            .init(
                "learning_rate", \.common.learningRate, "Length of a step (\(shown { learningRate($0) })).",
                .atLeast(0)),
            .init(
                "weight_decay", \.common.weightDecay,
                "Pull towards zero (\(shown { weightDecay($0) })): of the parameters themselves (Keras, AdamW, Lion) "
                    + "or as part of the gradients (PyTorch).",
                .atLeast(0)),
            .init(
                "clip_norm", \.common.clipNorm, "Longest gradient, over all parameters; null is any.",
                .above(0)),
            .init("clip_value", \.common.clipValue, "Largest number in a gradient; null is any.", .above(0)),
            .init("groups", \.common.groups, "Parameters that are moved in their own way."),
        ]
    }

    /// Both defaults of a number, for help texts.
    static func shown(_ value: (Convention) -> Double) -> String {
        "Keras \(value(.keras)), PyTorch \(value(.pytorch))"
    }

    public var complaints: [Complaint] { commonComplaints }

    var commonComplaints: [Complaint] {
        common.clipNorm != nil && common.clipValue != nil
            ? [Complaint("clip_value", "only one of clip_norm and clip_value can be given")] : []
    }

    /// Patterns of groups that fit none of a model's parameters, each as a complaint about its place in "groups".
    public func complaints(forParameters names: [String]) -> [Complaint] {
        common.groups.enumerated().flatMap { index, group in
            group.parameters.enumerated().filter { entry in
                !names.contains { matches(entry.element, $0) }
            }.map { place, pattern in
                Complaint(
                    at: [.key("groups"), .index(index), .key("parameters"), .index(place)],
                    "no parameter is called \"\(pattern)\"; \(advice(on: pattern, names))")
            }
        }
    }

    /// What a pattern may have been meant to be, or else what names there are.
    private func advice(on pattern: String, _ names: [String]) -> String {
        var known = names
        if pattern.contains("*") {
            for name in names {
                let words = name.split(separator: ".")
                for cut in 1..<max(words.count, 1) {
                    known.append(words[..<cut].joined(separator: ".") + ".*")
                    known.append("*." + words[cut...].joined(separator: "."))
                }
            }
        }
        if let meant = Suggestion.closest(to: pattern, among: known) { return "did you mean \"\(meant)\"?" }
        if names.isEmpty { return "the model has no parameters; remove the group" }
        return "the names are " + names.prefix(8).joined(separator: ", ")
            + (names.count > 8 ? " and \(names.count - 8) more" : "")
    }
}

/// Whether a name fits a pattern in which * stands for any characters.
func matches(_ pattern: String, _ name: String) -> Bool {
    let (pattern, name) = (Array(pattern.utf8), Array(name.utf8))
    let star = UInt8(ascii: "*")
    var (p, n) = (0, 0)
    // Where the last star stood, and how far it reaches.
    var retry: (p: Int, n: Int)?
    while n < name.count {
        if p < pattern.count, pattern[p] == star {
            retry = (p, n)
            p += 1
        } else if p < pattern.count, pattern[p] == name[n] {
            p += 1
            n += 1
        } else if let (starAt, reach) = retry {
            retry = (starAt, reach + 1)
            (p, n) = (starAt + 1, reach + 1)
        } else {
            return false
        }
    }
    return pattern[p...].allSatisfy { $0 == star }
}

/// The optimisers that a config may name.
public enum OptimizerKinds: Registry {
    /// What stands in a config is an optimiser.
    public typealias Value = any OptimizerSpec

    public static var noun: String { "optimizer" }
    public static var builtIn: [any TaggedOptions.Type] {
        [Adam.self, AdamW.self, SGD.self, RMSprop.self, Lion.self, Adagrad.self]
    }
}

/// An optimiser of any kind inside a config.
public typealias AnyOptimizer = Tagged<OptimizerKinds>
