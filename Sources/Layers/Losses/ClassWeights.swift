import Autograd
import Configuration

/// The weights of the classes in a loss.
public typealias ClassWeights = Either<ClassWeightRule, [Double]>

/// A rule that derives the weights from the training data.
public enum ClassWeightRule: String, CaseIterable, ConfigurationValue {
    /// n / (classes * examples of the class), as in scikit-learn. A class without examples gets weight 0.
    case balanced

    /// Returns the weight of each class from its number of examples.
    public func weights(classCounts counts: [Int]) -> [Double] {
        let total = Double(counts.reduce(0, +))
        return counts.map { $0 > 0 ? total / (Double(counts.count) * Double($0)) : 0 }
    }
}

/// A loss with class weights and label smoothing.
public protocol ClassWeightedLoss: LossSpec {
    /// The class weights; nil weights all classes equally.
    var classWeights: ClassWeights? { get set }
    /// The fraction of each target that is distributed over all classes.
    var labelSmoothing: Double { get set }
}

extension ClassWeightedLoss {
    /// The fields that such losses share.
    static var classFields: [Field<Self>] {
        [
            .init(
                "class_weights", \.classWeights,
                "Class weights: a list, or \"balanced\" for n / (classes * count) in the training set; `null` weights all equally."
            ),
            .init(
                "label_smoothing", \.labelSmoothing,
                "Label smoothing: fraction of each target distributed over all classes.",
                .range(0...1)),
        ]
    }

    public var validationIssues: [ValidationIssue] { classWeights.validationIssues }
    public func check(_ output: [Int]) throws(LayerError) { try classWeights.check(output, Self.type) }

    public func fitted(classCounts: [Int]) -> Self {
        var fitted = self
        fitted.classWeights = classWeights.fitted(classCounts)
        return fitted
    }

    /// Whether the loss has class weights.
    public var hasClassWeights: Bool { classWeights != nil }

    /// Returns the loss with balanced class weights.
    public func balanced() -> Self {
        var loss = self
        loss.classWeights = .first(.balanced)
        return loss
    }
}

extension ClassWeights? {
    /// Returns the weights; nil if all classes are weighted equally.
    func tensor(_ operation: StaticString) -> Tensor? {
        switch self {
        case nil: nil
        case .second(let weights): Tensor(weights.map { Real($0) })
        case .first(let rule):
            fail(
                "\(operation): class weights \"\(rule.rawValue)\" must be resolved by `fitted(classCounts:)` first"
            )
        }
    }

    func fitted(_ counts: [Int]) -> ClassWeights? {
        if case .first(let rule) = self { return .second(rule.weights(classCounts: counts)) }
        return self
    }

    var validationIssues: [ValidationIssue] {
        guard case .second(let weights) = self else { return [] }
        let wrong = weights.indices.filter { weights[$0] != 0 && !(1e-6...1e6).contains(weights[$0]) }
        if !wrong.isEmpty {
            return wrong.map { place in
                ValidationIssue(
                    at: [.key("class_weights"), .index(place)],
                    "expected 0, or a number from 0.000001 to 1000000, found \(weights[place])")
            }
        }
        if !weights.contains(where: { $0 > 0 }) {
            return [
                ValidationIssue(
                    "class_weights",
                    "expected at least one positive weight, found \(weights.isEmpty ? "none" : "only zeros"); "
                        + "remove the key to weight all classes equally")
            ]
        }
        return []
    }

    func check(_ output: [Int], _ type: String) throws(LayerError) {
        guard let classes = output.last, classes > 0 else {
            throw LayerError("the loss \(type) expects an output of shape [classes], found \(output)")
        }
        if case .second(let weights) = self, weights.count != classes {
            throw LayerError(
                "the loss \(type) has \(weights.count) class weights, but the model has \(classes) outputs")
        }
    }

    /// Returns the sum of the weights of the targets.
    func total(_ targets: Targets, _ operation: StaticString) -> Double? {
        guard case .classes(let classes) = targets, let weights = tensor(operation)?.array else { return nil }
        return classes.values.reduce(0) { $0 + Double(weights[$1]) }
    }
}
