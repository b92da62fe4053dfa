import Autograd

/// Encodes a protocol buffers message field by field, for TensorBoard and ONNX. There is no schema: the caller provides field
/// numbers.
///
/// All values are written, including zeros and empty strings. Readers accept messages of at most 2 GiB.
package struct ProtobufWriter: Sendable {
    /// The encoded message so far.
    package private(set) var bytes: [UInt8] = []

    /// Creates an empty message.
    package init() {}

    /// Appends a field of type int32, int64, enum or bool (0 or 1).
    package mutating func integer(_ field: Int, _ value: some BinaryInteger) {
        begin(field, .varint)
        varint(UInt64(bitPattern: Int64(value)))
    }

    /// Appends a field of type float.
    package mutating func float(_ field: Int, _ value: Float) {
        begin(field, .fixed32)
        fixed(value.bitPattern)
    }

    /// Appends a field of type double.
    package mutating func double(_ field: Int, _ value: Double) {
        begin(field, .fixed64)
        fixed(value.bitPattern)
    }

    /// Appends a field of type string.
    package mutating func text(_ field: Int, _ value: String) { data(field, Array(value.utf8)) }

    /// Appends a field of type bytes.
    package mutating func data(_ field: Int, _ value: [UInt8]) {
        value.withUnsafeBytes { data(field, $0) }
    }

    /// Appends a field of type bytes from memory.
    package mutating func data(_ field: Int, _ value: UnsafeRawBufferPointer) {
        header(field, count: value.count)
        bytes.append(contentsOf: value)
    }

    /// Appends the header of a bytes or message field whose `count` bytes follow separately, to avoid copying large data.
    package mutating func header(_ field: Int, count: Int) {
        begin(field, .lengthDelimited)
        varint(UInt64(count))
    }

    /// Appends a nested message, which `build` fills.
    package mutating func message(
        _ field: Int, _ build: (inout ProtobufWriter) throws -> Void
    ) rethrows {
        var inner = ProtobufWriter()
        try build(&inner)
        data(field, inner.bytes)
    }

    /// Appends a packed repeated field of integers; nothing if it is empty.
    package mutating func integers(_ field: Int, _ values: [some BinaryInteger]) {
        packed(field, values) { $0.varint(UInt64(bitPattern: Int64($1))) }
    }

    /// Appends a packed repeated field of type float; nothing if it is empty.
    package mutating func floats(_ field: Int, _ values: [Float]) {
        packed(field, values) { $0.fixed($1.bitPattern) }
    }

    /// Appends a packed repeated field of type double; nothing if it is empty.
    package mutating func doubles(_ field: Int, _ values: [Double]) {
        packed(field, values) { $0.fixed($1.bitPattern) }
    }

    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
        case fixed32 = 5
    }

    private mutating func packed<Value>(
        _ field: Int, _ values: [Value], _ append: (inout ProtobufWriter, Value) -> Void
    ) {
        guard !values.isEmpty else { return }
        var inner = ProtobufWriter()
        for value in values { append(&inner, value) }
        data(field, inner.bytes)
    }

    private mutating func begin(_ field: Int, _ type: WireType) {
        require(
            (1..<1 << 29).contains(field),
            "protobuf: expected a field number from 1 to 2^29 - 1, found \(field)")
        varint(UInt64(field) << 3 | type.rawValue)
    }

    /// Appends a varint: seven bits per byte, lowest first; the high bit marks continuation.
    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private mutating func fixed(_ bits: some FixedWidthInteger) {
        withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
