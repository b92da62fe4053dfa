import Foundation
import Lab
import Synchronization

/// A model that is loaded when it is first needed.
final class ServedModel: Sendable {
    /// The name in requests and responses.
    let name: String
    /// The model file, run or cross-validation.
    let path: String
    /// The modification time of a run's model; nil for models that were given.
    let version: Date?
    private let loaded = Mutex<Loaded?>(nil)

    /// A loaded model.
    private struct Loaded {
        let predictor: Predictor
        /// Which decision rule an ensemble uses instead of those of its models.
        var note: String?
    }

    init(name: String, path: String, version: Date? = nil) {
        (self.name, self.path, self.version) = (name, path, version)
    }

    /// Returns the predictor, and loads it if necessary. Other requests wait until it is loaded.
    func predictor() throws -> Predictor {
        try loaded.withLock { loaded in
            if let loaded { return loaded.predictor }
            let new = try Self.load(path)
            loaded = new
            return new.predictor
        }
    }

    /// The predictor if it is loaded.
    var ready: Predictor? { loaded.withLockIfAvailable { $0 }??.predictor }

    /// The note of the loaded model, as `Train predict` prints it.
    var note: String? { loaded.withLock { $0?.note } }

    /// Loads a model as `Train predict` does: a cross-validation is the ensemble of its models.
    private static func load(_ path: String) throws -> Loaded {
        guard RunSet.ablationFolder(path) != nil else { return Loaded(predictor: try Predictor(path)) }
        let runs = try RunSet(path).records.map(\.path)
        guard runs.count > 1 else { return Loaded(predictor: try Predictor(runs[0])) }
        return Loaded(predictor: try Predictor(combining: runs), note: try Ensemble.decisionNote(runs))
    }
}
