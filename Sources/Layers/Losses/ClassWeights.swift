import Autograd
import Configuration

/// How much the examples of each class count.
public typealias ClassWeights = Either<ClassWeightRule, [Double]>

/// A rule that finds the weights from the training data.
public enum ClassWeightRule: String, CaseIterable, ConfigurationValue {
    /// n / (classes * examples of the class): every class counts alike. A class without examples has weight 0.
    case balanced

    /// A weight for each class of so many examples.
    public func weights(classCounts counts: [Int]) -> [Double] {
        let total = Double(counts.reduce(0, +))
        return counts.map { $0 > 0 ? total / (Double(counts.count) * Double($0)) : 0 }
    }
}

/// A loss in which some classes may count more than others, and targets may be smoothed.
public protocol ClassWeightedLoss: LossSpec {
    /// How much each class counts; nil is all alike.
    var classWeights: ClassWeights? { get set }
    /// The part of each target that is spread over all classes.
    var labelSmoothing: Double { get set }
}

extension ClassWeightedLoss {
    /// The fields of what such losses share.
    static var classFields: [Field<Self>] {
        [
            .init(
                "class_weights", \.classWeights,
                "How much each class counts: numbers, or \"balanced\" for n / (classes * count) on the training part."
            ),
            .init(
                "label_smoothing", \.labelSmoothing, "Part of each target spread over all classes.",
                .range(0...1)),
        ]
    }

    public var complaints: [Complaint] { classWeights.complaints }
    public func check(_ output: [Int]) throws(ShapeProblem) { try classWeights.check(output, Self.type) }

    public func fitted(classCounts: [Int]) -> Self {
        var fitted = self
        fitted.classWeights = classWeights.fitted(classCounts)
        return fitted
    }

    /// Whether the classes count as the options say rather than all alike.
    public var hasClassWeights: Bool { classWeights != nil }

    /// The same loss with all classes of the training data counting alike.
    public func balanced() -> Self {
        var loss = self
        loss.classWeights = .first(.balanced)
        return loss
    }
}

extension ClassWeights? {
    /// The weights; nil where all classes count alike.
    func tensor(_ operation: StaticString) -> Tensor? {
        switch self {
        case nil: nil
        case .second(let weights): Tensor(weights.map { Real($0) })
        case .first(let rule):
            fail(
                "\(operation): class weights \"\(rule.rawValue)\" before `fitted(classCounts:)` has found them"
            )
        }
    }

    func fitted(_ counts: [Int]) -> ClassWeights? {
        if case .first(let rule) = self { return .second(rule.weights(classCounts: counts)) }
        return self
    }

    var complaints: [Complaint] {
        guard case .second(let weights) = self else { return [] }
        let wrong = weights.indices.filter { weights[$0] != 0 && !(1e-6...1e6).contains(weights[$0]) }
        if !wrong.isEmpty {
            return wrong.map { place in
                Complaint(
                    at: [.key("class_weights"), .index(place)],
                    "expected 0, or a number from 0.000001 to 1000000, found \(weights[place])")
            }
        }
        if !weights.contains(where: { $0 > 0 }) {
            return [
                Complaint(
                    "class_weights",
                    "expected at least one number above 0, found \(weights.isEmpty ? "none" : "zeros only"); "
                        + "leave the key out to let all classes count alike")
            ]
        }
        return []
    }

    func check(_ output: [Int], _ type: String) throws(ShapeProblem) {
        guard let classes = output.last, classes > 0 else {
            throw ShapeProblem("the loss \(type) needs an output of [classes], found \(output)")
        }
        if case .second(let weights) = self, weights.count != classes {
            throw ShapeProblem(
                "the loss \(type) has \(weights.count) class weights for a model with \(classes) outputs")
        }
    }

    /// The sum of the weights of the targets.
    func total(_ targets: Targets, _ operation: StaticString) -> Double? {
        guard case .classes(let classes) = targets, let weights = tensor(operation)?.array else { return nil }
        return classes.values.reduce(0) { $0 + Double(weights[$1]) }
    }
}
