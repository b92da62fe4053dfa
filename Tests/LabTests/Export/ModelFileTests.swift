import Autograd
import Configuration
import Foundation
import Lab
import LayerExamples
import Layers
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

    private func model() throws -> Model { try Example(Self.json, [9, 4]).model() }

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
            #expect(config.members?.map(\.key) == ["format", "model", "input", "classes"])
            #expect(try Model.spec(#require(config["model"])).encode() == model.spec.encode())
            #expect(config["input"] == [9, 4])
        }
    }

    @Test(arguments: ["a.onnx", "a", ".safetensors"]) func theEndingIsKept(_ name: String) throws {
        let model = try model()
        #expect(throws: FileError.self) { try ModelFile.write(model, to: name) }
        #expect(!FileManager.default.fileExists(atPath: name))
    }

    @Test(arguments: [
        ("format", "another", "format"), ("input", "[9]", "needs an input"),
        ("input", "[0, 4]", "sizes of 1 to"),
        ("input", "[9, 4, 1, 1]", "1 to 3 sizes"), ("input", "[9, 99999999999]", "sizes of 1 to"),
        ("input", "[9,", "input"),
        ("model", "{}", "type"), ("model", #"{"type": "dense", "units": 100000}"#, "numbers"),
        ("classes", "[1]", "a list of names"), ("sample_rate", "-3", "a whole number above 0"),
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
            if key != "sample_rate" { #expect(throws: FileError.self) { try ModelFile.read(path) } }
        }
    }
}
