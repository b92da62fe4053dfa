import Autograd
import Configuration
import Encoders
import Foundation
import Layers
import Testing

/// Checkpoints that are incomplete, damaged or of unsupported variants.
@Suite struct EncoderDamageTests {
    /// A copy of a fixture that a test changes.
    private final class Copy {
        let path = NSTemporaryDirectory() + "encoder-\(UUID().uuidString)"

        init(_ name: String) throws {
            try FileManager.default.copyItem(
                atPath: EncoderGoldenTests.fixtures + "/" + name, toPath: path)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func config(_ changes: [String: JSONValue], without key: String? = nil) throws {
            var json = try JSONValue.load(path + "/config.json")
            for (key, value) in changes { json[key] = value }
            if let key { json[key] = nil }
            try json.line.write(toFile: path + "/config.json", atomically: true, encoding: .utf8)
        }

        func tensors(_ change: (inout [(String, Tensor)]) -> Void) throws {
            let file = try SafeTensors(contentsOf: path + "/model.safetensors", mapped: false)
            var tensors = try file.names.map { ($0, try file.tensor($0)) }
            change(&tensors)
            try SafeTensors.write(tensors, to: path + "/model.safetensors")
        }
    }

    private func message(_ copy: Copy) -> String {
        do {
            _ = try EncoderSource(copy.path).load()
            return "no error"
        } catch { return "\(error)" }
    }

    @Test func allMismatchesAreReportedAtOnce() throws {
        let copy = try Copy("wav2vec2")
        try copy.tensors { tensors in
            tensors.removeAll { $0.0 == "encoder.layers.1.final_layer_norm.bias" }
            tensors.append(("encoder.layers.2.layer_norm.weight", .ones([12])))
            let place = tensors.firstIndex { $0.0 == "feature_projection.projection.weight" } ?? 0
            tensors[place].1 = .ones([12, 9])
        }
        let text = message(copy)
        #expect(text.contains("encoder.layers.1.final_layer_norm.bias: missing"))
        #expect(text.contains("encoder.layers.2.layer_norm.weight: not in the model"))
        #expect(text.contains("feature_projection.projection.weight: found shape [12, 9], expected [12, 8]"))
    }

    @Test func halfOfAWeightNormalizationIsReported() throws {
        let copy = try Copy("wavlm")
        try copy.tensors { $0.removeAll { $0.0.hasSuffix("weight.original1") } }
        let text = message(copy)
        #expect(text.contains("encoder.pos_conv_embed.conv.weight: missing"))
        #expect(text.contains("original0: not in the model"))
    }

    @Test func everyInvalidKeyOfTheConfigIsReported() throws {
        let copy = try Copy("hubert")
        try copy.config([
            "hidden_size": 13, "hidden_act": "snake", "adapter_attn_dim": 16, "conv_stride": [5],
            "layer_norm_eps": "small", "num_hidden_layers": 100000,
        ])
        let text = message(copy)
        for key in [
            "num_attention_heads: found 2, expected a divisor of the hidden size 13",
            "hidden_act: found \"snake\"",
            "adapter_attn_dim: found 16; this variant is not supported",
            "found 2 sizes, 2 of conv_kernel and 1 of conv_stride", "layer_norm_eps", "num_hidden_layers",
        ] {
            #expect(text.contains(key), "\(key) in \(text)")
        }
    }

    @Test func otherModelTypesAreRefused() throws {
        let copy = try Copy("hubert")
        try copy.config(["model_type": "wav2vec2-conformer"])
        #expect(message(copy).contains("found \"wav2vec2-conformer\", expected one of \"wav2vec2\""))
        try copy.config([:], without: "model_type")
        #expect(message(copy).contains("found no such key"))
    }

    @Test func aConfigOfAnotherSizeIsReportedBeforeMemoryIsAllocated() throws {
        let copy = try Copy("hubert")
        try copy.config(["hidden_size": 60000, "num_hidden_layers": 500, "intermediate_size": 1_048_576])
        #expect(message(copy).contains("according to the configuration"))
    }

    @Test func weightsThatAreNotFiniteAreNamed() throws {
        let copy = try Copy("wav2vec2")
        #expect(try EncoderSource(copy.path).load().nonFinite.isEmpty)
        try copy.tensors { tensors in
            let names = ["encoder.layers.1.layer_norm.bias", "feature_projection.projection.weight"]
            for place in tensors.indices where names.contains(tensors[place].0) {
                tensors[place].1 = tensors[place].1 * .nan
            }
        }
        let names = try EncoderSource(copy.path).load().nonFinite
        #expect(
            names.sorted() == ["encoder.layers.1.layer_norm.bias", "feature_projection.projection.weight"])
    }

    @Test func missingFilesAreNamed() throws {
        let copy = try Copy("whisper")
        try FileManager.default.removeItem(atPath: copy.path + "/model-00002-of-00002.safetensors")
        #expect(message(copy).contains("missing files: model-00002-of-00002.safetensors"))
        let other = try Copy("hubert")
        try FileManager.default.moveItem(
            atPath: other.path + "/model.safetensors", toPath: other.path + "/pytorch_model.bin")
        #expect(message(other).contains("pytorch_model.bin: byte 0: found no zip archive"))
        try FileManager.default.removeItem(atPath: other.path + "/pytorch_model.bin")
        #expect(message(other).contains("found no model.safetensors or pytorch_model.bin"))
        try FileManager.default.removeItem(atPath: other.path + "/config.json")
        #expect(
            message(other).contains("config.json: the path: found no such file; allowed: the config.json"))
        #expect(throws: FileError.self) { try EncoderSource(other.path + "/nothing") }
        #expect {
            try EncoderSource("${ENCODER}")
        } throws: {
            "\($0)".contains("set the environment variable")
        }
    }

    @Test func aPointerOfGitLFSIsNamed() throws {
        let copy = try Copy("hubert")
        try "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 378342946\n".write(
            toFile: copy.path + "/model.safetensors", atomically: true, encoding: .utf8)
        #expect(message(copy).contains("found a pointer of Git LFS"))
        try FileManager.default.removeItem(atPath: copy.path + "/model.safetensors")
        try FileManager.default.createDirectory(
            atPath: copy.path + "/model.safetensors", withIntermediateDirectories: false)
        #expect(message(copy).contains("model.safetensors: opening: found a folder"))
    }

    @Test func theCacheOfTheHubIsNoEncoder() throws {
        let copy = try Copy("hubert")
        try FileManager.default.createDirectory(
            atPath: copy.path + "/snapshots", withIntermediateDirectories: false)
        #expect(message(copy) == "no error")
        try FileManager.default.removeItem(atPath: copy.path + "/config.json")
        #expect(message(copy).contains("allowed: one of the folders in \(copy.path)/snapshots"))
    }

    /// Transformers 5 saves the feature extractor inside of processor_config.json.
    @Test func normalizationIsAlsoReadFromTheProcessor() throws {
        let copy = try Copy("wavlm")
        try FileManager.default.removeItem(atPath: copy.path + "/preprocessor_config.json")
        let assumed = try EncoderSource(copy.path)
        #expect(assumed.normalizesInput && !assumed.statesNormalization)
        try #"{"feature_extractor": {"do_normalize": false, "sampling_rate": 16000}}"#.write(
            toFile: copy.path + "/processor_config.json", atomically: true, encoding: .utf8)
        let stated = try EncoderSource(copy.path)
        #expect(!stated.normalizesInput && stated.statesNormalization)
    }

    @Test func shardsOfPyTorchAreRead() throws {
        let copy = try Copy("pickled")
        let expected = try EncoderSource(copy.path).load().fingerprint
        try FileManager.default.moveItem(
            atPath: copy.path + "/pytorch_model.bin", toPath: copy.path + "/pytorch_model-00001-of-00001.bin")
        try #"{"weight_map": {"hubert.masked_spec_embed": "pytorch_model-00001-of-00001.bin"}}"#.write(
            toFile: copy.path + "/pytorch_model.bin.index.json", atomically: true, encoding: .utf8)
        #expect(try EncoderSource(copy.path).load().fingerprint == expected)
    }

    /// A pickle is a program, of which only the description of tensors is executed.
    @Test func aPickleOfAnythingButTensorsIsAnError() throws {
        func message(_ bytes: [UInt8]) -> String {
            do { return "\(try TorchPickle(bytes, file: "x").entries.count) tensors" } catch {
                return "\(error)"
            }
        }
        // os.system("ls")
        let code = Array("cos\nsystem\n(X\u{2}\0\0\0lstR.".utf8)
        #expect(message(code).contains("found a call of os.system"))
        let deep = [0x29] + [UInt8](repeating: 0x85, count: 200_000) + [UInt8(ascii: ".")]
        #expect(message(deep).contains("found no dictionary of tensors"))
        // A long tuple with many references to another one.
        let long =
            "(" + String(repeating: "N", count: 200_000) + "tq\0("
            + String(repeating: "h\0", count: 200_000) + "t."
        #expect(message(Array(long.utf8)).contains("found no dictionary of tensors"))

        let path = EncoderGoldenTests.fixtures + "/pickled/pytorch_model.bin"
        let archive = try ZipArchive(FileBytes.open(path, mapped: false))
        let member = try #require(archive.members.first { $0.name.hasSuffix("/data.pkl") })
        let (content, range) = try archive.content(member)
        let bytes = content.withBytes(range) { Array($0) }
        #expect(!message(bytes).contains("found") && message(bytes).hasSuffix("tensors"))
        let generator = RandomGenerator(seed: 1)
        for _ in 0..<2000 {
            var damaged = bytes
            for _ in 0..<3 { damaged[generator.below(bytes.count)] = UInt8(generator.below(256)) }
            _ = message(damaged)
            #expect(message(Array(bytes.prefix(generator.below(bytes.count)))).contains("found"))
        }
    }

    @Test func aDamagedArchiveIsAnError() throws {
        let copy = try Copy("pickled")
        let path = copy.path + "/pytorch_model.bin"
        let bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        let generator = RandomGenerator(seed: 2)
        for _ in 0..<200 {
            var damaged = bytes
            damaged[generator.below(bytes.count)] ^= UInt8(1 + generator.below(255))
            try Data(damaged).write(to: URL(fileURLWithPath: path))
            _ = message(copy)
        }
        try Data(bytes.prefix(bytes.count / 2)).write(to: URL(fileURLWithPath: path))
        #expect(message(copy).contains("is the file truncated?"))
        // The first entry of the directory says that its member is compressed.
        var compressed = bytes
        let entry = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
        compressed[entry + 10] = 8
        try Data(compressed).write(to: URL(fileURLWithPath: path))
        #expect(message(copy).contains("found compressed data"))
    }

    @Test func anIndexOutsideOfTheFolderIsRefused() throws {
        let copy = try Copy("whisper")
        let path = copy.path + "/model.safetensors.index.json"
        try #"{"weight_map": {"a": "../model.safetensors"}}"#.write(
            toFile: path, atomically: true, encoding: .utf8)
        #expect(message(copy).contains("the name of a file in the same folder"))
    }

    @Test func aFileOfAnotherKindIsNoEncoder() throws {
        #expect(throws: FileError.self) {
            try EncoderSource(EncoderGoldenTests.fixtures + "/hubert/golden.safetensors")
        }
    }
}
