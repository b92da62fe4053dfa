import Autograd

/// An attribute of an ONNX operator.
public enum ONNXAttribute: Sendable, Equatable {
    case integer(Int)
    case integers([Int])
    case floats([Float])
    case float(Float)
    case text(String)
    case texts([String])
}

/// An ONNX graph under construction. Values are identified by unique names; the same model always gives the same names.
final class ONNXGraph {
    struct Node {
        let name: String, operation: String
        let inputs: [String], outputs: [String]
        let attributes: [(name: String, value: ONNXAttribute)]

        /// Whether the operator belongs to ai.onnx.ml, the operators of classical models.
        var isClassical: Bool { Self.classical.contains(operation) }
        private static let classical: Set = [
            "TreeEnsembleClassifier", "TreeEnsembleRegressor", "SVMClassifier", "LinearClassifier", "Scaler",
            "SVMRegressor", "LinearRegressor",
        ]
    }

    struct Constant {
        enum Content {
            case reals(Tensor)
            case doubles([Double])
            case integers([Int])
        }

        let name: String
        let shape: [Int]
        let content: Content
    }

    /// An input or output.
    struct Port {
        enum Size: Equatable {
            case fixed(Int)
            case named(String)
        }

        let name: String
        let type: ONNXElement
        let shape: [Size]
        /// The documentation of the input or output in the file.
        var note: String?
    }

    private(set) var nodes: [Node] = []
    private(set) var constants: [Constant] = []
    private(set) var inputs: [Port] = []
    private(set) var outputs: [Port] = []
    /// The number of requests for each name.
    private var names: [String: Int] = [:]
    private var integerLists: [[Int]: String] = [:]
    private var numbers: [Real: String] = [:]
    private var producers: [String: String] = [:]

    /// Creates a graph with names reserved for inputs and outputs.
    init(reserved: [String]) {
        for name in reserved { names[name] = 1 }
    }

    /// Returns a unique name: the requested one, with a number appended if it is taken.
    private func unique(_ wanted: String) -> String {
        var name = wanted
        while let count = names[name] {
            names[name] = count + 1
            name = "\(wanted)_\(count + 1)"
        }
        names[name] = 1
        return name
    }

    /// Adds an operator and returns the names of its outputs.
    func add(
        _ operation: String, _ inputs: [String], _ attributes: [(String, ONNXAttribute)] = [],
        outputs: Int = 1,
        path: String
    ) -> [String] {
        let name = unique(path + "/" + operation)
        let values = (0..<outputs).map { $0 == 0 ? name : unique("\(name):\($0)") }
        nodes.append(
            Node(
                name: name, operation: operation, inputs: inputs, outputs: values,
                attributes: attributes.map { (name: $0.0, value: $0.1) }))
        for value in values { producers[value] = operation }
        return values
    }

    /// The operator that produces a value; nil for inputs and constants.
    func producer(of value: String) -> String? { producers[value] }

    /// Adds weights as a constant.
    func add(_ tensor: Tensor, named wanted: String) -> String {
        let name = unique(wanted)
        constants.append(Constant(name: name, shape: tensor.shape, content: .reals(tensor.detached)))
        return name
    }

    /// Adds a list of integers.
    func integers(_ list: [Int]) -> String {
        if let name = integerLists[list] { return name }
        let name = unique("integers")
        constants.append(Constant(name: name, shape: [list.count], content: .integers(list)))
        integerLists[list] = name
        return name
    }

    /// Adds a list of double-precision values.
    func doubles(_ list: [Double]) -> String {
        let name = unique("doubles")
        constants.append(Constant(name: name, shape: [list.count], content: .doubles(list)))
        return name
    }

    /// Adds an integer scalar.
    func integer(_ number: Int) -> String {
        let name = unique("integer")
        constants.append(Constant(name: name, shape: [], content: .integers([number])))
        return name
    }

    /// Adds a scalar.
    func number(_ number: Real) -> String {
        if let name = numbers[number] { return name }
        let name = unique("number")
        constants.append(Constant(name: name, shape: [], content: .reals(Tensor([number], shape: []))))
        numbers[number] = name
        return name
    }

    /// Adds an input under a reserved name.
    func addInput(_ port: Port) { inputs.append(port) }

    /// Adds an output under a reserved name.
    func addOutput(_ port: Port, from value: String) {
        nodes.append(
            Node(
                name: port.name + "/Identity", operation: "Identity", inputs: [value], outputs: [port.name],
                attributes: []))
        outputs.append(port)
    }
}

/// The element types in use, with their ONNX numbers.
package enum ONNXElement: Int {
    case float = 1
    case int32 = 6
    case int64 = 7
    case double = 11
}
