import Layers
import TestSupport
import Training
import Autograd
import Configuration
import Foundation
import Testing

@Suite struct StateStoreTests {
    private func save(_ store: StateStore, _ number: Int) throws {
        try store.save(
            ["number": JSONValue(integerLiteral: number)], [("x", Tensor([Real(number), 2], shape: [2]))])
    }

    private func files(_ store: StateStore) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: store.folder).sorted()
    }

    @Test func theLastTwoAreKept() throws {
        try Toy.inFolder { folder in
            let store = StateStore(folder: folder)
            #expect(try store.newest()?.json == nil)
            for number in 1...4 { try save(store, number) }
            #expect(
                try files(store) == [
                    "00000003.json", "00000003.safetensors", "00000004.json", "00000004.safetensors",
                ])
            let found = try #require(try store.newest())
            #expect(found.json["number"]?.integer == 4 && found.damaged.isEmpty)
            #expect(try found.tensors.tensor("x").array == [4, 2])
        }
    }

    @Test func aDamagedStateIsPassedOver() throws {
        try Toy.inFolder { folder in
            let store = StateStore(folder: folder)
            for number in 1...2 { try save(store, number) }
            for name in ["00000002.safetensors", "00000002.json"] {
                let path = folder + "/" + name
                let whole = try Data(contentsOf: URL(fileURLWithPath: path))
                for at in stride(from: 0, to: whole.count, by: 7) {
                    var damaged = whole
                    damaged[at] ^= 0x10
                    try damaged.write(to: URL(fileURLWithPath: path))
                    // White space and the like may change without harm: then the state is the same one.
                    let found = try #require(try store.newest())
                    let number = found.json["number"]?.integer
                    #expect(number == 1 && found.damaged.count == 1 || number == 2)
                    if name.hasSuffix("safetensors") { #expect(number == 1) }
                    try whole.prefix(at).write(to: URL(fileURLWithPath: path))
                    #expect(try store.newest()?.json["number"]?.integer == 1)
                }
                try whole.write(to: URL(fileURLWithPath: path))
            }
            for name in ["00000001.json", "00000002.json"] {
                try Data("{".utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
            }
            #expect(throws: FileError.self) { try store.newest() }
        }
    }

    @Test func whatAKilledProcessLeavesIsNoState() throws {
        try Toy.inFolder { folder in
            let store = StateStore(folder: folder)
            try save(store, 1)
            // Tensors without their JSON, and a temporary file.
            try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder + "/00000002.safetensors"))
            try Data([1]).write(to: URL(fileURLWithPath: folder + "/.00000002.json.tmp"))
            #expect(try store.newest()?.json["number"]?.integer == 1)
            try save(store, 2)
            #expect(try store.newest()?.json["number"]?.integer == 2)
        }
    }
}
