import Autograd
import Configuration
import Foundation
import Lab
import SpeechEmotion

/// Options that several commands have.
enum Common {
    static let set = Option.text(
        "set", "PATH=VALUE", help: "Sets a value of the config: --set training.epochs=5.", isRepeated: true)
    static let runs = Option.path("runs", "FOLDER", help: "Where runs are kept; \"runs\" unless given.")
    static let threads = Option.integer(
        "threads", "K", in: 1...64, help: "How many threads; all cores unless given. No result depends on it."
    )
    static let views = Option.text(
        "views", "JSON",
        help:
            "Other forms of each sound to ask about, as \"views\" in \"evaluation\" has them; [] for the sound alone."
    )
    static let cache = Option.path(
        "cache", "FOLDER",
        help: "Where features of files are kept for later runs; ~/.cache/prosody unless given.")
    static let cacheLimit = Option(
        name: "cache-limit", placeholder: "SIZE",
        help:
            "How large that folder may become, such as 500MB, or \"unlimited\"; the features that were used least recently are removed beyond it. PROSODY_CACHE_LIMIT unless given, and 2GB without that.",
        read: CacheSize.init, expected: CacheSize.expected)
    static let noCache = Switch(name: "no-cache", help: "Computes all features and keeps none.")
    static let quiet = Switch(name: "quiet", help: "Shows errors and the result only.")
    static let json = Switch(name: "json", help: "Writes lines of JSON for programs.")
}

/// How large a cache may become, as the command line and the environment have it.
struct CacheSize: Sendable {
    /// nil for any size.
    let limit: ByteSize?

    static let variable = "PROSODY_CACHE_LIMIT"
    static let expected = "a size such as 500MB or 2GB, or \"unlimited\""

    /// As the command line has it, to the byte.
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
    /// The cache that `--cache`, `--cache-limit` and `--no-cache` ask for. Throws a `UsageError` for a limit in the environment that is none.
    func featureCache() throws -> FeatureCache? {
        let limit = try cacheLimit()
        if self[Common.noCache] {
            guard self[Common.cacheLimit] == nil else {
                throw UsageError("--cache-limit and --no-cache exclude each other")
            }
            return nil
        }
        return FeatureCache(folder: self[Common.cache], limit: limit, report: { Terminal.error($0) })
    }

    /// How large a cache may become: by `--cache-limit`, by the environment, or 2 GB; nil for any size.
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

    /// The views that `--views` asks for; nil without it.
    func views() throws -> TestTimeAugmentation? {
        try self[Common.views].map { try TestTimeAugmentation(list: JSONValue.parse($0, source: "--views")) }
    }

    /// Sets the number of threads where `--threads` is given.
    func applyThreads() {
        if let threads = self[Common.threads] { Parallel.threads = threads }
    }

    /// The experiment in a file with what `--set` changes.
    func experiment(_ path: String) throws -> Experiment {
        let (experiment, json) = try Experiment.load(
            path, settings: every(Common.set), environment: ProcessInfo.processInfo.environment)
        _ = try ExperimentPlan(experiment, json: json)
        return experiment
    }

    /// The argument, which the command cannot do without.
    func required(_ what: String) throws -> String {
        guard let argument else { throw UsageError("which \(what)?") }
        return argument
    }
}
