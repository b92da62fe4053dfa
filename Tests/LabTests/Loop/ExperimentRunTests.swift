import Layers
import Autograd
import Configuration
import Foundation
import Lab
import TestSupport
import SpeechEmotion
import Synchronization
import Testing

/// Whole runs of a small experiment on the embedded corpus.
@Suite(.serialized) struct ExperimentRunTests {
    /// With masks and averaged weights.
    private static func config() throws -> JSONValue {
        var json = try JSONValue.parse(smallExperiment, source: "a.json")
        try json.set(#"augmentation.features=[{"type": "spec_augment"}]"#)
        try json.set("training.epochs=3")
        try json.set(#"training.weight_average={"decay": 0.9}"#)
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
        var shouldStop: Bool { left.withLock { $0 <= 0 } }
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

    /// What a run says of truncation is what the lengths of its sounds say, in the result, on the page and to the observer.
    @Test func truncationIsCounted() throws {
        final class Listener: RunObserver {
            let remarks = Mutex<[String]>([])
            func remark(_ text: String) { remarks.withLock { $0.append(text) } }
        }
        try Toy.inFolder { folder in
            let listener = Listener()
            let experiment = try Experiment.decode(Self.config())
            let path = folder + "/run"
            let result = try ExperimentRun(experiment, folder: RunFolder(path), observer: listener).run()
            let record = try RunRecord(path)
            #expect(result.truncation.map(\.subset) == [.train, .validation, .test])
            let clips = Dictionary(
                try experiment.data.read().clips.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a })
            for found in result.truncation {
                let lengths = try #require(record.split)[found.subset].map { id in
                    try #require(clips[id]).wave().resampled(to: 8000).count
                }
                let cuts = lengths.map { max(0, 1 + $0 / 256 - 40) * 256 }.filter { $0 > 0 }.sorted()
                #expect(found.clips == lengths.count && found.truncated == cuts.count && cuts.count > 2)
                let middle = Double(cuts[(cuts.count - 1) / 2] + cuts[cuts.count / 2]) / 2
                #expect(abs(found.medianSeconds - middle / 8000) < 1e-9)
                #expect(abs(found.largestSeconds - Double(cuts[cuts.count - 1]) / 8000) < 1e-9)
                let share = Double(cuts.reduce(0, +)) / Double(lengths.reduce(0, +))
                #expect(abs(found.shareLost - share) < 1e-9)
                #expect(found.options["features.layout.frames"] == cuts.count)
            }
            #expect(record.result?.encode() == result.encode())
            let remarks = listener.remarks.withLock { $0 }
            let train = result.truncation[0]
            #expect(
                remarks[0].hasPrefix(
                    "train: \(train.truncated) of \(train.clips) clips are truncated by features.layout.frames: median cut "
                ), "\(remarks)")
            #expect(remarks[0].hasSuffix(" of the audio is lost"))
            #expect(remarks[1].hasPrefix("validation: ") && remarks[2].hasPrefix("test: "))
            let page = try String(contentsOfFile: path + "/report.html", encoding: .utf8)
            #expect(page.contains("<h2>Truncation</h2>") && page.contains("features.layout.frames ("))

            // The headers say the same before there is a run.
            let estimate = try TruncationEstimate(experiment)
            #expect(!estimate.isUpperBound && estimate.unreadable == [])
            for (subset, found) in zip(estimate.subsets, result.truncation) {
                #expect(subset.subset == found.subset.rawValue)
                #expect(subset.summary.truncated == found.truncated)
                #expect(abs(subset.summary.median - found.medianSeconds) < 1e-9)
                #expect(abs(subset.summary.share - found.shareLost) < 1e-9)
            }
        }
    }

    /// A run out of the cache says of truncation what the run said that filled it; what nothing truncates is said as well.
    @Test func truncationComesFromTheCacheToo() throws {
        try Toy.inFolder { folder in
            try FileManager.default.createDirectory(
                atPath: folder + "/data", withIntermediateDirectories: true)
            var list = "path,label,speaker\n"
            for clip in try SyntheticCorpus.decode(["type": "synthetic", "speakers": 4, "repetitions": 1])
                .read().clips
            {
                let name = clip.id.replacing("/", with: "-") + ".wav"
                try AudioFile.write(clip.wave(), to: folder + "/data/" + name, as: .wavFloat)
                list += "\(name),\(clip.label),\(clip.speaker ?? "")\n"
            }
            try list.write(toFile: folder + "/data/list.csv", atomically: false, encoding: .utf8)
            var json = try Self.config()
            try json.set(#"data.source={"type": "manifest", "file": "\#(folder)/data/list.csv"}"#)
            try json.set("training.epochs=1")
            let experiment = try Experiment.decode(json)
            let results = try (0..<2).map { number in
                try ExperimentRun(
                    experiment, folder: RunFolder(folder + "/\(number)"),
                    cache: FeatureCache(folder: folder + "/cache"), observer: Stopper()
                ).run()
            }
            #expect(results[0].encode() == results[1].encode())
            #expect(results[0].truncation.allSatisfy { $0.truncated > 2 })
            try json.set("features.layout.frames=400")
            final class Listener: RunObserver {
                let remarks = Mutex<[String]>([])
                func remark(_ text: String) { remarks.withLock { $0.append(text) } }
            }
            let listener = Listener()
            let whole = try ExperimentRun(
                Experiment.decode(json), folder: RunFolder(folder + "/whole"), observer: listener
            ).run()
            #expect(whole.truncation.allSatisfy { $0.truncated == 0 && $0.options.entries.isEmpty })
            let clips = whole.truncation[0].clips
            #expect(listener.remarks.withLock { $0[0] } == "train: none of \(clips) clips is truncated")
            #expect(try TruncationEstimate(Experiment.decode(json)).text.hasPrefix("truncation: none of "))
            try json.set(#"features.preprocessing=[{"type": "trim"}]"#)
            try json.set("features.layout.frames=40")
            try FileManager.default.removeItem(atPath: folder + "/data/speaker-01-angry-1-1.wav")
            try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/data/speaker-01-angry-1-1.wav"))
            let bound = try TruncationEstimate(Experiment.decode(json))
            #expect(bound.isUpperBound && bound.text.contains("≤ "))
            #expect(
                bound.text.contains(
                    "Upper bounds (≤) from the audio headers: silence is removed before clips are truncated.")
            )
            #expect(bound.text.contains("1 clip cannot be read, such as speaker-01-angry-1-1.wav: "))
        }
    }

    /// With "subset": "validation" a run measures what validated it, with the weights that it keeps, and reads no test data.
    @Test func aSearchLeavesTheTestPartAlone() throws {
        try Toy.inFolder { folder in
            var json = try Self.config()
            try json.set("evaluation.subset=validation")
            try json.set("training.selection.weights=last")
            let path = folder + "/search"
            let result = try ExperimentRun(
                Experiment.decode(json), folder: RunFolder(path), observer: Stopper()
            ).run()
            #expect(result.subset == .validation)
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
            #expect(page.contains("Evaluated on the validation set, with the weights of the last epoch."))
            #expect(page.contains("No speaker of the validation set is in the training set"))
        }
    }

    /// What a plateau may watch: validation loss and penalties together, as Keras counts it.
    @Test func thePenalizedObjectiveIsAMetric() throws {
        try Toy.inFolder { folder in
            var json = try JSONValue.parse(smallExperiment, source: "a.json")
            try json.set("model[1].l2=0.01")
            try json.set("model[5].l1=0.02")
            try json.set("training.selection.weights=last")
            try json.set(#"schedule={"type": "plateau", "monitor": "validation_objective", "patience": 1}"#)
            try json.set("training.epochs=6")
            _ = try ValidatedExperiment(Experiment.decode(json), json: json)
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
                try ValidatedExperiment(Experiment.decode(json), json: json)
            }
            #expect(error.map { "\($0)" }?.contains("schedule.monitor: unknown metric") == true)
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
            let error = #expect(throws: FolderInUse.self) { try RunFolder(folder + "/a") }
            #expect(error?.owner.hasPrefix("process \(getpid()) on ") == true)
            #expect(error.map { "\($0)" }?.contains("/a: in use by process") == true)
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
                _ = try ValidatedExperiment(Experiment.decode(json), json: json)
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
        #expect(twice.contains("conflicts with the loss's"), "\(twice)")
        let part = try problem {
            try $0.set("evaluation.subset=validation")
            try $0.set("split.validation=0")
            try $0.set("training.selection.weights=last")
        }
        #expect(part.contains("evaluation.subset: the split has no validation set"), "\(part)")
        let front = try problem {
            try $0.set("features.normalize=speaker")
            try $0.set("features.layout.padding=front")
        }
        #expect(front.contains("features.normalize: conflicts with padding at the front"), "\(front)")
        let copies = try problem {
            try $0.set("features.normalize=speaker")
            try $0.set("augmentation.leak_copies_into_test=true")
        }
        #expect(copies.contains("features.normalize: conflicts with leak_copies_into_test"), "\(copies)")
        let metric = try problem { try $0.set("training.selection.monitor=validation_acuracy") }
        #expect(metric.contains("did you mean \"validation_accuracy\"?"), "\(metric)")
    }
}
