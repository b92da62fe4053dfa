import Autograd
import Configuration

/// Splits on disk, with what identifies their corpus.
public struct SplitFile: Options {
    /// The format of the file.
    public var format = SplitFile.formatName
    /// The name and fingerprint of the corpus.
    public var corpus = ""
    public var fingerprint = ""
    /// One split per fold.
    public var splits: [Split] = []

    static let formatName = "prosody-splits-1"

    public static let summary = "Splits of a corpus, one per fold."
    public static let fields: [Field<Self>] = [
        .init("format", \.format, "File format.", .required, .oneOf([formatName])),
        .init("corpus", \.corpus, "Name of the corpus."),
        .init("fingerprint", \.fingerprint, "Fingerprint of the clips of the corpus."),
        .init(
            "splits", \.splits,
            "One split per fold. In a run folder: the split of the run's fold, followed by the folds without clips.",
            .required, .notEmpty),
    ]

    public init() {}
    /// Creates a file of the splits of a corpus.
    public init(_ splits: [Split], of corpus: Corpus) {
        self.splits = splits
        self.corpus = corpus.name
        fingerprint = corpus.fingerprint
    }

    /// Writes the file atomically.
    public func write(to path: String) throws {
        try AtomicFile.write(Array((json + "\n").utf8), to: path)
    }

    /// Reads a file. Throws if it is damaged.
    public static func read(_ path: String) throws(ConfigurationError) -> SplitFile {
        try decode(JSONValue.parse(try JSONValue.bytes(of: path), source: path))
    }

    /// Reads splits of a corpus: a file written by `write`, or a single split `{"train": [...], "test": [...]}`. Throws
    /// every clip that the corpus lacks, and every one that is in two subsets, with its line. Clips of the corpus may
    /// be in no subset.
    public static func read(_ path: String, for corpus: Corpus) throws(ConfigurationError) -> [Split] {
        let document = try JSONValue.parse(try JSONValue.bytes(of: path), source: path)
        let isBare = document["splits"] == nil && document["train"] != nil
        var splits = isBare ? [try Split.decode(document)] : try decode(document).splits
        let index = NameIndex(corpus)
        var problems: [ConfigurationIssue] = []
        for number in splits.indices {
            let top: [JSONPath.Step] = isBare ? [] : [.key("splits"), .index(number)]
            var subsets: [Int: Split.Subset] = [:]
            for subset in Split.Subset.allCases {
                for (row, id) in splits[number][subset].enumerated() where problems.count < 20 {
                    let path = JSONPath(top + [.key(subset.rawValue), .index(row)])
                    func report(_ message: String) {
                        problems.append(
                            ConfigurationIssue(place: document.place(of: path), path: path, message: message))
                    }
                    guard let clip = index.find(id) else {
                        report("there is no clip \"\(id)\" in \(corpus.name)")
                        continue
                    }
                    if let other = subsets.updateValue(subset, forKey: clip) {
                        report("the clip \"\(id)\" is listed twice; also in \(other.rawValue)")
                    }
                    splits[number][subset][row] = corpus.clips[clip].id
                }
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return splits
    }
}
