import Autograd

/// The graph of an ONNX file, as read.
struct ONNXSourceGraph {
    /// The value of an attribute.
    enum Attribute {
        case plain(ONNXAttribute)
        case tensor(ONNXTensorValue)
        case graph(ONNXSourceGraph)
        case other
    }

    /// An operator.
    struct Node {
        var name = ""
        var operation = ""
        var domain = ""
        var inputs: [String] = []
        var outputs: [String] = []
        var attributes: [String: Attribute] = [:]
    }

    /// An input or output.
    struct Port {
        var name = ""
        /// The number of the type of the elements; 0 if the value is no tensor.
        var type = 0
        /// The sizes of the axes; nil where a size is not fixed.
        var shape: [Int?] = []
    }

    private(set) var nodes: [Node] = []
    private(set) var constants: [String: ONNXTensorValue] = [:]
    private(set) var inputs: [Port] = []
    private(set) var outputs: [Port] = []

    /// The depth of graphs within attributes that is read.
    private static let depth = 4

    /// Reads a file: a message of type ModelProto.
    init(file bytes: [UInt8], name: String) throws {
        var graph: ProtobufReader?
        var version: Int?
        try ProtobufReader(bytes, file: name).eachField { field in
            switch field.number {
            case 1: version = field.value.integer
            case 7: graph = field.value.message
            default: break
            }
        }
        guard let graph, version != nil else {
            throw FileError(
                file: name, place: "the file", found: "no graph",
                allowed: "an ONNX model, such as one that skl2onnx.to_onnx returns")
        }
        try self.init(graph, depth: 0)
    }

    private init(_ message: ProtobufReader, depth: Int) throws {
        guard depth < Self.depth else {
            throw FileError(
                file: message.file, place: "the graph", found: "graphs nested \(depth) deep",
                allowed: "at most \(Self.depth)")
        }
        try message.eachField { field in
            guard let part = field.value.message else { return }
            switch field.number {
            case 1: nodes.append(try Self.node(part, depth))
            case 5:
                let tensor = try ONNXTensorValue(part)
                constants[tensor.name] = tensor
            case 11: inputs.append(try Self.port(part))
            case 12: outputs.append(try Self.port(part))
            default: break
            }
        }
        // Old files list the initializers among the inputs.
        inputs.removeAll { constants[$0.name] != nil }
    }

    private static func node(_ message: ProtobufReader, _ depth: Int) throws -> Node {
        var node = Node()
        try message.eachField { field in
            switch field.number {
            case 1: node.inputs.append(field.value.text ?? "")
            case 2: node.outputs.append(field.value.text ?? "")
            case 3: node.name = field.value.text ?? ""
            case 4: node.operation = field.value.text ?? ""
            case 5:
                guard let part = field.value.message else { return }
                let (name, value) = try attribute(part, depth)
                node.attributes[name] = value
            case 7: node.domain = field.value.text ?? ""
            default: break
            }
        }
        return node
    }

    private static func attribute(_ message: ProtobufReader, _ depth: Int) throws -> (String, Attribute) {
        var (name, type) = ("", 0)
        var (float, integer, text): (Float, Int, String) = (0, 0, "")
        var (floats, integers, texts): ([Float], [Int], [String]) = ([], [], [])
        var tensor: ONNXTensorValue?
        var graph: ONNXSourceGraph?
        try message.eachField { field in
            switch (field.number, field.value) {
            case (1, .bytes): name = field.value.text ?? ""
            case (2, .fixed32): float = field.value.float ?? 0
            case (3, .varint): integer = field.value.integer ?? 0
            case (4, .bytes): text = field.value.text ?? ""
            case (5, .bytes(let part)): tensor = try ONNXTensorValue(part)
            case (6, .bytes(let part)): graph = try ONNXSourceGraph(part, depth: depth + 1)
            case (7, .fixed32): floats.append(field.value.float ?? 0)
            case (7, .bytes(let part)):
                floats += try part.words(UInt32.self).map { Float(bitPattern: $0) }
            case (8, .varint): integers.append(field.value.integer ?? 0)
            case (8, .bytes(let part)): integers += try part.integers()
            case (9, .bytes): texts.append(field.value.text ?? "")
            case (20, .varint): type = field.value.integer ?? 0
            default: break
            }
        }
        switch type {
        case 1: return (name, .plain(.float(float)))
        case 2: return (name, .plain(.integer(integer)))
        case 3: return (name, .plain(.text(text)))
        case 4: return (name, tensor.map { .tensor($0) } ?? .other)
        case 5: return (name, graph.map { .graph($0) } ?? .other)
        case 6: return (name, .plain(.floats(floats)))
        case 7: return (name, .plain(.integers(integers)))
        case 8: return (name, .plain(.texts(texts)))
        default: return (name, .other)
        }
    }

    private static func port(_ message: ProtobufReader) throws -> Port {
        var port = Port()
        try message.eachField { field in
            if field.number == 1 { port.name = field.value.text ?? "" }
            guard field.number == 2, let type = field.value.message else { return }
            try type.eachField { kind in
                guard kind.number == 1, let tensor = kind.value.message else { return }
                try tensor.eachField { part in
                    if part.number == 1 { port.type = part.value.integer ?? 0 }
                    guard part.number == 2, let shape = part.value.message else { return }
                    try shape.eachField { axis in
                        var size: Int?
                        try axis.value.message?.eachField { if $0.number == 1 { size = $0.value.integer } }
                        port.shape.append(size.flatMap { $0 > 0 ? $0 : nil })
                    }
                }
            }
        }
        return port
    }
}

extension ONNXSourceGraph.Node {
    /// The node in an error message.
    var described: String { name.isEmpty ? operation : "\(operation) \"\(name)\"" }

    /// An attribute of numbers: a list, or a tensor under the same name with the suffix `_as_tensor`.
    func numbers(_ name: String) -> [Double]? {
        switch attributes[name] ?? attributes[name + "_as_tensor"] {
        case .plain(.floats(let values)): values.map { Double($0) }
        case .plain(.integers(let values)): values.map { Double($0) }
        case .tensor(let tensor): tensor.numbers
        default: nil
        }
    }

    /// An attribute that is a list of integers.
    func integers(_ name: String) -> [Int]? {
        if case .plain(.integers(let values)) = attributes[name] { values } else { nil }
    }

    /// An attribute that is a list of texts.
    func texts(_ name: String) -> [String]? {
        if case .plain(.texts(let values)) = attributes[name] { values } else { nil }
    }

    /// An attribute that is a text.
    func text(_ name: String) -> String? {
        if case .plain(.text(let value)) = attributes[name] { value } else { nil }
    }

    /// An attribute that is an integer.
    func integer(_ name: String) -> Int? {
        if case .plain(.integer(let value)) = attributes[name] { value } else { nil }
    }

    /// The class labels that a classifier or ZipMap lists.
    var labels: [String]? {
        for name in ["classlabels_int64s", "classlabels_ints", "classlabels_strings"] {
            if let numbers = integers(name), !numbers.isEmpty { return numbers.map(String.init) }
            if let texts = texts(name), !texts.isEmpty { return texts }
        }
        return nil
    }
}
