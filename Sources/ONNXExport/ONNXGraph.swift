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

/// Operators and constants of an ONNX model while it is put together. Values are told by their names, and each name is
/// made once; the same model always gives the same names.
final class ONNXGraph {
    struct Node {
        let name: String, operation: String
        let inputs: [String], outputs: [String]
        let attributes: [(name: String, value: ONNXAttribute)]
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
    /// How often each name was asked for.
    private var names: [String: Int] = [:]
    private var integerLists: [[Int]: String] = [:]
    private var numbers: [Real: String] = [:]
    private var producers: [String: String] = [:]

    /// Keeps names for inputs and outputs.
    init(reserved: [String]) {
        for name in reserved { names[name] = 1 }
    }

    /// A name that nothing else has: the wanted one, or with a number behind it.
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

    /// The operator that makes a value; nil for inputs and constants.
    func producer(of value: String) -> String? { producers[value] }

    /// Adds weights.
    func add(_ tensor: Tensor, named wanted: String) -> String {
        let name = unique(wanted)
        constants.append(Constant(name: name, shape: tensor.shape, content: .reals(tensor.detached)))
        return name
    }

    /// A list of whole numbers.
    func integers(_ list: [Int]) -> String {
        if let name = integerLists[list] { return name }
        let name = unique("integers")
        constants.append(Constant(name: name, shape: [list.count], content: .integers(list)))
        integerLists[list] = name
        return name
    }

    /// A list of numbers in double precision.
    func doubles(_ list: [Double]) -> String {
        let name = unique("doubles")
        constants.append(Constant(name: name, shape: [list.count], content: .doubles(list)))
        return name
    }

    /// A single whole number, without axes.
    func integer(_ number: Int) -> String {
        let name = unique("integer")
        constants.append(Constant(name: name, shape: [], content: .integers([number])))
        return name
    }

    /// A single number, without axes.
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

/// The types of elements that are used, with ONNX' numbers for them.
enum ONNXElement: Int {
    case float = 1
    case int32 = 6
    case int64 = 7
    case double = 11
}
