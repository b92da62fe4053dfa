import Autograd
import Configuration
import Foundation
import Layers
import Metrics
import SpeechEmotion

extension Initialization {
    private var source: ModelSource { ModelSource(from) }

    /// Returns the options with the SHA-256 of the file. Throws if they have that of another file.
    func pinned() throws -> Initialization {
        var result = self
        let digest = try source.digest()
        if let sha256, sha256 != digest { throw changed(digest, from: sha256) }
        result.sha256 = digest
        return result
    }

    /// Throws if the file is not that of a run to resume.
    func checkUnchanged(since run: Initialization?) throws {
        guard let run, run.from == from, let old = run.sha256, let sha256, old != sha256 else { return }
        throw changed(sha256, from: old)
    }

    private func changed(_ digest: String, from old: String) -> FileError {
        FileError(
            file: source.file, place: "the weights of \"initialize\"",
            found: "a file that has changed: SHA-256 \(digest)",
            allowed:
                "SHA-256 \(old), as in the config; restore this file, or remove \"sha256\" and start a new run"
        )
    }

    /// Reads the weights for a model without changing it. The classes decide whether the last layer is reset.
    func transfer(to model: Model, classes: [String]?) throws -> WeightTransfer {
        var selection = WeightSelection()
        (selection.format, selection.include, selection.exclude) = (format, include, exclude)
        selection.rename = rename.entries.map { ($0.name, $0.value) }
        selection.resetHead = try resetHead ?? (hasOtherClasses(classes) ? true : nil)
        return try model.transfer(from: source.file, selection)
    }

    /// Whether the source has outputs for other classes, or in another order.
    private func hasOtherClasses(_ classes: [String]?) throws -> Bool {
        guard format == nil || format == .prosody, let classes, source.isPresent,
            (try? WeightFormat.checkContainer(source.file)) != nil, let known = try source.card()?.classes
        else { return false }
        return !known.isEmpty && known != classes
    }

    /// Returns what was loaded in one sentence.
    func sentence(_ transfer: WeightTransfer) -> String {
        let total = transfer.loaded.count + transfer.new.count
        var text = "initialized \(transfer.loaded.count) of \(total) weights from \(from)"
        if !transfer.new.isEmpty {
            let shown = transfer.new.prefix(6).joined(separator: ", ")
            let more = transfer.new.count > 6 ? " and \(transfer.new.count - 6) more" : ""
            text += "; new: \(shown)\(more)"
        }
        if transfer.resetsHead, resetHead == nil {
            text += " (the last layer is reset, because its shape or the classes differ)"
        }
        return text
    }

    /// Returns warnings: features that differ from those of the source, and test clips that it was trained on.
    func remarks(_ features: FeaturePipeline, _ split: Split?) throws -> [String] {
        var remarks: [String] = []
        let isOurs = (try? WeightFormat.checkContainer(source.file)) != nil
        if isOurs, let own = try source.card()?.features {
            let theirs = try FeaturePipeline.decode(own).encode()
            let differences = ConfigDifference.all(among: [theirs, features.encode()])
            if !differences.isEmpty {
                let shown = differences.prefix(4).map { difference in
                    let values = difference.values.map { $0.map { String($0.line.prefix(60)) } ?? "nothing" }
                    return "\(difference.path) is \(values[1]), but was \(values[0])"
                }
                remarks.append(
                    "initialize: the features differ from those of \(from): \(shown.joined(separator: "; ")); "
                        + "to use its features, write \"features\": {\"from\": \"\(from)\"}")
            }
        }
        guard let split else { return remarks }
        for run in sourceRuns {
            guard let theirs = try SplitFile.read(run + "/" + RunFile.split).splits.first else { continue }
            let seen = Set(theirs.train + theirs.validation)
            let count = split.test.count { seen.contains($0) }
            if count > 0 {
                remarks.append(
                    "leak: \(count) of the \(split.test.count) test clips are in the training or validation set of \(run); "
                        + "use the same split")
            }
        }
        return remarks
    }

    /// The folder of the run that the weights are from, then those of the runs that it was initialized from in turn, as far as they
    /// exist.
    private var sourceRuns: [String] {
        var runs: [String] = []
        var next: String? = from
        while let path = next {
            let name = "/" + RunFile.model
            let run = path.hasSuffix(name) ? String(path.dropLast(name.count)) : path
            guard !runs.contains(run), FileManager.default.fileExists(atPath: run + "/" + RunFile.split)
            else { break }
            runs.append(run)
            next = (try? Experiment.decode(JSONValue.load(run + "/" + RunFile.config)))?.initialize?.from
        }
        return runs
    }
}

extension Experiment {
    /// Throws every mismatch between the model and the weights that it starts from.
    func checkInitialization(_ spec: any LayerSpec, classes: [String]?) throws {
        guard let initialize else { return }
        _ = try initialize.transfer(to: spec.modelOfZeros(features.outputShape()), classes: classes)
    }

    /// Checks the weights that the model starts from, and returns what they are used for and warnings.
    func checked(_ initialize: Initialization, _ classes: [String]?, _ split: Split?) throws -> [String] {
        _ = try initialize.pinned()
        let spec = try model.spec(knownUnits(classes) ?? assumedUnits(classes: 8))
        let model = try spec.modelOfZeros(features.outputShape())
        let transfer = try initialize.transfer(to: model, classes: classes)
        return [initialize.sentence(transfer)] + (try initialize.remarks(features, split))
    }
}
