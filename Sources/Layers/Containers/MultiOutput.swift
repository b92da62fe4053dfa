import Autograd
import Configuration

/// A separate classifier with two classes for each output, such as the labels of a `multi_label` target.
public final class MultiOutput: Layer {
    /// The options: any input that fits the classifier; the output is [units], the log-odds of each label.
    public struct Spec: LayerSpec {
        public var units = Units.targets(nil)
        public var estimator = AnyLayer(Dense.Spec(2))

        public static let type = "multi_output"
        public static let summary =
            "A separate classifier for each label or level (scikit-learn's MultiOutputClassifier), whose outputs are the log-odds. For ordinal targets, each classifier predicts whether the level is above a threshold (Frank and Hall 2001)."
        public static let fields: [Field<Self>] = [
            .init(
                "units", \.units,
                "Number of outputs: \"targets\" for those of all targets, or \"targets:NAME\" for one target.",
                .range(1...4096)),
            .init(
                "estimator", \.estimator,
                "Binary classifier of each output; in it, \"units\": \"classes\" means 2.", .required),
        ]

        public init() {}
        /// Creates the options from a classifier with two classes.
        public init(_ estimator: any LayerSpec, units: Units = .targets(nil)) {
            (self.estimator, self.units) = (AnyLayer(estimator), units)
        }

        public var validationIssues: [ValidationIssue] {
            estimator.value.contains { $0 == Self.self }
                ? [ValidationIssue("estimator", "cannot contain another \(Self.type); use a classifier")] : []
        }

        private func estimators() throws(LayerError) -> [AnyLayer] {
            Array(repeating: estimator, count: try units.known(Self.type))
        }

        public func plan(_ input: [Int]) throws(LayerError) -> LayerPlan {
            let one: LayerPlan
            do { one = try estimator.value.checkedPlan(input) } catch { throw error.inside("estimator") }
            guard one.output == [2] else {
                throw LayerError(
                    "\(Self.type) expects a classifier with outputs of shape [2], found \(one.output); remove its \"units\""
                )
            }
            var whole = LayerPlan(output: [try units.known(Self.type)])
            for (index, copy) in try estimators().enumerated() {
                whole.add(
                    .init(
                        name: String(index), type: copy.value.typeName, plan: one, place: "estimator"))
            }
            return whole
        }

        public func make(_ input: [Int], _ generator: RandomGenerator) throws(LayerError) -> any Layer {
            _ = try plan(input)
            return MultiOutput(
                self, try estimators().parallelLayers(input, generator, key: "estimators"))
        }
    }

    private let options: Spec
    /// The classifiers, named "0", "1", ... within the names of parameters.
    public let estimators: [any Layer]

    public var spec: any LayerSpec { options }
    public var members: [Member] { estimators.enumerated().map { .layer(String($0), $1) } }

    init(_ spec: Spec, _ estimators: [any Layer]) { (options, self.estimators) = (spec, estimators) }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        let x = x.cleaned
        let odds = estimators.map { estimator in
            let scores = pass.run(estimator, x).tensor
            return scores.slice(axis: -1, 1..<2) - scores.slice(axis: -1, 0..<1)
        }
        return Signal(concatenate(odds, axis: -1))
    }
}
