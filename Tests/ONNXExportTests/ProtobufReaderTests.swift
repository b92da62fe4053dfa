import Autograd
import ONNXExport
import Testing

struct ProtobufReaderTests {
    @Test func readsWhatTheWriterWrites() throws {
        var writer = ProtobufWriter()
        writer.integer(1, -5)
        writer.float(2, 1.5)
        writer.double(3, -0.25)
        writer.text(4, "größer")
        writer.integers(5, [1, 300, -1])
        writer.message(6) { $0.integer(1, 7) }
        var reader = ProtobufReader(writer.bytes, file: "a")
        #expect(try reader.next()?.value.integer == -5)
        #expect(try reader.next()?.value.float == 1.5)
        if case .fixed64(let bits) = try reader.next()?.value {
            #expect(Double(bitPattern: bits) == -0.25)
        } else {
            Issue.record("no double")
        }
        #expect(try reader.next()?.value.text == "größer")
        #expect(try reader.next()?.value.message?.integers() == [1, 300, -1])
        var inner = try #require(try reader.next()?.value.message)
        #expect(try inner.next()?.value.integer == 7)
        #expect(try inner.next() == nil)
        #expect(try reader.next() == nil)
    }

    @Test(
        arguments: [
            [8], [8, 0x80], [0x0A, 5, 1], [0x0D, 1, 2], [0x09, 1], [0x0B], [0x00, 1],
            [8] + [UInt8](repeating: 0x80, count: 10) + [1],
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
        ] as [[UInt8]])
    func rejectsDamage(bytes: [UInt8]) {
        var reader = ProtobufReader(bytes, file: "a")
        #expect(throws: FileError.self) { try reader.next() }
    }

    @Test func rejectsPackedValuesOfAnotherSize() throws {
        let reader = ProtobufReader([1, 2, 3], file: "a")
        #expect(throws: FileError.self) { try reader.words(UInt32.self) }
    }
}
