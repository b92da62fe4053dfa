import Configuration
import SpeechEmotion
import Testing

@Suite struct AuditorTests {
    func clip(
        _ id: String, _ label: String, _ speaker: String?, _ attributes: [String: String] = [:],
        origin: String? = nil
    ) -> Clip {
        Clip(
            id: id, source: .file(path: "/nowhere/\(id)", start: nil, end: nil), label: label,
            speaker: speaker,
            attributes: attributes, origin: origin)
    }

    /// Four speakers, two classes, twelve clips of each in each.
    var corpus: Corpus {
        var clips: [Clip] = []
        for speaker in ["a", "b", "c", "d"] {
            for label in ["happy", "sad"] {
                for number in 0..<12 { clips.append(clip("\(speaker)-\(label)-\(number)", label, speaker)) }
            }
        }
        return Corpus(name: "four", clips: clips)
    }

    func split(_ corpus: Corpus, _ part: (Clip) -> Split.Subset?) -> Split {
        func ids(_ wanted: Split.Subset) -> [String] { corpus.clips.filter { part($0) == wanted }.map(\.id) }
        return Split(name: "by hand", train: ids(.train), validation: ids(.validation), test: ids(.test))
    }

    func bySpeaker(_ clip: Clip) -> Split.Subset? {
        ["a": .train, "b": .train, "c": .validation, "d": .test][clip.speaker ?? ""]
    }

    func found(_ report: AuditReport) -> [String] {
        report.findings.map { "\($0.severity.rawValue) \($0.kind.rawValue) \($0.count)" }
    }

    @Test func aCleanSplit() throws {
        let report = try Auditor(corpus).audit(split(corpus, bySpeaker))
        #expect(report.isClean && report.findings == [])
        #expect(report.subsets.map(\.clips) == [48, 24, 24])
        #expect(report.subsets.map { $0.classes.entries.map(\.value) } == [[24, 24], [12, 12], [12, 12]])
        #expect(report.subsets.map(\.speakers) == [["a", "b"], ["c"], ["d"]])
        #expect(
            report.table == """
                four, by hand

                            clips  speakers  minutes  happy  sad
                train          48         2        -     24   24
                validation     24         1        -     12   12
                test           24         1        -     12   12

                No problems were found.
                The audio itself was not compared.

                """)
    }

    @Test func sharedSpeakersAndSayings() throws {
        var corpus = corpus
        for index in corpus.clips.indices { corpus.clips[index].attributes["statement"] = "\(index % 3)" }
        let random = split(corpus) { $0.id.hasSuffix("1") ? .test : .train }
        let report = try Auditor(corpus).audit(random)
        #expect(!report.isClean)
        #expect(
            found(report) == ["leak speaker 4", "warning saying 16", "note statement 2", "note classes 2"])
        #expect(report.findings[0].subsets == [.train, .test])
        #expect(report.findings[0].message == "4 of 4 speakers in the test set are also in the training set")
    }

    @Test func validationThatSharesSpeakers() throws {
        let report = try Auditor(corpus).audit(
            split(corpus) { clip in
                if clip.speaker == "d" { return .test }
                return clip.id.hasSuffix("1") ? .validation : .train
            })
        #expect(report.isClean)
        #expect(found(report) == ["warning speaker 3", "note classes 2"])
    }

    @Test func theSameClipTwice() throws {
        var twice = split(corpus, bySpeaker)
        twice.test.append(twice.train[0])
        twice.train.append(twice.train[1])
        let report = try Auditor(corpus).audit(twice)
        #expect(found(report) == ["leak clip 1", "leak speaker 1", "warning clip 1"])
        #expect(report.findings[0].examples == ["a-happy-0"])
    }

    @Test func changedCopies() throws {
        var corpus = corpus
        for original in corpus.clips where original.speaker != "d" {
            var copy = original
            copy.id += "~noise"
            copy.origin = original.id
            copy.speaker = nil
            corpus.clips.append(copy)
        }
        let apart = split(corpus) { bySpeaker($0) ?? ($0.id.hasPrefix("c") ? .validation : .train) }
        #expect(try Auditor(corpus).audit(apart).isClean)
        var mixed = apart
        mixed.train.removeAll { $0 == "a-sad-3~noise" || $0 == "b-sad-3" }
        mixed.test += ["a-sad-3~noise", "b-sad-3"]
        let report = try Auditor(corpus).audit(mixed)
        #expect(found(report).prefix(2) == ["leak augmented 2", "leak speaker 1"])
        #expect(report.findings[0].examples == ["a-sad-3 and a-sad-3~noise", "b-sad-3~noise and b-sad-3"])
    }

    @Test func takesByTheirNames() throws {
        var corpus = corpus
        let known = ["statement": "1", "repetition": "2"]
        corpus.clips.append(clip("x.wav", "sad", "a", known))
        corpus.clips.append(clip("copy of x.wav", "sad", "a", known))
        corpus.clips.append(clip("y.wav", "sad", "a", ["statement": "1", "repetition": "1"]))
        var parts = split(corpus, bySpeaker)
        parts.train.removeAll { ["copy of x.wav", "y.wav"].contains($0) }
        parts.test += ["copy of x.wav", "y.wav"]
        let report = try Auditor(corpus).audit(parts)
        #expect(found(report).prefix(2) == ["leak take 1", "leak speaker 1"])
        #expect(report.findings[0].examples == ["x.wav and copy of x.wav"])
    }

    @Test func sharedSounds() throws {
        let originals = Array(SoundCheckTests.originals.prefix(12))
        let trimmed = SoundCheckTests.cut(originals[2].wave, from: 0.3)
        let (folder, files) = try SoundCheckTests.folder(
            originals + [("z copy", trimmed), ("z same", originals[5].wave)])
        var corpus = files
        for index in corpus.clips.indices {
            corpus.clips[index].label = index.isMultiple(of: 2) ? "happy" : "sad"
        }
        corpus.classes = ["happy", "sad"]
        let sounds = AudioScan(corpus)
        let ids = corpus.clips.map(\.id)
        let apart = Split(
            name: "apart", train: ids.filter { !$0.contains("z ") }, test: ["x/z copy.wav", "x/z same.wav"])
        let report = try Auditor(corpus, scan: sounds).audit(apart)
        #expect(found(report).first == "leak audio 2")
        let shared = report.findings[0].examples[0]
        #expect(
            report.findings[0].message
                == "2 clips in the test set share audio with a clip in the training set")
        let seconds = try #require(sounds.durations["x/z copy.wav"])
        let length = "\((seconds * 10).rounded() / 10)"
        #expect(
            shared.hasSuffix("and x/z copy.wav: the same recording, \(length) s in common, correlation 0.99")
                || shared.hasSuffix(
                    "and x/z copy.wav: the same recording, \(length) s in common, correlation 1.00"),
            "\(shared)")
        #expect(report.findings[0].examples[1].hasSuffix("and x/z same.wav: identical samples"))
        #expect(report.subsets[0].duration != nil)

        let involved = Set(sounds.copies.flatMap { [$0.first, $0.second] })
        let others = Array(ids.filter { !involved.contains($0) }.prefix(2))
        let together = Split(name: "together", train: ids.filter { !others.contains($0) }, test: others)
        let second = try Auditor(corpus, scan: sounds).audit(together)
        #expect(second.isClean)
        #expect(found(second).contains("note audio 2"))
        withExtendedLifetime(folder) {}
    }

    /// Copies of copies are the same recording as well, though no pair of them was found.
    @Test func copiesAreFollowed() throws {
        let corpus = corpus
        var sounds = AudioScan(Corpus(name: "none", clips: []))
        func copy(_ a: String, _ b: String) -> DuplicatePair {
            DuplicatePair(first: a, second: b, kind: .recording, shift: 0, likeness: 0.9)
        }
        sounds.copies = [copy("a-sad-1", "c-sad-1"), copy("c-sad-1", "d-happy-1")]
        let report = try Auditor(corpus, scan: sounds).audit(split(corpus, bySpeaker))
        #expect(
            found(report) == ["leak audio 1", "leak audio 1", "warning audio 1", "warning classes 1"])
    }

    /// Two clips that overlap with different parts of a third one share no audio, so they do not leak.
    @Test func partsOfARecordingAreApart() throws {
        let corpus = corpus
        var sounds = AudioScan(Corpus(name: "none", clips: []))
        sounds.copies = [
            DuplicatePair(
                first: "a-sad-1", second: "c-sad-1", kind: .recording, shift: -0.5, likeness: 0.9),
            DuplicatePair(
                first: "a-sad-1", second: "d-sad-1", kind: .recording, shift: 2.25, likeness: 0.9),
        ]
        sounds.durations = ["a-sad-1": 3, "c-sad-1": 1.5, "d-sad-1": 2]
        let shared = SharedAudio(sounds.copies, durations: sounds.durations)
        #expect(shared.isShared("a-sad-1", "d-sad-1"))
        #expect(!shared.isShared("c-sad-1", "d-sad-1"))
        #expect(
            shared.description("d-sad-1", "a-sad-1")
                == "d-sad-1 and a-sad-1: the same recording, 0.8 s in common, correlation 0.90")

        var parts = Split(name: "parts", train: ["c-sad-1"], test: ["d-sad-1"])
        #expect(!found(try Auditor(corpus, scan: sounds).audit(parts)).contains("leak audio 1"))
        sounds.durations["c-sad-1"] = 3.5
        let report = try Auditor(corpus, scan: sounds).audit(parts)
        #expect(found(report).contains("leak audio 1"))
        #expect(
            report.findings[0].examples == ["c-sad-1 and d-sad-1: the same recording, 0.8 s in common"])
        parts.validation = ["a-sad-1"]
        #expect(
            found(try Auditor(corpus, scan: sounds).audit(parts)).filter { $0.contains("audio") }.count == 3)
    }

    /// Copies of a file are equal to each other, but a shorter copy of one of them is not.
    @Test func onlyEqualClipsAreCalledIdentical() {
        func copy(_ a: String, _ b: String, _ kind: DuplicatePair.Kind) -> DuplicatePair {
            DuplicatePair(first: a, second: b, kind: kind, shift: 0, likeness: kind == .samples ? 1 : 0.9)
        }
        let shared = SharedAudio(
            [copy("a", "b", .samples), copy("a", "c", .samples), copy("a", "d", .recording)],
            durations: ["a": 2, "b": 2, "c": 2, "d": 1])
        #expect(shared.description("b", "c") == "b and c: identical samples")
        #expect(shared.description("b", "d") == "b and d: the same recording, 1.0 s in common")
    }

    @Test func statisticsFromTestClips() throws {
        let parts = split(corpus, bySpeaker)
        let auditor = Auditor(corpus)
        let good = FittedStatistic(name: "scaler", clips: parts.train)
        #expect(try auditor.audit(parts, fitted: [good]).findings == [])
        let all = FittedStatistic(name: "scaler", clips: corpus.clips.map(\.id))
        let report = try auditor.audit(parts, fitted: [good, all])
        #expect(found(report) == ["leak statistics 24", "warning statistics 24"])
        #expect(report.findings[0].message == "\"scaler\" was fitted to 24 clips of the test set")
    }

    /// What a search measures is its validation set: that may share nothing with the training part then.
    @Test func theMeasuredPartIsTheOneAtStake() throws {
        let parts = split(corpus) { $0.id.hasSuffix("1") ? .validation : .train }
        #expect(
            try Auditor(corpus).audit(parts).findings.contains {
                $0.kind == .speaker && $0.severity == .warning
            })
        let report = try Auditor(corpus).audit(parts, measured: .validation)
        #expect(report.findings.first?.kind == .speaker && report.findings.first?.severity == .leak)
        let all = FittedStatistic(name: "scaler", clips: corpus.clips.map(\.id))
        let fitted = try Auditor(corpus).audit(split(corpus, bySpeaker), fitted: [all], measured: .validation)
        #expect(Array(found(fitted).prefix(2)) == ["leak statistics 24", "warning statistics 24"])
        #expect(fitted.findings[0].subsets == [.validation])
    }

    @Test func emptyPartsAndMissingClasses() throws {
        let report = try Auditor(corpus).audit(
            split(corpus) { clip in clip.speaker == "a" ? .train : clip.id.hasPrefix("b-sad") ? .test : nil })
        #expect(
            found(report) == ["warning classes 1", "note unused 60"])
        #expect(report.findings[0].message == "1 of 2 classes has no clips in the test set")
        let nothing = try Auditor(corpus).audit(split(corpus) { _ in .train })
        #expect(nothing.findings.map(\.message) == ["the test set has no clips"])
    }

    /// Transcripts are audited by their tokens.
    @Test func tokensOfTranscripts() throws {
        let clips = [("1", "a b"), ("2", "b b c"), ("3", "c d")].map { id, label in
            Clip(id: id, source: .file(path: "none", start: nil, end: nil), label: label, speaker: id)
        }
        let auditor = Auditor(Corpus(name: "words", clips: clips)) {
            $0.split(separator: " ").map(String.init)
        }
        let report = try auditor.audit(Split(name: "two", train: ["1", "2"], test: ["3"]))
        #expect(report.subsets[0].classes.entries.map(\.name) == ["a", "b", "c", "d"])
        #expect(
            report.subsets.map { $0.classes.entries.map(\.value) } == [
                [1, 2, 1, 0], [0, 0, 0, 0], [0, 0, 1, 1],
            ])
        let messages = report.findings.map(\.message)
        #expect(messages.contains("1 of 4 tokens has no clips in the training set"), "\(messages)")
        #expect(messages.contains("2 of 4 tokens have no clips in the test set"), "\(messages)")
    }

    @Test func clipsThatAreNotThere() {
        let parts = Split(name: "other", train: ["a-sad-1"], test: ["e-sad-1"])
        #expect(
            message { try Auditor(corpus).audit(parts) }
                == "auditing the split \"other\": found the clip \"e-sad-1\", which four does not have; allowed: a split of this corpus"
        )
    }

    @Test func programsReadJSON() throws {
        let report = try Auditor(corpus).audit(split(corpus) { $0.id.hasSuffix("1") ? .test : .train })
        let json = try JSONValue.parse(report.encode().pretty())
        #expect(json["is_clean"] == false && json["compared_audio"] == false)
        #expect(json[try JSONPath(parsing: "subsets[2].classes.happy")] == 8)
        #expect(json[try JSONPath(parsing: "findings[0].kind")] == "speaker")
        #expect(json[try JSONPath(parsing: "findings[0].subsets")] == ["train", "test"])
        #expect(json[try JSONPath(parsing: "subsets[0].seconds")] == .null)
        #expect(try AuditReport.decode(json).encode() == report.encode())
    }
}
