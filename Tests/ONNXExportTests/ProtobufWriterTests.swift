import Layers
import ONNXExport
import Testing

/// The bytes are worked out from the description of the format, most of them its own examples.
@Suite struct ProtobufWriterTests {
    private func bytes(_ build: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        build(&writer)
        return writer.bytes
    }

    @Test func integersAreVarints() {
        #expect(bytes { $0.integer(1, 150) } == [0x08, 0x96, 0x01])
        #expect(bytes { $0.integer(1, 0) } == [0x08, 0x00])
        #expect(bytes { $0.integer(1, 127) } == [0x08, 0x7F])
        #expect(bytes { $0.integer(1, 128) } == [0x08, 0x80, 0x01])
        let minusTwo: [UInt8] = [0xFE] + Array(repeating: 0xFF, count: 8) + [0x01]
        #expect(bytes { $0.integer(2, -2) } == [0x10] + minusTwo)
    }

    @Test func fieldNumbersBeyond15TakeTwoBytes() {
        #expect(bytes { $0.integer(16, 1) } == [0x80, 0x01, 0x01])
    }

    @Test func floatsAreLittleEndian() {
        #expect(bytes { $0.float(2, 1) } == [0x15, 0x00, 0x00, 0x80, 0x3F])
        #expect(bytes { $0.double(1, -2) } == [0x09, 0, 0, 0, 0, 0, 0, 0x00, 0xC0])
    }

    @Test func textsCarryTheirLengthInBytes() {
        #expect(bytes { $0.text(2, "testing") } == [0x12, 0x07] + Array("testing".utf8))
        #expect(bytes { $0.text(2, "ä") } == [0x12, 0x02, 0xC3, 0xA4])
        #expect(bytes { $0.text(2, "") } == [0x12, 0x00])
        let long = bytes { $0.text(1, String(repeating: "x", count: 300)) }
        #expect(long.prefix(3) == [0x0A, 0xAC, 0x02] && long.count == 303)
    }

    @Test func messagesNest() {
        #expect(bytes { $0.message(3) { $0.integer(1, 150) } } == [0x1A, 0x03, 0x08, 0x96, 0x01])
        let twice = bytes { $0.message(1) { $0.message(1) { _ in } } }
        #expect(twice == [0x0A, 0x02, 0x0A, 0x00])
    }

    @Test func aHeaderStandsBeforeWhatFollows() {
        #expect(bytes { $0.header(3, count: 300) } == [0x1A, 0xAC, 0x02])
    }

    @Test func repeatedNumbersArePacked() {
        #expect(bytes { $0.integers(4, [3, 270, 86942]) } == [0x22, 6, 0x03, 0x8E, 0x02, 0x9E, 0xA7, 0x05])
        #expect(bytes { $0.floats(1, [1, -1]) } == [0x0A, 8, 0, 0, 0x80, 0x3F, 0, 0, 0x80, 0xBF])
        #expect(bytes { $0.doubles(1, [0]) } == [0x0A, 8, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(bytes { $0.integers(4, [Int]()) } == [])
    }
}
