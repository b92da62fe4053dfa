import SpeechTestSupport
import Autograd
import Configuration
import Foundation
import SpeechEmotion
import Testing

@Suite struct SplitTests {
    static let specs = [
        #"{"type": "random", "test": 0.25, "validation": 0.1, "seed": 3}"#,
        #"{"type": "random", "test": 7, "validation": 3}"#,
        #"{"type": "stratified", "test": 0.2, "validation": 0.2, "seed": 42}"#,
        #"{"type": "grouped", "test": 0.3, "validation": 0.2}"#,
        #"{"type": "grouped", "test": 2, "validation": 1}"#,
        #"{"type": "k_fold", "folds": 4, "validation": 0.15}"#,
        #"{"type": "k_fold", "folds": 3, "stratified": false, "shuffle": false}"#,
        #"{"type": "k_fold", "folds": 3, "by": "speaker", "validation": 1}"#,
        #"{"type": "k_fold", "folds": 3, "by": "speaker", "stratified": false}"#,
        #"{"type": "leave_one_speaker_out", "validation": 0.2}"#,
        #"{"type": "listed", "test": ["s1"], "validation": ["s2", "s3"]}"#,
        #"{"type": "listed", "test": ["s1"], "validation": 0.2}"#,
    ]

    struct Holder: Options {
        var split = AnySplit(RandomSplit())
        static let fields: [Field<Self>] = [.init("split", \.split, "How clips are split.", .required)]
    }

    static func spec(_ text: String) throws -> any SplitSpec {
        try Holder.decode(text: "{\"split\": \(text)}").split.value
    }

    /// Parts share no clip, nothing is lost, groups stay whole, the corpus' order is kept, and the same options give the same.
    @Test(arguments: specs, 0..<12) func properties(_ text: String, _ seed: Int) throws {
        let generator = RandomGenerator(seed: UInt64(seed))
        let counts = (0..<2 + generator.below(5)).map { _ in 12 + generator.below(60) }
        let corpus = MadeUp.corpus(counts: counts, speakers: 4 + generator.below(9), seed: UInt64(seed))
        let spec = try Self.spec(text)
        let splits = try spec.split(corpus)
        #expect(splits == (try spec.split(corpus)))
        let places = Dictionary(uniqueKeysWithValues: corpus.clips.enumerated().map { ($1.id, $0) })
        let isGrouped = text.contains("grouped") || text.contains("speaker") || text.contains("listed")
        for split in splits {
            let all = Split.Subset.allCases.flatMap { split[$0] }
            #expect(Set(all).count == all.count && all.count == corpus.clips.count)
            #expect(!split.train.isEmpty && !split.test.isEmpty)
            #expect(split.validation.isEmpty == !text.contains("validation"))
            #expect(split.madeBy["type"]?.text == Self.type(of: text))
            for part in Split.Subset.allCases {
                let order = split[part].compactMap { places[$0] }
                #expect(order == order.sorted())
            }
            guard isGrouped else { continue }
            var home: [String: Split.Subset] = [:]
            for part in Split.Subset.allCases {
                for clip in try corpus.clips(of: part, in: split) {
                    let speaker = try #require(clip.speaker)
                    #expect(home[speaker] ?? part == part, "\(speaker) is in two parts")
                    home[speaker] = part
                }
            }
        }
        guard splits.count > 1 else { return }
        let tested = splits.flatMap(\.test)
        #expect(tested.count == corpus.clips.count && Set(tested).count == tested.count)
    }

    static func type(of text: String) -> String { String(text.split(separator: "\"")[3]) }

    @Test func seedsMatter() throws {
        let corpus = MadeUp.corpus(counts: [40, 50, 60], speakers: 10)
        for type in ["random", "stratified", "grouped"] {
            let splits = try (1...4).map { seed in
                try Self.spec("{\"type\": \"\(type)\", \"seed\": \(seed)}").split(corpus)[0].test
            }
            #expect(Set(splits).count > 1, "\(type)")
        }
    }

    /// Another order of the clips in a corpus must not matter to which speakers are tested on.
    @Test func groupsDoNotDependOnTheOrderOfClips() throws {
        let corpus = MadeUp.corpus(counts: [40, 50, 60], speakers: 10)
        var turned = corpus
        turned.clips.reverse()
        let spec = GroupedSplit()
        #expect(Set(try spec.split(corpus)[0].test) == Set(try spec.split(turned)[0].test))
    }

    @Test func groupsAreBalanced() throws {
        let folder = try TemporaryFolder()
        try folder.sounds(MadeUp.ravdessNames(actors: 1...20))
        let corpus = try RavdessCorpus(folder: folder.path).read()
        var spec = GroupedSplit()
        spec.test = .count(4)
        let test = try corpus.clips(of: .test, in: spec.split(corpus)[0])
        #expect(test.values(of: "speaker").count == 4)
        #expect(test.count { $0.attributes["gender"] == "female" } == 120)

        var folds = KFoldSplit()
        folds.folds = 4
        folds.by = "speaker"
        for split in try folds.split(corpus) {
            let test = try corpus.clips(of: .test, in: split)
            #expect(test.values(of: "speaker").count == 5)
            #expect(test.counts(of: corpus.classes) == corpus.classCounts.map { $0 / 4 })
            #expect([120, 180].contains(test.count { $0.attributes["gender"] == "female" }))
        }
    }

    @Test func actorsOfRAVDESS() throws {
        let folder = try TemporaryFolder()
        try folder.sounds(MadeUp.ravdessNames(actors: 1...24))
        let corpus = try RavdessCorpus(folder: folder.path).read()
        var spec = RavdessActorSplit()
        spec.validation = .second(.nextFold)
        let splits = try spec.split(corpus)
        let tested = try splits.map { try corpus.clips(of: .test, in: $0).values(of: "speaker") }
        #expect(
            tested == [
                ["01", "11", "20", "21"], ["04", "10", "12", "14"], ["08", "09", "19", "23"],
                ["03", "05", "07", "24"], ["02", "15", "16", "18"], ["06", "13", "17", "22"],
            ])
        #expect(splits[5].validation == splits[0].test)
        #expect(splits[0].name == "fold 1 of 6: speaker 1, 11, 20, 21")
        #expect(splits[0].madeBy == spec.encode())
        spec.validation = .first(.count(2))
        for split in try spec.split(corpus) {
            let speakers = try Split.Subset.allCases.map {
                try corpus.clips(of: $0, in: split).values(of: "speaker").count
            }
            #expect(speakers == [18, 2, 4])
        }

        let few = Corpus(
            name: "few", clips: corpus.clips.filter { ["01", "04", "05", "16"].contains($0.speaker) })
        let found = try RavdessActorSplit().split(few)
        #expect(found.map(\.isMissing) == [false, false, true, false, false, true])
        #expect(found[2].name == "fold 3 of 6 (missing: speaker 8, 9, 19, 23)")
        #expect(found[2].madeBy == RavdessActorSplit().encode())
    }

    @Test func listedFoldsUseWhatIsThereAndNameWhatIsMissing() throws {
        let folder = try TemporaryFolder()
        try folder.sounds(MadeUp.ravdessNames(actors: 1...5))
        let corpus = try RavdessCorpus(folder: folder.path).read()
        let json =
            #"{"type": "listed_folds", "folds": [[2, 5, 14], ["03"], [1, 4]], "validation": "next_fold"}"#
        let splits = try Self.spec(json).split(corpus)
        let tested = try splits.map { try corpus.clips(of: .test, in: $0).values(of: "speaker") }
        #expect(tested == [["02", "05"], ["03"], ["01", "04"]])
        let names = splits.map(\.name)
        #expect(
            names == [
                "fold 1 of 3: speaker 2, 5 (missing: 14)", "fold 2 of 3: speaker 03",
                "fold 3 of 3: speaker 1, 4",
            ])
        #expect(splits[2].validation == splits[0].test)
        let first = splits[0]
        #expect(first.train.count + first.validation.count + first.test.count == corpus.clips.count)
        #expect(splits.map(\.missing) == [["14"], [], []])
        #expect(first.missingSentence == "incomplete: fold 1 of 3: speaker 2, 5 (missing: 14)")
        let absent = try Self.spec(#"{"type": "listed_folds", "folds": [[17, 18], [19]]}"#)
        #expect(
            message { try absent.split(corpus) }
                == "2 listed folds: found no clip of speaker 17, 18, 19; allowed: at least one of these values; this corpus has \"01\", \"02\", \"03\", \"04\", \"05\""
        )
        let twice = message { try Self.spec(#"{"type": "listed_folds", "folds": [[1, 2], [2]]}"#) }
        #expect(twice.contains("also in fold 1"))
    }

    /// The other folds keep their numbers, their clips and their random validation sets.
    @Test func wholeFoldsMayBeMissing() throws {
        let folder = try TemporaryFolder()
        try folder.sounds(MadeUp.ravdessNames(actors: 1...5))
        let corpus = try RavdessCorpus(folder: folder.path).read()
        let lists = "[[17, 18], [2, 5], [3], [20], [1, 4]]"
        let next = try Self.spec(
            #"{"type": "listed_folds", "folds": \#(lists), "validation": "next_fold"}"#
        ).split(corpus)
        #expect(next.map(\.isMissing) == [true, false, false, true, false])
        #expect(next[0].name == "fold 1 of 5 (missing: speaker 17, 18)" && next[0].missing == ["17", "18"])
        #expect(next[0].missingSentence == "left out: fold 1 of 5 (missing: speaker 17, 18)")
        #expect(next[0].train.isEmpty && next[0].validation.isEmpty && next[0].test.isEmpty)
        #expect(next[1].name == "fold 2 of 5: speaker 2, 5" && next[1].missingSentence == nil)
        // The validation set is that of the next fold that has clips, around the end.
        #expect(next[1].validation == next[2].test && next[2].validation == next[4].test)
        #expect(next[4].validation == next[1].test)

        let random = try Self.spec(#"{"type": "listed_folds", "folds": \#(lists), "validation": 1}"#)
        let rest = try Self.spec(
            #"{"type": "listed_folds", "folds": [[9], [2, 5], [3], [10], [1, 4]], "validation": 1}"#)
        let (a, b) = (try random.split(corpus), try rest.split(corpus))
        #expect(a.map(\.validation) == b.map(\.validation) && a.map(\.train) == b.map(\.train))

        let lonely = try Self.spec(
            #"{"type": "listed_folds", "folds": [[1], [17, 18]], "validation": "next_fold"}"#)
        #expect(
            message { try lonely.split(corpus) }
                == "validation set \"next_fold\": found clips in fold 1 of 2 only; allowed: clips in at least two folds, or a number of speaker values"
        )
        let two = try Self.spec(
            #"{"type": "listed_folds", "folds": [[1, 2, 3], [17, 18], [4, 5]], "validation": "next_fold"}"#)
        #expect(
            message { try two.split(corpus) }
                == "fold 1 of 3, validation set \"next_fold\": found no training clips, because two folds contain all clips; allowed: clips in at least three folds, or a number of speaker values"
        )
        let single = message {
            try Self.spec(#"{"type": "listed_folds", "folds": [[1, 2]], "validation": "next_fold"}"#)
        }
        #expect(single.contains("\"next_fold\" requires at least two folds"))
        let empty = message { try Self.spec(#"{"type": "listed_folds", "folds": [[1], []]}"#) }
        #expect(empty.contains("folds[1]: expected at least one value, found none"))
    }

    /// A file of splits keeps the numbers of the folds and what is missing.
    @Test func filesKeepMissingFolds() throws {
        let folder = try TemporaryFolder()
        try folder.sounds(MadeUp.ravdessNames(actors: 1...5))
        let corpus = try RavdessCorpus(folder: folder.path).read()
        let splits = try Self.spec(#"{"type": "listed_folds", "folds": [[2, 5, 14], [17], [1, 3, 4]]}"#)
            .split(corpus)
        let file = folder.path + "/splits.json"
        try SplitFile(splits, of: corpus).write(to: file)
        #expect(try FileSplit(file).split(corpus) == splits)
        let json = try JSONValue.load(file)["splits"]?.elements ?? []
        #expect(json.map { $0["missing"]?.line } == [#"["14"]"#, #"["17"]"#, nil])
    }

    @Test func numbersStandForNames() throws {
        let folder = try TemporaryFolder()
        try folder.sounds(MadeUp.ravdessNames(actors: 1...5))
        let corpus = try RavdessCorpus(folder: folder.path).read()
        let split = try Self.spec(#"{"type": "listed", "test": [1, "02"], "train": [3, 4]}"#).split(corpus)[0]
        #expect(try corpus.clips(of: .test, in: split).values(of: "speaker") == ["01", "02"])
        #expect(try corpus.clips(of: .train, in: split).values(of: "speaker") == ["03", "04"])
        let text = message { try Self.spec(#"{"type": "listed", "test": [1, 6]}"#).split(corpus) }
        #expect(
            text.hasPrefix("test set by speaker: found \"6\", which no clip has; allowed: \"01\", \"02\""))
        let twice = message {
            try Self.spec(#"{"type": "listed", "test": [1], "train": [1, 2]}"#).split(corpus)
        }
        #expect(
            twice
                == "listed split by speaker: found \"01\" in test and train; allowed: each value in one subset"
        )
    }

    @Test(arguments: [
        (
            #"{"type": "random", "test": 100}"#,
            "test set: found 100 clips out of 100; allowed: at least one, and one left for training"
        ),
        (
            #"{"type": "stratified", "test": 2}"#,
            "stratified test set: found 2 clips out of 100 for 3 classes"
        ),
        (
            #"{"type": "grouped", "by": "session"}"#,
            "split by session: found 100 clips without one, such as clip0.wav; allowed: a session for every clip; the columns are \"label\", \"speaker\", \"gender\""
        ),
        (#"{"type": "grouped", "test": 6}"#, "test set by speaker: found 6 of 6"),
        (
            #"{"type": "k_fold", "by": "speaker", "folds": 7}"#,
            "7 folds by speaker: found 6 values of it; allowed: at least 7, or \"folds\": 6 or fewer"
        ),
        (#"{"type": "k_fold", "folds": 90}"#, "90 stratified folds: found at most 50 clips of a class"),
        (#"{"type": "k_fold", "folds": 101, "stratified": false}"#, "101 folds: found 100 clips"),
        (#"{"type": "leave_one_speaker_out", "by": "mood"}"#, "split by mood: found 100 clips without one"),
        (
            #"{"type": "ravdess_actors"}"#,
            "6 listed folds: found no clip of speaker 1, 11, 20, 21, 4, 10"
        ),
        (
            #"{"type": "listed", "by": "mood", "test": ["x"]}"#,
            "listed split: found the column \"mood\", which no clip has"
        ),
    ]) func whatCannotBeSplit(_ text: String, _ expected: String) throws {
        let corpus = MadeUp.corpus(counts: [20, 30, 50], speakers: 6)
        let spec = try Self.spec(text)
        let found = message { try spec.split(corpus) }
        #expect(found.hasPrefix(expected), "\(found)")
    }

    @Test func aLonelyClipCannotBeStratified() throws {
        let corpus = MadeUp.corpus(counts: [20, 1])
        let text = message { try StratifiedSplit().split(corpus) }
        #expect(text.hasPrefix("stratified test set: found one clip of the class \"class1\""))
    }

    @Test(arguments: [
        (
            #"{"type": "random", "test": 1.5}"#,
            "split.test: expected a fraction such as 0.2 or an integer above 0, found 1.5"
        ),
        (
            #"{"type": "random", "test": -1}"#,
            "split.test: expected a fraction such as 0.2 or an integer above 0, found -1"
        ),
        (#"{"type": "k_fold", "folds": 1}"#, "split.folds: expected an integer from 2 to 1000, found 1"),
        (#"{"type": "strat"}"#, "split.type: unknown split \"strat\"; did you mean \"stratified\"?"),
    ]) func optionsThatAreWrong(_ text: String, _ expected: String) {
        #expect(message { try Self.spec(text) }.hasSuffix(expected))
    }
}
