import Autograd
import Classical
import Layers

/// Importances and SHAP values of a tree model. Preprocessing steps before the trees must not mix columns.
public struct TreeExplanation {
    /// The columns of the input that the trees see, in the order of the trees' features.
    private let columns: [Int]
    private let steps: [any Classical.Transformer]
    /// The model of all outputs, or one of two classes for each output.
    private let trees: [any FittedModel]
    private let hasModelPerOutput: Bool
    private let inputs: Int

    /// Finds the trees at the end of a model. Throws if there are none, or if a step mixes columns.
    public init(_ model: Model) throws(InputError) {
        var columns = Array(0..<model.input.reduce(1, *))
        inputs = columns.count
        var steps: [any Classical.Transformer] = []
        var found: [any FittedModel] = []
        for layer in model.fittedLayers {
            guard let fitted = (layer as? any EstimatorLayer)?.fittedModel else { continue }
            switch fitted {
            case let selection as ColumnSelection:
                columns = selection.columns.map { columns[$0] }
                steps.append(selection)
            case let scaler as Scaler: steps.append(scaler)
            case let forest as ForestClassifier:
                try Self.check(forest.ensemble)
                found.append(forest)
            case let boosting as BoostingClassifier:
                try Self.check(boosting.ensemble)
                found.append(boosting)
            case let bank as any RegressorTrees:
                for ensemble in bank.ensembles { try Self.check(ensemble) }
                found.append(bank)
            case is PrincipalComponents:
                throw InputError(
                    "the model has principal components, each of which mixes all features; use permutation importances, or a model without pca"
                )
            default: break
            }
        }
        let last = (model.layer as? Sequential)?.layers.last ?? model.layer
        let own = (last as? MultiOutput)?.estimators.count ?? 1
        let isPlain = (last as? MultiOutput)?.estimators.allSatisfy { $0.fittedLayers.count == 1 } ?? true
        guard isPlain, found.count == own, model.fittedLayers.count == steps.count + own else {
            throw InputError(
                "the last layer of the model is not a tree model; impurity importances and SHAP values require decision_tree, random_forest, extra_trees or gradient_boosting, one of their regressors, or multi_output with one of them. Use permutation importances for other models"
            )
        }
        (self.columns, self.steps, trees) = (columns, steps, found)
        hasModelPerOutput = last is MultiOutput
    }

    /// Throws if the number of training rows in each node is unknown, as in an imported model.
    private static func check(_ ensemble: TreeEnsemble) throws(InputError) {
        guard ensemble.nodes(ofTree: 0).first?.cover == 0 else { return }
        throw InputError(
            "the trees were imported from a file without the number of training examples per node, which impurity importances and SHAP values require; use permutation importances (--method permutation)"
        )
    }

    /// The importance of each input column: the fraction of the decrease in impurity, or of the gain for boosting; for several
    /// targets or labels, the mean over them.
    public var impurityImportances: [Double] {
        let own = trees.map { trees -> [Double] in
            switch trees {
            case let forest as ForestClassifier: forest.featureImportances
            case let boosting as BoostingClassifier: Self.shares(boosting.gainImportances)
            case let bank as any RegressorTrees: Self.shares(Self.sums(bank.importances.map(Self.shares)))
            default: []
            }
        }
        var result = Array(repeating: 0.0, count: inputs)
        for (column, value) in zip(columns, Self.shares(Self.sums(own))) { result[column] = value }
        return result
    }

    private static func sums(_ rows: [[Double]]) -> [Double] {
        rows.dropFirst().reduce(rows.first ?? []) { zip($0, $1).map(+) }
    }

    private static func shares(_ values: [Double]) -> [Double] {
        let sum = values.reduce(0, +)
        return values.map { sum > 0 ? $0 / sum : 0 }
    }

    /// The quantity that the SHAP values of an output sum to.
    public var shapOutput: String {
        switch trees[0] {
        case is ForestClassifier: "probability"
        case let boosting as BoostingClassifier where boosting.ensemble.outputs == 1: "log-odds"
        case is BoostingClassifier: "raw score"
        default: "predicted value"
        }
    }

    /// Returns the SHAP values of each row and input column for an output of the model: contributions to the probability of its class or
    /// label for forests, to its raw score for boosting, to its log-odds for boosting with two classes, or to the predicted value of a
    /// regression, on the scale of the model.
    public func shapValues(_ rows: Matrix, output: Int) -> [[Double]] {
        let seen = steps.reduce(rows) { $1.transform($0) }
        // A model of a label has two classes, of which the second one is that the label applies.
        let (model, place) = hasModelPerOutput ? (trees[output], 1) : (trees[0], output)
        let (shap, isOpposite) = Self.shap(model, seen, place)
        var result = Array(repeating: Array(repeating: 0.0, count: rows.rows), count: inputs)
        for (feature, column) in columns.enumerated() {
            for row in 0..<rows.rows {
                let value = shap[row, feature, min(place, shap.outputs - 1)]
                result[column][row] = isOpposite ? -value : value
            }
        }
        return result
    }

    private static func shap(
        _ model: any FittedModel, _ rows: Matrix, _ place: Int
    ) -> (values: ShapValues, isOpposite: Bool) {
        switch model {
        case let forest as ForestClassifier: return (forest.shapValues(rows), false)
        case let bank as any RegressorTrees: return (bank.shapValues(rows, output: place), false)
        default:
            // Boosting with two classes has one output, the log-odds of class 1. Those of class 0 are the opposite.
            guard let boosting = model as? BoostingClassifier else { fail("TreeExplanation: no trees") }
            return (boosting.shapValues(rows), boosting.ensemble.outputs == 1 && place == 0)
        }
    }

    /// Returns the mean absolute SHAP value of each input column over all rows and outputs of the model. With two classes, the values of
    /// one class are the negatives of those of the other, so the mean equals that of either class.
    public func shapImportances(_ rows: Matrix, outputs: Int) -> [Double] {
        var means = Array(repeating: 0.0, count: inputs)
        for output in 0..<outputs {
            for (column, values) in shapValues(rows, output: output).enumerated() {
                means[column] += values.reduce(0) { $0 + abs($1) } / Double(values.count * outputs)
            }
        }
        return means
    }
}

/// The trees of regression models, one for each number.
private protocol RegressorTrees: FittedModel {
    var ensembles: [TreeEnsemble] { get }
    var importances: [[Double]] { get }
    func shapValues(_ rows: Matrix, output: Int) -> ShapValues
}

extension RegressorBank: RegressorTrees where Model: TreeRegressor {
    fileprivate var ensembles: [TreeEnsemble] { models.map(\.ensemble) }
    fileprivate var importances: [[Double]] { models.map(\.treeImportances) }
    fileprivate func shapValues(_ rows: Matrix, output: Int) -> ShapValues { models[output].shapValues(rows) }
}

/// A regression model of trees.
private protocol TreeRegressor: Regressor {
    var ensemble: TreeEnsemble { get }
    var treeImportances: [Double] { get }
    func shapValues(_ x: Matrix) -> ShapValues
}

extension ForestRegressor: TreeRegressor {
    fileprivate var treeImportances: [Double] { featureImportances }
}

extension BoostingRegressor: TreeRegressor {
    fileprivate var treeImportances: [Double] { gainImportances }
}
