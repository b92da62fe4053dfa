import Autograd
import Configuration
import SpeechEmotion
import Testing

/// Splits by corpus.
@Suite struct CorpusSplitTests {
    private static let corpus: Corpus = {
        func source(_ seed: Int, speakers: Int) -> SyntheticCorpus {
            var source = SyntheticCorpus()
            (source.seed, source.speakers, source.repetitions) = (seed, speakers, 1)
            return source
        }
        // Reading synthetic corpora never fails.
        return
            (try? CombinedCorpus([source(1, speakers: 4), source(2, speakers: 5), source(3, speakers: 4)])
            .read())
            ?? Corpus(name: "", clips: [])
    }()

    private func corpora(_ ids: [String]) -> Set<String> {
        Set(ids.map { String($0.prefix { $0 != "/" }) })
    }

    private func speakers(_ ids: [String]) -> Set<String> {
        Set(Self.corpus.clips.filter { Set(ids).contains($0.id) }.compactMap(\.speaker))
    }

    @Test func eachCorpusIsTestedOnce() throws {
        let splits = try SplitTests.spec(#"{"type": "leave_one_corpus_out", "validation": 0.25}"#)
            .split(Self.corpus)
        let names = ["synthetic", "synthetic 2", "synthetic 3"]
        #expect(splits.map(\.name) == names.map { "without \($0)" })
        for (split, name) in zip(splits, names) {
            #expect(corpora(split.test) == [name] && corpora(split.train + split.validation).count == 2)
            #expect(split.train.count + split.validation.count + split.test.count == Self.corpus.clips.count)
            #expect(!split.validation.isEmpty)
            #expect(speakers(split.train).isDisjoint(with: speakers(split.validation)))
        }
    }

    @Test func eachCorpusIsTrainedOnOnce() throws {
        let splits = try SplitTests.spec(
            #"{"type": "leave_one_corpus_out", "train": "one", "test": 1, "validation": 1}"#
        ).split(Self.corpus)
        #expect(splits.map(\.name) == ["on synthetic", "on synthetic 2", "on synthetic 3"])
        for (split, name) in zip(splits, ["synthetic", "synthetic 2", "synthetic 3"]) {
            #expect(corpora(split.train) == [name] && corpora(split.validation) == [name])
            #expect(corpora(split.test).count == 3 && speakers(split.validation).count == 1)
            let own = split.test.filter { corpora([$0]) == [name] }
            #expect(speakers(own).count == 1)
            #expect(speakers(split.train).isDisjoint(with: speakers(split.test)))
        }
    }

    /// Corpora with speakers in common are split by speaker, too, unless another column is named.
    @Test func speakersOfSeveralCorporaStayInOneSubset() throws {
        func clips(_ corpus: String, _ speakers: [Int]) -> [Clip] {
            speakers.flatMap { speaker in
                ["angry", "sad"].map { label in
                    Clip(
                        id: "\(corpus)/\(speaker) \(label)",
                        source: .file(path: "none", start: nil, end: nil),
                        label: label, speaker: "\(speaker)", attributes: ["corpus": corpus])
                }
            }
        }
        let corpus = Corpus(
            name: "three",
            clips: clips("a", Array(1...6)) + clips("b", Array(3...8)) + clips("c", [10, 11, 12]))
        func splits(_ options: String) throws -> [Split] {
            try SplitTests.spec(#"{"type": "leave_one_corpus_out"\#(options)}"#).split(corpus)
        }
        func speakers(_ ids: [String]) -> Set<String> {
            Set(corpus.clips.filter { ids.contains($0.id) }.compactMap(\.speaker))
        }
        for train in ["others", "one"] {
            for split in try splits(#", "train": "\#(train)""#) {
                #expect(speakers(split.train).isDisjoint(with: speakers(split.test)), "\(split.name)")
            }
        }
        let (without, on) = (try splits("")[0], try splits(#", "train": "one", "test": 2"#)[0])
        #expect(speakers(without.train) == ["7", "8", "10", "11", "12"] && without.test.count == 12)
        // The two held-out speakers of the corpus, and the others whom the model does not know.
        let known = speakers(on.train)
        #expect(known.count == 4 && known.isSubset(of: (1...6).map(String.init)))
        #expect(
            speakers(on.test)
                == Set(["7", "8", "10", "11", "12"] + (1...6).map(String.init)).subtracting(known))
        // By clip, all are used.
        for split in try splits(#", "by": "id""#) {
            #expect(split.train.count + split.test.count == corpus.clips.count)
        }
        let same = Corpus(name: "same", clips: clips("a", [1, 2]) + clips("b", [1, 2]))
        let error = try #require(throws: InputError.self) {
            try SplitTests.spec(#"{"type": "leave_one_corpus_out"}"#).split(same)
        }
        #expect(error.description.contains("each speaker of the other corpora is also in a"))
        #expect(error.description.contains(#""by": "id""#))
    }

    @Test func oneCorpusIsAnError() throws {
        let spec = try SplitTests.spec(#"{"type": "leave_one_corpus_out"}"#)
        let single = SyntheticCorpus().read()
        let error = try #require(throws: InputError.self) { try spec.split(single) }
        #expect(error.description.contains("no column \"corpus\" in synthetic"))
        let one = try CombinedCorpus([SyntheticCorpus()]).read()
        #expect(throws: InputError.self) { try spec.split(one) }
    }

    /// Ratings are a function of the clip, in their range, and follow the emotion.
    @Test func ratingsOfTheSyntheticCorpus() throws {
        var source = SyntheticCorpus()
        source.ratings = true
        let clips = source.read().clips
        #expect(clips == source.read().clips)
        func mean(_ column: String, _ label: String) throws -> Double {
            let own = try clips.filter { $0.label == label }.map {
                try #require($0.attributes[column].flatMap(Double.init))
            }
            #expect(own.allSatisfy { (1...5).contains($0) })
            return own.reduce(0, +) / Double(own.count)
        }
        #expect(try mean("arousal", "angry") > mean("arousal", "neutral") + 0.5)
        #expect(try mean("arousal", "sad") < mean("arousal", "neutral") - 0.5)
        #expect(try mean("valence", "happy") > mean("valence", "neutral") + 0.3)
        #expect(try mean("valence", "disgust") < mean("valence", "neutral") - 0.3)
        for clip in clips {
            let votes = clip.attributes.filter { $0.key.hasPrefix("votes_") }.compactMap { Int($0.value) }
            #expect(votes.count == 8 && votes.reduce(0, +) == 6)
            for emotion in SyntheticEmotion.allCases {
                let count = try #require(clip.attributes["votes_\(emotion)"].flatMap { Int($0) })
                #expect(clip.attributes["perceived_\(emotion)"] == (count >= 2 ? "1" : "0"))
            }
        }
        #expect(
            clips.contains { clip in
                clip.attributes.count { $0.key.hasPrefix("perceived_") && $0.value == "1" } > 1
            })
        // Without ratings, clips are as before.
        source.ratings = false
        #expect(source.read().clips.allSatisfy { $0.attributes.count == 3 })
    }
}
