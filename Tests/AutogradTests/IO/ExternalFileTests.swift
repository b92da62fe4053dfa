import Autograd
import Foundation
import Testing

/// Reads files written by NumPy, PyTorch and the safetensors package.
@Suite struct ExternalFileTests {
    /// The expected content of an array: the bits of its elements as doubles, and integers.
    struct Expected: Decodable {
        let shape: [Int]
        let bits: [UInt64]
        let integers: [Decimal]?
    }

    static func expected() throws -> [String: [String: Expected]] {
        let data = try Data(contentsOf: URL(fileURLWithPath: Fixtures.path("expected.json")))
        return try JSONDecoder().decode([String: [String: Expected]].self, from: data)
    }

    /// Every array of every file: values bit for bit, NaN as NaN, integers exactly.
    @Test func reads() throws {
        for (file, arrays) in try Self.expected() {
            for (name, want) in arrays {
                try reads(file, name, want, mapped: true)
                try reads(file, name, want, mapped: false)
            }
        }
    }

    private func reads(_ file: String, _ name: String, _ want: Expected, mapped: Bool) throws {
        let (tensor, indices) = try read(file, name, mapped: mapped)
        #expect(tensor.shape == want.shape, "\(file) \(name)")
        let found = tensor.array
        try #require(found.count == want.bits.count)
        for (found, bits) in zip(found, want.bits) {
            let wanted = Real(Double(bitPattern: bits))
            let isSame = wanted.isNaN ? found.isNaN : found.bitPattern == wanted.bitPattern
            #expect(isSame, "\(file) \(name): \(found), expected \(wanted)")
        }
        guard let whole = want.integers else {
            #expect(throws: FileError.self) { try indices() }
            return
        }
        if whole.contains(where: { $0 > Decimal(Int.max) }) {
            let message = try #require(Fixtures.message(indices))
            #expect(message.contains("element 1: found 18446744073709551615; allowed: at most"))
        } else {
            let found = try indices()
            #expect(found.values.map { Decimal($0) } == whole && found.shape == want.shape)
        }
    }

    private func read(_ file: String, _ name: String, mapped: Bool) throws -> (Tensor, () throws -> Indices) {
        let path = Fixtures.path(file)
        if file.hasSuffix(".npy") {
            return (try Npy.read(path, mapped: mapped), { try Npy.readIndices(path) })
        }
        if file.hasSuffix(".npz") {
            let file = try Npz(contentsOf: path, mapped: mapped)
            return (try file.tensor(name), { try file.indices(name) })
        }
        let file = try SafeTensors(contentsOf: path, mapped: mapped)
        return (try file.tensor(name), { try file.indices(name) })
    }

    @Test func allFixturesAreChecked() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Fixtures.folder)
        #expect(Set(files) == Set(try Self.expected().keys).union(["expected.json"]))
        #expect(files.count > 30)
    }

    @Test func metadataAndNames() throws {
        let file = try SafeTensors(contentsOf: URL(fileURLWithPath: Fixtures.path("numpy.safetensors")))
        #expect(file.metadata == ["note": "ü \"x\"\t"])
        #expect(file.contains("Größe ∑ 😀 \"quoted\" \\ \n"))
        #expect(try file.entry("scalar").shape == [])
        #expect(try file.entry("bool").type == .bool)
        #expect(file.names.count == 15 && Set(file.names).count == 15)
        let none = try SafeTensors(contentsOf: Fixtures.path("none.safetensors"))
        #expect(none.names == [] && none.metadata == [:])
        #expect(try Npz(contentsOf: Fixtures.path("savez.npz")).names == ["a", "labels", "Größe"])
    }

    /// Longer arrays with every kind of block, from the formulas in make_io_fixtures.py.
    @Test func inflates() throws {
        let file = try Npz(contentsOf: Fixtures.path("deflate.npz"))
        #expect(
            file.names == [
                "dynamic", "fast", "fixed", "level0", "huffman", "runs", "patterns", "noise", "empty",
            ])
        let long = (0..<20000).map { ($0 * $0) % 251 + $0 / 4096 * 1000 }
        #expect(try file.indices("dynamic").values == long)
        #expect(try file.indices("fast").values == Array(long[..<2000]))
        #expect(try file.indices("huffman").values == Array(long[..<500]))
        #expect(try file.tensor("runs").array == [Real](repeating: 0, count: 5000))
        let patterns = (1...12).flatMap { k in (0..<700).map { $0 % k } }
        #expect(try file.indices("patterns").values == patterns)
        var state = 12345
        let noise = (0..<3000).map { _ in
            state = (state * 1_103_515_245 + 12345) % (1 << 31)
            return state >> 16 & 0xFF
        }
        #expect(try file.indices("noise").values == noise)
        let dynamic = try #require(Fixtures.message { try file.tensor("readme.txt") })
        #expect(
            dynamic.contains(
                "array \"readme.txt\": found no such array; allowed: one of the 9 in the file"))
    }

    /// All 65,536 half-precision and bfloat16 numbers.
    @Test func float16AndBFloat16() throws {
        let words = (0..<65536).map { UInt16($0) }
        let data = words.withUnsafeBytes { Array($0) }
        for type in ["F16", "BF16"] {
            let header = #"{"x":{"dtype":"\#(type)","shape":[65536],"data_offsets":[0,131072]}}"#
            let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
            let found = try SafeTensors(bytes: length + Array(header.utf8) + data).tensor("x").array
            for word in words {
                let bits = UInt32(word)
                // From the definition of the format, except for infinity and NaN.
                let exponent = Int(bits >> 10 & 31)
                let fraction = Double(bits & 1023) / 1024
                let magnitude =
                    exponent == 0 ? fraction * 0x1p-14 : (1 + fraction) * pow(2, Double(exponent - 15))
                var wanted = Real(word >> 15 == 0 ? magnitude : -magnitude)
                if type == "BF16" {
                    wanted = Real(Float(bitPattern: bits << 16))
                } else if exponent == 31 {
                    wanted = fraction == 0 ? (word >> 15 == 0 ? .infinity : -.infinity) : .nan
                }
                let value = found[Int(word)]
                if wanted.isNaN ? !value.isNaN : value.bitPattern != wanted.bitPattern {
                    Issue.record("\(type) 0x\(String(word, radix: 16)): \(value), expected \(wanted)")
                }
                if wanted.isNaN && word != 0x7C01 && type == "F16" {
                    // The payload and sign are kept; the highest bit marks the NaN as quiet.
                    #expect(UInt32(Float(value).bitPattern >> 13 & 0x1FF) == bits & 0x1FF)
                    #expect(Float(value).sign == (word >> 15 == 0 ? .plus : .minus))
                }
            }
        }
    }
}
