import Autograd
import Foundation
import Testing

/// SHA-256 of texts and files.
@Suite struct SHA256Tests {
    /// The examples of FIPS 180-4.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ]) func examplesOfTheStandard(_ text: String, _ digest: String) {
        #expect(SHA256.hex(of: text) == digest)
    }

    /// Lengths around the blocks of 64 bytes, the padding of 9 bytes, and the blocks in which files are read; the digests
    /// are those of Python's hashlib.
    static let digests = [
        (1, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        (54, "a3f01b6939256127582ac8ae9fb47a382a244680806a3f613a118851c1ca1d47"),
        (55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
        (56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
        (57, "f13b2d724659eb3bf47f2dd6af1accc87b81f09f59f2b75e5c0bed6589dfe8c6"),
        (63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"),
        (64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
        (65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"),
        (119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"),
        (120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"),
        (128, "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e013afb73e"),
        (262143, "0379854ae435b4c82999632f674694ce1f98103f645f44ba68c901a83a2b00fd"),
        (262144, "dd3dde87623d9a6b354c68c943d189c89c63652d945e7bbdf0986cae91a49521"),
        (262145, "c592f4a6b099700b5050ce8bc67367f0c8f44810203124e86405c3e7b6f1a2ba"),
        (1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ]

    @Test(arguments: digests) func repeatedLetters(_ count: Int, _ digest: String) throws {
        let text = String(repeating: "a", count: count)
        #expect(SHA256.hex(of: text) == digest)
        let file = NSTemporaryDirectory() + "sha256-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        #expect(try SHA256.hash(contentsOf: file) == digest)
    }

    /// The processor's own instructions are used with every set above the baseline.
    @Test(arguments: InstructionSet.available)
    func digestsWithEveryInstructionSet(_ set: InstructionSet) async {
        await #expect(processExitsWith: .success) { [set] in
            InstructionSet.use(set)
            for (count, digest) in Self.digests {
                #expect(SHA256.hex(of: String(repeating: "a", count: count)) == digest)
            }
        }
    }

    @Test func filesThatCannotBeRead() {
        let pipe = NSTemporaryDirectory() + "sha256-\(UUID().uuidString)"
        #expect(mkfifo(pipe, 0o600) == 0)
        defer { unlink(pipe) }
        for path in ["/no/such/file", NSTemporaryDirectory(), "/dev/zero", pipe] {
            #expect(throws: FileError.self) { try SHA256.hash(contentsOf: path) }
        }
    }
}
