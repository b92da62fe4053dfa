import Autograd
import Configuration
import Foundation
import Lab
import Server
import Synchronization

/// The models to predict with: those that were given, and those of the finished runs.
final class ModelLibrary: Sendable {
    /// The models that were given, the default first.
    let given: [ServedModel]
    private let runs: RunLibrary
    /// The models of runs that were used last, the latest last.
    private let recent = Mutex<[ServedModel]>([])

    /// The number of models of runs that stay in memory.
    private static let mostRecent = 8

    init(_ paths: [String], runs: RunLibrary) {
        self.runs = runs
        var names: Set<String> = []
        given = paths.map { path in
            var file = path
            while file.count > 1, file.hasSuffix("/") { file.removeLast() }
            let base = (file as NSString).lastPathComponent
            let plain = base.hasSuffix(".safetensors") ? (base as NSString).deletingPathExtension : base
            var (name, number) = (plain, 2)
            while !names.insert(name).inserted { (name, number) = ("\(plain) (\(number))", number + 1) }
            return ServedModel(name: name, path: file)
        }
    }

    /// Loads the given models in the background, and then returns the memory that only the start needed. A model that cannot
    /// be loaded is reported when it is used.
    func load() {
        guard !given.isEmpty else { return }
        Thread.detachNewThread { [given] in
            for model in given { _ = try? model.predictor() }
            Memory.releaseUnused()
        }
    }

    /// Returns the models of the given names; the default model if there are none.
    func models(_ names: [String]) throws -> [ServedModel] {
        guard names.isEmpty else { return try names.map(model) }
        guard let first = given.first else {
            throw Problem(404, "There is no model. Start the server with --model, or select a finished run.")
        }
        return [first]
    }

    /// Returns the model of a name: one that was given, that of a run, or that of a run of an ablation, `NAME/RUN`.
    func model(_ name: String) throws -> ServedModel {
        if let model = given.first(where: { $0.name == name }) { return model }
        guard let run = try? runs.path(ofModel: name), let version = RunLibrary.modelDate(run) else {
            let known = available.map(\.name)
            let hint = Suggestion.closest(to: name, among: known).map { " Did you mean \"\($0)\"?" } ?? ""
            throw Problem(404, "There is no model \"\(name.prefix(80))\".\(hint)")
        }
        return recent.withLock { recent in
            let known = recent.first { $0.name == name && $0.version == version }
            let model = known ?? ServedModel(name: name, path: run, version: version)
            recent.removeAll { $0.name == name }
            recent.append(model)
            if recent.count > Self.mostRecent { recent.removeFirst() }
            return model
        }
    }

    /// All models: those that were given, then those of finished runs.
    private var available: [(name: String, path: String, isRun: Bool)] {
        let own = given.map { (name: $0.name, path: $0.path, isRun: false) }
        let names = Set(own.map(\.name))
        return own
            + runs.names.filter { !names.contains($0) }.compactMap { name in
                guard let path = try? runs.path(name), RunLibrary.modelDate(path) != nil else { return nil }
                return (name, path, true)
            }
    }

    /// The list of models for the API.
    var json: JSONValue {
        let models = available.map { entry -> JSONValue in
            let model = given.first { $0.name == entry.name }
            let predictor = (model ?? recent.withLock { $0.first { $0.name == entry.name } })?.ready
            var value: JSONValue = [
                "name": entry.name.encode(), "source": entry.isRun ? "run" : "file",
                "path": entry.path.encode(), "loaded": (predictor != nil).encode(),
            ]
            if let predictor {
                value["classes"] = predictor.classes.encode()
                if let targets = predictor.targetsJSON { value["targets"] = targets }
                value["sample_rate"] = predictor.pipeline.sampleRate.encode()
                value["parameters"] = predictor.model.plan.parameters.encode()
            }
            return value
        }
        return ["models": JSONValue(.list(models))]
    }
}
