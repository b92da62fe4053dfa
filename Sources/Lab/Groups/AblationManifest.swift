import Configuration
import Foundation

/// The file `ablation.json` in the folder of an ablation, with which commands can use the folder without the config.
public struct AblationManifest: Options {
    /// A member and its runs.
    public struct Member: Options {
        public var name = ""
        public var runs: [String] = []

        public static let summary = "A member and the names of its run folders."
        public static let fields: [Field<Self>] = [
            .init("name", \.name, "The name of the member.", .required),
            .init("runs", \.runs, "The names of its run folders."),
        ]
        public init() {}
    }

    public var name = ""
    public var metric = "uar"
    public var test = SweepOptions.Test.auto
    public var level: Double?
    public var draws: Int?
    public var members: [Member] = []

    public static let summary = "The members of an ablation and their runs."
    public static let fields: [Field<Self>] = [
        .init("name", \.name, "The name of the experiment.", .required),
        .init("metric", \.metric, "The metric that is compared."),
        .init("test", \.test, "The independent units of intervals and tests."),
        .init(
            "confidence_level", \.level,
            "The confidence level of intervals; `null` for that of the first run's config."),
        .init(
            "resamples", \.draws,
            "The number of permutations of a test; `null` for that of the first run's config."),
        .init("members", \.members, "The members, the base first.", .required),
    ]
    /// The name of the file.
    public static let file = "ablation.json"

    public init() {}

    /// Reads the manifest of a folder; nil if there is none.
    public static func read(_ folder: String) throws(ConfigurationError) -> AblationManifest? {
        let path = folder + "/" + file
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try decode(JSONValue.load(path))
    }
}
