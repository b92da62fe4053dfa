import Configuration
import Foundation
import SpeechEmotion
import Testing

/// What is known of the classes of a corpus whose files are not there.
@Suite struct KnownClassesTests {
    private static let eight = [
        "angry", "calm", "disgust", "fearful", "happy", "neutral", "sad", "surprised",
    ]
    private static let ravdess = #""source": {"type": "ravdess", "folder": "/nowhere"}"#

    private static let cases: [(text: String, classes: [String]?)] = [
        (ravdess, eight),
        (#""source": {"type": "ravdess", "folder": "/nowhere", "channels": ["speech"]}"#, eight),
        (
            #""source": {"type": "ravdess", "folder": "/nowhere", "channels": ["song"]}"#,
            ["angry", "calm", "fearful", "happy", "neutral", "sad"]
        ),
        (
            #""source": {"type": "emodb", "folder": "/nowhere"}"#,
            ["angry", "bored", "disgust", "fearful", "happy", "neutral", "sad"]
        ),
        (
            #""source": {"type": "tess", "folder": "/nowhere"}"#,
            ["angry", "disgust", "fearful", "happy", "neutral", "sad", "surprised"]
        ),
        (
            #""source": {"type": "savee", "folder": "/nowhere"}"#,
            ["angry", "disgust", "fearful", "happy", "neutral", "sad", "surprised"]
        ),
        (
            #""source": {"type": "crema_d", "folder": "/nowhere"}"#,
            ["angry", "disgust", "fearful", "happy", "neutral", "sad"]
        ),
        (#""source": {"type": "synthetic"}"#, eight),
        (#""source": {"type": "iemocap", "folder": "/nowhere"}"#, nil),
        (#""source": {"type": "folders", "folder": "/nowhere"}"#, nil),
        (#""source": {"type": "manifest", "file": "/nowhere.csv"}"#, nil),
        (
            #""source": {"type": "combined", "sources": [{"type": "emodb", "folder": "/a"}, {"type": "ravdess", "folder": "/b", "channels": ["song"]}]}"#,
            ["angry", "bored", "calm", "disgust", "fearful", "happy", "neutral", "sad"]
        ),
        (
            #""source": {"type": "combined", "sources": [{"type": "emodb", "folder": "/a"}, {"type": "folders", "folder": "/b"}]}"#,
            nil
        ),
        (ravdess + #", "classes": ["sad", "happy"]"#, ["sad", "happy"]),
        (ravdess + #", "include": {"label": ["sad", "happy"]}"#, ["happy", "sad"]),
        (ravdess + #", "exclude": {"label": ["calm"], "speaker": ["21"]}"#, eight.filter { $0 != "calm" }),
        (ravdess + #", "include": {"speaker": ["01"], "statement": ["kids"]}"#, eight),
        // Nobody is neutral with strong intensity.
        (ravdess + #", "include": {"intensity": ["strong"]}"#, nil),
        (#""source": {"type": "emodb", "folder": "/nowhere"}, "include": {"speaker": ["03"]}"#, nil),
        (
            ravdess + #", "labels": {"calm": "neutral", "disgust": null}"#,
            ["angry", "fearful", "happy", "neutral", "sad", "surprised"]
        ),
    ]

    @Test(arguments: cases)
    func byTheKindOfTheCorpus(_ text: String, _ classes: [String]?) throws {
        let options = try DataOptions.decode(JSONValue.parse("{\(text)}"))
        #expect(options.knownClasses == classes)
        #expect(options.source.value.isPresent == text.contains("synthetic"))
    }

    /// What is known without the files is what reading a complete copy gives.
    @Test func theyAreThoseOfACompleteCopy() throws {
        let corpus = SyntheticCorpus()
        #expect(corpus.knownClasses == corpus.read().classes)
        for kind in CorpusKinds.kinds {
            guard let source = kind.init() as? any CorpusSource else { continue }
            if let classes = source.knownClasses { #expect(classes == Set(classes).sorted()) }
        }
    }

    @Test func aManifestWithoutItsFilesKnowsItsClasses() throws {
        let folder = NSTemporaryDirectory() + "known-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = folder + "/clips.csv"
        try "path,label\na.wav,sad\nb.wav,happy\nc.wav,sad\n".write(
            toFile: file, atomically: false, encoding: .utf8)
        let corpus = ManifestCorpus(file: file)
        #expect(corpus.knownClasses == ["happy", "sad"] && !corpus.isPresent)
        try Data([0]).write(to: URL(fileURLWithPath: folder + "/b.wav"))
        #expect(corpus.isPresent)
        // A list that is wrong in itself is there to be complained of.
        try "path,label\n".write(toFile: file, atomically: false, encoding: .utf8)
        #expect(corpus.isPresent && corpus.knownClasses == nil)
        #expect(FolderCorpus(folder: folder).isPresent && !FolderCorpus(folder: file).isPresent)
        #expect(!IEMOCAPCorpus(folder: folder + "/x").isPresent)
    }
}
