import SpeechTestSupport
import Configuration
import SpeechEmotion
import Testing

@Suite struct DataOptionsTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.sounds(MadeUp.ravdessNames(actors: 1...4))
        try folder.sounds(MadeUp.ravdessNames(actors: 1...2, channel: 2))
    }

    func options(_ more: String) throws -> DataOptions {
        let text =
            "{\"source\": {\"type\": \"ravdess\", \"folder\": \"${RAVDESS}\"}\(more.isEmpty ? "" : ", " + more)}"
        return try DataOptions.decode(text: text, environment: ["RAVDESS": folder.path])
    }

    @Test func everything() throws {
        let corpus = try options("").read()
        #expect(corpus.clips.count == 4 * 60 + 2 * 44)
        #expect(corpus.classCounts == [48, 48, 32, 48, 48, 24, 48, 32])
    }

    @Test func labelsAndClasses() throws {
        let corpus = try options(
            "\"labels\": {\"calm\": \"neutral\", \"disgust\": null}, \"classes\": [\"sad\", \"neutral\"]"
        ).read()
        #expect(corpus.classes == ["sad", "neutral"])
        #expect(corpus.classCounts == [48, 72])
        #expect(corpus.clips.count == 120)
        let merged = try options("\"labels\": {\"calm\": \"neutral\", \"disgust\": null}").read()
        #expect(merged.classes == ["angry", "fearful", "happy", "neutral", "sad", "surprised"])
    }

    @Test func choosing() throws {
        let women = try options(
            "\"include\": {\"gender\": [\"female\"], \"channel\": [\"speech\"]}, \"exclude\": {\"speaker\": [\"04\"]}"
        ).read()
        #expect(women.speakers == ["02"] && women.clips.count == 60)
    }

    @Test func capsTakeSongFirst() throws {
        let corpus = try options(
            "\"cap\": {\"per_class\": 20, \"prefer\": {\"channel\": [\"song\", \"speech\"]}}"
        ).read()
        #expect(corpus.classCounts == [20, 20, 20, 20, 20, 20, 20, 20])
        for name in corpus.classes {
            let songs = corpus.clips.count { $0.label == name && $0.attributes["channel"] == "song" }
            #expect(songs == ["neutral": 8, "disgust": 0, "surprised": 0][name] ?? 16)
        }
        let ids = corpus.clips.map(\.id)
        #expect(ids == ids.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
    }

    @Test func balancedDown() throws {
        let corpus = try options(
            "\"cap\": {\"per_class\": \"smallest\", \"choose\": \"random\", \"seed\": 3}"
        ).read()
        #expect(corpus.classCounts == [Int](repeating: 24, count: 8))
        let same = try options("\"cap\": {\"per_class\": \"smallest\", \"choose\": \"random\", \"seed\": 3}")
            .read()
        #expect(corpus.clips == same.clips)
        let other = try options("\"cap\": {\"per_class\": \"smallest\", \"choose\": \"random\", \"seed\": 4}")
            .read()
        #expect(corpus.clips != other.clips)
    }

    @Test(arguments: [
        (
            "\"labels\": {\"clam\": \"neutral\"}",
            "\"labels\": found the class \"clam\", which no clip has; did you mean \"calm\"?; allowed: "
        ),
        (
            "\"classes\": [\"happy\", \"joy\"]",
            "\"classes\": found the class \"joy\", which no clip has; allowed: "
        ),
        (
            "\"include\": {\"sex\": [\"male\"]}",
            "\"include\": found the column \"sex\", which no clip has; allowed: \"label\", \"speaker\", \"channel\""
        ),
        (
            "\"include\": {\"gender\": [\"men\"]}",
            "\"include.gender\": found the gender \"men\", which no clip has"
        ),
        ("\"exclude\": {\"gender\": [\"male\", \"female\"]}", "\"exclude\": found no clip left"),
        (
            "\"cap\": {\"per_class\": 2, \"prefer\": {\"mood\": [\"x\"]}}",
            "\"cap.prefer\": found the column \"mood\""
        ),
    ]) func namesThatAreNotThere(_ more: String, _ expected: String) throws {
        let options = try options(more)
        #expect(message { try options.read() }.hasPrefix(expected))
    }

    @Test(arguments: [
        (
            "\"cap\": {\"per_class\": 0}",
            "cap.per_class: expected an integer or \"smallest\" of at least 1, found 0"
        ),
        ("\"classes\": [\"happy\", \"happy\"]", "classes: a class is listed twice"),
        ("\"clases\": []", "clases: unknown key; did you mean \"classes\"?"),
    ]) func optionsThatAreWrong(_ more: String, _ expected: String) {
        #expect(message { try options(more) }.hasSuffix(expected))
    }

    @Test func theSourceIsNamed() {
        let text = message {
            try DataOptions.decode(text: "{\"source\": {\"type\": \"ravdes\", \"folder\": \"x\"}}")
        }
        #expect(text.hasSuffix("source.type: unknown corpus \"ravdes\"; did you mean \"ravdess\"?"))
        let missing = message { try DataOptions.decode(text: "{\"source\": {\"type\": \"tess\"}}") }
        #expect(missing.contains("source.folder: missing; expected a string with 1 or more characters"))
    }
}
