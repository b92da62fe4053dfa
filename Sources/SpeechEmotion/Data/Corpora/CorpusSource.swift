import Configuration
import Foundation

/// A source of clips, as a config names it: `{"type": "ravdess", "folder": "${RAVDESS}"}`.
public protocol CorpusSource: TaggedOptions {
    /// Lists the clips, without reading their audio. Throws a `FileError`, a `ConfigurationError` or an `InputError` if
    /// the corpus is missing or invalid.
    func read() throws -> Corpus
    /// Whether the data exist, so that `read` fails only for errors. Defaults to true.
    var isPresent: Bool { get }
    /// The classes of a complete copy in alphabetical order, if they are known without reading it. Defaults to nil.
    var knownClasses: [String]? { get }
    /// The columns by which clips can be selected without losing a class of a complete copy. Defaults to none.
    var columnsOfEveryClass: Set<String> { get }
}

extension CorpusSource {
    /// True: no files are needed.
    public var isPresent: Bool { true }
    /// Unknown.
    public var knownClasses: [String]? { nil }
    /// None.
    public var columnsOfEveryClass: Set<String> { [] }
}

/// Whether a path is a folder.
func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
}

/// The registered corpora.
public enum CorpusKinds: Registry {
    /// The type of a decoded config entry.
    public typealias Value = any CorpusSource

    public static var noun: String { "corpus" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            RavdessCorpus.self, EmoDBCorpus.self, TESSCorpus.self, SAVEECorpus.self, CremaDCorpus.self,
            IEMOCAPCorpus.self, FolderCorpus.self, ManifestCorpus.self, MappedCorpus.self,
            CombinedCorpus.self, SyntheticCorpus.self, SpokenDigitsCorpus.self,
        ]
    }
}

/// A corpus of any registered type in a config.
public typealias AnyCorpus = Tagged<CorpusKinds>
