import Configuration

/// Where a corpus comes from, as a config names it: `{"type": "ravdess", "folder": "${RAVDESS}"}`.
public protocol CorpusSource: TaggedOptions {
    /// Reads what clips there are; their sound is not touched. Throws a `FileError`, a `ConfigurationError` or a
    /// `DataProblem` where there is no such corpus.
    func read() throws -> Corpus
}

/// The sources of clips that a config may name.
public enum CorpusKinds: Registry {
    /// What stands in a config is a corpus.
    public typealias Value = any CorpusSource

    public static var noun: String { "corpus" }
    public static var kinds: [any TaggedOptions.Type] {
        [
            RavdessCorpus.self, EmoDBCorpus.self, TESSCorpus.self, SAVEECorpus.self, CremaDCorpus.self,
            IEMOCAPCorpus.self, FolderCorpus.self, ManifestCorpus.self, MappedCorpus.self,
            CombinedCorpus.self, SyntheticCorpus.self,
        ]
    }
}

/// A source of clips of any kind inside a config.
public typealias AnyCorpus = Tagged<CorpusKinds>
