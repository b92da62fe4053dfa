import Layers
import Configuration
import Foundation
import Lab
import Layers
import Testing

/// Runs in their folders: what they leave, and who may go on with them.
@Suite struct RunTests {
    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test func aRunLeavesItsFiles() throws {
        let run = try SmallExperiment.finished.get()
        for name in RunFile.repeatable + [
            RunFile.environment, RunFile.testReads, RunFile.report, RunFile.plots,
        ] {
            #expect(exists(run + "/" + name), "\(name)")
        }
        #expect(exists(run + "/timing.jsonl"))
        let names = try FileManager.default.contentsOfDirectory(atPath: run)
        #expect(names.contains { $0.hasPrefix("events.out.tfevents.") })
        #expect(!names.contains { $0.hasPrefix(".") })
        let metrics = try String(contentsOfFile: run + "/" + RunFile.metrics, encoding: .utf8)
        #expect(metrics.split(separator: "\n").count == 4)
        let timing = try EpochLines.read(run + "/timing.jsonl")
        #expect(timing.count == 4 && timing.allSatisfy { ($0["samples_per_second"] ?? 0) > 0 })
    }

    @Test func aNameIsTakenOnce() throws {
        try SmallExperiment.inFolder { folder in
            let none = try BuiltProgram.run(SmallExperiment.run(folder, "--resume"))
            #expect(none.status == 64)
            #expect(none.errors.hasPrefix("error: there is no run in \(folder)/runs/small to resume"))
            #expect(!exists(folder + "/runs"))
            #expect(try BuiltProgram.run(SmallExperiment.run(folder, "--quiet")).status == 0)
            let before = try SmallExperiment.files(folder + "/runs/small")
            let reads = try String(
                contentsOfFile: folder + "/runs/small/" + RunFile.testReads, encoding: .utf8)
            #expect(reads.split(separator: "\n").count == 1)
            for more in [[], ["--resume"]] {
                let again = try BuiltProgram.run(SmallExperiment.run(folder) + more)
                #expect(again.status == 64)
                #expect(again.errors.contains("contains a finished run; choose another --name"))
            }
            #expect(try SmallExperiment.files(folder + "/runs/small") == before)
            for name in ["", ".", "..", "a/b"] {
                let wrong = try BuiltProgram.run(SmallExperiment.run(folder, name: name))
                #expect(wrong.status == 64 && wrong.errors.contains("expected a folder name"), "\(name)")
            }
        }
    }

    /// A run that was interrupted after its result gets its report.
    @Test func finishWritesAMissingReport() throws {
        try SmallExperiment.inFolder { folder in
            let run = folder + "/runs/small"
            try FileManager.default.createDirectory(
                atPath: folder + "/runs", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: SmallExperiment.untouched(), toPath: run)
            try FileManager.default.removeItem(atPath: run + "/" + RunFile.report)
            for message in [
                "The run in \(run) was finished; its report has been written.",
                "The run in \(run) is already finished.",
            ] {
                let ending = try BuiltProgram.run(SmallExperiment.run(folder, "--finish"))
                #expect(ending.status == 0 && ending.errors.contains(message), "\(ending.errors)")
                #expect(exists(run + "/" + RunFile.report))
            }
        }
    }

    /// A run with very many epochs, once its first epoch is over.
    private func longRun(_ folder: String, _ more: String...) throws -> BuiltProgram.Call {
        let call = try BuiltProgram.begin(
            SmallExperiment.run(folder, "--set", "training.epochs=100000") + more)
        try #require(call.wait { exists(folder + "/runs/small/state") })
        return call
    }

    @Test func twoProcessesNeverShareARun() throws {
        try SmallExperiment.inFolder { folder in
            let call = try longRun(folder)
            let again = ["--set", "training.epochs=100000", "--resume"]
            let second = try BuiltProgram.run(SmallExperiment.run(folder) + again)
            #expect(second.status == 75)
            #expect(second.errors.contains("process \(call.id) on "), "\(second.errors)")
            #expect(second.errors.contains("in use by"))
            kill(call.id, SIGKILL)
            #expect(try call.end().status == -SIGKILL)
            // The lock of a process that is dead stops nobody: another config does.
            #expect(exists(folder + "/runs/small/lock"))
            let other = try BuiltProgram.run(SmallExperiment.run(folder, "--resume"))
            #expect(other.status == 1)
            #expect(other.errors.contains("config.json"), "\(other.errors)")
            #expect(other.errors.contains("the config and --set options that the run was started with"))
            let new = try BuiltProgram.run(SmallExperiment.run(folder))
            #expect(new.status == 64)
            #expect(new.errors.contains("contains an unfinished run; add --resume"))
            let resumed = try BuiltProgram.begin(SmallExperiment.run(folder) + again)
            let log = folder + "/runs/small/metrics.jsonl"
            let size = { ((try? FileManager.default.attributesOfItem(atPath: log))?[.size] as? Int) ?? 0 }
            let start = size()
            #expect(resumed.wait { size() > start + 1000 })
            kill(resumed.id, SIGKILL)
            _ = try resumed.end()
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func anInterruptedRunIsSavedAndSaysHowToGoOn(signal: Int32) throws {
        try SmallExperiment.inFolder { folder in
            // The shell has to take each of these words as one.
            try FileManager.default.moveItem(
                atPath: folder + "/small.json", toPath: folder + "/it's small.json")
            let path = "\(folder)/it's small.json"
            let words = [
                "run", path, "--runs", folder + "/my runs", "--set", "description=\"a b\"",
                "--set", "training.save_every_seconds=0.1", "--set", "training.epochs=100",
            ]
            let call = try BuiltProgram.begin(words)
            #expect(call.wait { exists(folder + "/my runs/small/state") })
            kill(call.id, signal)
            let ending = try call.end()
            #expect(ending.status == 130, "\(ending.errors)")
            let lines = ending.errors.split(separator: "\n").map(String.init)
            let start = "Stopped and saved. To resume: "
            let told = try #require(lines.first { $0.hasPrefix(start) }).dropFirst(start.count)
            #expect(told.hasSuffix("--resume"))
            #expect(!exists(folder + "/my runs/small/result.json"))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            process.arguments = ["-c", "Train() { \"\(try BuiltProgram.path())\" \"$@\"; }; \(told) --quiet"]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            let log = try String(contentsOfFile: folder + "/my runs/small/metrics.jsonl", encoding: .utf8)
            #expect(log.split(separator: "\n").count == 100)
        }
    }

    /// A scheduler sends SIGTERM to all of a job's processes, and a script among them passes it on.
    @Test func severalTermSignalsStopARunAsOneDoes() throws {
        try SmallExperiment.inFolder { folder in
            let call = try longRun(folder)
            for _ in 0..<5 {
                kill(call.id, SIGTERM)
                usleep(2000)
            }
            let ending = try call.end()
            #expect(ending.status == 130 && ending.errors.contains("Stopped and saved."), "\(ending.errors)")
        }
    }

    /// A config that names no number of classes, and one that does, make the same model and the same metrics.
    @Test func theNumberOfClassesComesFromTheData() throws {
        try SmallExperiment.inFolder { folder in
            let setting = #"model[5].units="classes""#
            for (name, words) in [("number", []), ("word", ["--set", setting])] {
                let ending = try BuiltProgram.run(
                    SmallExperiment.run(folder, name: name, "--quiet") + words)
                #expect(ending.status == 0, "\(ending.errors)")
            }
            var found = try SmallExperiment.files(folder + "/runs/word")
            var wanted = try SmallExperiment.files(folder + "/runs/number")
            // The config keeps the word; nothing else differs.
            let config = try #require(found[RunFile.config])
            found[RunFile.config] = nil
            wanted[RunFile.config] = nil
            #expect(found == wanted)
            #expect(
                try JSONValue.parse(String(decoding: config, as: UTF8.self))["model"]?.elements?.last?[
                    "units"] == "classes")
            // The model file alone rebuilds the model.
            let file = folder + "/alone.safetensors"
            try FileManager.default.copyItem(atPath: folder + "/runs/word/model.safetensors", toPath: file)
            #expect(try ModelFile.read(file).model.plan.output == [8])
            // Exports, reports and verification know the number.
            for words in [["export"], ["report"], ["verify"], ["evaluate"]] {
                let ending = try BuiltProgram.run(words + [folder + "/runs/word"])
                #expect(ending.status == 0, "\(words): \(ending.errors)")
            }
            // It can be resumed, and is the same run.
            let again = try BuiltProgram.run(
                SmallExperiment.run(folder, name: "word", "--finish") + ["--set", setting])
            #expect(again.status == 0 && again.errors.contains("is already finished"))
            // Other data, other classes.
            let three = try BuiltProgram.run(
                SmallExperiment.run(folder, name: "three", "--quiet") + [
                    "--set", setting, "--set", #"data.classes=["happy", "sad", "angry"]"#,
                ])
            #expect(three.status == 0, "\(three.errors)")
            #expect(try ModelFile.read(folder + "/runs/three/model.safetensors").model.plan.output == [3])
        }
    }

    /// Whoever starts a program may hold signals back, and the program inherits that.
    @Test func aRunThatBeganWithSignalsHeldBackCanBeStopped() throws {
        try SmallExperiment.inFolder { folder in
            var place = BuiltProgram.Surroundings()
            place.before = #"exec env --block-signal=INT --block-signal=TERM "$0" "$@""#
            let words = SmallExperiment.run(folder, "--set", "training.epochs=100000")
            let call = try BuiltProgram.begin(words, place)
            #expect(call.wait { exists(folder + "/runs/small/state") })
            kill(call.id, SIGINT)
            let ending = try call.end()
            #expect(ending.status == 130 && ending.errors.contains("Stopped and saved."), "\(ending.errors)")
        }
    }

    @Test func aMistakeInAConfigBeginsNoRun() throws {
        try SmallExperiment.inFolder { folder in
            let ending = try BuiltProgram.run(SmallExperiment.run(folder, "--set", "training.epoch=3"))
            #expect(ending.status == 1)
            #expect(
                ending.errors
                    == "error: --set training.epoch=3: training.epoch: unknown key; did you mean \"epochs\"?\n"
            )
            let missing = try BuiltProgram.run("run", folder + "/smal.json")
            #expect(missing.status == 1)
            #expect(missing.errors == "error: \(folder)/smal.json: no such file or directory\n")
            let classes = try BuiltProgram.run(SmallExperiment.run(folder, "--set", "model[5].units=7"))
            #expect(classes.status == 1)
            #expect(
                classes.errors.contains(
                    "small.json:13:14: model: outputs [7], expected [8], one logit per class"))
            let gone = try BuiltProgram.run(
                SmallExperiment.run(
                    folder, "--set", #"data.source={"type": "folders", "folder": "/nowhere"}"#))
            #expect(gone.status == 1 && gone.errors.contains("/nowhere"), "\(gone.errors)")
            #expect(!exists(folder + "/runs/small"))
            for words in [["--name", ""], ["--name", "../x", "--finish"], ["--name", "a\u{1B}b"]] {
                let name = try BuiltProgram.run(
                    ["run", folder + "/small.json", "--runs", folder + "/runs"] + words)
                #expect(name.status == 64 && name.errors.contains("expected a folder name"), "\(name.errors)")
            }
        }
    }
}
