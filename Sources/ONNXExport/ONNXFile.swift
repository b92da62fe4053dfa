import Autograd

/// Encodes a graph as an ONNX file. Field numbers are those of onnx.proto.
struct ONNXFile {
    /// The oldest opset with layer normalization; most runtimes support it.
    static let opset = 17
    /// The name of the operators of classical models, and their version.
    static let classical = (domain: "ai.onnx.ml", version: 3)
    /// The corresponding version of the format.
    static let formatVersion = 8
    /// The largest message that readers of protocol buffers accept.
    static let limit = Int(Int32.max)

    let graph: ONNXGraph
    let metadata: [(key: String, value: String)]

    /// Writes the file atomically.
    ///
    /// - Parameter limit: The maximum size in bytes.
    func write(to path: String, limit: Int) throws {
        let pieces = try plan(path, limit: limit)
        try AtomicFile.write(to: path) { try write(pieces, $0) }
    }

    /// Returns the bytes of the file.
    func bytes() throws -> [UInt8] {
        let pieces = try plan("bytes in memory", limit: Self.limit)
        var bytes: [UInt8] = []
        try write(pieces) { bytes += $0 }
        return bytes
    }

    /// The file without the weights, and the header of each weight.
    private struct Pieces {
        var head: [UInt8]
        var constants: [(header: [UInt8], constant: ONNXGraph.Constant)]
    }

    private func plan(_ path: String, limit: Int) throws -> Pieces {
        let constants = graph.constants.map { (header: header($0), constant: $0) }
        let structure = self.structure
        let size = constants.reduce(structure.count) { $0 + $1.header.count + $1.constant.byteCount }
        var head = ProtobufWriter()
        head.integer(1, Self.formatVersion)
        head.text(2, "Prosody")
        head.message(8) {
            $0.text(1, "")
            $0.integer(2, Self.opset)
        }
        if graph.nodes.contains(where: \.isClassical) {
            head.message(8) {
                $0.text(1, Self.classical.domain)
                $0.integer(2, Self.classical.version)
            }
        }
        for (key, value) in metadata {
            head.message(14) {
                $0.text(1, key)
                $0.text(2, value)
            }
        }
        head.header(7, count: size)
        guard head.bytes.count + size <= limit else {
            throw FileError(
                file: path, place: "writing ONNX", found: "a model of \(head.bytes.count + size) bytes",
                allowed:
                    "at most \(limit) bytes, the limit of the format; use a smaller model, or safetensors")
        }
        return Pieces(head: head.bytes + structure, constants: constants)
    }

    private func write(_ pieces: Pieces, _ append: (UnsafeRawBufferPointer) throws -> Void) throws {
        try pieces.head.withUnsafeBytes(append)
        for (header, constant) in pieces.constants {
            try header.withUnsafeBytes(append)
            switch constant.content {
            case .integers(let numbers): try numbers.map { Int64($0).littleEndian }.withUnsafeBytes(append)
            case .doubles(let numbers):
                try numbers.map(\.bitPattern.littleEndian).withUnsafeBytes(append)
            case .reals(let tensor):
                try tensor.array.map { Float($0).bitPattern.littleEndian }.withUnsafeBytes(append)
            }
        }
    }

    /// Encodes the graph without its constants.
    private var structure: [UInt8] {
        var writer = ProtobufWriter()
        for node in graph.nodes {
            writer.message(1) { message in
                for input in node.inputs { message.text(1, input) }
                for output in node.outputs { message.text(2, output) }
                message.text(3, node.name)
                message.text(4, node.operation)
                for (name, value) in node.attributes { message.message(5) { attribute(name, value, &$0) } }
                if node.isClassical { message.text(7, Self.classical.domain) }
            }
        }
        writer.text(2, "model")
        for port in graph.inputs { writer.message(11) { describe(port, &$0) } }
        for port in graph.outputs { writer.message(12) { describe(port, &$0) } }
        return writer.bytes
    }

    private func attribute(_ name: String, _ value: ONNXAttribute, _ message: inout ProtobufWriter) {
        message.text(1, name)
        switch value {
        case .float(let number):
            message.float(2, number)
            message.integer(20, 1)
        case .integer(let number):
            message.integer(3, number)
            message.integer(20, 2)
        case .text(let text):
            message.text(4, text)
            message.integer(20, 3)
        case .floats(let numbers):
            for number in numbers { message.float(7, number) }
            message.integer(20, 6)
        case .integers(let numbers):
            for number in numbers { message.integer(8, number) }
            message.integer(20, 7)
        case .texts(let texts):
            for text in texts { message.text(9, text) }
            message.integer(20, 8)
        }
    }

    private func describe(_ port: ONNXGraph.Port, _ message: inout ProtobufWriter) {
        message.text(1, port.name)
        message.message(2) { type in
            type.message(1) { tensor in
                tensor.integer(1, port.type.rawValue)
                tensor.message(2) { shape in
                    for size in port.shape {
                        shape.message(1) {
                            switch size {
                            case .fixed(let number): $0.integer(1, number)
                            case .named(let name): $0.text(2, name)
                            }
                        }
                    }
                }
            }
        }
        if let note = port.note { message.text(3, note) }
    }

    /// Encodes a constant up to its data.
    private func header(_ constant: ONNXGraph.Constant) -> [UInt8] {
        var message = ProtobufWriter()
        for size in constant.shape { message.integer(1, size) }
        message.integer(2, constant.type.rawValue)
        message.text(8, constant.name)
        message.header(9, count: constant.byteCount)
        var writer = ProtobufWriter()
        writer.header(5, count: message.bytes.count + constant.byteCount)
        return writer.bytes + message.bytes
    }
}

extension ONNXGraph.Constant {
    fileprivate var type: ONNXElement {
        switch content {
        case .reals: .float
        case .doubles: .double
        case .integers: .int64
        }
    }

    fileprivate var byteCount: Int {
        switch content {
        case .reals(let tensor): tensor.count * MemoryLayout<Float>.size
        case .doubles(let numbers): numbers.count * MemoryLayout<Double>.size
        case .integers(let numbers): numbers.count * MemoryLayout<Int64>.size
        }
    }
}
