import Autograd
import Foundation
import SpeechEmotion
import Testing

@Suite struct SoundCheckTests {
    /// Different sounds: several voices, sentences, emotions and takes, among them takes that differ in nothing else.
    static let originals: [(name: String, wave: Waveform)] = {
        var corpus = SyntheticCorpus()
        corpus.speakers = 2
        corpus.repetitions = 2
        return corpus.corpus().clips.compactMap { clip in
            (try? clip.wave()).map { (clip.id.replacing("/", with: "-"), $0) }
        }
    }()

    static func cut(_ wave: Waveform, from start: Double, to end: Double? = nil) -> Waveform {
        let last = end.map { Int($0 * Double(wave.rate)) } ?? wave.count
        return Waveform(Array(wave.samples[Int(start * Double(wave.rate))..<last]), rate: wave.rate)
    }

    static let changes: [(name: String, change: @Sendable (Waveform) throws -> Waveform)] = [
        ("gain", { Waveform($0.samples.map { $0 * 0.5 }, rate: $0.rate) }),
        ("turned", { Waveform($0.samples.map { -$0 }, rate: $0.rate) }),
        ("trimmed", { cut($0, from: 0.3) }), ("odd", { cut($0, from: 0.1237) }),
        ("ended", { cut($0, from: 0, to: $0.duration - 0.3) }),
        ("padded", { Waveform([Float](repeating: 0, count: 3777) + $0.samples, rate: $0.rate) }),
        ("48000", { try $0.resampled(to: 48000) }), ("11025", { try $0.resampled(to: 11025) }),
        (
            "all",
            {
                let wave = try cut($0, from: 0.2).resampled(to: 22050)
                return Waveform(wave.samples.map { $0 * -0.4 }, rate: 22050)
            }
        ),
    ]

    static func folder(_ sounds: [(name: String, wave: Waveform)]) throws -> (TemporaryFolder, Corpus) {
        let folder = try TemporaryFolder()
        for (name, wave) in sounds { try folder.write("x/\(name).wav", WAVFile.bytes(wave)) }
        return (folder, try FolderCorpus(folder: folder.path).read())
    }

    @Test func differentSoundsAreNoCopies() throws {
        let (folder, corpus) = try Self.folder(Self.originals)
        let check = AudioScan(corpus)
        #expect(Self.originals.count >= 50)
        #expect(check.copies == [] && check.unreadable == [] && check.silent == [])
        #expect(check.durations.count == corpus.clips.count)
        withExtendedLifetime(folder) {}
    }

    @Test(arguments: changes.map(\.name)) func changedCopiesAreFound(_ name: String) throws {
        let change = try #require(Self.changes.first { $0.name == name }).change
        let some = Self.originals.enumerated().filter { $0.offset.isMultiple(of: 4) }.map(\.element)
        let planted = try some.map { ("\($0.name)+copy", try change($0.wave)) }
        let (folder, corpus) = try Self.folder(Self.originals + planted)
        let check = AudioScan(corpus)
        let found = Set(check.copies.map { [$0.first, $0.second] })
        let wanted = Set(some.map { ["x/\($0.name)+copy.wav", "x/\($0.name).wav"] })
        #expect(found == wanted)
        for copy in check.copies { #expect(copy.kind == .recording && copy.likeness > 0.8) }
        if name == "trimmed" {
            for copy in check.copies { #expect(abs(copy.shift + 0.3) < 0.001) }
        }
        withExtendedLifetime(folder) {}
    }

    @Test func equalSamplesInOtherFiles() throws {
        let (name, wave) = Self.originals[0]
        let folder = try TemporaryFolder()
        try folder.write("x/\(name).wav", WAVFile.bytes(wave))
        // Another chunk: other bytes, equal samples.
        let bytes = WAVFile.bytes(wave)
        try folder.write("y/other.wav", bytes + Array("note".utf8) + [4, 0, 0, 0, 1, 2, 3, 4])
        let check = AudioScan(try FolderCorpus(folder: folder.path).read())
        #expect(check.copies.map(\.kind) == [.samples])
        #expect(check.copies[0].second == "y/other.wav")
    }

    /// A copy in stereo, louder on one side, trimmed and at another rate.
    @Test func aCopyInStereo() throws {
        let (name, wave) = Self.originals[3]
        let (folder, corpus) = try Self.folder([(name, wave), Self.originals[8]])
        let copy = try Self.cut(wave, from: 0.1).resampled(to: 44100)
        try AudioFile.write(
            channels: [0.9, 0.3].map { side in Waveform(copy.samples.map { $0 * side }, rate: 44100) },
            to: folder.path + "/x/stereo.flac", as: .flac16)
        let check = AudioScan(try FolderCorpus(folder: folder.path).read())
        #expect(corpus.clips.count == 2)
        #expect(check.copies.map { Set([$0.first, $0.second]) } == [["x/\(name).wav", "x/stereo.flac"]])
    }

    /// Parts of one long file, as manifests name them: only those that overlap hold the same sound.
    @Test func partsOfAFile() throws {
        let long = Waveform(
            Self.originals[0].wave.samples + Self.originals[9].wave.samples + Self.originals[20].wave.samples,
            rate: Self.originals[0].wave.rate)
        let folder = try TemporaryFolder()
        let path = try folder.write("long.wav", WAVFile.bytes(long))
        let first = Self.originals[0].wave.duration
        let second = first + Self.originals[9].wave.duration
        func clip(_ id: String, _ start: Double, _ end: Double?) -> Clip {
            Clip(id: id, source: .file(path: path, start: start, end: end), label: "x")
        }
        let corpus = Corpus(
            name: "parts",
            clips: [
                clip("a", 0, first), clip("b", first, second), clip("c", second, nil), clip("d", 0.3, first),
            ])
        let check = AudioScan(corpus)
        #expect(check.copies.map { $0.first + $0.second } == ["ad"])
    }

    @Test func silenceAndDamage() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "x/silent1.wav", WAVFile.bytes(Waveform([Float](repeating: 0, count: 16000), rate: 16000)))
        try folder.write(
            "x/silent2.wav", WAVFile.bytes(Waveform([Float](repeating: 0, count: 16000), rate: 16000)))
        try folder.write("x/text.wav", "this is no sound")
        try folder.write("x/short.wav", WAVFile.bytes(Waveform([0.1, 0.2, 0.1], rate: 16000)))
        let check = AudioScan(try FolderCorpus(folder: folder.path).read())
        #expect(check.silent == ["x/silent1.wav", "x/silent2.wav"])
        #expect(check.unreadable.map(\.file) == ["x/text.wav"])
        #expect("\(check.unreadable[0])".components(separatedBy: "text.wav").count == 2)
        #expect(check.copies == [])
    }

    @Test func anyNumberOfThreadsGivesTheSame() throws {
        let planted = try Self.originals.prefix(8).map {
            ("\($0.name)+copy", try Self.changes[8].change($0.wave))
        }
        let (folder, corpus) = try Self.folder(Self.originals + planted)
        let before = Parallel.threads
        defer { Parallel.threads = before }
        let results = [1, 2, 5].map { threads in
            Parallel.threads = threads
            return AudioScan(corpus).copies
        }
        #expect(results[0].count == 8)
        #expect(results[0] == results[1] && results[1] == results[2])
        withExtendedLifetime(folder) {}
    }

    @Test func theCacheIsUsedAndNeverTrusted() throws {
        let (folder, corpus) = try Self.folder(
            Array(Self.originals.prefix(10)) + [("copy", try Self.changes[0].change(Self.originals[3].wave))])
        let cache = folder.path + "/prints"
        let first = AudioScan(corpus, cache: cache)
        #expect(first.copies.count == 1)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: cache))
        let second = AudioScan(corpus, cache: cache)
        #expect(second.copies == first.copies && second.durations == first.durations)
        #expect(try Data(contentsOf: URL(fileURLWithPath: cache)) == bytes)

        // A file that changed is read anew: the copy is gone.
        try folder.write("x/copy.wav", WAVFile.bytes(Self.originals[15].wave))
        #expect(AudioScan(corpus, cache: cache).copies == [])

        let generator = RandomGenerator(seed: 2)
        for _ in 0..<30 {
            var damaged = [UInt8](bytes)
            switch generator.below(3) {
            case 0: damaged[generator.below(damaged.count)] ^= UInt8(1 + generator.below(255))
            case 1: damaged.removeLast(1 + generator.below(damaged.count))
            default: damaged.insert(7, at: generator.below(damaged.count))
            }
            try Data(damaged).write(to: URL(fileURLWithPath: cache))
            #expect(AudioScan(corpus, cache: cache).copies == [])
        }
        #expect(AudioScan(corpus, cache: "/no/such/folder/prints").copies == [])
    }

    @Test func progressCountsUp() throws {
        let (folder, corpus) = try Self.folder(Array(Self.originals.prefix(9)))
        let seen = Counter()
        _ = AudioScan(corpus, progress: { done, total in seen.add(done, total) })
        #expect(seen.values == (1...9).map { [$0, 9] })
        withExtendedLifetime(folder) {}
    }
}

/// Remembers what a progress callback was told.
final class Counter: @unchecked Sendable {
    private(set) var values: [[Int]] = []
    func add(_ done: Int, _ total: Int) { values.append([done, total]) }
}
