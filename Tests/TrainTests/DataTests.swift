import Configuration
import Foundation
import SpeechEmotion
import Testing

/// Commands that look at data.
@Suite struct DataTests {
    @Test func clipsAreListedAndCounted() throws {
        try SmallExperiment.inFolder { folder in
            let list = try BuiltProgram.run("data", "list", folder + "/small.json")
            #expect(list.status == 0 && list.errors.isEmpty)
            let lines = list.output.split(separator: "\n")
            #expect(lines[0].hasPrefix("id,path,label,speaker,"))
            let stats = try BuiltProgram.run("data", "stats", folder + "/small.json")
            #expect(stats.status == 0)
            #expect(stats.output.contains(": \(lines.count - 1) clips, 8 classes"))
            let file = folder + "/clips.csv"
            let out = try BuiltProgram.run("data", "list", folder + "/small.json", "--out", file)
            #expect(out.status == 0 && out.output.isEmpty)
            #expect(FileManager.default.contents(atPath: file) == Data(list.output.utf8))
        }
    }

    @Test func aSplitIsWrittenAndTaken() throws {
        try SmallExperiment.inFolder { folder in
            let file = folder + "/folds.json"
            let split = try BuiltProgram.run(
                "data", "split", folder + "/small.json", "--split",
                #"{"type": "k_fold", "folds": 4, "by": "speaker", "validation": 1}"#, "--out", file)
            #expect(split.status == 0 && split.errors.isEmpty, "\(split.errors)")
            #expect(try SplitFile.read(file).splits.count == 4)
            let config = #"split={"type": "file", "file": "\#(file)"}"#
            let audit = try BuiltProgram.run(
                "data", "audit", folder + "/small.json", "--set", config, "--names-only", "--format", "json")
            #expect(audit.status == 0, "\(audit.errors)")
            #expect(try JSONValue.parse(audit.output).elements?.count == 4)
            let wrong = try BuiltProgram.run(
                "data", "split", folder + "/small.json", "--split", #"{"type": "kfold"}"#)
            #expect(wrong.status == 1)
            #expect(wrong.errors.contains(#"split.type: there is no split "kfold"; did you mean "k_fold"?"#))
        }
    }

    @Test func strictAuditsEndWithAStatus() throws {
        try SmallExperiment.inFolder { folder in
            let clean = try BuiltProgram.run(
                "data", "audit", folder + "/small.json", "--strict", "--no-cache")
            #expect(clean.status == 0, "\(clean.errors)")
            let random = #"split={"type": "random", "test": 0.25, "validation": 0.25}"#
            let words = ["data", "audit", folder + "/small.json", "--set", random, "--names-only"]
            let leak = try BuiltProgram.run(words + ["--strict"])
            #expect(leak.status == 1 && leak.errors == "error: 1 of 1 splits leak into their test part\n")
            #expect(leak.output.contains("speaker"))
            #expect(try BuiltProgram.run(words).status == 0)
        }
    }

    @Test func dataThatAreNotThereAreSaid() throws {
        try SmallExperiment.inFolder { folder in
            let missing = try BuiltProgram.run("data", "stats", "ravdess:\(folder)/none")
            #expect(missing.status == 1 && missing.errors.contains("\(folder)/none"), "\(missing.errors)")
            let unset = try BuiltProgram.run(
                "data", "list", folder + "/small.json", "--set",
                #"data.source={"type": "ravdess", "folder": "${RAVDESS}"}"#)
            #expect(unset.status == 1 && unset.errors.contains(#"the environment has no "RAVDESS"; set it"#))
        }
    }

    @Test func featuresAreComputed() throws {
        try SmallExperiment.inFolder { folder in
            let wave = Waveform((0..<16000).map { Float(sin(Double($0) * 0.2)) * 0.3 }, rate: 16000)
            try AudioFile.write(wave, to: folder + "/a.wav")
            try Data("none".utf8).write(to: URL(fileURLWithPath: folder + "/b.wav"))
            let out = folder + "/features.npy"
            let fine = try BuiltProgram.run("features", folder + "/a.wav", "--out", out)
            #expect(fine.status == 0, "\(fine.errors)")
            #expect(
                FileManager.default.contents(atPath: out)?.prefix(6) == Data([0x93] + Array("NUMPY".utf8)))
            let broken = try BuiltProgram.run("features", folder)
            #expect(broken.status == 1 && broken.errors.contains("b.wav"))
            let wrong = try BuiltProgram.run("features", folder + "/a.wav", "--out", folder + "/x.txt")
            #expect(wrong.status == 64)
        }
    }
}
