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
    static let noCache = Switch(name: "no-cache", help: "Computes all features and keeps none.")
    static let quiet = Switch(name: "quiet", help: "Shows errors and the result only.")
    static let json = Switch(name: "json", help: "Writes lines of JSON for programs.")
}

extension Arguments {
    /// The cache that `--cache` and `--no-cache` ask for.
    var featureCache: FeatureCache? {
        self[Common.noCache] ? nil : FeatureCache(folder: self[Common.cache], report: { Terminal.error($0) })
    }

    /// The views that `--views` asks for; nil without it.
    func views() throws -> SoundViews? {
        try self[Common.views].map { try SoundViews(list: JSONValue.parse($0, source: "--views")) }
    }

    /// Sets the number of threads where `--threads` is given.
    func applyThreads() {
        if let threads = self[Common.threads] { Parallel.threads = threads }
    }

    /// The experiment in a file with what `--set` changes.
    func experiment(_ path: String) throws -> Experiment { try checked(path).experiment }

    /// The experiment in a file with what `--set` changes, and what is known of it before there are data.
    ///
    /// - Parameter keepsUnset: Whether what the environment lacks is no mistake.
    func checked(
        _ path: String, keepsUnset: Bool = false
    ) throws -> (experiment: Experiment, plan: ExperimentPlan, json: JSONValue) {
        let (experiment, json) = try Experiment.load(
            path, settings: every(Common.set), environment: ProcessInfo.processInfo.environment,
            keepsUnset: keepsUnset)
        return (experiment, try ExperimentPlan(experiment, json: json), json)
    }

    /// The argument, which the command cannot do without.
    func required(_ what: String) throws -> String {
        guard let argument else { throw UsageError("which \(what)?") }
        return argument
    }
}
