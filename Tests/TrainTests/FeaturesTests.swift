import Layers
import Autograd
import Configuration
import Foundation
import Lab
import Layers
import SpeechEmotion
import Testing

/// Features and embeddings for other programs.
@Suite struct FeaturesTests {
    private let run: String

    init() throws { run = try SmallExperiment.finished.get() }

    /// Calls `body` with a folder of three sounds at 8 kHz, of 0.5, 1 and 0.75 s, and a manifest of them.
    private func inSounds(_ body: (_ folder: String) throws -> Void) throws {
        try SmallExperiment.inFolder { folder in
            for (name, seconds) in [("a", 0.5), ("b, c", 1), ("d", 0.75)] {
                let samples = (0..<Int(seconds * 8000)).map { Float(0.3 * sin(Double($0) * 0.2)) }
                try AudioFile.write(Waveform(samples, rate: 8000), to: "\(folder)/\(name).wav")
            }
            let rows = [
                "path,label,speaker,room,fold", "d.wav,sad,eve,small,x",
                "\"b, c.wav\",glad,bob,\"large, cold\",y",
                "a.wav,glad,eve,,z",
            ]
            try rows.joined(separator: "\n").write(
                toFile: folder + "/clips.csv", atomically: false, encoding: .utf8)
            try body(folder)
        }
    }

    private func features(_ words: String...) throws -> BuiltProgram.Ending {
        try BuiltProgram.run(["features"] + words)
    }

    private func exists(_ file: String) -> Bool { FileManager.default.fileExists(atPath: file) }

    @Test func aCorpusIsATableWithItsColumns() throws {
        try inSounds { folder in
            let out = folder + "/x.npy"
            let ending = try features("manifest:\(folder)/clips.csv", "--model", run, "--out", out)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(try Npy.read(out).shape == [3, 40, 8])
            // 1 + samples / 256 frames.
            #expect(try Npy.readIndices(folder + "/x.lengths.npy").values == [16, 32, 24])
            let table = try CSVTable(contentsOf: folder + "/x.csv")
            #expect(table.columns == ["path", "label", "speaker", "id", "fold", "room"])
            #expect(table.rows.map { $0[1].text } == ["glad", "glad", "sad"])
            #expect(table.rows.map { $0[2].text } == ["eve", "bob", "eve"])
            #expect(table.rows.map { $0[5].text } == ["", "large, cold", "small"])
            #expect(table.rows[1][0].text.hasSuffix("/b, c.wav"))
            #expect(!exists(folder + "/x.txt"))
        }
    }

    /// What is cut from clips is told, and written beside the array.
    @Test func truncatedClipsAreTold() throws {
        try inSounds { folder in
            let out = folder + "/x.npy"
            let long = (0..<16000).map { Float(0.3 * sin(Double($0) * 0.2)) }
            try AudioFile.write(Waveform(long, rate: 8000), to: folder + "/b, c.wav")
            let ending = try features("manifest:\(folder)/clips.csv", "--model", run, "--out", out)
            #expect(ending.status == 0, "\(ending.errors)")
            let sentence = "warning: 1 of 3 clips is truncated by features.layout.frames: median cut "
            #expect(
                ending.errors.contains(sentence) && ending.errors.contains("% of the audio is lost\n"),
                "\(ending.errors)")
            let table = try CSVTable(contentsOf: folder + "/x.csv")
            #expect(table.columns.last == "truncated")
            let cuts = try table.rows.map { try #require(Double($0.last?.text ?? "")) }
            #expect(cuts[0] == 0 && cuts[2] == 0 && abs(cuts[1] - 0.72) < 0.1, "\(cuts)")
        }
    }

    /// The features are those that predicting takes: padding is zero, and the rest is that of the pipeline.
    @Test func theFeaturesAreThoseOfThePipeline() throws {
        try inSounds { folder in
            let out = folder + "/x.npy"
            #expect(
                try features(folder + "/a.wav", folder + "/d.wav", "--model", run, "--out", out).status == 0)
            let found = try Npy.read(out).array.map { Float($0) }
            let pipeline = try RunRecord(run).experiment.features
            let wanted = try ["a", "d"].flatMap {
                try pipeline.features(ofFile: "\(folder)/\($0).wav").values
            }
            #expect(found == wanted)
            let table = try CSVTable(contentsOf: folder + "/x.csv")
            #expect(table.columns == ["path", "label", "speaker"])
            #expect(table.rows.map { $0.map(\.text) } == ["a", "d"].map { ["\(folder)/\($0).wav", "", ""] })
        }
    }

    @Test func anExperimentTellsFoldsAndSubsets() throws {
        try SmallExperiment.inFolder { folder in
            let out = folder + "/x.npy"
            let folds = #"split={"type": "k_fold", "folds": 4, "by": "speaker", "validation": 1}"#
            let ending = try features(
                folder + "/small.json", "--set", folds, "--set", "fold=2", "--out", out)
            #expect(ending.status == 0, "\(ending.errors)")
            let table = try CSVTable(contentsOf: folder + "/x.csv")
            #expect(Array(table.columns.prefix(5)) == ["path", "label", "speaker", "fold", "subset"])
            let experiment = try Experiment.load(
                folder + "/small.json", settings: [folds, "fold=2"], environment: [:]
            ).experiment
            let data = try ExperimentData(experiment)
            #expect(table.rows.count == data.corpus.clips.count)
            for (row, clip) in zip(table.rows, data.corpus.clips) {
                let fold = try #require(data.splits.firstIndex { $0.test.contains(clip.id) }) + 1
                let part = try #require(Split.Subset.allCases.first { data.split[$0].contains(clip.id) })
                #expect(
                    row.map(\.text).prefix(5) == [
                        clip.id, clip.label, clip.speaker, "\(fold)", part.rawValue,
                    ])
            }
            #expect(Set(table.rows.map { $0[3].text }) == ["1", "2", "3", "4"])
            #expect(try Npy.read(out).shape == [table.rows.count, 40, 8])
        }
    }

    /// A corpus may have columns that are called as ours are.
    @Test func columnsOfOneNameAreToldApart() throws {
        try inSounds { folder in
            try SmallExperiment.text.replacing(
                #"{"type": "synthetic", "speakers": 4, "repetitions": 1}"#,
                with: #"{"type": "manifest", "file": "\#(folder)/clips.csv"}"#
            ).replacing(
                #"{"type": "grouped", "by": "speaker", "test": 0.25, "validation": 0.25}"#,
                with: #"{"type": "k_fold", "folds": 2, "by": "speaker"}"#
            ).write(toFile: folder + "/own.json", atomically: false, encoding: .utf8)
            let ending = try features(folder + "/own.json", "--out", folder + "/x.npy")
            #expect(ending.status == 0, "\(ending.errors)")
            let table = try CSVTable(contentsOf: folder + "/x.csv")
            #expect(
                table.columns == ["path", "label", "speaker", "fold", "subset", "id", "corpus_fold", "room"])
            #expect(table.rows.map { $0[6].text } == ["z", "y", "x"])
        }
    }

    /// The embedding of the layer before the last times that layer's weights is the prediction.
    @Test func theEmbeddingLeadsToThePrediction() throws {
        try inSounds { folder in
            let files = ["a", "b, c", "d"].map { "\(folder)/\($0).wav" }
            let out = folder + "/e.npy"
            try Data().write(to: URL(fileURLWithPath: folder + "/e.lengths.npy"))
            let ending = try BuiltProgram.run(
                ["features"] + files + ["--model", run, "--layer", "4", "--out", out])
            #expect(ending.status == 0, "\(ending.errors)")
            let embedding = try Npy.read(out)
            #expect(embedding.shape[0] == 3 && embedding.rank == 2)
            // No file of another array is left beside it.
            #expect(!exists(folder + "/e.lengths.npy") && exists(folder + "/e.csv"))
            let model = try ModelFile.read(run + "/" + RunFile.model).model
            func weights(_ name: String) throws -> [Real] {
                try #require(model.namedParameters.first { $0.name == name }).parameter.value.array
            }
            let (weight, bias) = (try weights("5.weight"), try weights("5.bias"))
            let said = try BuiltProgram.run(
                ["predict"] + files + ["--model", run, "--format", "json", "--no-cache"])
            let width = embedding.shape[1]
            for (row, line) in said.output.split(separator: "\n").enumerated() {
                let members = try #require(try JSONValue.parse(String(line))["probabilities"]?.members)
                let logits = bias.indices.map { unit in
                    (0..<width).reduce(bias[unit]) {
                        $0 + embedding.array[row * width + $1] * weight[$1 * bias.count + unit]
                    }
                }
                let total = logits.reduce(0) { $0 + exp($1) }
                for (member, logit) in zip(members, logits) {
                    #expect(abs((member.value.double ?? -1) - Double(exp(logit) / total)) < 1e-5)
                }
            }
            #expect(said.output.split(separator: "\n").count == 3)
        }
    }

    /// A layer that keeps time has lengths and zeros behind them, and no clip depends on the others of its batch.
    @Test func sequencesOfALayerHaveLengths() throws {
        try inSounds { folder in
            func embedding(_ names: String...) throws -> ([Real], [Int]) {
                let out = folder + "/e.npy"
                let ending = try BuiltProgram.run(
                    ["features"] + names.map { "\(folder)/\($0).wav" }
                        + ["--model", run, "--layer", "3", "--out", out])
                try #require(ending.status == 0, "\(ending.errors)")
                let array = try Npy.read(out)
                #expect(array.shape == [names.count, 40, 6])
                return (array.array, try Npy.readIndices(folder + "/e.lengths.npy").values)
            }
            let (both, lengths) = try embedding("a", "b, c")
            #expect(lengths == [16, 32])
            #expect(both[16 * 6..<40 * 6].allSatisfy { $0 == 0 } && !both[..<(16 * 6)].contains(0))
            #expect(try embedding("a").0 == Array(both[..<(40 * 6)]))
            #expect(try embedding("b, c", "d").0.prefix(240) == both.suffix(240))
        }
    }

    @Test func aRunHasItsOwnModelAndSplit() throws {
        try SmallExperiment.inFolder { folder in
            let out = folder + "/e.csv"
            let ending = try features(run, "--layer", "4", "--out", out)
            #expect(ending.status == 0, "\(ending.errors)")
            let table = try CSVTable(contentsOf: out)
            #expect(table.columns.contains("subset") && table.columns.last == "4_5", "\(table.columns)")
            let split = try #require(try RunRecord(run).split)
            let column = try #require(table.column("subset"))
            #expect(table.rows.count { $0[column].text == "test" } == split.test.count)
            #expect(table.rows.count { $0[column].text == "train" } == split.train.count)
        }
    }

    /// The tasks of a Slurm script fill one cache, each with its part of the clips.
    @Test func tasksOfASlurmScriptFillTheCache() throws {
        try inSounds { folder in
            let (cache, script) = (folder + "/cache", folder + "/features.sh")
            let words = ["features", "manifest:\(folder)/clips.csv", "--cache", cache]
            let ending = try BuiltProgram.run(
                words + [
                    "--slurm", script, "--parts", "2", "--threads", "1", "--slurm-options", "--time=1:00:00",
                ])
            #expect(
                ending.status == 0 && ending.output.contains("with 2 tasks, for 3 clips"), "\(ending.errors)")
            let text = try String(contentsOfFile: script, encoding: .utf8)
            #expect(text.contains("#SBATCH --array=1-2\n") && text.contains("#SBATCH --time=1:00:00\n"))
            func entries() -> Int {
                (try? FileManager.default.subpathsOfDirectory(atPath: cache))?.count { $0.contains("/") } ?? 0
            }
            for (task, count) in [("1", 2), ("2", 3)] {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/bin/bash")
                process.arguments = [script]
                process.environment = ProcessInfo.processInfo.environment
                    .merging(["SLURM_ARRAY_TASK_ID": task]) { $1 }
                process.standardError = FileHandle.nullDevice
                try process.run()
                process.waitUntilExit()
                #expect(
                    process.terminationStatus == 0 && entries() == count, "task \(task): \(entries()) entries"
                )
            }
            // The features come from the cache now.
            let all = try BuiltProgram.run(words)
            let fresh = try features("manifest:\(folder)/clips.csv")
            #expect(all.status == 0 && all.output == fresh.output && entries() == 3)
        }
    }

    /// More tasks than fit into an array are submitted by a second script, as those of an ablation.
    @Test func moreTasksThanAnArrayMayHave() throws {
        try inSounds { folder in
            let script = folder + "/features.sh"
            let ending = try BuiltProgram.run(
                "features", "manifest:\(folder)/clips.csv", "--cache", folder + "/cache", "--slurm", script,
                "--parts", "3", "--slurm-array", "2")
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(
                ending.output.contains(
                    "with 3 tasks; \(folder)/features-submit.sh submits them in arrays of at most 2, for 3 clips"
                ),
                "\(ending.output)")
            #expect(ending.output.contains("    bash "))
            #expect(try !String(contentsOfFile: script, encoding: .utf8).contains("--array="))
            let submission = try String(contentsOfFile: folder + "/features-submit.sh", encoding: .utf8)
            #expect(submission.contains("sbatch --array=1-2 ") && submission.contains("sbatch --array=1-1 "))
        }
    }

    @Test(arguments: [
        (["--part", "1/2"], "--part requires --cache"),
        (["--part", "3/2", "--cache", "c"], "I/N with I from 1 to N"),
        (
            ["--part", "1/2", "--cache", "c", "--out", "x.npy"],
            "--part and --out are mutually exclusive: --part fills the cache"
        ),
        (["--slurm", "s.sh", "--cache", "c"], "--slurm requires --parts"),
        (["--parts", "2"], "--parts requires --slurm"),
        (["--slurm-options", "--time=1"], "--slurm-options requires --slurm"),
    ])
    func partsThatMakeNoSenseAreExplained(_ more: [String], _ expected: String) throws {
        let ending = try BuiltProgram.run(["features", "nothing.wav"] + more)
        #expect(ending.status == 64 && ending.errors.contains(expected), "\(ending.errors)")
    }

    @Test func partsOfSyntheticClipsAreAnError() throws {
        let quickstart =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path + "/Experiments/quickstart.json"
        let ending = try BuiltProgram.run("features", quickstart, "--part", "1/2", "--cache", "c")
        #expect(
            ending.status == 64
                && ending.errors.contains("the cache, which only keeps features of audio files"),
            "\(ending.errors)")
    }

    @Test func clipsWithoutFeaturesAreTold() throws {
        try inSounds { folder in
            try Data("none".utf8).write(to: URL(fileURLWithPath: folder + "/b, c.wav"))
            let out = folder + "/x.npy"
            let ending = try features("manifest:\(folder)/clips.csv", "--model", run, "--out", out)
            #expect(
                ending.status == 1
                    && ending.errors.hasSuffix("error: the features of 1 of 3 files could not be computed\n"))
            #expect(ending.errors.components(separatedBy: "b, c.wav").count == 2, "\(ending.errors)")
            #expect(try Npy.readIndices(folder + "/x.lengths.npy").values == [16, 0, 24])
            #expect(try Npy.read(out).array[320..<640].allSatisfy(\.isNaN))
            #expect(try CSVTable(contentsOf: folder + "/x.csv").rows.count == 3)
        }
    }

    @Test func mistakesAreTold() throws {
        try inSounds { folder in
            let (wave, out) = (folder + "/a.wav", folder + "/x.npy")
            func expect(_ words: [String], _ message: String, status: Int32 = 64) throws {
                let ending = try BuiltProgram.run(["features"] + words + ["--out", out])
                #expect(
                    ending.status == status && ending.errors.contains(message), "\(words): \(ending.errors)")
            }
            try expect([], "missing argument: audio files, folders, a corpus, an experiment or a run")
            try expect([wave, "--layer", "4"], "--layer requires a trained model; add --model")
            try expect(
                [wave, "--layer", "nine", "--model", run],
                "\(run): --layer: found no layer \"nine\"; allowed: 0 (feature_norm [40, 8]), 1 (conv1d [40, 6]), 2 (dropout [40, 6]), 3 (gru [40, 6]), 4 (attention [6]), 5 (dense [8])",
                status: 1)
            try expect(
                [wave, "--pipeline", folder + "/small.json", "--model", run],
                "--pipeline and --model are mutually exclusive")
            try expect([wave, "--pipeline", run], "this is a trained model; use --model")
            try expect(
                [run, wave],
                "\(run): a corpus, an experiment or a run must be the only argument; to apply its features to other files, use --model \(run)"
            )
            try expect(
                [wave, "manifest:\(folder)/clips.csv"],
                "manifest:\(folder)/clips.csv: a corpus, an experiment or a run must be the only argument")
            try expect(["manifst:\(folder)/clips.csv"], "did you mean \"manifest\"?")
            try expect(
                [wave, "--set", "seed=2"], "--set requires an experiment")
            try expect([run, "--set", "seed=2"], "--set cannot change the config of the finished run \(run)")
            try expect([folder + "/none.wav"], "\(folder)/none.wav: no such file or folder")
            try expect(
                [folder + "/small.json", "--set", "features.normalize=speaker"],
                "the pipeline normalizes by speaker, which requires all clips of a speaker")
            #expect(!exists(out) && !exists(folder + "/x.csv"))
            let wrong = try features(wave, "--out", folder + "/x.txt")
            #expect(
                wrong.status == 64
                    && wrong.errors.contains("--out: expected a file name ending in .npy or .csv"))
        }
    }

    @Test func aRunWhoseDataHaveChangedIsTold() throws {
        try SmallExperiment.inFolder { folder in
            try FileManager.default.copyItem(atPath: run, toPath: folder + "/copy")
            let file = folder + "/copy/" + RunFile.split
            try FileManager.default.removeItem(atPath: folder + "/copy/" + RunFile.checksums)
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let split = try #require(try RunRecord(run).split)
            try text.replacing("\"\(split.test[0])\"", with: "\"gone\"").write(
                toFile: file, atomically: false, encoding: .utf8)
            let ending = try features(folder + "/copy", "--out", folder + "/x.npy")
            #expect(
                ending.status == 1
                    && ending.errors.contains("clips: found clips that differ from those of the data"),
                "\(ending.errors)")
        }
    }

    @Test func pipelinesOfExperimentsAndRunsAreDescribed() throws {
        try SmallExperiment.inFolder { folder in
            let experiment = try features("--describe", "--pipeline", folder + "/small.json")
            let model = try features("--describe", "--model", run)
            #expect(
                experiment.status == 0 && experiment.output.contains("shape: [40, 8]"), "\(experiment.errors)"
            )
            #expect(model.output == experiment.output)
            #expect(try features(run, "--describe").output == model.output)
        }
    }

    private func features(pipeline: String, before: String? = nil) throws -> BuiltProgram.Ending {
        var ending: BuiltProgram.Ending?
        try inSounds { folder in
            try pipeline.write(toFile: folder + "/p.json", atomically: false, encoding: .utf8)
            var place = BuiltProgram.Surroundings()
            place.before = before
            ending = try BuiltProgram.run(
                ["features", folder, "--pipeline", folder + "/p.json", "--out", folder + "/x.npy"], place)
        }
        return try #require(ending)
    }

    @Test func aPipelineThatNeedsMoreMemoryThanThereIsIsRefused() throws {
        let ending = try features(
            pipeline: """
                {"preprocessing": [{"type": "length", "samples": 536870912}],
                 "layout": {"type": "summary", "entries": [{"feature": {"type": "mel"}}]}}
                """, before: "ulimit -v 4000000")
        #expect(ending.status == 1)
        #expect(
            ending.errors.contains("a result of 536,870,912 samples, which needs about"), "\(ending.errors)")
        #expect(ending.errors.contains("GB of memory"))
    }

    @Test func aRecordingThatNeedsMoreMemoryThanThereIsIsNamed() throws {
        try inSounds { folder in
            // An hour of silence, in a sparse file.
            let (path, size) = (folder + "/hour.wav", 2 * 3600 * 16_000)
            try AudioFile.write(Waveform([0], rate: 16_000), to: path)
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path)).prefix(44)
            for (place, number) in [(4, size + 36), (40, size)] {
                withUnsafeBytes(of: UInt32(number).littleEndian) {
                    bytes.replaceSubrange(place..<place + 4, with: $0)
                }
            }
            try bytes.write(to: URL(fileURLWithPath: path))
            #expect(truncate(path, off_t(size + 44)) == 0)
            var place = BuiltProgram.Surroundings()
            place.before = "ulimit -v 400000"
            let ending = try BuiltProgram.run(["features", folder, "--out", folder + "/x.csv"], place)
            #expect(ending.status == 1)
            #expect(
                ending.errors.contains("hour.wav: read: found a recording of 57,600,000 samples"),
                "\(ending.errors)")
            #expect(ending.errors.contains("1 of 4 files"), "\(ending.errors)")
        }
    }

    @Test func frequenciesHaveABound() throws {
        let ending = try features(
            pipeline: """
                {"layout": {"type": "summary", "entries": [
                  {"feature": {"type": "mel", "n_mels": 3, "fmax": 1e308, "mel_scale": "htk"}}]}}
                """)
        #expect(ending.errors.contains("fmax: expected"), "\(ending.errors)")
        #expect(ending.errors.contains("1000000"), "\(ending.errors)")
    }
}
