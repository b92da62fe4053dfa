import SpeechTestSupport
import Configuration
import Foundation
import SpeechEmotion
import Testing

@Suite struct SplitFileTests {
    let folder: TemporaryFolder
    let corpus = MadeUp.corpus(counts: [20, 30, 25])

    init() throws { folder = try TemporaryFolder() }

    @Test func roundTrip() throws {
        let splits = try KFoldSplit().split(corpus)
        let file = folder.path + "/splits.json"
        try SplitFile(splits, of: corpus).write(to: file)
        #expect(try SplitFile.read(file, for: corpus) == splits)
        #expect(try FileSplit(file).split(corpus) == splits)
        let whole = try SplitFile.read(file)
        #expect(whole.corpus == "made up" && whole.fingerprint == corpus.fingerprint)
        #expect(whole.splits[0].madeBy["type"] == "k_fold")
        let first = try Data(contentsOf: URL(fileURLWithPath: file))
        try SplitFile(splits, of: corpus).write(to: file)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == first)
    }

    @Test func fingerprints() {
        var other = corpus
        other.clips.reverse()
        #expect(other.fingerprint == corpus.fingerprint)
        other.clips[3].label = "class9"
        #expect(other.fingerprint != corpus.fingerprint)
        #expect(corpus.fingerprint.count == 16)
    }

    @Test func clipsThatAreNotThere() throws {
        let file = try folder.write(
            "s.json", "{\"train\": [\"clip0.wav\",\n \"gone.wav\"],\n \"test\": [\"clip0\"]}")
        #expect(
            message { try SplitFile.read(file, for: corpus) }
                == "\(file):2:2: train[1]: there is no clip \"gone.wav\" in made up\n\(file):3:11: test[0]: the clip \"clip0\" is listed twice; also in train"
        )
    }

    /// Another's list says `sub/a.flac`, `a.wav` or `a` where we have `x/sub/a.wav`.
    @Test func otherNamesForClips() throws {
        var other = corpus
        for index in other.clips.indices { other.clips[index].id = "x/sub/" + other.clips[index].id }
        let file = try folder.write(
            "s.json", #"{"train": ["x/sub/clip3.flac", "clip5"], "test": ["clip7.wav"]}"#)
        let split = try SplitFile.read(file, for: other)[0]
        #expect(split.train == ["x/sub/clip3.wav", "x/sub/clip5.wav"] && split.test == ["x/sub/clip7.wav"])

        other.clips[0].id = "a/same.wav"
        other.clips[1].id = "b/same.wav"
        let unclear = try folder.write("u.json", #"{"train": ["a/same.wav"], "test": ["same"]}"#)
        #expect(message { try SplitFile.read(unclear, for: other) }.contains("there is no clip \"same\""))
    }

    @Test func tables() throws {
        let file = try folder.write(
            "parts.csv",
            "clip,subset,split\nclip1.wav,train,a\nclip2.wav,Test,a\nclip2.wav,train,b\nclip1,test,b\n")
        let splits = try FileSplit(file).split(corpus)
        #expect(splits.map(\.name) == ["a", "b"])
        #expect(splits.map(\.train) == [["clip1.wav"], ["clip2.wav"]])
        #expect(splits.map(\.test) == [["clip2.wav"], ["clip1.wav"]])
        let wrong = try folder.write(
            "w.csv", "clip,subset\nclip1.wav,training\nclip2.wav,test\nclip2.wav,test\nno,test\n")
        #expect(
            message { try FileSplit(wrong).split(corpus) }
                == "\(wrong):2:11: expected train, validation or test, found \"training\"\n\(wrong):4:1: the clip \"clip2.wav\" is listed twice\n\(wrong):5:1: there is no clip \"no\" in made up"
        )
        let none = try folder.write("n.csv", "file,subset\n")
        #expect(
            message { try FileSplit(none).split(corpus) }.hasSuffix(
                ":1:1: there is no column \"clip\"; the columns are \"file\", \"subset\""))
    }

    @Test(arguments: [
        (
            "{\"format\": \"prosody-splits-1\", \"splits\": []}",
            "splits: expected a list of objects with 1 or more elements, found []"
        ),
        (
            "{\"format\": \"other\", \"splits\": [{\"train\": []}]}",
            "format: expected a string, one of \"prosody-splits-1\", found \"other\""
        ),
        ("[", ""),
    ]) func damagedFiles(_ text: String, _ expected: String) throws {
        let file = try folder.write("d.json", text)
        let found = message { try SplitFile.read(file, for: corpus) }
        #expect(found.hasPrefix(file) && found.hasSuffix(expected), "\(found)")
    }
}
