import Configuration
import Foundation

/// Where a corpus comes from, as a config names it: `{"type": "ravdess", "folder": "${RAVDESS}"}`.
public protocol CorpusSource: TaggedOptions {
    /// Reads what clips there are; their sound is not touched. Throws a `FileError`, a `ConfigurationError` or a
    /// `DataProblem` where there is no such corpus.
    func read() throws -> Corpus
    /// Whether what it names is at hand, so that `read` fails for a mistake only. True unless given.
    var isPresent: Bool { get }
    /// The classes of a complete copy, in alphabetical order, where they are known without one; nil where they are
    /// not. Nil unless given.
    var knownClasses: [String]? { get }
    /// The columns by which clips may be chosen without losing a class of a complete copy. None unless given.
    var columnsOfEveryClass: Set<String> { get }
}

extension CorpusSource {
    /// There are no files to be missing.
    public var isPresent: Bool { true }
    /// Not known.
    public var knownClasses: [String]? { nil }
    /// None.
    public var columnsOfEveryClass: Set<String> { [] }
}

/// Whether there is a folder of that path.
func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
}

/// The sources of clips that a config may name.
public enum CorpusKinds: Registry {
    /// What stands in a config is a corpus.
    public typealias Value = any CorpusSource

    public static var noun: String { "corpus" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            RavdessCorpus.self, EmoDBCorpus.self, TESSCorpus.self, SAVEECorpus.self, CremaDCorpus.self,
            IEMOCAPCorpus.self, FolderCorpus.self, ManifestCorpus.self, MappedCorpus.self,
            CombinedCorpus.self, SyntheticCorpus.self,
        ]
    }
}

/// A source of clips of any kind inside a config.
public typealias AnyCorpus = Tagged<CorpusKinds>
