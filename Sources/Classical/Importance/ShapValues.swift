/// The contribution of each feature to each output of each row (Lundberg et al. 2020).
///
/// The contributions to an output and its expected value add up to the output of the model.
public struct ShapValues: Sendable, Equatable {
    /// The number of rows.
    public let rows: Int
    /// The number of features.
    public let features: Int
    /// The number of outputs.
    public let outputs: Int
    /// The contributions: row by row, for each feature those to all outputs.
    public internal(set) var values: [Double]
    /// The mean output of the training rows, for each output.
    public let expectedValues: [Double]

    /// The contribution of a feature to an output.
    public subscript(row: Int, feature: Int, output: Int) -> Double {
        values[(row * features + feature) * outputs + output]
    }

    /// The mean absolute contribution of each feature to an output, a global importance.
    public func meanAbsolute(output: Int) -> [Double] {
        (0..<features).map { feature in
            (0..<rows).reduce(0) { $0 + abs(self[$1, feature, output]) } / Double(rows)
        }
    }
}

extension ForestClassifier {
    /// Returns exact Shapley values of the class probabilities (path-dependent TreeSHAP).
    public func shapValues(_ x: Matrix) -> ShapValues {
        ensemble.shapValues(
            x, scale: 1 / Double(ensemble.trees), baseline: Array(repeating: 0, count: ensemble.outputs))
    }
}

extension ForestRegressor {
    /// Returns exact Shapley values of the prediction (path-dependent TreeSHAP).
    public func shapValues(_ x: Matrix) -> ShapValues {
        ensemble.shapValues(x, scale: 1 / Double(ensemble.trees), baseline: [0])
    }
}

extension BoostingClassifier {
    /// Returns exact Shapley values of the raw scores, one output per class, or the log-odds of class 1 if there are two
    /// classes (path-dependent TreeSHAP).
    public func shapValues(_ x: Matrix) -> ShapValues {
        ensemble.shapValues(x, scale: 1, baseline: baseline)
    }
}

extension BoostingRegressor {
    /// Returns exact Shapley values of the prediction (path-dependent TreeSHAP).
    public func shapValues(_ x: Matrix) -> ShapValues {
        ensemble.shapValues(x, scale: 1, baseline: [baseline])
    }
}
