import Autograd

/// A constant of an ONNX file.
struct ONNXTensorValue {
    enum Content {
        case numbers([Double])
        case texts([String])
        /// A type of elements that no supported operator has, or values in another file.
        case unsupported(String)
    }

    var name = ""
    private(set) var shape: [Int] = []
    private(set) var content = Content.numbers([])

    init(shape: [Int], numbers: [Double]) { (self.shape, content) = (shape, .numbers(numbers)) }

    /// The numbers, row by row; nil for texts.
    var numbers: [Double]? { if case .numbers(let numbers) = content { numbers } else { nil } }

    /// The number of elements.
    var count: Int {
        switch content {
        case .numbers(let numbers): numbers.count
        case .texts(let texts): texts.count
        case .unsupported: 0
        }
    }

    /// The shape without leading sizes of 1.
    var trimmedShape: [Int] { Array(shape.drop { $0 == 1 }) }

    /// Reads a message of type TensorProto. Throws if the values do not fill the shape.
    init(_ message: ProtobufReader) throws {
        var type = 0
        var raw: ProtobufReader?
        var (floats, integers, doubles): ([Double], [Int], [Double]) = ([], [], [])
        var texts: [String] = []
        var isExternal = false
        try message.eachField { field in
            switch (field.number, field.value) {
            case (1, .varint): shape.append(field.value.integer ?? 0)
            case (1, .bytes(let packed)): shape += try packed.integers()
            case (2, .varint): type = field.value.integer ?? 0
            case (4, .fixed32): floats.append(Double(field.value.float ?? 0))
            case (4, .bytes(let packed)):
                floats += try packed.words(UInt32.self).map { Double(Float(bitPattern: $0)) }
            case (5, .varint), (7, .varint): integers.append(field.value.integer ?? 0)
            case (5, .bytes(let packed)), (7, .bytes(let packed)): integers += try packed.integers()
            case (6, .bytes): texts.append(field.value.text ?? "")
            case (8, .bytes): name = field.value.text ?? ""
            case (9, .bytes(let bytes)): raw = bytes
            case (10, .fixed64(let bits)): doubles.append(Double(bitPattern: bits))
            case (10, .bytes(let packed)):
                doubles += try packed.words(UInt64.self).map { Double(bitPattern: $0) }
            case (14, .varint): isExternal = field.value.integer != 0
            default: break
            }
        }
        if isExternal {
            content = .unsupported("values in another file")
            return
        }
        switch type {
        case 1:
            content = .numbers(
                try raw.map { try $0.words(UInt32.self).map { Double(Float(bitPattern: $0)) } } ?? floats)
        case 2: content = .numbers(raw.map { $0.bytes.map { Double($0) } } ?? integers.map { Double($0) })
        case 6:
            content = .numbers(
                try raw.map { try $0.words(Int32.self).map { Double($0) } } ?? integers.map { Double($0) })
        case 7:
            content = .numbers(
                try raw.map { try $0.words(Int64.self).map { Double($0) } } ?? integers.map { Double($0) })
        case 8: content = .texts(texts)
        case 9: content = .numbers(raw.map { $0.bytes.map { Double($0) } } ?? integers.map { Double($0) })
        case 11:
            content = .numbers(
                try raw.map { try $0.words(UInt64.self).map { Double(bitPattern: $0) } } ?? doubles)
        default:
            content = .unsupported("elements of type \(type)")
            return
        }
        var size = 1
        for side in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: side)
            size = side < 0 || overflow ? -1 : product
            if size < 0 { break }
        }
        guard size == count else {
            throw FileError(
                file: message.file, place: "the constant \"\(name)\"",
                found: "\(count) values for the shape \(shape)", allowed: "values that fill the shape")
        }
    }
}
