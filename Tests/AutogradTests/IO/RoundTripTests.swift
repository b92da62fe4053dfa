import Autograd
import Foundation
import Testing

/// Files that are written and read back, and their exact bytes.
@Suite struct RoundTripTests {
    /// Every kind of single-precision value, including NaN payloads.
    static let special: [Real] = [
        0, -0.0, 1.5, .infinity, -.infinity, .leastNonzeroMagnitude, -.leastNormalMagnitude,
        .greatestFiniteMagnitude, 0.1, .nan, Real(nan: 0x1234, signaling: false),
        -Real(nan: 0x7, signaling: false),
    ]

    private let tensors: [(String, Tensor)] = [
        ("b.weight", Tensor(special, shape: [3, 4])), ("a", Tensor(special.map { -$0 }, shape: [12])),
        ("scalar", Tensor([42.5], shape: [])), ("empty", Tensor([], shape: [2, 0, 3])),
        ("Größe \"x\" \u{1}\\", Tensor([1, 2], shape: [1, 2, 1])),
    ]
    private let whole: [(String, Indices)] = [("labels", Indices([.min, -1, 0, .max], shape: [2, 2]))]

    private func same(_ found: Tensor, _ wanted: Tensor) -> Bool {
        found.shape == wanted.shape && found.array.map(\.bitPattern) == wanted.array.map(\.bitPattern)
    }

    @Test func safetensors() throws {
        try Fixtures.temporaryFolder { folder in
            let path = folder + "/x.safetensors"
            let metadata = ["step": "12", "Ä": "\"\\\n\u{7}😀", "": ""]
            try SafeTensors.write(tensors, indices: whole, metadata: metadata, to: path)
            for mapped in [true, false] {
                let file = try SafeTensors(contentsOf: path, mapped: mapped)
                #expect(file.metadata == metadata)
                #expect(file.names == ["labels"] + tensors.map(\.0))
                for (name, tensor) in tensors { #expect(same(try file.tensor(name), tensor), "\(name)") }
                #expect(try file.indices("labels") == whole[0].1)
                #expect(try file.tensor("labels", shape: [2, 2]).count == 4)
            }
            let bytes = try SafeTensors.encode(tensors, indices: whole, metadata: metadata)
            #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == bytes)
        }
    }

    /// The exact bytes: the header padded to 8 bytes, sizes, order.
    @Test func safetensorsBytes() throws {
        let bytes = try SafeTensors.encode(
            [("x", Tensor([1, -2], shape: [2]))], metadata: ["b": "2", "a": "1"], as: .f32)
        let text = #"{"__metadata__":{"a":"1","b":"2"},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
        let padded = text + String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
        #expect(Array(bytes[..<8]) == [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0])
        #expect(String(decoding: bytes[8..<8 + padded.utf8.count], as: UTF8.self) == padded)
        #expect(Array(bytes[(8 + padded.utf8.count)...]) == [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
        #expect(try SafeTensors.encode([]).count == 16)
    }

    @Test(arguments: [ElementType.f32, .f64])
    func convertsPrecision(_ type: ElementType) throws {
        // More than one chunk of the conversion.
        let values = (0..<70_001).map { Real(Float($0) / 7 - 3000) }
        let tensor = Tensor(values, shape: [70_001])
        let file = try SafeTensors(bytes: SafeTensors.encode([("x", tensor)], as: type))
        #expect(try file.entry("x").type == type)
        #expect(same(try file.tensor("x"), tensor))
        #expect(same(try Npy.read(bytes: Npy.encode(tensor, as: type)), tensor))
        #expect(same(try Npz(bytes: Npz.encode([("x", tensor)], as: type)).tensor("x"), tensor))
    }

    @Test func npy() throws {
        try Fixtures.temporaryFolder { folder in
            for (i, (_, tensor)) in tensors.enumerated() {
                let path = folder + "/\(i).npy"
                try Npy.write(tensor, to: path)
                #expect(same(try Npy.read(path), tensor))
                #expect(same(try Npy.read(path, mapped: false), tensor))
                #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == Npy.encode(tensor))
            }
            try Npy.write(whole[0].1, to: folder + "/whole.npy")
            #expect(try Npy.readIndices(folder + "/whole.npy") == whole[0].1)
        }
    }

    /// Byte-identical to NumPy's output.
    @Test func npyBytes() throws {
        #expect(
            try Npy.encode(Npy.read(Fixtures.path("vector.npy")), as: .f32) == Fixtures.bytes("vector.npy"))
        #expect(try Npy.encode(Npy.read(Fixtures.path("empty.npy")), as: .f32) == Fixtures.bytes("empty.npy"))
        #expect(
            try Npy.encode(Npy.read(Fixtures.path("scalar.npy")), as: .f64) == Fixtures.bytes("scalar.npy"))
        #expect(try Npy.encode(Npy.readIndices(Fixtures.path("i8.npy"))) == Fixtures.bytes("i8.npy"))
    }

    @Test func npz() throws {
        try Fixtures.temporaryFolder { folder in
            let path = folder + "/x.npz"
            try Npz.write(tensors, indices: whole, to: path)
            for mapped in [true, false] {
                let file = try Npz(contentsOf: path, mapped: mapped)
                #expect(file.names == tensors.map(\.0) + ["labels"])
                for (name, tensor) in tensors { #expect(same(try file.tensor(name), tensor), "\(name)") }
                #expect(try file.indices("labels") == whole[0].1)
            }
            let bytes = try Npz.encode(tensors, indices: whole)
            #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == bytes)
        }
    }

    /// Arithmetic on tensors in a mapped file works and does not change the file.
    @Test func tensorsOutliveTheirFile() throws {
        try Fixtures.temporaryFolder { folder in
            let path = folder + "/x.safetensors"
            let values = (0..<100_000).map { Real($0 % 1000) }
            try SafeTensors.write(["x": Tensor(values, shape: [100_000])], to: path)
            let before = Memory.liveStorages
            var loaded: Tensor? = try SafeTensors(contentsOf: path).tensor("x")
            try SafeTensors.write(["x": Tensor([0], shape: [1])], to: path)
            try FileManager.default.removeItem(atPath: path)
            #expect(loaded?.array == values)
            let parameter = Parameter(try #require(loaded))
            parameter.value = parameter.value + 1
            #expect(parameter.value.array == values.map { $0 + 1 } && loaded?.array == values)
            loaded = nil
            #expect(Memory.liveStorages <= before + 64)
        }
    }

    /// Writes the same files to the folder IO_FOLDER for `make_io_fixtures.py --check`. Without IO_FOLDER, only
    /// reads them back.
    @Test func writesFilesForOtherReaders() throws {
        if let folder = ProcessInfo.processInfo.environment["IO_FOLDER"] {
            try writeFiles(folder)
        } else {
            try Fixtures.temporaryFolder(writeFiles)
        }
    }

    private func writeFiles(_ folder: String) throws {
        let special = Tensor(
            [
                0, -0.0, 1.5, .infinity, -.infinity, Real(Float.leastNonzeroMagnitude),
                Real(Float.greatestFiniteMagnitude), Real(Float(0.1)),
            ], shape: [8])
        let ramp = Tensor((0..<24).map { Real($0) / 4 - 3 }, shape: [2, 3, 4])
        let scalar = Tensor([2.5], shape: [])
        let empty = Tensor([], shape: [0, 3])
        let part = Tensor(Array(ramp.array[..<12]), shape: [3, 4])
        let whole = Indices([-5, 0, 1 << 62, 7, .min, .max], shape: [2, 3])
        for (name, type) in [("f32", ElementType.f32), ("f64", .f64)] {
            try SafeTensors.write(
                ["special": special, "ramp": ramp, "scalar": scalar, "empty": empty, "Größe \"x\"": part],
                indices: ["whole": whole], metadata: ["a": "1", "note": "ü \"quoted\" \\ \n \u{1} 😀"],
                as: type, to: "\(folder)/\(name).safetensors")
            try Npy.write(ramp, to: "\(folder)/\(name).npy", as: type)
            try Npy.write(scalar, to: "\(folder)/\(name)_scalar.npy", as: type)
            try Npy.write(special, to: "\(folder)/\(name)_vector.npy", as: type)
            try Npz.write(
                ["special": special, "Größe": ramp, "empty": empty], indices: ["whole": whole], as: type,
                to: "\(folder)/\(name).npz")
            let file = try SafeTensors(contentsOf: "\(folder)/\(name).safetensors")
            #expect(same(try file.tensor("special"), special))
            #expect(same(try Npz(contentsOf: "\(folder)/\(name).npz").tensor("Größe"), ramp))
            #expect(same(try Npy.read("\(folder)/\(name)_vector.npy"), special))
        }
        try Npy.write(whole, to: "\(folder)/whole.npy")
        #expect(try Npy.readIndices("\(folder)/whole.npy") == whole)
    }
}
