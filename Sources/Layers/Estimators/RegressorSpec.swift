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
