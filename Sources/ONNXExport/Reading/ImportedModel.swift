import Autograd
import Classical
import Foundation
import Layers

/// A scikit-learn pipeline read from an ONNX file: steps such as scaling, and a classifier or regression model.
///
/// Supports the ONNX files of skl2onnx for scikit-learn models that the module Classical has, too.
public struct ImportedModel: Sendable {
    /// The model at the end.
    public enum Final: Sendable {
        case classifier(any Classifier)
        case regressor(any Regressor)
    }

    /// The number of columns of the input.
    public let inputs: Int
    /// The names of the columns, if the file has one input for each; otherwise empty.
    public let inputNames: [String]
    /// The steps before the model.
    public let steps: [any Classical.Transformer]
    /// The model at the end.
    public let final: Final
    /// The names of the classes in the order of the probabilities; empty for a regression model.
    public let classes: [String]
    private let specs: [any EstimatorSpec]
    private let file: String

    /// Reads a file.
    ///
    /// Throws a `FileError` if it is damaged, or if it has operators that no supported model has, which it then lists by
    /// name.
    public init(onnx path: String) throws {
        let bytes = try FileBytes.open(path, mapped: false)
        try self.init(bytes: bytes.withBytes(0..<bytes.count) { Array($0) }, name: path)
    }

    /// Reads the bytes of a file.
    ///
    /// - Parameter name: The name of the file in error messages.
    public init(bytes: [UInt8], name: String = "the ONNX model") throws {
        let graph = try ONNXSourceGraph(file: bytes, name: name)
        self = try ONNXConversion(graph, file: name, bytes: bytes.count).run()
    }

    init(
        steps: [ONNXConversion.Fitted], final: ONNXConversion.Fitted, classes: [String], inputNames: [String],
        file: String
    ) throws {
        self.steps = steps.compactMap { $0.model as? any Classical.Transformer }
        specs = (steps + [final]).compactMap(\.spec)
        switch final.model {
        case let model as any Classifier: self.final = .classifier(model)
        case let model as any Regressor: self.final = .regressor(model)
        default:
            throw FileError(
                file: file, place: "the end of the graph", found: "a step",
                allowed: "a classifier or a regression model")
        }
        inputs = steps.first?.model.features ?? final.model.features
        (self.classes, self.inputNames, self.file) = (classes, inputNames, file)
        guard Set(classes).count == classes.count else {
            throw FileError(
                file: file, place: "the class labels", found: "\(classes)", allowed: "each label once")
        }
    }

    /// The types of the steps and of the classifier in a config, such as `standard_scaler` and `svc`.
    public var layerNames: [String] { specs.map { type(of: $0).type } }

    private func transformed(_ x: Matrix) -> Matrix { steps.reduce(x) { $1.transform($0) } }

    /// Returns the class probabilities of each row; nil for a regression model.
    public func probabilities(_ x: Matrix) -> Matrix? {
        guard case .classifier(let model) = final else { return nil }
        return model.probabilities(transformed(x))
    }

    /// Returns the predicted value of each row; nil for a classifier.
    public func predictions(_ x: Matrix) -> [Double]? {
        guard case .regressor(let model) = final else { return nil }
        return model.predictions(transformed(x))
    }

    /// Returns the pipeline as a model of layers, which can be saved, exported and combined with others.
    ///
    /// Throws a `FileError` for a regression model: models of layers are classifiers.
    public func model() throws -> Model {
        guard case .classifier(let classifier) = final else {
            throw FileError(
                file: file, place: "the end of the graph", found: "a regression model",
                allowed: "a classifier")
        }
        let model = try Model(
            Sequential.Spec(specs), input: [inputs], generator: RandomGenerator(seed: 0))
        let fitted: [any FittedModel] = steps + [classifier]
        for (layer, source) in zip(model.fittedLayers, fitted) {
            // What is computed with is what is saved.
            try (layer as? any EstimatorLayer)?.restore(source.arrays.map(\.rounded))
        }
        return model
    }
}
