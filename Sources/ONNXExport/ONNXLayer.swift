import Autograd
import Layers

/// A layer being exported, with the graph that it is added to.
public struct ONNXLayer {
    /// The layer; its `spec` and parameters determine what to add.
    public let layer: any Layer
    /// The prefix of its weights' names, such as "3.body.0"; empty for the outermost layer.
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

    /// A parameter or buffer of the layer itself; nil if it has none of that name.
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
                "the layer has no weights \"\(name)\"", advice: "use an existing name in the mapping")
        }
        return tensor
    }

    /// The nested layers with their names.
    public var children: [(name: String, layer: any Layer)] {
        layer.members.compactMap { if case .layer(let name, let layer) = $0 { (name, layer) } else { nil } }
    }

    /// Applies a nested layer to a value.
    public func apply(_ name: String, to x: ONNXSignal) throws -> ONNXSignal {
        guard let child = children.first(where: { $0.name == name }) else {
            throw problem(
                "the layer has no nested layer \"\(name)\"", advice: "use an existing name in the mapping")
        }
        return try export.map(child.layer, path: path.isEmpty ? name : path + "." + name, x)
    }

    /// Applies a layer that is not among the members of this one.
    ///
    /// - Parameter name: The name of its weights within those of this layer.
    public func apply(_ inner: any Layer, named name: String, to x: ONNXSignal) throws -> ONNXSignal {
        try export.map(inner, path: path.isEmpty ? name : path + "." + name, x)
    }

    /// The output shape, as planned by the layer itself.
    public func plannedShape(_ x: ONNXSignal) throws -> [Int] {
        do { return try layer.spec.plan(x.shape).output } catch {
            throw problem(error.description, advice: "change the output shape of the preceding layer")
        }
    }

    /// Returns an error that names this layer.
    public func problem(_ message: String, advice: String) -> LayerError {
        LayerError(exporting: path, type: layer.typeName, message, advice: advice)
    }

    /// Throws if the number of steps is dynamic, for layers that require a fixed one.
    public func needsFixedSteps(_ x: ONNXSignal, _ reason: String) throws {
        guard x.hasAnySteps else { return }
        throw problem(
            "\(reason), so the number of steps cannot be dynamic",
            advice: "export with a fixed number of steps, or use a layer that accepts any number")
    }

    // MARK: Operators

    /// Adds an operator and returns the name of its first output.
    public func node(_ operation: String, _ inputs: String...) -> String {
        graph.add(operation, inputs, path: path)[0]
    }

    /// Adds an operator with attributes and returns the names of its outputs. An empty input name denotes an omitted optional
    /// input.
    public func node(
        _ operation: String, _ inputs: [String], _ attributes: [(String, ONNXAttribute)], outputs: Int = 1
    ) -> [String] {
        graph.add(operation, inputs, attributes, outputs: outputs, path: path)
    }

    /// Adds weights as a constant.
    public func constant(_ tensor: Tensor, _ name: String) -> String {
        graph.add(tensor, named: path.isEmpty ? name : path + "." + name)
    }

    /// Adds a list of integers as a constant, such as axes or sizes.
    public func integers(_ list: [Int]) -> String { graph.integers(list) }

    /// Adds a scalar constant.
    public func number(_ number: Double) -> String { graph.number(Real(number)) }

    /// Permutes the axes, including the batch axis.
    public func transpose(_ value: String, _ order: [Int]) -> String {
        node("Transpose", [value], [("perm", .integers(order))])[0]
    }

    /// Reshapes a value; 0 keeps a size.
    public func reshape(_ value: String, _ shape: [Int]) -> String { node("Reshape", value, integers(shape)) }

    /// Applies softmax along an axis.
    public func softmax(_ value: String, axis: Int) -> String {
        node("Softmax", [value], [("axis", .integer(axis))])[0]
    }

    /// Reduces axes with `operation`: ReduceMean, ReduceMax or ReduceSum.
    public func reduce(_ operation: String, _ value: String, axes: [Int], keeps: Bool = false) -> String {
        let kept = ("keepdims", ONNXAttribute.integer(keeps ? 1 : 0))
        // Sums take their axes as an input since opset 13, the others since 18.
        return operation == "ReduceSum"
            ? node(operation, [value, integers(axes)], [kept])[0]
            : node(operation, [value], [("axes", .integers(axes)), kept])[0]
    }

    /// Converts the elements of a value.
    package func cast(_ value: String, to type: ONNXElement) -> String {
        node("Cast", [value], [("to", .integer(type.rawValue))])[0]
    }

    // MARK: Time

    /// Returns the step indices 0, 1, ... of shape [time].
    public func stepNumbers(_ x: ONNXSignal) -> String {
        guard x.hasAnySteps else { return integers(Array(0..<x.shape[0])) }
        return node("Range", graph.integer(0), stepCount(x), graph.integer(1))
    }

    /// Returns the actual number of steps as a scalar.
    func stepCount(_ x: ONNXSignal) -> String {
        let size = node("Shape", [x.value], [("start", .integer(1)), ("end", .integer(2))])[0]
        return node("Squeeze", size, integers([0]))
    }

    /// Returns the value with padding set to zero.
    public func masked(_ x: ONNXSignal) -> String {
        guard let lengths = x.lengths else { return x.value }
        return node("Where", lengths.mask(x, axes: x.shape.count - 1, self), x.value, number(0))
    }
}
