/// As much of ONNX as the tests look at, read from the bytes of a file.
struct ONNXModel {
    struct Attribute: Equatable {
        var name = "", integer: Int?, float: Float?, text: String?
        var integers: [Int] = [], floats: [Float] = [], texts: [String] = []
    }

    struct Node {
        var name = "", operation = ""
        var inputs: [String] = [], outputs: [String] = []
        var attributes: [Attribute] = []

        subscript(name: String) -> Attribute? { attributes.first { $0.name == name } }
    }

    struct Constant {
        var name = "", type = 0, shape: [Int] = [], raw: [UInt8] = []

        var floats: [Float] { words(4).map { Float(bitPattern: UInt32($0)) } }
        var integers: [Int] { words(8).map { Int(Int64(bitPattern: $0)) } }

        private func words(_ size: Int) -> [UInt64] {
            stride(from: 0, to: raw.count, by: size).map { start in
                (0..<size).reduce(0) { $0 | UInt64(raw[start + $1]) << UInt64(8 * $1) }
            }
        }
    }

    struct Port {
        var name = "", type = 0, note = ""
        /// Sizes as numbers, or their names.
        var shape: [String] = []
    }

    var formatVersion = 0, opset = 0, producer = ""
    var nodes: [Node] = [], constants: [Constant] = [], inputs: [Port] = [], outputs: [Port] = []
    var metadata: [(key: String, value: String)] = []

    init(_ bytes: [UInt8]) throws {
        for field in try Wire.fields(bytes) {
            switch field.number {
            case 1: formatVersion = field.integer
            case 2: producer = field.text
            case 7: try readGraph(field.bytes)
            case 8: for part in try Wire.fields(field.bytes) where part.number == 2 { opset = part.integer }
            case 14:
                let parts = try Wire.fields(field.bytes)
                metadata.append((parts[0].text, parts[1].text))
            default: throw Wire.ConfigurationIssue(what: "model field \(field.number)")
            }
        }
    }

    func nodes(_ operation: String) -> [Node] { nodes.filter { $0.operation == operation } }
    func constant(_ name: String) -> Constant? { constants.first { $0.name == name } }

    private mutating func readGraph(_ bytes: [UInt8]) throws {
        for field in try Wire.fields(bytes) {
            switch field.number {
            case 1: nodes.append(try Self.node(field.bytes))
            case 2: break
            case 5: constants.append(try Self.constant(field.bytes))
            case 11: inputs.append(try Self.port(field.bytes))
            case 12: outputs.append(try Self.port(field.bytes))
            default: throw Wire.ConfigurationIssue(what: "graph field \(field.number)")
            }
        }
    }

    private static func node(_ bytes: [UInt8]) throws -> Node {
        var node = Node()
        for field in try Wire.fields(bytes) {
            switch field.number {
            case 1: node.inputs.append(field.text)
            case 2: node.outputs.append(field.text)
            case 3: node.name = field.text
            case 4: node.operation = field.text
            case 5: node.attributes.append(try attribute(field.bytes))
            default: throw Wire.ConfigurationIssue(what: "node field \(field.number)")
            }
        }
        return node
    }

    private static func attribute(_ bytes: [UInt8]) throws -> Attribute {
        var attribute = Attribute()
        for field in try Wire.fields(bytes) {
            switch field.number {
            case 1: attribute.name = field.text
            case 2: attribute.float = field.float
            case 3: attribute.integer = field.integer
            case 4: attribute.text = field.text
            case 7: attribute.floats.append(field.float)
            case 8: attribute.integers.append(field.integer)
            case 9: attribute.texts.append(field.text)
            case 20: break
            default: throw Wire.ConfigurationIssue(what: "attribute field \(field.number)")
            }
        }
        return attribute
    }

    private static func constant(_ bytes: [UInt8]) throws -> Constant {
        var constant = Constant()
        for field in try Wire.fields(bytes) {
            switch field.number {
            case 1: constant.shape.append(field.integer)
            case 2: constant.type = field.integer
            case 8: constant.name = field.text
            case 9: constant.raw = field.bytes
            default: throw Wire.ConfigurationIssue(what: "tensor field \(field.number)")
            }
        }
        return constant
    }

    private static func port(_ bytes: [UInt8]) throws -> Port {
        var port = Port()
        for field in try Wire.fields(bytes) {
            if field.number == 1 {
                port.name = field.text
                continue
            }
            if field.number == 3 {
                port.note = field.text
                continue
            }
            // TypeProto: a tensor's type and shape; the shape has sizes, which are a number or a name.
            for part in try Wire.fields(Wire.fields(field.bytes)[0].bytes) {
                if part.number == 1 {
                    port.type = part.integer
                } else {
                    port.shape = try Wire.fields(part.bytes).map {
                        let size = try Wire.fields($0.bytes)[0]
                        return size.number == 1 ? String(size.integer) : size.text
                    }
                }
            }
        }
        return port
    }
}

/// The wire format of protocol buffers.
enum Wire {
    struct ConfigurationIssue: Error { let what: String }

    struct Field {
        var number = 0, integer = 0, bytes: [UInt8] = []

        var text: String { String(decoding: bytes, as: UTF8.self) }
        var float: Float { Float(bitPattern: UInt32(truncatingIfNeeded: integer)) }
    }

    static func fields(_ bytes: [UInt8]) throws -> [Field] {
        var at = 0
        func byte() throws -> UInt64 {
            guard at < bytes.count else { throw ConfigurationIssue(what: "the message ends at byte \(at)") }
            at += 1
            return UInt64(bytes[at - 1])
        }
        func varint() throws -> UInt64 {
            var (value, shift): (UInt64, UInt64) = (0, 0)
            while true {
                let next = try byte()
                value |= (next & 0x7F) << shift
                if next < 0x80 { return value }
                shift += 7
            }
        }
        var fields: [Field] = []
        while at < bytes.count {
            let key = try varint()
            var field = Field(number: Int(key >> 3))
            switch key & 7 {
            case 0: field.integer = Int(truncatingIfNeeded: try varint())
            case 5: field.integer = Int(try (0..<4).reduce(UInt64(0)) { $0 | (try byte()) << UInt64(8 * $1) })
            case 2:
                let count = Int(try varint())
                guard count <= bytes.count - at else {
                    throw ConfigurationIssue(what: "a field of \(count) bytes")
                }
                field.bytes = Array(bytes[at..<at + count])
                at += count
            default: throw ConfigurationIssue(what: "wire type \(key & 7)")
            }
            fields.append(field)
        }
        return fields
    }
}
