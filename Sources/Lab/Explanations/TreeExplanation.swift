import Autograd
import Classical
import Layers

/// What a model of trees says about its inputs. The steps before the trees must keep the columns apart.
public struct TreeExplanation {
    /// The columns of the input that the trees see, in the order of the trees' features.
    private let columns: [Int]
    private let steps: [any Classical.Transformer]
    private let trees: any FittedModel
    private let inputs: Int

    /// Finds the trees at the end of a model. Throws if there are none, or if a step mixes columns.
    public init(_ model: Model) throws(LabError) {
        var columns = Array(0..<model.input.reduce(1, *))
        inputs = columns.count
        var steps: [any Classical.Transformer] = []
        var found: (any FittedModel)?
        for layer in model.fittedLayers {
            guard let fitted = (layer as? any EstimatorLayer)?.fittedModel else { continue }
            switch fitted {
            case let selection as ColumnSelection:
                columns = selection.columns.map { columns[$0] }
                steps.append(selection)
            case let scaler as Scaler: steps.append(scaler)
            case let forest as ForestClassifier:
                try Self.check(forest.ensemble)
                found = forest
            case let boosting as BoostingClassifier:
                try Self.check(boosting.ensemble)
                found = boosting
            case is PrincipalComponents:
                throw LabError(
                    "the model has principal components, each of which mixes all features; use permutation importances, or a model without pca"
                )
            default: break
            }
        }
        guard let found, model.fittedLayers.count == steps.count + 1 else {
            throw LabError(
                "the model has no trees as its last layer; impurity importances and SHAP values are those of decision_tree, random_forest, extra_trees and gradient_boosting. Use permutation importances for other models"
            )
        }
        (self.columns, self.steps, trees) = (columns, steps, found)
    }

    /// Throws if the number of training rows in each node is unknown, as in an imported model.
    private static func check(_ ensemble: TreeEnsemble) throws(LabError) {
        guard ensemble.nodes(ofTree: 0).first?.cover == 0 else { return }
        throw LabError(
            "the trees were imported from a file that does not say how many training rows reach each node, which impurity importances and SHAP values require; use permutation importances (--method permutation)"
        )
    }

    /// The importance of each input column: the share of the decrease in impurity, or of the gain for boosting.
    public var impurityImportances: [Double] {
        let own: [Double] =
            switch trees {
            case let forest as ForestClassifier: forest.featureImportances
            case let boosting as BoostingClassifier: Self.shares(boosting.gainImportances)
            default: []
            }
        var result = Array(repeating: 0.0, count: inputs)
        for (column, value) in zip(columns, own) { result[column] = value }
        return result
    }

    private static func shares(_ values: [Double]) -> [Double] {
        let sum = values.reduce(0, +)
        return values.map { sum > 0 ? $0 / sum : 0 }
    }

    /// The SHAP values of each row and input column for an output: probabilities for forests, raw scores for boosting.
    public func shapValues(_ rows: Matrix, output: Int) -> [[Double]] {
        let seen = steps.reduce(rows) { $1.transform($0) }
        let shap: ShapValues
        switch trees {
        case let forest as ForestClassifier: shap = forest.shapValues(seen)
        case let boosting as BoostingClassifier: shap = boosting.shapValues(seen)
        default: return []
        }
        var result = Array(repeating: Array(repeating: 0.0, count: rows.rows), count: inputs)
        for (feature, column) in columns.enumerated() {
            for row in 0..<rows.rows {
                result[column][row] = shap[row, feature, min(output, shap.outputs - 1)]
            }
        }
        return result
    }
}

/// The decrease of the unweighted average recall if the values of an input are shuffled between clips.
public struct ModelPermutation: Sendable {
    /// The number of repetitions.
    public var repeats = 10

    /// Creates options.
    public init(repeats: Int = 10) { self.repeats = repeats }

    /// Computes the importance of each group of columns for a model that takes one vector per clip.
    public func compute(
        _ model: Model, _ rows: FeatureRows, groups: [[Int]]? = nil, seed: UInt64 = 0
    ) throws -> PermutationImportances {
        guard model.input == [rows.matrix.columns] else {
            throw LabError(
                "the model takes inputs of shape \(model.input); permutation importances are for models that take one vector per clip"
            )
        }
        let labels = rows.labels
        return try PermutationImportance(nRepeats: repeats, groups: groups).compute(
            rows.matrix, generator: RandomGenerator(seed: seed).split("permutation")
        ) { matrix in
            let input = Tensor(matrix.values.map { Real($0) }, shape: [matrix.rows, matrix.columns])
            let outputs = withoutRecording { model.forward(Signal(input), .inference).tensor }
            return PermutationImportance.unweightedAverageRecall(outputs.argmax(axis: -1).values, labels)
        }
    }
}
