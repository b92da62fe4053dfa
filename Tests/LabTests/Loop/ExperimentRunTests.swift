import Autograd
import Configuration
import Foundation
import Lab
import SmallExperiments
import Synchronization
import Testing

/// Whole runs of a small experiment on the embedded corpus.
@Suite(.serialized) struct ExperimentRunTests {
    /// With masks and averaged weights.
    private static func config() throws -> JSONValue {
        var json = try JSONValue.parse(smallExperiment, source: "a.json")
        try json.set(#"augmentation.features=[{"type": "spec_augment"}]"#)
        try json.set("training.epochs=3")
        try json.set(#"training.average={"decay": 0.9}"#)
        return json
    }

    /// Asks to stop after so many steps of training.
    final class Stopper: RunObserver {
        private let left: Mutex<Int>
        private let isTraining = Mutex(false)

        init(after steps: Int = .max) { left = Mutex(steps) }

        func begin(_ work: String) { isTraining.withLock { $0 = work == "Training" } }
        func advance(_ done: Int, of total: Int, note: String) {
            if isTraining.withLock({ $0 }) { left.withLock { $0 -= 1 } }
        }
        var isAskedToStop: Bool { left.withLock { $0 <= 0 } }
    }

    private func run(_ folder: String, _ observer: Stopper = Stopper()) throws {
        let experiment = try Experiment.decode(Self.config())
        _ = try ExperimentRun(experiment, folder: RunFolder(folder), observer: observer).run()
    }

    /// What has to be equal between equal runs.
    private func files(_ folder: String) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for name in [
            "config.json", "split.json", "metrics.jsonl", "metrics.csv", "model.safetensors",
            "predictions.csv",
            "result.json",
        ] {
            found[name] = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
        }
        return found
    }

    @Test func aRunStoppedAnywhereEndsWithTheSameFiles() throws {
        try Toy.inFolder { folder in
            try run(folder + "/whole")
            let whole = try files(folder + "/whole")
            #expect(RunFolder.content(of: folder + "/whole") == .finished)
            for first in [1, 3, 4, 7, 11] {
                let path = folder + "/stopped-\(first)"
                let stop = #expect(throws: RunStopped.self) { try run(path, Stopper(after: first)) }
                #expect(stop?.isSaved == true && RunFolder.content(of: path) == .unfinished)
                // A second stop, then to the end.
                #expect(throws: RunStopped.self) { try run(path, Stopper(after: 1)) }
                try run(path)
                #expect(try files(path) == whole, "stopped after \(first) steps")
            }
        }
    }

    /// With "part": "validation" a run measures what validated it, with the weights that it keeps, and reads no test data.
    @Test func aSearchLeavesTheTestPartAlone() throws {
        try Toy.inFolder { folder in
            var json = try Self.config()
            try json.set("evaluation.part=validation")
            try json.set("training.selection.weights=last")
            let path = folder + "/search"
            let result = try ExperimentRun(
                Experiment.decode(json), folder: RunFolder(path), observer: Stopper()
            ).run()
            #expect(result.part == .validation)
            let record = try RunRecord(path)
            #expect(record.gap == nil)
            #expect(!FileManager.default.fileExists(atPath: path + "/test-reads.jsonl"))
            let last = try #require(record.epochs.last)
            for name in ["accuracy", "uar", "macro_f1"] {
                let value = try #require(result.test[name] ?? nil)
                #expect(value == last["validation_" + name], "\(name)")
            }
            #expect(try Set(#require(record.predictions).ids) == Set(#require(record.split).validation))
            let page = try String(contentsOfFile: path + "/report.html", encoding: .utf8)
            #expect(page.contains("On the validation part, with the weights of the last epoch."))
            #expect(page.contains("No speaker of the validation part was heard in training"))
        }
    }

    /// What a plateau may watch: validation loss and penalties together, as Keras counts it.
    @Test func thePenalizedObjectiveIsAFigure() throws {
        try Toy.inFolder { folder in
            var json = try JSONValue.parse(smallExperiment, source: "a.json")
            try json.set("model[1].l2=0.01")
            try json.set("model[5].l1=0.02")
            try json.set("training.selection.weights=last")
            try json.set(#"schedule={"type": "plateau", "monitor": "validation_objective", "patience": 1}"#)
            try json.set("training.epochs=6")
            _ = try ExperimentPlan(Experiment.decode(json), json: json)
            let path = folder + "/a"
            _ = try ExperimentRun(Experiment.decode(json), folder: RunFolder(path), observer: Stopper()).run()
            let epochs = try RunRecord(path).epochs
            let last = try #require(epochs.last)
            let (loss, objective) = (last["validation_loss"], last["validation_objective"])
            let model = try ModelFile.read(path + "/model.safetensors").model
            let penalty = try Double(#require(model.penalty()).item())
            #expect(try abs(#require(objective) - #require(loss) - penalty) < 1e-6 && penalty > 0.01)
            // The next epoch keeps its rate only where the objective was the lowest so far.
            for epoch in 1..<epochs.count - 1 {
                let rates = try epochs[epoch...epoch + 1].map { try #require($0["learning_rate"]) }
                let objectives = try epochs[...epoch].map { try #require($0["validation_objective"]) }
                let isLowest = try objectives[epoch] < #require(objectives.dropLast().min()) - 1e-4
                #expect((rates[0] == rates[1]) == isLowest, "epoch \(epoch + 1)")
            }
            try json.set("model[1].l2=0")
            try json.set("model[5].l1=0")
            let error = #expect(throws: ConfigurationError.self) {
                try ExperimentPlan(Experiment.decode(json), json: json)
            }
            #expect(error.map { "\($0)" }?.contains("schedule.monitor: no epoch has the figure") == true)
        }
    }

    @Test func threadsMakeNoDifference() throws {
        let threads = Parallel.threads
        defer { Parallel.threads = threads }
        try Toy.inFolder { folder in
            for count in [1, 2, 3] {
                Parallel.threads = count
                try run(folder + "/\(count)")
            }
            let one = try files(folder + "/1")
            #expect(try files(folder + "/2") == one)
            #expect(try files(folder + "/3") == one)
        }
    }

    @Test func twoRunsNeverShareAFolder() throws {
        try Toy.inFolder { folder in
            let first = try RunFolder(folder + "/a")
            let error = #expect(throws: FileError.self) { try RunFolder(folder + "/a") }
            #expect(error?.found.hasPrefix("process \(getpid()) on ") == true)
            #expect(error?.found.hasSuffix(" at work in it") == true)
            withExtendedLifetime(first) {}
        }
        // A lock file alone, as a process leaves it that was killed, stops nobody.
        try Toy.inFolder { folder in
            try Data("process 1 on nowhere\n".utf8).write(to: URL(fileURLWithPath: folder + "/lock"))
            _ = try RunFolder(folder)
        }
    }

    @Test func mistakesAreFoundBeforeDataAreRead() throws {
        func problem(_ edit: (inout JSONValue) throws -> Void) throws -> String {
            var json = try Self.config()
            try edit(&json)
            do {
                _ = try ExperimentPlan(Experiment.decode(json), json: json)
                return ""
            } catch { return "\(error)" }
        }
        #expect(try problem { _ in } == "")
        let shape = try problem { try $0.set("features.layout.features[0].fft=0") }
        #expect(shape.contains("features.layout.features[0].fft"), "\(shape)")
        let layer = try problem { try $0.set("model[3].type=\"flatten\"") }
        #expect(layer.contains("model[3]") && layer.contains("units"), "\(layer)")
        let balance = try problem {
            try $0.set("data.balance.rule=weights")
            try $0.set("loss={\"type\": \"huber\"}")
        }
        #expect(balance.contains("cross_entropy, focal"), "\(balance)")
        let twice = try problem {
            try $0.set("data.balance.rule=weights")
            try $0.set("loss={\"type\": \"focal\", \"class_weights\": \"balanced\"}")
        }
        #expect(twice.contains("one of both"), "\(twice)")
        let part = try problem {
            try $0.set("evaluation.part=validation")
            try $0.set("split.validation=0")
            try $0.set("training.selection.weights=last")
        }
        #expect(part.contains("evaluation.part: the split has no validation part to measure"), "\(part)")
        let front = try problem {
            try $0.set("features.normalize=speaker")
            try $0.set("features.layout.pad=front")
        }
        #expect(front.contains("features.normalize: zeros at the front count as sound"), "\(front)")
        let copies = try problem {
            try $0.set("features.normalize=speaker")
            try $0.set("augmentation.leak_copies_into_test=true")
        }
        #expect(copies.contains("features.normalize: a speaker's copies"), "\(copies)")
        let figure = try problem { try $0.set("training.selection.monitor=validation_acuracy") }
        #expect(figure.contains("did you mean \"validation_accuracy\"?"), "\(figure)")
    }
}
