import Autograd
import Configuration
import Foundation
import Lab
import Layers
import SpeechEmotion
import TestSupport
import Testing

@Suite struct ModelFileTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("model-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    private static let json =
        #"[{"type": "feature_norm"}, {"type": "conv1d", "filters": 4}, {"type": "batch_norm"}, {"type": "gru", "units": 3, "output": "last"}, {"type": "dense", "units": 2}]"#

    private func model() throws -> Model {
        let model = try Model(text: Self.json, input: [9, 4], generator: RandomGenerator(seed: 1))
        model.shake(RandomGenerator(seed: 2))
        return model
    }

    @Test func aModelComesBackAsItWas() throws {
        try inFolder { folder in
            let model = try model()
            let card = ModelCard(
                classes: ["glad", "\"sad\"\n"], features: ["type": "mfcc"], sampleRate: 8000)
            try ModelFile.write(model, card: card, to: folder + "/a.safetensors")
            let (again, found) = try ModelFile.read(folder + "/a.safetensors")
            #expect(found.classes == card.classes)
            #expect(found.features == card.features)
            #expect(found.sampleRate == 8000)
            #expect(again.input == [9, 4])
            let x = Tensor.normal([3, 9, 4], mean: 0, deviation: 1, using: RandomGenerator(seed: 3))
            #expect(again(x, lengths: [9, 4, 1]).array == model(x, lengths: [9, 4, 1]).array)
        }
    }

    @Test func theConfigStandsBesideTheWeights() throws {
        try inFolder { folder in
            let model = try model()
            try ModelFile.write(model, to: folder + "/a.safetensors")
            #expect(
                try Set(FileManager.default.contentsOfDirectory(atPath: folder)) == [
                    "a.safetensors", "a.json",
                ])
            let text = try String(contentsOfFile: folder + "/a.json", encoding: .utf8)
            let config = try JSONValue.parse(text, source: "a.json")
            #expect(config.members?.map(\.key) == ["format", "model", "input", "classes", "sha256"])
            #expect(try Model.spec(#require(config["model"])).encode() == model.spec.encode())
            #expect(config["input"] == [9, 4])
        }
    }

    /// A bit of a weight changes no size and no name.
    @Test func aChangedWeightIsFoundByTheDigestBesideIt() throws {
        try inFolder { folder in
            let path = folder + "/a.safetensors"
            try ModelFile.write(try model(), to: path)
            _ = try ModelFile.read(path)
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes[bytes.count - 3] ^= 4
            try bytes.write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: FileError.self) { try ModelFile.read(path) }
            #expect(error?.file == path && error?.place == "checksum")
            #expect(error?.found.contains("a.json describes") == true)
            try FileManager.default.removeItem(atPath: folder + "/a.json")
            _ = try ModelFile.read(path)
        }
    }

    /// Sizes whose product is beyond 64 bits.
    @Test(arguments: [
        #"{"type": "batch_norm"}"#, #"{"type": "glu"}"#, #"{"type": "reshape", "shape": [-1]}"#,
        #"{"type": "group_norm", "groups": 2}"#, #"{"type": "layer_norm"}"#, #"{"type": "feature_norm"}"#,
        #"[{"type": "sequential", "layers": []}, {"type": "batch_norm"}]"#,
    ]) func hugeInputsAreRefused(_ layer: String) throws {
        try inFolder { folder in
            let path = folder + "/a.safetensors"
            let size = "16777216"
            try ModelFile.write(try model(), to: path)
            var metadata = try SafeTensors(contentsOf: path, mapped: false).metadata
            (metadata["model"], metadata["input"]) = (layer, "[\(size), \(size), \(size)]")
            try model().saveWeights(to: path, metadata: metadata)
            let error = #expect(throws: ConfigurationError.self) { try ModelFile.read(path) }
            let text = error.map { "\($0)" } ?? ""
            #expect(text.contains("a.safetensors, metadata \"model\":1:"), "\(text)")
            #expect(text.contains("cannot take an input of shape [\(size), \(size), \(size)]"), "\(text)")
        }
    }

    @Test func tensorsThatDoNotFitAreNamed() throws {
        try inFolder { folder in
            let path = folder + "/a.safetensors"
            try ModelFile.write(try model(), to: path)
            let metadata = try SafeTensors(contentsOf: path, mapped: false).metadata
            var tensors = try model().namedTensors.filter { $0.0 != "3.forward.bias" && $0.0 != "4.bias" }
            let at = try #require(tensors.firstIndex { $0.0 == "4.weight" })
            tensors[at].1 = .zeros([3, 7])
            tensors.append(("4.scale", .ones([2])))
            try SafeTensors.write(tensors, metadata: metadata, to: path)
            let error = #expect(throws: WeightsError.self) { try ModelFile.read(path) }
            #expect(error?.missing.last == "4.bias")
            #expect(error?.unexpected == ["4.scale"])
            #expect(error?.misshapen.map(\.name) == ["4.weight"])
        }
    }

    /// What predicts for sounds has no layers for words.
    @Test func modelsOfWordsPredictNoSounds() throws {
        try inFolder { folder in
            let pipeline = try FeaturePipeline.decode(
                text:
                    #"{"sample_rate": 8000, "layout": {"type": "summary", "entries": [{"feature": {"type": "mfcc", "n_mfcc": 5}}]}}"#
            )
            let json = """
                [{"type": "sequential", "layers": [{"type": "embedding", "vocabulary_size": 3, "units": 2}]},
                 {"type": "global_pool"}, {"type": "dense", "units": 2}]
                """
            let model = try Model(
                text: json, input: pipeline.outputShape(), generator: RandomGenerator(seed: 1))
            let path = folder + "/a.safetensors"
            let card = ModelCard(classes: ["a", "b"], features: pipeline.encode(), sampleRate: 8000)
            try ModelFile.write(model, card: card, to: path)
            _ = try ModelFile.read(path)
            let error = #expect(throws: FileError.self) { try Predictor(path) }
            #expect(error?.file == path)
            #expect(error?.place == "metadata \"model\"")
            #expect(
                error?.found.hasPrefix("layers[0].layers[0]: embedding expects integers") == true)
        }
    }

    /// A test-time augmentation that is not a list of augmentations is refused by what uses it.
    @Test(arguments: ["5", #"[[{"type": "x"}]]"#]) func damagedAugmentationIsRefused(_ tta: String) throws {
        let card = ModelCard(
            classes: ["a"], features: try JSONValue.parse("{}"), tta: try JSONValue.parse(tta))
        #expect(throws: (any Error).self) { try FeatureScript(card) }
    }

    @Test(arguments: ["a.onnx", "a", ".safetensors"]) func theEndingIsKept(_ name: String) throws {
        let model = try model()
        #expect(throws: FileError.self) { try ModelFile.write(model, to: name) }
        #expect(!FileManager.default.fileExists(atPath: name))
    }

    @Test(arguments: [
        ("format", "another", "format"), ("input", "[9]", "expects an input of shape"),
        ("input", "[0, 4]", "sizes of 1 to"),
        ("input", "[9, 4, 1, 1]", "1 to 3 sizes"), ("input", "[9, 99999999999]", "sizes of 1 to"),
        ("input", "[9,", "input"),
        ("model", "{}", "type"), ("model", #"{"type": "dense", "units": 100000}"#, "weights"),
        ("classes", "[1]", "a list of names"), ("sample_rate", "-3", "a positive integer"),
        ("tta", "[[", "metadata \"tta\""),
    ]) func damagedMetadataIsRefused(_ key: String, _ value: String, _ part: String) throws {
        try inFolder { folder in
            let path = folder + "/a.safetensors"
            try ModelFile.write(
                try model(), card: ModelCard(classes: ["a", "b"], sampleRate: 8000), to: path)
            let file = try SafeTensors(contentsOf: path, mapped: false)
            var metadata = file.metadata
            metadata[key] = value
            try model().saveWeights(to: path, metadata: metadata)
            let error = #expect(throws: (any Error).self) { try ModelFile.read(path) }
            let text = String(describing: error.map { "\($0)" } ?? "")
            #expect(text.contains(part) && text.contains("a.safetensors"), "\(text)")
            metadata[key] = nil
            try model().saveWeights(to: path, metadata: metadata)
            if !["sample_rate", "tta"].contains(key) {
                #expect(throws: FileError.self) { try ModelFile.read(path) }
            }
        }
    }
}
