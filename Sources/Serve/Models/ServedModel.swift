import Foundation
import Lab
import Synchronization

/// A model that is loaded when it is first needed.
final class ServedModel: Sendable {
    /// The name in requests and answers.
    let name: String
    /// The model file, run or cross-validation.
    let path: String
    /// The modification time of a run's model; nil for models that were given.
    let version: Date?
    private let loaded = Mutex<Predictor?>(nil)

    init(name: String, path: String, version: Date? = nil) {
        (self.name, self.path, self.version) = (name, path, version)
    }

    /// Returns the predictor, and loads it if necessary. Other requests wait until it is loaded.
    func predictor() throws -> Predictor {
        try loaded.withLock { loaded in
            if let loaded { return loaded }
            let predictor = try Self.load(path)
            loaded = predictor
            return predictor
        }
    }

    /// The predictor if it is loaded.
    var ready: Predictor? { loaded.withLockIfAvailable { $0 } ?? nil }

    /// Loads a model as `Train predict` does: a cross-validation is the ensemble of its models.
    private static func load(_ path: String) throws -> Predictor {
        guard RunSet.ablationFolder(path) != nil else { return try Predictor(path) }
        let runs = try RunSet(path).records.map(\.path)
        return runs.count == 1 ? try Predictor(runs[0]) : try Predictor(combining: runs)
    }
}
