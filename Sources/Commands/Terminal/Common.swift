import Autograd
import Configuration
import Foundation
import Lab
import SpeechEmotion

/// Options shared by several commands.
enum Common {
    static let set = Option.text(
        "set", "PATH=VALUE",
        help: "Override a value of the config, such as --set training.epochs=5. May be repeated.",
        isRepeated: true)
    static let runs = Option.path("runs", "FOLDER", help: "Folder that contains the runs (default: runs).")
    static let threads = Option.integer(
        "threads", "K", in: 1...64,
        help: "Number of threads (default: all cores). Does not affect results."
    )
    static let tta = Option.text(
        "tta", "JSON",
        help:
            "Test-time augmentation, in the format of evaluation.tta (default: that of the model); [] disables it."
    )
    static let cache = Option.path(
        "cache", "FOLDER",
        help: "Folder of the feature cache (default: ~/.cache/prosody).")
    static let cacheLimit = Option(
        name: "cache-limit", placeholder: "SIZE",
        help:
            "Maximum size of the feature cache, such as 500MB, or \"unlimited\" (default: PROSODY_CACHE_LIMIT, or 2GB). The least recently used features are removed first.",
        read: CacheSize.init, expected: CacheSize.expected)
    static let noCache = Switch(name: "no-cache", help: "Disable the feature cache.")
    static let quiet = Switch(name: "quiet", help: "Print only errors and the result.")
    static let json = Switch(name: "json", help: "Print progress and results as JSON lines.")
}

/// A cache limit as given on the command line or in the environment.
struct CacheSize: Sendable {
    /// nil if unlimited.
    let limit: ByteSize?

    static let variable = "PROSODY_CACHE_LIMIT"
    static let expected = "a size such as 500MB or 2GB, or \"unlimited\""

    /// The limit as a command-line argument.
    var text: String { limit.map { "\($0.bytes)B" } ?? Self.unlimited }

    private static let unlimited = "unlimited"

    init?(_ text: String) {
        guard text != Self.unlimited else {
            limit = nil
            return
        }
        guard let size = ByteSize(text) else { return nil }
        limit = size
    }
}

extension Arguments {
    /// Returns the cache selected by `--cache`, `--cache-limit` and `--no-cache`. Throws a `UsageError` if the limit in the
    /// environment is invalid.
    func featureCache() throws -> FeatureCache? {
        let limit = try cacheLimit()
        if self[Common.noCache] { return nil }
        return FeatureCache(folder: self[Common.cache], limit: limit, report: { Terminal.error($0) })
    }

    /// Returns the cache limit from `--cache-limit`, the environment, or the default of 2 GB; nil if unlimited.
    func cacheLimit() throws -> ByteSize? {
        if let size = self[Common.cacheLimit] { return size.limit }
        guard let text = ProcessInfo.processInfo.environment[CacheSize.variable], !text.isEmpty else {
            return FeatureCache.defaultLimit
        }
        guard let size = CacheSize(text) else {
            throw UsageError("\(CacheSize.variable): expected \(CacheSize.expected), found \"\(text)\"")
        }
        return size.limit
    }

    /// Returns the test-time augmentation given by `--tta`; nil without the option.
    func tta() throws -> TestTimeAugmentation? {
        try self[Common.tta].map { try TestTimeAugmentation(list: JSONValue.parse($0, source: "--tta")) }
    }

    /// Sets the number of threads if `--threads` is given.
    func applyThreads() {
        if let threads = self[Common.threads] { Parallel.threads = threads }
    }

    /// Loads an experiment and applies `--set`.
    func experiment(_ path: String) throws -> Experiment {
        let (experiment, json) = try Experiment.load(
            path, settings: every(Common.set), environment: ProcessInfo.processInfo.environment)
        _ = try ValidatedExperiment(experiment, json: json)
        return experiment
    }

    /// Returns the argument. Throws a `UsageError` if it is missing.
    func required(_ what: String) throws -> String {
        guard let argument else { throw UsageError("missing argument: \(what)") }
        return argument
    }
}
