import Autograd

/// Reads a protocol buffers message field by field.
///
/// Every length is checked against the bytes that are there: damaged bytes throw an error and never read outside the
/// message.
package struct ProtobufReader: Sendable {
    /// A field of a message.
    package struct Field: Sendable {
        /// The number of the field.
        package let number: Int
        /// The value as encoded.
        package let value: Value
    }

    /// The value of a field.
    package enum Value: Sendable {
        case varint(UInt64)
        case fixed32(UInt32)
        case fixed64(UInt64)
        case bytes(ProtobufReader)
    }

    /// The name of the file, for error messages.
    package let file: String
    private let source: [UInt8]
    private var position: Int
    private let end: Int

    /// Creates a reader of a whole file.
    package init(_ bytes: [UInt8], file: String) {
        (source, self.file, position, end) = (bytes, file, 0, bytes.count)
    }

    private init(_ parent: ProtobufReader, _ range: Range<Int>) {
        (source, file, position, end) = (parent.source, parent.file, range.lowerBound, range.upperBound)
    }

    /// The number of bytes that have not been read.
    package var count: Int { end - position }

    /// The bytes that have not been read.
    package var bytes: ArraySlice<UInt8> { source[position..<end] }

    /// Returns the next field; nil at the end of the message.
    package mutating func next() throws(FileError) -> Field? {
        guard position < end else { return nil }
        let start = position
        let tag = try varint()
        guard let number = Int(exactly: tag >> 3), (1..<1 << 29).contains(number) else {
            throw damage(start, "field number \(tag >> 3)", "1 to 2^29 - 1")
        }
        switch tag & 7 {
        case 0: return Field(number: number, value: .varint(try varint()))
        case 1: return Field(number: number, value: .fixed64(try fixed(8)))
        case 2:
            let at = position
            let length = try varint()
            guard length <= UInt64(count) else {
                throw damage(at, "a field of \(length) bytes", "at most the \(count) bytes that follow")
            }
            let begin = position
            position += Int(length)
            return Field(number: number, value: .bytes(ProtobufReader(self, begin..<position)))
        case 5: return Field(number: number, value: .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
        default: throw damage(start, "wire type \(tag & 7)", "0, 1, 2 or 5")
        }
    }

    /// Calls `body` with each field.
    package func eachField(_ body: (Field) throws -> Void) throws {
        var rest = self
        while let field = try rest.next() { try body(field) }
    }

    /// The remaining bytes as packed integers.
    package func integers() throws(FileError) -> [Int] {
        var rest = self
        var values: [Int] = []
        while rest.count > 0 { values.append(Int(Int64(bitPattern: try rest.varint()))) }
        return values
    }

    /// The remaining bytes as packed values of a fixed size, such as `Float` bit patterns.
    package func words<Word: FixedWidthInteger>(_ type: Word.Type) throws(FileError) -> [Word] {
        let size = MemoryLayout<Word>.size
        guard count % size == 0 else {
            throw damage(position, "\(count) bytes", "a multiple of the \(size) bytes of a value")
        }
        return source.withUnsafeBytes { bytes in
            stride(from: position, to: end, by: size).map {
                Word(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Word.self))
            }
        }
    }

    private mutating func varint() throws(FileError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard position < end else { throw damage(start, "the end of the message", "an integer") }
            let byte = source[position]
            position += 1
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        throw damage(start, "an integer of more than 10 bytes", "at most 10 bytes")
    }

    private mutating func fixed(_ size: Int) throws(FileError) -> UInt64 {
        guard count >= size else {
            throw damage(position, "the last \(count) bytes", "a value of \(size) bytes")
        }
        let value = (0..<size).reduce(UInt64(0)) { $0 | UInt64(source[position + $1]) << UInt64(8 * $1) }
        position += size
        return value
    }

    private func damage(_ position: Int, _ found: String, _ allowed: String) -> FileError {
        FileError(
            file: file, place: "byte \(position)", found: found,
            allowed: "\(allowed); the file is damaged, or not a protocol buffers file")
    }
}

extension ProtobufReader.Value {
    /// The value as an integer; nil for another kind of value.
    package var integer: Int? {
        if case .varint(let bits) = self { Int(Int64(bitPattern: bits)) } else { nil }
    }

    /// The value as a single-precision number; nil for another kind of value.
    package var float: Float? { if case .fixed32(let bits) = self { Float(bitPattern: bits) } else { nil } }

    /// The value as a nested message; nil for another kind of value.
    package var message: ProtobufReader? { if case .bytes(let reader) = self { reader } else { nil } }

    /// The value as text, with a replacement character for invalid UTF-8; nil for another kind of value.
    package var text: String? { message.map { String(decoding: $0.bytes, as: UTF8.self) } }
}
