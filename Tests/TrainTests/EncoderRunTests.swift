import Configuration
import Foundation
import SpeechEmotion
import Testing

/// Runs with features of a pretrained encoder: the tiny ones of `Tests/EncodersTests/Fixtures`.
@Suite struct EncoderRunTests {
    private static let fixtures = package + "/Tests/EncodersTests/Fixtures"

    /// The experiment of the package on the embedded corpus, with a tiny encoder and short clips.
    private func run(_ folder: String, encoder: String, name: String = "a", _ more: String...) throws
        -> BuiltProgram.Ending
    {
        var place = BuiltProgram.Surroundings()
        place.environment = ["ENCODER": encoder, "RAVDESS": "/nowhere"]
        let words = [
            "run", package + "/Experiments/encoder-speakers.json", "--runs", folder + "/runs", "--name", name,
            "--cache", folder + "/cache", "--quiet", "--set",
            #"data={"source": {"type": "synthetic", "speakers": 5}}"#, "--set", "features.duration=0.05",
            "--set", "model[1].layers=3", "--set", "training.epochs=2",
        ]
        return try BuiltProgram.run(words + more, place)
    }

    @Test func aRunRecordsTheEncoderAndNeedsIt() throws {
        try SmallExperiment.inFolder { folder in
            let encoder = folder + "/wavlm"
            try FileManager.default.copyItem(atPath: Self.fixtures + "/wavlm", toPath: encoder)
            let first = try run(folder, encoder: encoder)
            #expect(first.status == 0, "\(first.errors)")
            let config = try JSONValue.load(folder + "/runs/a/config.json")
            let feature = config["features"]?["layout"]?["entries"]?.elements?.first?["feature"]
            let digest = try #require(feature?["sha256"]?.text)
            let imported = try BuiltProgram.run("import", encoder, "--out", folder + "/w.safetensors")
            #expect(imported.status == 0 && imported.output.contains("SHA-256: \(digest)"))
            #expect(imported.output.contains("wavlm, 2 layers of 12 channels, 2 attention heads"))
            #expect(imported.output.contains("left out: masked_spec_embed"))

            // The converted file gives the same run, from the cache.
            let second = try run(folder, encoder: folder + "/w.safetensors", name: "b")
            #expect(second.status == 0, "\(second.errors)")
            for file in ["predictions.csv", "metrics.jsonl"] {
                #expect(
                    FileManager.default.contents(atPath: "\(folder)/runs/a/\(file)")
                        == FileManager.default.contents(atPath: "\(folder)/runs/b/\(file)"))
            }

            let clip = folder + "/clip.wav"
            let samples = (0..<800).map { Float(0.3 * sin(Double($0) * 0.1)) }
            try AudioFile.write(Waveform(samples, rate: 16000), to: clip)
            let prediction = try BuiltProgram.run("predict", clip, "--model", folder + "/runs/a")
            #expect(prediction.status == 0, "\(prediction.errors)")

            // Another encoder at the same path, then none.
            try FileManager.default.removeItem(atPath: encoder)
            try FileManager.default.copyItem(atPath: Self.fixtures + "/wav2vec2", toPath: encoder)
            let other = try BuiltProgram.run("predict", clip, "--model", folder + "/runs/a")
            #expect(other.status == 1 && other.errors.contains("found a different encoder: SHA-256"))
            try FileManager.default.removeItem(atPath: encoder)
            let missing = try BuiltProgram.run("predict", clip, "--model", folder + "/runs/a")
            #expect(missing.status == 1 && missing.errors.contains("no such file or folder"))
            var place = BuiltProgram.Surroundings()
            place.environment["PROSODY_ENCODERS"] = Self.fixtures
            let found = try BuiltProgram.run(["predict", clip, "--model", folder + "/runs/a"], place)
            #expect(found.status == 0 && found.output == prediction.output)
        }
    }

    /// Fine-tuning: the run resumes with the same bits, and its model needs the encoder.
    @Test func aFineTunedModelIsUsedLikeAnyOther() throws {
        try SmallExperiment.inFolder { folder in
            let encoder = folder + "/wavlm"
            try FileManager.default.copyItem(atPath: Self.fixtures + "/wavlm", toPath: encoder)
            var place = BuiltProgram.Surroundings()
            place.environment = ["ENCODER": encoder, "RAVDESS": "/nowhere"]
            func words(_ name: String, _ more: [String] = []) -> [String] {
                [
                    "run", package + "/Experiments/encoder-finetune-speakers.json", "--runs",
                    folder + "/runs", "--name", name, "--cache", folder + "/cache", "--quiet", "--set",
                    #"data={"source": {"type": "synthetic", "speakers": 5}}"#, "--set",
                    "features.duration=0.05", "--set", "features.layout.frames=800", "--set",
                    "model[1].layers=3", "--set", "training.epochs=2", "--set",
                    "training.save_every_seconds=0",
                ] + more
            }
            func train(_ name: String, _ more: String...) throws -> BuiltProgram.Ending {
                try BuiltProgram.run(words(name, more), place)
            }
            let first = try train("a")
            #expect(first.status == 0, "\(first.errors)")
            let config = try JSONValue.load(folder + "/runs/a/config.json")
            #expect(config["model"]?.elements?.first?["sha256"]?.text?.count == 64)
            let clip = folder + "/clip.wav"
            let samples = (0..<800).map { Float(0.3 * sin(Double($0) * 0.1)) }
            try AudioFile.write(Waveform(samples, rate: 16000), to: clip)
            let prediction = try BuiltProgram.run("predict", clip, "--model", folder + "/runs/a")
            #expect(prediction.status == 0, "\(prediction.errors)")
            let evaluation = try BuiltProgram.run("evaluate", folder + "/runs/a")
            #expect(evaluation.status == 0, "\(evaluation.errors)")
            let export = try BuiltProgram.run(
                "export", folder + "/runs/a", "--out", folder + "/exported")
            #expect(export.status == 0 && export.output.contains("model.onnx"), "\(export.errors)")

            // Interrupted and resumed.
            let call = try BuiltProgram.begin(words("b"), place)
            #expect(call.wait { FileManager.default.fileExists(atPath: folder + "/runs/b/state") })
            kill(call.id, SIGTERM)
            #expect(try call.end().status == 130)
            let rest = try train("b", "--resume")
            #expect(rest.status == 0, "\(rest.errors)")
            try SmallExperiment.expectEqual(folder + "/runs/b", folder + "/runs/a")

            let wrong = try train("c", "--set", "features.sample_rate=8000")
            #expect(
                wrong.status == 1 && wrong.errors.contains("expects waveforms at 16000 Hz, found 8000 Hz"))
            let other = try train(
                "d", "--set", #"features.layout={"type": "sequence", "features": [{"type": "rms"}]}"#)
            #expect(other.status == 1 && other.errors.contains(#""features": [{"type": "waveform"}]"#))

            try FileManager.default.removeItem(atPath: encoder)
            let missing = try BuiltProgram.run("predict", clip, "--model", folder + "/runs/a")
            #expect(missing.status == 1 && missing.errors.contains("no such file or folder"))
            place.environment["PROSODY_ENCODERS"] = Self.fixtures
            let found = try BuiltProgram.run(["predict", clip, "--model", folder + "/runs/a"], place)
            #expect(found.status == 0 && found.output == prediction.output)
        }
    }

    @Test(arguments: [
        ("encoder-speakers", "model[1].layers=3"),
        ("encoder-frames-speakers", "features.layout.features[0].layers=[2]"),
        ("encoder-finetune-speakers", "model[1].layers=3"),
        ("encoder-superb-iemocap", "model[0].layers=3"),
        ("encoder-emobox", "training.epochs=20"),
    ])
    func theExperimentsPassTheCheck(name: String, setting: String) throws {
        var place = BuiltProgram.Surroundings()
        place.environment["ENCODER"] = Self.fixtures + "/wavlm"
        let file = "\(package)/Experiments/\(name).json"
        let check = try BuiltProgram.run(["check", file, "--set", setting], place)
        #expect(check.status == 0 && check.output.hasPrefix("\(file): OK"), "\(check.errors)")
    }

    @Test func anEncoderThatDoesNotFitIsReported() throws {
        try SmallExperiment.inFolder { folder in
            let encoder = folder + "/hubert"
            try FileManager.default.copyItem(atPath: Self.fixtures + "/hubert", toPath: encoder)
            try Data([1, 2, 3]).write(to: URL(fileURLWithPath: encoder + "/model.safetensors"))
            let damaged = try BuiltProgram.run("import", encoder)
            #expect(damaged.status == 1 && damaged.errors.contains("model.safetensors"))
            let unknown = try run(folder, encoder: folder + "/nothing")
            #expect(unknown.status == 1 && unknown.errors.contains("no such file or folder"))
            try FileManager.default.removeItem(atPath: encoder)
            try FileManager.default.copyItem(atPath: Self.fixtures + "/pickled", toPath: encoder)
            try FileManager.default.removeItem(atPath: encoder + "/preprocessor_config.json")
            let assumed = try BuiltProgram.run("import", encoder)
            #expect(assumed.status == 0 && assumed.output.contains("variance 1 (assumed: there is no"))
            let taken = try BuiltProgram.run(
                "import", Self.fixtures + "/hubert", "--out", folder + "/small.json")
            #expect(taken.status == 64 && taken.errors.contains("expected FILE.safetensors"))
        }
    }
}
