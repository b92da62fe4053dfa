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

    @Test func settingsApplyToACorpusOrAreRefused() throws {
        let all = try BuiltProgram.run("data", "list", "synthetic:")
        let one = try BuiltProgram.run(
            "data", "list", "synthetic:", "--set", #"data.include={"label": ["angry"]}"#)
        #expect(all.status == 0 && one.status == 0, "\(all.errors)\(one.errors)")
        let labels = Set(
            one.output.split(separator: "\n").dropFirst().map {
                $0.split(separator: ",", omittingEmptySubsequences: false)[2]
            })
        #expect(labels == ["angry"] && one.output.count < all.output.count)
        let other = try BuiltProgram.run("data", "stats", "synthetic:", "--set", "features.layout.frames=50")
        #expect(other.status == 64 && other.errors.contains("only its data can be set"), "\(other.errors)")
        let path = try BuiltProgram.run("data", "stats", "synthetic:here")
        #expect(path.status == 64 && path.errors.contains("the synthetic corpus has no files"))
        let mapped = try BuiltProgram.run("data", "stats", "mapped:here")
        #expect(mapped.status == 64 && mapped.errors.contains("describe it in a JSON file"))
    }

    @Test func aCorpusIsNamedWithItsKind() throws {
        try SmallExperiment.inFolder { folder in
            let list = folder + "/odd.csv"
            try "Wav File,Emo\na.wav,sad\nb.wav,angry\n".write(
                toFile: list, atomically: false, encoding: .utf8)
            for name in ["a.wav", "b.wav"] {
                try "".write(toFile: folder + "/" + name, atomically: false, encoding: .utf8)
            }
            func stats(_ data: String) throws -> (status: Int32, output: String, errors: String) {
                let ending = try BuiltProgram.run("data", "stats", data, "--names-only")
                return (ending.status, ending.output, ending.errors)
            }
            let odd = try stats(
                #"{"type": "manifest", "file": "\#(list)", "path": "Wav File", "label": "Emo"}"#)
            #expect(odd.status == 0 && odd.output.hasPrefix("odd.csv: 2 clips, 2 classes"), "\(odd)")
            let bare = try stats(list)
            #expect(
                bare.status == 64
                    && bare.errors.contains("for a list of clips, pass manifest:\(list)\n"), "\(bare)")
            let kind = try stats("wavs:\(folder)")
            #expect(
                kind.status == 64 && kind.errors.contains("unknown corpus type \"wavs\"; allowed: ")
                    && kind.errors.contains("folders"), "\(kind)")
        }
    }

    @Test func statisticsInEveryForm() throws {
        try SmallExperiment.inFolder { folder in
            let words = ["data", "stats", folder + "/small.json"]
            let table = try BuiltProgram.run(words)
            #expect(table.status == 0 && table.errors.isEmpty, "\(table.errors)")
            #expect(table.output.contains("median s") && table.output.contains("16 kHz"))
            #expect(table.output.contains("Audio formats") && table.output.contains("synthetic"))
            let markdown = try BuiltProgram.run(words + ["--format", "markdown"])
            #expect(markdown.status == 0 && markdown.output.contains("\n| label | clips | min s |"))
            let json = try JSONValue.parse(BuiltProgram.run(words + ["--format", "json"]).output)
            #expect(json["columns"]?.elements?.first?["column"] == "label")
            let csv = try BuiltProgram.run(words + ["--format", "csv", "--names-only"])
            #expect(csv.status == 0 && csv.output.hasPrefix("column,value,clips\n,all,"))
        }
    }

    @Test func unreadableFilesAreNamedAndCounted() throws {
        try SmallExperiment.inFolder { folder in
            let wave = Waveform((0..<16000).map { Float(sin(Double($0) * 0.2)) * 0.3 }, rate: 16000)
            for label in ["a", "b"] {
                try FileManager.default.createDirectory(
                    atPath: folder + "/data/" + label, withIntermediateDirectories: true)
            }
            try AudioFile.write(wave, to: folder + "/data/a/good.wav")
            for number in 10..<35 {
                try Data("none".utf8).write(to: URL(fileURLWithPath: folder + "/data/b/\(number).wav"))
            }
            let ending = try BuiltProgram.run("data", "stats", "folders:\(folder)/data")
            #expect(ending.status == 0)
            let lines = ending.errors.split(separator: "\n")
            #expect(lines.count == 21 && lines[0].hasPrefix("cannot be read: b/10.wav: "), "\(ending.errors)")
            #expect(lines[0].components(separatedBy: "10.wav").count == 2, "\(lines[0])")
            #expect(lines[20] == "and 5 more that cannot be read; --format json lists all of them")
            #expect(ending.output.contains("25 clips cannot be read; durations and formats exclude them."))
            #expect(ending.output.contains("No clip has a speaker: splits by speaker are not possible."))
            let csv = try BuiltProgram.run("data", "stats", "folders:\(folder)/data", "--format", "csv")
            #expect(csv.status == 0 && csv.errors.contains("No clip has a speaker"))
            #expect(csv.output.contains("\nlabel,b,25,25,,,,,,,\n"))
        }
    }

    /// The embedded corpus speaks in emotions, so that loudness and length tell them: said unless names alone are compared.
    @Test func auditsSayWhatRecordingsGiveAway() throws {
        try SmallExperiment.inFolder { folder in
            let words = ["data", "audit", folder + "/small.json"]
            let whole = try BuiltProgram.run(words + ["--no-cache"])
            #expect(whole.status == 0, "\(whole.errors)")
            #expect(
                whole.output.contains("warning: loudness (RMS level) alone predicts the class with UAR 0."))
            let names = try BuiltProgram.run(words + ["--names-only"])
            #expect(names.status == 0 && !names.output.contains("alone predicts the class"))
            let json = try JSONValue.parse(
                BuiltProgram.run(words + ["--format", "json", "--no-cache"]).output)
            let findings = json.elements?.first?["findings"]?.elements ?? []
            #expect(findings.contains { $0["kind"] == "recording" && $0["severity"] == "warning" })
        }
    }

    @Test func checksSayHowManyClipsAreTruncated() throws {
        try SmallExperiment.inFolder { folder in
            let file = folder + "/small.json"
            let check = try BuiltProgram.run("check", file)
            #expect(check.status == 0 && check.errors.isEmpty, "\(check.errors)")
            #expect(check.output.contains("\ntruncation\nsubset "), "\(check.output)")
            #expect(check.output.contains("features.layout.frames ("))
            let none = try BuiltProgram.run("check", file, "--set", "features.layout.frames=900")
            #expect(none.output.contains("is truncated by features.layout.frames\n"))
            let picture = try BuiltProgram.run(
                "check", file, "--set",
                #"features.layout={"type": "summary", "entries": [{"feature": {"type": "mfcc"}}]}"#, "--set",
                #"model=[{"type": "dense", "units": 8}]"#)
            #expect(picture.status == 0, "\(picture.errors)")
            #expect(picture.output.contains("truncation: none; no feature option truncates clips\n"))
            let missing = try BuiltProgram.run(
                "check", file, "--set",
                #"data.source={"type": "ravdess", "folder": "\#(folder)/none"}"#)
            #expect(missing.status == 0 && missing.errors.isEmpty, "\(missing.errors)")
            let line = missing.output.split(separator: "\n").first { $0.hasPrefix("truncation: ") }
            #expect(
                line?.hasPrefix("truncation: unknown, because the data are not available (\(folder)/none")
                    == true)
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
            #expect(wrong.errors.contains(#"split.type: unknown split "kfold"; did you mean "k_fold"?"#))
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
            #expect(leak.status == 1 && leak.errors == "error: 1 of 1 split leaks into its test set\n")
            #expect(leak.output.contains("speaker"))
            #expect(try BuiltProgram.run(words).status == 0)
            // The findings in every format of tables.
            let latex = try BuiltProgram.run(words + ["--format", "latex"])
            #expect(latex.output.hasPrefix(#"\begin{table}"#) && latex.output.contains("Leakage audit of"))
            let csv = try BuiltProgram.run(words + ["--format", "csv"])
            #expect(csv.output.hasPrefix("split,severity,subsets,finding,examples\n"), "\(csv.output)")
            let html = try BuiltProgram.run("data", "stats", folder + "/small.json", "--format", "html")
            #expect(html.output.hasPrefix("<!DOCTYPE html>"), "\(html.errors)")
            let stats = try BuiltProgram.run("data", "stats", folder + "/small.json", "--format", "latex")
            #expect(stats.output.contains("Clips by speaker}"), "\(stats.output)")
        }
    }

    @Test func dataThatAreNotThereAreSaid() throws {
        try SmallExperiment.inFolder { folder in
            let missing = try BuiltProgram.run("data", "stats", "ravdess:\(folder)/none")
            #expect(missing.status == 1 && missing.errors.contains("\(folder)/none"), "\(missing.errors)")
            let unset = try BuiltProgram.run(
                "data", "list", folder + "/small.json", "--set",
                #"data.source={"type": "ravdess", "folder": "${RAVDESS}"}"#)
            #expect(
                unset.status == 1 && unset.errors.contains(#"the environment variable "RAVDESS" is not set"#))
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
