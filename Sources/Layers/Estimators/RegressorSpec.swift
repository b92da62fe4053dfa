import Autograd
import Classical
import Configuration

/// The options of a regression model as a layer: [...] to [outputs], with a separate model for each output.
///
/// The layer learns what a network would: values in units of the targets' `range`, or standardized with the training set.
public protocol RegressorSpec: LearnerSpec where Fitted == RegressorBank<Options.Fitted> {
    /// The options of the model of an output.
    associatedtype Options: RegressorOptions

    /// The options of the model of an output.
    var options: Options { get }

    /// Fits the model of an output.
    ///
    /// - Parameter validation: Validation rows with their target values; nil if there are none.
    func fit(
        _ x: Matrix, targets: [Double], weights: [Double]?, validation: (rows: Matrix, targets: [Double])?,
        generator: RandomGenerator
    ) throws(FittingError) -> Options.Fitted
}

extension RegressorSpec {
    public func fit(
        _ x: Matrix, targets: [Double], weights: [Double]?, validation: (rows: Matrix, targets: [Double])?,
        generator: RandomGenerator
    ) throws(FittingError) -> Options.Fitted {
        try options.fit(x, targets: targets, weights: weights, generator: generator)
    }

    public func fit(
        _ rows: Matrix, _ examples: FittingRows, generator: RandomGenerator
    ) throws(FittingError) -> Fitted {
        guard let width = examples.outputs.first?.count, examples.outputs.count == rows.rows else {
            throw FittingError(
                "\(Self.type)", found: "examples without values to predict",
                allowed: "targets with the type \"regression\"")
        }
        func column(_ outputs: [[Double]], _ output: Int) -> [Double] { outputs.map { $0[output] } }
        return try RegressorBank(
            rows, targets: (0..<width).map { column(examples.outputs, $0) }, weights: examples.weights,
            generator: generator
        ) { x, targets, weights, generator, output throws(FittingError) in
            var held: (rows: Matrix, targets: [Double])?
            if let validation = examples.validation {
                let values = column(validation.outputs, output)
                let kept = values.indices.filter { !values[$0].isNaN }
                if !kept.isEmpty { held = (validation.rows.rows(kept), kept.map { values[$0] }) }
            }
            return try fit(x, targets: targets, weights: weights, validation: held, generator: generator)
        }
    }

    public static func outputs(of model: Fitted, _ rows: Matrix) -> Matrix { model.predictions(rows) }

    public func check(_ model: Fitted) throws(FittingError) {
        guard case .number(let count) = units, model.models.count != count else { return }
        throw FittingError(
            "the fitted model", found: "\(model.models.count) outputs", allowed: "\(count), the \"units\"")
    }

    /// The field for the number of outputs, which every regression model has.
    static func unitsField(_ path: WritableKeyPath<Self, Units> & Sendable) -> Field<Self> {
        .init(
            "units", path,
            "Number of outputs: \"targets\" for those of all targets, or \"targets:NAME\" for one target.",
            .range(1...65536))
    }
}

/// Epsilon support vector regression as a layer.
public struct SVRSpec: RegressorSpec {
    public var units = Units.targets(nil)
    public var options = SVROptions()

    public static let type = "svr"
    public static let summary =
        "Epsilon support vector regression, one model per regression target (libsvm's and scikit-learn's SVR). Scale its inputs first."
    public static let fields: [Field<Self>] = [
        unitsField(\.units),
        .init("C", \.options.C, "Inverse of the regularization strength.", .above(0)),
        .init(
            "epsilon", \.options.epsilon,
            "Width of the epsilon tube: smaller errors have no loss. On the scale of the outputs, where 1 is half of the target's range, or its standard deviation.",
            .atLeast(0)),
        .init("kernel", \.options.kernel, "The kernel."),
        .init("degree", \.options.degree, "Degree of the polynomial kernel, poly.", .range(0...100)),
        .init(
            "gamma", \.options.gamma.setting,
            "Coefficient of the kernels rbf, poly and sigmoid: \"scale\" for 1 / (features x variance), \"auto\" for 1 / features, or a number."
        ),
        .init("coef0", \.options.coef0, "Constant of the kernels poly and sigmoid."),
        .init("tol", \.options.tol, "Tolerance of the optimality conditions.", .above(0)),
        .init(
            "max_iter", \.options.maxIter, "Maximum number of steps; `null` for no limit.", .atLeast(1)),
        .init("cache_size", \.options.cacheSize, "Size of the kernel cache in MB.", .above(0)),
    ]

    public init() {}
}

/// Ridge regression as a layer.
public struct RidgeSpec: RegressorSpec {
    public var units = Units.targets(nil)
    public var options = RidgeOptions()

    public static let type = "ridge"
    public static let summary =
        "Ridge regression: least squares with an L2 penalty, one model per regression target (scikit-learn's Ridge). Scale its inputs first."
    public static let fields: [Field<Self>] = [
        unitsField(\.units),
        .init("alpha", \.options.alpha, "Regularization strength.", .atLeast(0)),
        .init("fit_intercept", \.options.fitIntercept, "Whether to fit an intercept."),
    ]

    public init() {}
}

/// Nearest neighbors for regression as a layer.
public struct KNeighborsRegressorSpec: RegressorSpec {
    public var units = Units.targets(nil)
    public var options = KNeighborsRegressorOptions()

    public static let type = "k_neighbors_regressor"
    public static let summary =
        "k-nearest neighbors regression: the mean of the neighbors, one model per regression target (scikit-learn's KNeighborsRegressor). The model contains the whole training set."
    public static let fields: [Field<Self>] = [
        unitsField(\.units),
        .init("n_neighbors", \.options.nNeighbors, "Number of neighbors.", .atLeast(1)),
        .init(
            "weights", \.options.weights,
            "Weights of the neighbors: equal, or the inverse of their distance."),
        .init("metric", \.options.metric, "The distance."),
    ]

    public init() {}
}
