import Autograd
import Configuration
import Foundation
import Lab
import Layers
import SpeechEmotion
import Synchronization
import TestSupport
import Testing

/// Runs that start from the weights of another run.
@Suite(.serialized) struct FineTuningRunTests {
    private final class Listener: RunObserver {
        let said = Mutex<[String]>([])
        private let left: Mutex<Int>
        private let isTraining = Mutex(false)

        init(stopAfter steps: Int = .max) { left = Mutex(steps) }

        func begin(_ work: String) { isTraining.withLock { $0 = work == "Training" } }
        func advance(_ done: Int, of total: Int, note: String) {
            if isTraining.withLock({ $0 }) { left.withLock { $0 -= 1 } }
        }
        var shouldStop: Bool { left.withLock { $0 <= 0 } }
        func note(_ text: String) { said.withLock { $0.append(text) } }
        func remark(_ text: String) { note(text) }
        func has(_ text: String) -> Bool { said.withLock { $0.contains { $0.contains(text) } } }
    }

    /// The folder of a finished run with eight classes, made once.
    private static let source: Result<String, any Error> = Result {
        let folder = NSTemporaryDirectory() + "fine-tuning-\(UUID().uuidString)"
        removeAtExit(folder)
        var json = try JSONValue.parse(smallExperiment, source: "a.json")
        try json.set("training.epochs=1")
        _ = try ExperimentRun(
            Experiment.decode(json), folder: RunFolder(folder + "/source"), observer: Listener()
        ).run()
        return folder + "/source"
    }

    /// Removes a folder when the process ends.
    private static func removeAtExit(_ folder: String) {
        folders.withLock { $0.append(folder) }
        atexit {
            for folder in FineTuningRunTests.folders.withLock({ $0 }) {
                try? FileManager.default.removeItem(atPath: folder)
            }
        }
    }
    private static let folders = Mutex<[String]>([])

    private static func config(_ settings: String...) throws -> JSONValue {
        let source = try source.get()
        var json = try JSONValue.parse(smallExperiment, source: "a.json")
        json["features"] = ["from": source.encode()]
        json["initialize"] = ["from": source.encode()]
        for setting in [#"data.classes=["happy", "sad", "angry"]"#, #"model[5].units="classes""#] + settings {
            try json.set(setting)
        }
        return json
    }

    private static let unfreezing =
        #"freeze=[{"parameters": "1.*", "until_epoch": 2}, {"parameters": ["3.*"], "until_epoch": 1}]"#

    private func run(_ json: JSONValue, _ folder: String, _ observer: Listener = Listener()) throws {
        _ = try ExperimentRun(Experiment.decode(json), folder: RunFolder(folder), observer: observer).run()
    }

    private func bytes(_ folder: String, _ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
    }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return ""
    }

    @Test func anotherCorpusWithFeaturesAndWeightsOfARun() throws {
        try Toy.inFolder { folder in
            let source = try Self.source.get()
            let (path, listener) = (folder + "/run", Listener())
            try run(Self.config(Self.unfreezing), path, listener)
            #expect(listener.has("from \(source); new: 5.weight, 5.bias (the last layer is reset"))
            #expect(!listener.has("features differ") && !listener.has("leak: "))
            let experiment = try RunRecord(path).experiment
            #expect(experiment.features.encode() == (try RunRecord(source).experiment.features.encode()))
            #expect(experiment.initialize?.sha256?.count == 64)
            // The normalization of the source is kept; the other layers are trained.
            let (old, new) = try (
                SafeTensors(contentsOf: source + "/model.safetensors"),
                SafeTensors(contentsOf: path + "/model.safetensors")
            )
            #expect(try old.tensor("0.mean").array == new.tensor("0.mean").array)
            #expect(try old.tensor("1.weight").array != new.tensor("1.weight").array)
            #expect(try new.tensor("5.bias").shape == [3])
            // And back, with the head of eight classes.
            var back = try JSONValue.parse(smallExperiment, source: "a.json")
            back["features"] = ["from": path.encode()]
            back["initialize"] = ["from": path.encode()]
            let returned = Listener()
            try run(back, folder + "/back", returned)
            #expect(!returned.has("leak: "))
            // With another split, it tests on clips that the first run was trained on, also if the model in between was not.
            for setting in ["seed=2", #"split={"type": "random", "test": 0.3, "validation": 0.2}"#] {
                try back.set(setting)
            }
            let check = try ExperimentCheck(Experiment.decode(back), json: back)
            #expect(check.remarks.contains { $0.contains("leak: ") && $0.contains(" set of \(source); ") })
        }
    }

    @Test func stoppedWhileUnfreezing() throws {
        try Toy.inFolder { folder in
            let json = try Self.config(Self.unfreezing)
            try run(json, folder + "/whole")
            for steps in [1, 2, 3, 5, 6] {
                let path = folder + "/stopped-\(steps)"
                #expect(throws: RunStopped.self) { try run(json, path, Listener(stopAfter: steps)) }
                try run(json, path)
                for name in ["config.json", "metrics.jsonl", "model.safetensors", "predictions.csv"] {
                    #expect(try bytes(path, name) == bytes(folder + "/whole", name), "\(name) \(steps)")
                }
            }
        }
    }

    @Test func aFileThatHasChangedIsAnError() throws {
        try Toy.inFolder { folder in
            let copy = folder + "/source.safetensors"
            try FileManager.default.copyItem(atPath: Self.source.get() + "/model.safetensors", toPath: copy)
            let json = try Self.config("initialize.from=\"\(copy)\"")
            let path = folder + "/run"
            #expect(throws: RunStopped.self) { try run(json, path, Listener(stopAfter: 2)) }
            let tensors = try SafeTensors(contentsOf: copy, mapped: false)
            let all = try tensors.names.map { ($0, try tensors.tensor($0) * 2) }
            try SafeTensors.write(all, metadata: tensors.metadata, to: copy)
            let resumed = message { try run(json, path) }
            #expect(resumed.contains("a file that has changed: SHA-256") && resumed.contains(copy))
            // The config of the run names the file by its SHA-256.
            let own = try JSONValue.load(path + "/config.json")
            #expect(message { try run(own, folder + "/again") }.contains("a file that has changed"))
            #expect(RunFolder.content(of: folder + "/again") == .empty)
        }
    }

    @Test func checksNameEveryMismatch() throws {
        func problems(_ json: JSONValue) throws -> [String] {
            do throws(ConfigurationError) {
                _ = try ExperimentCheck(Experiment.decode(json), json: json)
                return []
            } catch { return error.problems.map { "\($0.path): \($0.message)" } }
        }
        let json = try Self.config()
        #expect(try problems(json) == [])
        let check = try ExperimentCheck(Experiment.decode(json), json: json)
        #expect(check.remarks.count == 1 && check.remarks[0].contains("initialized"))
        let found = try problems(Self.config("model[3].units=7", "model[4].units=5"))
        #expect(found.count == 1 && found[0].hasPrefix("initialize: "))
        for name in ["3.0.forward.weight", "3.0.forward.bias", "4.weight", "4.scorer"] {
            #expect(found[0].contains("\n  \(name): found shape"), "\(name)")
        }
        let other = try Self.config("features.layout.frames=50")
        let remarks = try ExperimentCheck(Experiment.decode(other), json: other).remarks
        #expect(remarks.contains { $0.contains("layout.frames is 50, but was 40") })
        // Another split: clips of the test set were trained on.
        let leaking = try Self.config("seed=2", #"split={"type": "random", "test": 0.3, "validation": 0.2}"#)
        let leaks = try ExperimentCheck(Experiment.decode(leaking), json: leaking).remarks
        #expect(leaks.contains { $0.contains("leak: ") })
        let missing = try Self.config(#"initialize.from="/nowhere.safetensors""#)
        let unchecked = try ExperimentCheck(Experiment.decode(missing), json: missing)
        #expect(unchecked.missing.contains { $0.contains("/nowhere.safetensors") })
        #expect(
            try problems(Self.config(#"freeze=[{"parameters": "7.*"}]"#))
                .first?.hasPrefix("freeze[0].parameters[0]: no parameter matches") == true)
        #expect(
            try problems(Self.config(#"freeze=[{"parameters": "*", "until_epoch": 1}]"#))
                .first?.contains("all parameters are frozen in epoch 1") == true)
    }
}
