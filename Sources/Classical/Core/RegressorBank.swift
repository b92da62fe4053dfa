import Autograd

/// Regression models of the same features, one for each output.
public struct RegressorBank<Model: Regressor>: FittedModel {
    /// The model of each output.
    public let models: [Model]

    /// Creates a bank of at least one model.
    public init(_ models: [Model]) { self.models = models }

    /// Fits a model to each output. Rows whose target is NaN are left out for that output.
    ///
    /// - Parameter targets: The target values of each output, one per row.
    /// - Parameter fit: Fits the model of an output to the rows that have a target, with their targets and weights.
    public init(
        _ x: Matrix, targets: [[Double]], weights: [Double]?, generator: RandomGenerator,
        fit: (Matrix, [Double], [Double]?, RandomGenerator, _ output: Int) throws(FittingError) -> Model
    ) throws(FittingError) {
        var models: [Model] = []
        for (output, column) in targets.enumerated() {
            let kept = column.indices.filter { !column[$0].isNaN }
            guard !kept.isEmpty else {
                throw FittingError(
                    "output \(output + 1)", found: "no training example with a target value",
                    allowed: "at least one")
            }
            let isWhole = kept.count == column.count
            models.append(
                try fit(
                    isWhole ? x : x.rows(kept), isWhole ? column : kept.map { column[$0] },
                    isWhole ? weights : weights.map { weights in kept.map { weights[$0] } },
                    generator.split("output \(output)"), output))
        }
        self.init(models)
    }

    public var features: Int { models.first?.features ?? 0 }

    /// Returns the predicted values, one row per row and one column per output.
    public func predictions(_ x: Matrix) -> Matrix {
        var result = Matrix(rows: x.rows, columns: models.count)
        for (output, model) in models.enumerated() {
            for (row, value) in model.predictions(x).enumerated() { result[row, output] = value }
        }
        return result
    }

    /// The arrays of all models, whose names begin with the number of the output: `0_weight`.
    public var arrays: [NamedArray] {
        models.enumerated().flatMap { output, model in
            model.arrays.map { NamedArray("\(output)_\($0.name)", shape: $0.shape, $0.values) }
        }
    }

    public init(arrays: [NamedArray]) throws(FittingError) {
        var groups: [Int: [NamedArray]] = [:]
        for array in arrays {
            let parts = array.name.split(separator: "_", maxSplits: 1)
            guard parts.count == 2, let output = Int(parts[0]), output >= 0 else {
                throw FittingError(
                    "the array \"\(array.name)\"",
                    found: "a name that does not begin with the number of an output",
                    allowed: "a name such as \"0_weight\"")
            }
            groups[output, default: []].append(
                NamedArray(String(parts[1]), shape: array.shape, array.values))
        }
        var models: [Model] = []
        for output in 0..<groups.count {
            let model = try Model(arrays: groups[output] ?? [])
            guard model.features == models.first?.features ?? model.features else {
                throw FittingError(
                    "the model of output \(output + 1)", found: "\(model.features) features",
                    allowed: "\(models[0].features), as for the first output")
            }
            models.append(model)
        }
        guard !models.isEmpty else {
            throw FittingError("the arrays", found: "none", allowed: "those of at least one output")
        }
        self.init(models)
    }
}
