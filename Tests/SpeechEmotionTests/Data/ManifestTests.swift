import Configuration
import SpeechEmotion
import Testing

@Suite struct ManifestTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.sounds(["a.wav", "sub/b.wav", "c, d.wav"])
    }

    func read(_ name: String, _ text: String, _ more: String = "") throws -> Corpus {
        let file = try folder.write(name, text)
        let options = "{\"source\": {\"type\": \"manifest\", \"file\": \"\(file)\"\(more)}}"
        return try DataOptions.decode(text: options).read()
    }

    @Test func table() throws {
        let corpus = try read(
            "list.csv",
            "path,label,speaker,start,end,mood\nsub/b.wav,sad,anna,,,\na.wav,happy,,0.5,1.25,sunny\n\"c, d.wav\",sad,bert,,2,\n"
        )
        #expect(corpus.name == "list.csv")
        #expect(corpus.clips.map(\.id) == ["a.wav#0.5-1.25", "c, d.wav#-2.0", "sub/b.wav"])
        #expect(corpus.clips[0].source == .file(path: folder.path + "/a.wav", start: 0.5, end: 1.25))
        #expect(corpus.clips.map(\.speaker) == [nil, "bert", "anna"])
        #expect(corpus.clips.map(\.attributes) == [["mood": "sunny"], [:], [:]])
        #expect(corpus.classes == ["happy", "sad"])
    }

    @Test func linesOfJSON() throws {
        let corpus = try read(
            "list.jsonl",
            """
            {"path": "a.wav", "label": 3, "speaker": "x", "start": 1, "clean": true, "note": null}

            {"path": "sub/b.wav", "label": "4"}
            """)
        #expect(corpus.classes == ["3", "4"])
        #expect(corpus.clips[0].attributes == ["clean": "true"])
        #expect(corpus.clips[0].source == .file(path: folder.path + "/a.wav", start: 1, end: nil))
    }

    @Test func listOfJSONAndOtherColumns() throws {
        let corpus = try read(
            "list.json", #"[{"file": "b.wav", "emotion": "sad", "who": "x"}]"#,
            ", \"folder\": \"\(folder.path)/sub\", \"path\": \"file\", \"label\": \"emotion\", \"speaker\": \"who\""
        )
        #expect(corpus.clips.map(\.label) == ["sad"])
        #expect(corpus.clips[0].speaker == "x")
    }

    @Test func missingColumnsAreReportedOnce() {
        let error = #expect(throws: ConfigurationError.self) {
            try read("l.csv", "file,emotion\na.wav,x\nb.wav,y\nc.wav,y\n")
        }
        let lines = error.map { "\($0)".split(separator: "\n") } ?? []
        #expect(lines.count == 2)
        #expect(
            lines.first?.contains(":1:1: path: missing; the columns are \"file\", \"emotion\". Name") == true)
        #expect(lines.last?.contains("label: missing; the columns are") == true)
    }

    @Test func whatIsNotCheckedIsNamed() {
        let rows = (1...30).map { "\($0).wav,x,soon\n" }.joined()
        let error = #expect(throws: ConfigurationError.self) {
            try read("l.csv", "path,label,start\n" + rows)
        }
        let lines = error.map { "\($0)".split(separator: "\n") } ?? []
        #expect(lines.count == 21)
        #expect(lines.last?.hasSuffix(":22:1: not checked from here on") == true, "\(lines.last ?? "")")
    }

    @Test(arguments: [
        ("l.csv", "path,label\na.wav,\n", ":2:7: label: expected a string, found none"),
        ("l.csv", "path,class\na.wav,x\n", ":1:1: label: missing; the columns are \"path\", \"class\""),
        (
            "l.csv", "path,label,start\na.wav,x,soon\n",
            ":2:9: start: expected a time in seconds of at least 0, found \"soon\""
        ),
        (
            "l.csv", "path,label,start,end\na.wav,x,2,1\n",
            ":2:11: end: expected a time after the start, 2.0, found 1.0"
        ),
        (
            "l.csv", "path,label,start\na.wav,x,-1\n",
            ":2:9: start: expected a time in seconds of at least 0, found \"-1\""
        ),
        (
            "l.csv", "path,label,end\na.wav,x,nan\n",
            ":2:9: end: expected a time in seconds of at least 0, found \"nan\""
        ),
        (
            "l.csv", "path,label\na.wav,x\na.wav,y\n",
            ":3:1: the clip \"a.wav\" is listed twice; also in line 2"
        ),
        ("l.jsonl", "{\"path\": \"a.wav\", \"label\": \"x\"}\n{\"path\": }\n", ":2:10: "),
        ("l.jsonl", "\n[1]\n", ":2:1: expected an object, found [1]"),
        ("l.json", "{}", ":1:1: expected a list of objects"),
        ("l.xml", "", ": expected a name that ends in .csv, .tsv, .jsonl or .json"),
    ]) func mistakes(_ name: String, _ text: String, _ expected: String) {
        let found = message { try read(name, text) }
        #expect(found.hasPrefix("\(folder.path)/\(name)\(expected)"), "\(found)")
    }

    @Test func filesThatAreMissing() throws {
        let corpus = try read("l.csv", "path,label\na.wav,x\ngone.wav,x\n")
        #expect(corpus.omissions.map(\.description) == ["line 3, \(folder.path)/gone.wav: missing file"])
        let text = message { try read("l.csv", "path,label\ngone.wav,x\n") }
        #expect(text.contains("found 1 clip, all of whose files are missing"))
        #expect(message { try read("l.csv", "path,label\n") }.contains("found no clips"))
        #expect(
            message { try ManifestCorpus(file: "/no/list.csv").read() }.contains("/no/list.csv: no such file")
        )
    }
}
