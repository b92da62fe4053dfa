import Autograd
import Classical
import Synchronization

/// A model of the module Classical as a layer. Inputs of any shape are flattened; padding counts as 0.
///
/// It is fitted by `Layer.fitLayers(to:generator:)` and has no gradient.
public final class Estimator<Spec: EstimatorSpec>: EstimatorLayer {
    private let options: Spec
    private let inputs: Int
    private let state = Mutex<State?>(nil)

    private struct State: Sendable {
        let model: Spec.Fitted
        let buffers: [Member]
        let size: String
    }

    public var spec: any LayerSpec { options }
    /// The arrays of the fitted model; none before it is fitted.
    public var members: [Member] { state.withLock { $0?.buffers ?? [] } }
    public var isFitted: Bool { state.withLock { $0 != nil } }

    /// The fitted model; nil before it is fitted.
    public var model: Spec.Fitted? { state.withLock { $0?.model } }
    public var fittedModel: (any FittedModel)? { model }
    public var size: String { state.withLock { $0?.size ?? "" } }

    /// Creates a layer that must be fitted, or loaded from a file, before it is used.
    ///
    /// - Parameter inputs: The number of values of an example.
    public init(_ spec: Spec, inputs: Int) { (options, self.inputs) = (spec, inputs) }

    public func fit(_ examples: FittingExamples, generator: RandomGenerator) throws(FittingError) {
        var x = Matrix(examples.batches)
        var rows = FittingRows(
            labels: examples.labels, classes: examples.classes, weights: examples.weights,
            outputs: examples.outputs)
        if let validation = examples.validation, !validation.labels.isEmpty {
            rows.validation = (Matrix(validation.batches), validation.labels, validation.outputs)
        }
        if options is any ClassifierSpec { rows.takeLabels(&x) }
        let model = try options.fit(x, rows, generator: generator)
        // What is computed with is what is saved: values rounded to those of a model file.
        try restore(model.arrays.map(\.rounded), size: model.size)
    }

    public func restore(_ arrays: [NamedArray]) throws(FittingError) { try restore(arrays, size: nil) }

    private func restore(_ arrays: [NamedArray], size: String?) throws(FittingError) {
        let model = try Spec.Fitted(arrays: arrays)
        try options.check(model)
        let buffers = arrays.map { array in
            Member.buffer(
                array.name, Buffer(Tensor(array.values.map { Real($0) }, shape: array.shape)))
        }
        state.withLock { $0 = State(model: model, buffers: buffers, size: size ?? model.size) }
    }

    public func forward(_ x: Signal, _ pass: Pass) -> Signal {
        guard let model else {
            require(
                pass.isPlanning,
                "\(Spec.type) is not fitted: call fitLayers(to:generator:) on the model with training data, or load weights, before the first forward pass"
            )
            let outputs = (try? options.outputs(inputs: inputs)) ?? 1
            return Signal(.zeros([x.tensor.shape[0], outputs]))
        }
        let outputs = Spec.outputs(of: model, Matrix([x]))
        return Signal(
            Tensor(outputs.values.map { Real($0) }, shape: [outputs.rows, outputs.columns]))
    }
}

/// A layer that holds a fitted model of the module Classical.
public protocol EstimatorLayer: FittedLayer {
    /// The fitted model; nil before it is fitted.
    var fittedModel: (any FittedModel)? { get }
    /// The size of the fitted model for readers, with what is known only after fitting, such as the out-of-bag score. May be empty.
    var size: String { get }
    /// Replaces the fitted model by one with the given arrays.
    func restore(_ arrays: [NamedArray]) throws(FittingError)
}

extension Matrix {
    /// Creates a matrix with one row per example of all batches.
    init(_ batches: [Signal]) {
        let rows = batches.reduce(0) { $0 + $1.tensor.shape[0] }
        let columns = batches.first.map { $0.tensor.shape.dropFirst().reduce(1, *) } ?? 0
        var values: [Double] = []
        values.reserveCapacity(rows * columns)
        for batch in batches { values.append(contentsOf: batch.masked.array.map { Double($0) }) }
        self.init(rows: rows, columns: columns, values: values)
    }
}

extension NamedArray {
    /// The array with values as a model file stores them.
    package var rounded: NamedArray {
        NamedArray(name, shape: shape, values.map { Double(Real($0)) })
    }
}

extension Layer {
    /// The type and the size of each fitted model, in the order in which they are computed.
    public var fittedSizes: [String] {
        fittedLayers.compactMap { layer in
            guard let size = (layer as? any EstimatorLayer)?.size, !size.isEmpty else { return nil }
            return "\(layer.typeName): \(size)"
        }
    }
}
