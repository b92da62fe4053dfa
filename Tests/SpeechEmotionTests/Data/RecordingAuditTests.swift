import SpeechTestSupport
import Autograd
import Foundation
import SpeechEmotion
import Testing

/// What an audit says of recordings whose properties go with the class or the speaker, and of others.
@Suite struct RecordingAuditTests {
    /// Clips with properties: speakers differ in length, level and noise, classes as `plant` says.
    private struct Study {
        var speakers = 8
        var classes = 4
        var takes = 5
        /// Uneven numbers of clips and shares of classes.
        var isUneven = false
        var namesSpeakers = true
        /// Changes a clip's properties by its class, speaker and take.
        var plant: (inout RecordingProperties, _ label: Int, _ speaker: Int, _ take: Int) -> Void = {
            _, _, _, _ in
        }

        func findings(_ seed: UInt64) throws -> [AuditReport.Finding] {
            let generator = RandomGenerator(seed: seed)
            func normal() -> Double { Double(generator.normals(1)[0]) }
            var clips: [Clip] = []
            var known: [String: RecordingProperties] = [:]
            for speaker in 0..<speakers {
                let (length, level, floor) = (3 + normal(), -25 + 4 * normal(), -60 + 6 * normal())
                for label in 0..<classes {
                    let count = isUneven ? [1, 2, takes, 3 * takes][generator.below(4)] : takes
                    for take in 0..<count {
                        let id = "\(speaker)-\(label)-\(take)"
                        var properties = RecordingProperties(
                            rate: 16000, channels: 1, seconds: length + 0.5 * normal(),
                            level: level + 2 * normal(), floor: floor + 2 * normal())
                        plant(&properties, label, speaker, take)
                        known[id] = properties
                        clips.append(
                            Clip(
                                id: id, source: .file(path: "/nowhere/\(id)", start: nil, end: nil),
                                label: "class\(label)", speaker: namesSpeakers ? "s\(speaker)" : nil,
                                attributes: ["room": "\(take % 2)"]))
                    }
                }
            }
            let corpus = Corpus(name: "study", clips: clips)
            var sounds = AudioScan(Corpus(name: "none", clips: []))
            sounds.properties = known
            let split = Split(
                name: "all", train: clips.dropLast().map(\.id), test: [clips[clips.count - 1].id])
            return try Auditor(corpus, scan: sounds).audit(split).findings.filter { $0.kind == .recording }
        }
    }

    /// Unrelated data: speakers differ much, classes do not. The chance of any finding is to be at most 1 in 100.
    @Test(arguments: [false, true], [true, false])
    func falseAlarmsAreRare(isUneven: Bool, namesSpeakers: Bool) throws {
        var study = Study()
        (study.isUneven, study.namesSpeakers) = (isUneven, namesSpeakers)
        // Voices that are not named and have classes of their own do predict the class.
        if isUneven && !namesSpeakers { return }
        let alarms = try (0..<150).count { try !study.findings(UInt64($0)).isEmpty }
        #expect(alarms <= 4, "\(alarms) of 150")
    }

    @Test(arguments: ["clip length", "loudness (RMS level)", "noise floor (10th percentile of frame levels)"])
    func plantedConfoundsAreFound(_ name: String) throws {
        var study = Study()
        study.plant = { properties, label, _, _ in
            // One class of four differs, by 2.5 to 3 times the spread of speakers.
            guard label == 2 else { return }
            switch name {
            case "clip length": properties.seconds += 2.5
            case "loudness (RMS level)": properties.level += 12
            default: properties.floor += 16
            }
        }
        let all = try (0..<20).map { try study.findings(UInt64($0)) }
        #expect(all.count { !$0.isEmpty } >= 17)
        for finding in all.joined() {
            #expect(finding.severity == .warning)
            #expect(finding.message.hasPrefix("\(name) alone predicts the class with UAR "))
        }
    }

    @Test func theFindingSaysWhatItMeans() throws {
        var study = Study()
        study.plant = { properties, label, _, _ in properties.seconds = 1 + Double(label) }
        let finding = try #require(study.findings(1).first)
        #expect(
            finding.message.hasPrefix(
                "clip length alone predicts the class with UAR 1.00, chance 0.25 (cross-validated on unseen speakers; permutation test, p = 0.003). Emotions differ in speech rate, but length also depends on the text and on segmentation."
            ))
        #expect(finding.examples == ["medians: class0 1.00 s, class1 2.00 s, class2 3.00 s, class3 4.00 s"])
        study.namesSpeakers = false
        let unknown = try #require(study.findings(1).first)
        #expect(
            unknown.message.contains(
                "(cross-validated; speakers are unknown, so speaker identity may explain part of it; permutation test"
            ))
    }

    /// A class that each speaker recorded under conditions of their own is found in unseen speakers alone.
    @Test func aPropertyOfSpeakersAloneIsNoFinding() throws {
        var study = Study()
        study.plant = { properties, _, speaker, _ in properties.level = -40 + 4 * Double(speaker) }
        for seed in 0..<20 { #expect(try study.findings(UInt64(seed)) == []) }
    }

    @Test func ratesThatGoWithSpeakersOrClasses() throws {
        var study = Study()
        study.plant = { properties, _, speaker, _ in properties.rate = speaker < 3 ? 24000 : 48000 }
        let bySpeaker = try study.findings(3)
        #expect(bySpeaker.count == 1 && bySpeaker[0].severity == .warning)
        #expect(
            bySpeaker[0].message
                == "the sample rate is associated with \"speaker\" (Cramér's V 0.98): 24,000 Hz: 60 clips; 48,000 Hz: 100 clips. "
                + "A recording has no energy above half its sample rate, which reveals its origin to a model. Resample all to the lowest sample rate or below (\"sample_rate\" in the features)."
        )
        #expect(
            bySpeaker[0].examples == [
                "speaker s2: 24,000 Hz in 20", "speaker s3: 48,000 Hz in 20",
                "6 other values of speaker between these",
            ])
        study.plant = { properties, label, _, take in
            properties.rate = label == 1 ? 8000 : 16000
            properties.channels = take.isMultiple(of: 2) ? 2 : 1
        }
        let findings = try study.findings(3)
        #expect(findings.map(\.severity) == [.warning, .warning])
        #expect(
            findings[0].message.hasPrefix(
                "the sample rate is associated with the class (Cramér's V 0.99): 8,000 Hz")
        )
        #expect(
            findings[1].message.hasPrefix(
                "the number of channels is associated with \"room\" (Cramér's V 1.00): 1 channel: 64 clips; 2 channels: 96 clips. Channels are averaged,"
            ))
    }

    @Test func mixedRatesThatGoWithNothingAreANote() throws {
        var study = Study()
        let generator = RandomGenerator(seed: 9)
        let draws = (0..<2000).map { _ in generator.below(5) == 0 }
        study.plant = { properties, label, speaker, take in
            properties.rate = draws[speaker * 100 + label * 10 + take] ? 8000 : 16000
        }
        let findings = try study.findings(5)
        #expect(findings.count == 1 && findings[0].severity == .note)
        #expect(findings[0].message.hasPrefix("sample rates differ between clips (8,000 Hz: "))
    }

    /// Bergsma's correction, worked out by hand for a table of 30, 10, 10 and 30 clips: 0.490.
    @Test func theStrengthOfAnAssociation() throws {
        var clips: [Clip] = []
        var known: [String: RecordingProperties] = [:]
        for number in 0..<80 {
            let (label, isHigh) = (number / 40, number % 40 < (number < 40 ? 30 : 10))
            let id = "\(number)"
            clips.append(
                Clip(id: id, source: .file(path: id, start: nil, end: nil), label: "class\(label)"))
            known[id] = RecordingProperties(
                rate: isHigh ? 48000 : 16000, channels: 1, seconds: 1, level: -20, floor: -60)
        }
        var sounds = AudioScan(Corpus(name: "none", clips: []))
        sounds.properties = known
        let split = Split(name: "all", train: clips.map(\.id), test: [])
        let report = try Auditor(Corpus(name: "two", clips: clips), scan: sounds).audit(split)
        #expect(
            report.findings.contains {
                $0.message.hasPrefix("the sample rate is associated with the class (Cramér's V 0.49)")
            })
    }

    @Test func namesAloneSayNothingOfRecordings() throws {
        let corpus = MadeUp.corpus(counts: [30, 30])
        let split = Split(name: "x", train: corpus.clips.map(\.id), test: [])
        #expect(try !Auditor(corpus).audit(split).findings.contains { $0.kind == .recording })
    }

    /// Levels and channels as they are measured of sounds, and out of the cache.
    @Test func propertiesAreMeasured() throws {
        let folder = try TemporaryFolder()
        let rate = 8000
        // Full scale sine: -3.01 dB; a half of it at a thousandth: 60 dB less.
        let loud = (0..<rate).map { Float(sin(Double($0) * 2 * .pi * 200 / Double(rate))) }
        let wave = Waveform(loud + loud.map { $0 / 1000 }, rate: rate)
        try FileManager.default.createDirectory(atPath: folder.path + "/x", withIntermediateDirectories: true)
        try AudioFile.write(channels: [wave, wave], to: folder.path + "/x/a.wav", as: .wavFloat)
        try AudioFile.write(
            Waveform([Float](repeating: 0, count: 4000), rate: rate), to: folder.path + "/x/b.wav")
        let corpus = try FolderCorpus(folder: folder.path).read()
        for _ in 0..<2 {
            let check = AudioScan(corpus, cache: folder.path + "/prints")
            let found = try #require(check.properties["x/a.wav"])
            #expect(found.rate == rate && found.channels == 2 && found.seconds == 2)
            #expect(abs(found.level - -6.0206) < 0.001)
            #expect(abs(found.floor - -63.0103) < 0.001)
            #expect(
                check.properties["x/b.wav"]
                    == RecordingProperties(rate: rate, channels: 1, seconds: 0.5, level: -120, floor: -120))
        }
    }
}
