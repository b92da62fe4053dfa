import Autograd
import Layers

/// A layer that is being exported, with the graph that it is written to.
public struct ONNXLayer {
    /// Its `spec` and parameters say what to write.
    public let layer: any Layer
    /// The name that its weights begin with, such as "3.body.0"; empty for the outermost.
    public let path: String
    let graph: ONNXGraph
    let export: ONNXExport

    // MARK: The layer

    /// The layer's options.
    public func spec<Spec: LayerSpec>(_ type: Spec.Type = Spec.self) throws -> Spec {
        guard let spec = layer.spec as? Spec else {
            throw problem(
                "its options are of type \(Swift.type(of: layer.spec))", advice: "expected \(Spec.self)")
        }
        return spec
    }

    /// A parameter or buffer of the layer itself; nil where it has none of that name.
    public func tensorIfAny(_ name: String) -> Tensor? {
        for member in layer.members {
            switch member {
            case .parameter(name, let parameter): return parameter.value
            case .buffer(name, let buffer): return buffer.value
            default: continue
            }
        }
        return nil
    }

    /// A parameter or buffer of the layer itself.
    public func tensor(_ name: String) throws -> Tensor {
        guard let tensor = tensorIfAny(name) else {
            throw problem(
                "found no weights of the name \"\(name)\"", advice: "the mapping has to name one it has")
        }
        return tensor
    }

    /// The layers inside, with their names.
    public var children: [(name: String, layer: any Layer)] {
        layer.members.compactMap { if case .layer(let name, let layer) = $0 { (name, layer) } else { nil } }
    }

    /// What a layer inside makes of a value.
    public func apply(_ name: String, to x: ONNXSignal) throws -> ONNXSignal {
        guard let child = children.first(where: { $0.name == name }) else {
            throw problem("found no layer \"\(name)\" inside", advice: "the mapping has to name one it has")
        }
        return try export.map(child.layer, path: path.isEmpty ? name : path + "." + name, x)
    }

    /// The shape that comes out, as the layer itself plans it.
    public func plannedShape(_ x: ONNXSignal) throws -> [Int] {
        do { return try layer.spec.plan(x.shape).output } catch {
            throw problem(error.description, advice: "the layer before it has to give another shape")
        }
    }

    /// An error that names this layer.
    public func problem(_ message: String, advice: String) -> ExportProblem {
        ExportProblem(message, path: path, type: layer.typeName, advice: advice)
    }

    /// Throws where the number of steps is left open; for layers that have to know it.
    public func needsFixedSteps(_ x: ONNXSignal, _ reason: String) throws {
        guard x.hasAnySteps else { return }
        throw problem(
            "\(reason), so that the number of steps cannot be left open",
            advice: "export without any number of steps, or use a layer that takes any")
    }

    // MARK: Operators

    /// Adds an operator and returns the name of its first output.
    public func node(_ operation: String, _ inputs: String...) -> String {
        graph.add(operation, inputs, path: path)[0]
    }

    /// Adds an operator with attributes and returns the names of its outputs, as many as are asked for. An empty name
    /// stands for an input that is left out.
    public func node(
        _ operation: String, _ inputs: [String], _ attributes: [(String, ONNXAttribute)], outputs: Int = 1
    ) -> [String] {
        graph.add(operation, inputs, attributes, outputs: outputs, path: path)
    }

    /// Weights as a constant.
    public func constant(_ tensor: Tensor, _ name: String) -> String {
        graph.add(tensor, named: path.isEmpty ? name : path + "." + name)
    }

    /// A list of whole numbers as a constant, such as axes or sizes.
    public func integers(_ list: [Int]) -> String { graph.integers(list) }

    /// A number as a constant without axes.
    public func number(_ number: Double) -> String { graph.number(Real(number)) }

    /// The axes in another order, the batch among them.
    public func transpose(_ value: String, _ order: [Int]) -> String {
        node("Transpose", [value], [("perm", .integers(order))])[0]
    }

    /// The elements in another shape; 0 stands for a size that stays.
    public func reshape(_ value: String, _ shape: [Int]) -> String { node("Reshape", value, integers(shape)) }

    /// A softmax along an axis.
    public func softmax(_ value: String, axis: Int) -> String {
        node("Softmax", [value], [("axis", .integer(axis))])[0]
    }

    /// The sum, mean or maximum over axes: `operation` is ReduceMean, ReduceMax or ReduceSum.
    public func reduce(_ operation: String, _ value: String, axes: [Int], keeps: Bool = false) -> String {
        let kept = ("keepdims", ONNXAttribute.integer(keeps ? 1 : 0))
        // Sums take their axes as an input since opset 13, the others since 18.
        return operation == "ReduceSum"
            ? node(operation, [value, integers(axes)], [kept])[0]
            : node(operation, [value], [("axes", .integers(axes)), kept])[0]
    }

    func cast(_ value: String, to type: ONNXElement) -> String {
        node("Cast", [value], [("to", .integer(type.rawValue))])[0]
    }

    // MARK: Time

    /// 0, 1, ... for each step: [time].
    public func stepNumbers(_ x: ONNXSignal) -> String {
        guard x.hasAnySteps else { return integers(Array(0..<x.shape[0])) }
        return node("Range", graph.integer(0), stepCount(x), graph.integer(1))
    }

    /// The number of steps as it is when the file is run, without axes.
    func stepCount(_ x: ONNXSignal) -> String {
        let size = node("Shape", [x.value], [("start", .integer(1)), ("end", .integer(2))])[0]
        return node("Squeeze", size, integers([0]))
    }

    /// The value with zeros in the padding, whatever was there.
    public func masked(_ x: ONNXSignal) -> String {
        guard let lengths = x.lengths else { return x.value }
        return node("Where", lengths.mask(x, axes: x.shape.count - 1, self), x.value, number(0))
    }
}
