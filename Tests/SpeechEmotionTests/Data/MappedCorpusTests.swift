import SpeechTestSupport
import Configuration
import Foundation
import SpeechEmotion
import Testing

/// Corpora whose columns, values and classes are brought into line, and splits by corpus.
@Suite struct MappedCorpusTests {
    /// A manifest with columns of other names.
    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.sounds(["a.wav", "b.wav", "c.wav", "d.wav"])
        try folder.write(
            "list.csv",
            """
            path,emotion,actor,sex,corpus,note
            a.wav,joy,1,m,old,x
            b.wav,sad,2,f,old,
            c.wav,joy,2,f,new,
            d.wav,bored,1,m,new,

            """)
        return folder
    }

    private func read(_ folder: TemporaryFolder, _ options: String) throws -> Corpus {
        try MappedCorpus.decode(
            text: """
                {"source": {"type": "manifest", "file": "\(folder.path)/list.csv", "label": "emotion"}, \(options)}
                """
        ).read()
    }

    @Test func columnsValuesAndClasses() throws {
        let corpus = try read(
            folder(),
            """
            "name": "mine", "columns": {"actor": "speaker", "sex": "gender"},
            "values": {"gender": {"m": "male", "f": "female"}, "speaker": {"2": "two"}},
            "labels": {"joy": "happy", "bored": null}
            """)
        #expect(corpus.name == "mine" && corpus.classes == ["happy", "sad"])
        #expect(corpus.clips.map(\.id) == ["a.wav", "b.wav", "c.wav"])
        #expect(corpus.clips.map(\.label) == ["happy", "sad", "happy"])
        #expect(corpus.clips.map(\.speaker) == ["1", "two", "two"])
        #expect(corpus.clips.map { $0.attributes["gender"] } == ["male", "female", "female"])
        #expect(corpus.clips.allSatisfy { $0.attributes["actor"] == nil && $0.attributes["sex"] == nil })
    }

    /// Columns may change places, the class among them.
    @Test func columnsChangePlaces() throws {
        let corpus = try read(folder(), #""columns": {"label": "mood", "sex": "label", "actor": "sex"}"#)
        #expect(corpus.classes == ["f", "m"])
        #expect(corpus.clips[0].attributes["mood"] == "joy" && corpus.clips[0].attributes["sex"] == "1")
    }

    @Test(
        arguments: [
            (
                #""columns": {"actors": "speaker"}"#,
                #""columns": found the column "actors", which no clip of list.csv has; did you mean "actor"?; allowed: "label", "actor", "corpus", "note", "sex""#
            ),
            (
                #""columns": {"actor": "sex"}"#,
                #""columns.actor": found the new name "sex", which is already a column of list.csv; allowed: another name, or rename "sex" as well"#
            ),
            (
                #""columns": {"label": "mood"}"#,
                #""columns.label": found no other column renamed to "label"; allowed: renaming another column to "label": every clip needs a class"#
            ),
            (
                #""columns": {"label": "mood", "note": "label"}"#,
                #""columns": found the clip b.wav without a value for "label"; allowed: a column that every clip has"#
            ),
            (
                #""values": {"gender": {"m": "male"}}"#,
                #""values": found the column "gender", which no clip of list.csv has; allowed: "label", "actor", "corpus", "note", "sex""#
            ),
            (
                #""values": {"sex": {"w": "female"}}"#,
                #""values.sex": found the sex "w", which no clip has; allowed: "f", "m""#
            ),
            (#""values": {"id": {"a.wav": "x"}}"#, #""values.id": found the ids of clips"#),
            (
                #""values": {"label": {"joy": ""}}"#,
                #""values.label": found an empty name for the class "joy"; allowed: a name; "labels" drops a class by null"#
            ),
            (
                #""labels": {"hapy": "happy"}"#,
                #""labels": found the class "hapy", which no clip has; allowed: "bored", "joy", "sad""#
            ),
            (#""labels": {"joy": null, "sad": null, "bored": null}"#, #""labels": found no class left"#),
        ])
    func namesThatDoNotExist(options: String, expected: String) throws {
        let folder = try folder()
        let said = message { try read(folder, options) }
        #expect(said.hasPrefix(expected), "\(said)")
    }

    @Test(
        arguments: [
            (#""name": """#, #"name: expected a name, found """#),
            (#""speakers": """#, #"speakers: expected a name, found """#),
            (
                #""columns": {"actor": "id"}"#,
                #"columns.actor: a column cannot be called "id"; "id" and "corpus" are reserved"#
            ),
            (
                #""columns": {"actor": "x", "sex": "x"}"#,
                #"columns.sex: "actor" and "sex" cannot both be called "x""#
            ),
        ])
    func optionsThatMakeNoSense(options: String, expected: String) throws {
        let folder = try folder()
        #expect(
            message { try read(folder, options) }.contains(expected),
            "\(message { try read(folder, options) })")
    }

    /// A corpus combined with a mapped one, split by corpus in every way.
    @Test func splitsByCorpus() throws {
        let folder = try folder()
        let ravdess = try TemporaryFolder()
        try ravdess.sounds(MadeUp.ravdessNames(actors: 1...2))
        let options = try DataOptions.decode(
            text: """
                {"source": {"type": "combined", "sources": [
                    {"type": "ravdess", "folder": "\(ravdess.path)"},
                    {"type": "mapped", "name": "mine",
                     "source": {"type": "manifest", "file": "\(folder.path)/list.csv", "label": "emotion"},
                     "columns": {"actor": "speaker", "sex": "gender", "corpus": "collection"},
                     "values": {"gender": {"m": "male", "f": "female"}},
                     "labels": {"joy": "happy", "bored": null}}]},
                 "classes": ["happy", "sad"]}
                """)
        let corpus = try options.read()
        #expect(corpus.clips.values(of: "corpus") == ["RAVDESS", "mine"])
        #expect(corpus.clips.values(of: "gender") == ["female", "male"])
        #expect(corpus.speakers == ["RAVDESS/01", "RAVDESS/02", "mine/1", "mine/2"])
        let mine = Set(corpus.clips.filter { $0.attributes["corpus"] == "mine" }.map(\.id))
        #expect(mine == ["mine/a.wav", "mine/b.wav", "mine/c.wav"])

        for json in [
            #"{"type": "k_fold", "folds": 2, "by": "corpus"}"#,
            #"{"type": "leave_one_speaker_out", "by": "corpus"}"#,
        ] {
            let splits = try splits(json, corpus)
            #expect(splits.count == 2)
            #expect(Set(splits.map { Set($0.test) == mine }) == [true, false], "\(json)")
            #expect(splits.allSatisfy { Set($0.train).isDisjoint(with: $0.test) })
        }
        let grouped = try splits(#"{"type": "grouped", "by": "corpus", "test": 1}"#, corpus)[0]
        #expect(Set(grouped.test) == mine || Set(grouped.train) == mine)
        let listed = try splits(#"{"type": "listed", "by": "corpus", "test": ["mine"]}"#, corpus)
        #expect(Set(listed[0].test) == mine)
        let unknown = message {
            try splits(#"{"type": "listed", "by": "corpus", "test": ["TESS"]}"#, corpus)
        }
        #expect(
            unknown == #"test set by corpus: found "TESS", which no clip has; allowed: "RAVDESS", "mine""#)
        let many = message { try splits(#"{"type": "k_fold", "folds": 5, "by": "corpus"}"#, corpus) }
        #expect(many.contains(#"allowed: at least 5, or "folds": 2 or fewer"#), "\(many)")
    }

    /// The actors of RAVDESS are the same in speech and song. Those of other corpora are if the config says so.
    @Test func corporaShareSpeakers() throws {
        let folder = try folder()
        let ravdess = try TemporaryFolder()
        try ravdess.sounds(
            MadeUp.ravdessNames(actors: 1...2) + MadeUp.ravdessNames(actors: 1...2, channel: 2))
        func speakers(_ first: String, _ second: String) throws -> [String] {
            try CombinedCorpus.decode(text: "{\"sources\": [\(first), \(second)]}").read().speakers
        }
        func channel(_ name: String, _ more: String = "") -> String {
            """
            {"type": "mapped", "name": "\(name)", \(more)
             "source": {"type": "ravdess", "folder": "\(ravdess.path)", "channels": ["\(name)"]}}
            """
        }
        func manifest(_ more: String) -> String {
            """
            {"type": "mapped", \(more) "columns": {"actor": "speaker", "corpus": "collection"},
             "source": {"type": "manifest", "file": "\(folder.path)/list.csv", "label": "emotion"}}
            """
        }
        #expect(try speakers(channel("speech"), channel("song")) == ["RAVDESS/01", "RAVDESS/02"])
        let renamed = channel("song", #""values": {"speaker": {"02": "03"}},"#)
        #expect(
            try speakers(channel("speech"), renamed) == ["RAVDESS/01", "RAVDESS/02", "song/01", "song/03"])
        let (mine, yours) = (#""name": "mine","#, #""name": "yours","#)
        #expect(
            try speakers(manifest(mine), manifest(yours)) == ["mine/1", "mine/2", "yours/1", "yours/2"])
        let shared = #""speakers": "students","#
        #expect(
            try speakers(manifest(mine + shared), manifest(yours + shared)) == ["students/1", "students/2"])
    }

    private func splits(_ json: String, _ corpus: Corpus) throws -> [Split] {
        try AnySplitHolder.decode(text: "{\"split\": \(json)}").split.value.split(corpus)
    }

    @Test func aColumnCorpusOfASourceIsNotLost() throws {
        let folder = try folder()
        var manifest = ManifestCorpus(file: folder.path + "/list.csv")
        manifest.label = "emotion"
        let said = message { try CombinedCorpus([manifest]).read() }
        #expect(
            said.hasPrefix(
                #"combining corpora: found a column "corpus" in list.csv (a.wav); this name is reserved for the source of each clip; allowed: another name for it: {"type": "mapped""#
            ), "\(said)")
        let ravdess = try TemporaryFolder()
        try ravdess.sounds(MadeUp.ravdessNames(actors: 1...1))
        let inner = CombinedCorpus([RavdessCorpus(folder: ravdess.path), RavdessCorpus(folder: ravdess.path)])
        let outer = try CombinedCorpus([inner]).read()
        #expect(
            outer.clips.values(of: "corpus") == [
                "RAVDESS + RAVDESS 2/RAVDESS", "RAVDESS + RAVDESS 2/RAVDESS 2",
            ])
    }
}

/// A split alone, as a document.
private struct AnySplitHolder: Options {
    var split = AnySplit(GroupedSplit())
    static let fields: [Field<Self>] = [.init("split", \.split, "How to split.", .required)]
}
