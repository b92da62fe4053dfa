import TestSupport
import Training
import Foundation
import Lab
import Testing

@Suite struct EventFileTests {
    /// The vectors of RFC 3720, B.4, and the usual check value.
    @Test func checksumsAreThoseOfTheStandard() {
        #expect(TFRecord.crc32c(Array(repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(TFRecord.crc32c(Array(repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(TFRecord.crc32c(Array(0..<32)) == 0x46DD_794E)
        #expect(TFRecord.crc32c((0..<32).reversed()) == 0x113F_DB5C)
        #expect(TFRecord.crc32c(Array("123456789".utf8)) == 0xE306_9283)
        #expect(TFRecord.crc32c([]) == 0)
    }

    /// A record that TensorFlow wrote: the first one of every event file.
    @Test func recordsAreFramedAsTensorFlowDoes() {
        let data: [UInt8] =
            [0x09, 0, 0, 0x80, 0x38, 0xCE, 0xEA, 0xD6, 0x41, 0x1A, 0x0D] + "brain.Event:2".utf8
        let framed = TFRecord.framed(data)
        #expect(framed.prefix(12) == [24, 0, 0, 0, 0, 0, 0, 0, 0xA3, 0x7F, 0x4B, 0x22])
        #expect(Array(framed[12...]) == data + [0xAA, 0xB3, 0x24, 0xF6] as [UInt8])
    }

    private let prefix = "events.out.tfevents."

    private func files(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix(prefix) }.sorted()
    }

    /// The data of the records, every length and checksum checked.
    private func records(_ path: String) throws -> [[UInt8]] {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        var (records, at) = ([[UInt8]](), 0)
        while at < bytes.count {
            try #require(bytes.count >= at + 16)
            let length = (0..<8).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
            try #require(bytes.count >= at + length + 16)
            let record = Array(bytes[at..<at + length + 16])
            try #require(record == TFRecord.framed(Array(record[12..<12 + length])))
            records.append(Array(record[12..<12 + length]))
            at += length + 16
        }
        return records
    }

    @Test func aFileHoldsVersionStartAndScalars() throws {
        try Toy.inFolder { folder in
            let file = try EventFile(folder: folder, clock: { 1.5 })
            try file.append(
                EpochMetrics(epoch: 300, values: [("train_loss", 0.5), ("learning_rate", -1)]))
            let time: [UInt8] = [0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F]
            let loss: [UInt8] = [0x0A, 10] + Array("loss/train".utf8) + [0x15, 0, 0, 0, 0x3F]
            let rate: [UInt8] = [0x0A, 13] + Array("learning_rate".utf8) + [0x15, 0, 0, 0x80, 0xBF]
            let values = [0x0A, UInt8(loss.count)] + loss + [0x0A, UInt8(rate.count)] + rate
            #expect(
                try records(file.path) == [
                    time + [0x1A, 13] + "brain.Event:2".utf8,
                    time + [0x10, 1, 0x3A, 2, 0x08, 1],
                    time + [0x10, 0xAC, 0x02, 0x2A, UInt8(values.count)] + values,
                ])
        }
    }

    /// TensorBoard reads in the order of the names and drops, at a start's mark, what has its step or a later one.
    @Test func everyStartHasALaterFileOfItsOwn() throws {
        try Toy.inFolder { folder in
            for (epoch, now) in [(0, 1000.0), (5, 1000.9), (3, 20.0), (3, -5), (4, .nan)] {
                let file = try EventFile(folder: folder, resumingAfter: epoch, clock: { now })
                #expect(try files(folder).last == (file.path as NSString).lastPathComponent)
                #expect(try records(file.path)[1].suffix(6) == [0x10, UInt8(epoch + 1), 0x3A, 2, 0x08, 1])
            }
            #expect(
                try files(folder).map { $0.dropFirst(prefix.count).prefix(10) } == [
                    "0000001000", "0000001001", "0000001002", "0000001003", "0000001004",
                ])
        }
    }

    @Test func strangeNamesInTheFolderDoNoHarm() throws {
        try Toy.inFolder { folder in
            for name in ["99999999999.x", "abc", "", "0000000007", "-000000009.y"] {
                try Data().write(to: URL(fileURLWithPath: folder + "/" + prefix + name))
            }
            let file = try EventFile(folder: folder, clock: { 3 })
            #expect(file.path.hasSuffix("tfevents.0000000008.prosody"))
            #expect(throws: (any Error).self) { try EventFile(folder: folder + "/none") }
        }
    }
}
