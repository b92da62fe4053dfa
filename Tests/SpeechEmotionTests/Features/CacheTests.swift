import Foundation
import SpeechEmotion
import Synchronization
import Testing

/// What is kept on disk, and what is never read from it.
@Suite struct CacheTests {
    /// A folder with a waveform of some age and an empty cache.
    private final class Location {
        let folder = NSTemporaryDirectory() + "cache-\(UUID().uuidString)"
        var sound: String { folder + "/a.wav" }
        var cache: String { folder + "/cache" }

        init() throws {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try write([1, 2, 3])
        }

        deinit {
            chmod(cache, 0o755)
            try? FileManager.default.removeItem(atPath: folder)
        }

        func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: sound)) }

        /// The files that hold features.
        func entries() throws -> [String] {
            let names = try FileManager.default.subpathsOfDirectory(atPath: cache)
            return names.filter { $0.split(separator: "/").last.map { $0.count == 62 } ?? false }
                .map { cache + "/" + $0 }.sorted()
        }

        func others() throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: cache).filter {
                $0.split(separator: "/").last.map { $0.count > 62 } ?? false
            }
        }
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)
        private let said = Mutex<[String]>([])
        var count: Int { value.withLock { $0 } }
        var messages: [String] { said.withLock { $0 } }
        func make(_ features: Features) -> Features {
            value.withLock { $0 += 1 }
            return features
        }
        func say(_ message: String) { said.withLock { $0.append(message) } }
    }

    private static let features = Features(
        shape: [20, 3], values: (0..<60).map { Float($0) * 0.3 - 5 }, length: 17)

    @Test func theSecondTimeNothingIsComputed() throws {
        let place = try Location()
        for trusts in [true, false] {
            let counter = Counter()
            let recipe = "recipe \(trusts)"
            for _ in 0..<3 {
                // Another process would begin with a cache of its own, too.
                let cache = FeatureCache(folder: place.cache, trustsStamps: trusts)
                let found = try cache.features(ofFile: place.sound, recipe: recipe) {
                    counter.make(Self.features)
                }
                #expect(found == Self.features)
            }
            #expect(counter.count == 1)
        }
        #expect(try place.entries().count == 2)
        #expect(try place.others().isEmpty)
    }

    /// Before 1970 and after 2262, nanoseconds since 1970 do not fit into 64 bits, or are negative.
    @Test(arguments: [-1_000_000_000, 13_569_465_600]) func filesMayHaveAnyTime(_ second: Int) throws {
        let place = try Location()
        let time = timespec(tv_sec: second, tv_nsec: 0)
        #expect(utimensat(AT_FDCWD, place.sound, [time, time], 0) == 0)
        let counter = Counter()
        for _ in 0..<2 {
            let cache = FeatureCache(folder: place.cache)
            _ = try cache.features(ofFile: place.sound, recipe: "recipe") { counter.make(Self.features) }
        }
        #expect(counter.count == 1)
    }

    /// The cache does not read files that are no recordings: they may be endless.
    @Test(arguments: [0, 1 << 40]) func filesOfOtherSizesThanThoseOfRecordingsAreNotRead(_ size: Int) throws {
        let place = try Location()
        #expect(truncate(place.sound, size) == 0)
        let counter = Counter()
        let cache = FeatureCache(folder: place.cache)
        for _ in 0..<2 {
            _ = try cache.features(ofFile: place.sound, recipe: "recipe") { counter.make(Self.features) }
        }
        #expect(counter.count == 2)
        #expect(!FileManager.default.fileExists(atPath: place.cache))
    }

    @Test(arguments: [
        Features(shape: [1], values: [0]), Features(shape: [0], values: []),
        Features(shape: [2, 0, 3], values: []),
        Features(shape: [2, 1, 3], values: [1, -.infinity, .nan, 0, -0.0, .leastNonzeroMagnitude]),
        Features(shape: [4, 1], values: [1, 2, 3, 4], length: 0),
    ]) func everyBitComesBack(_ features: Features) throws {
        let place = try Location()
        let cache = FeatureCache(folder: place.cache)
        _ = try cache.features(ofFile: place.sound, recipe: "") { features }
        let found = try cache.features(ofFile: place.sound, recipe: "") { Self.features }
        #expect(found.shape == features.shape && found.length == features.length)
        #expect(found.values.map(\.bitPattern) == features.values.map(\.bitPattern))
    }

    @Test(
        arguments: [
            nil, Truncation(cuts: [], kept: 2.5), Truncation(cuts: [0, 0.1, 3], kept: 1),
        ] as [Truncation?]) func theTruncationComesBack(_ truncation: Truncation?) throws
    {
        let place = try Location()
        let cache = FeatureCache(folder: place.cache)
        var features = Self.features
        features.truncation = truncation
        _ = try cache.features(ofFile: place.sound, recipe: "") { features }
        let found = try cache.features(ofFile: place.sound, recipe: "") { Features(shape: [1], values: [0]) }
        #expect(found == Self.features && found.truncation == truncation)
    }

    @Test func anotherContentOrRecipeIsAnotherResult() throws {
        let place = try Location()
        let cache = FeatureCache(folder: place.cache)
        let counter = Counter()
        func ask(_ recipe: String = "a") throws {
            _ = try cache.features(ofFile: place.sound, recipe: recipe) { counter.make(Self.features) }
        }
        try ask()
        try ask("b")
        #expect(counter.count == 2)
        // Of the same size, at once: the time of change may be the same, so it must not be trusted.
        try place.write([1, 2, 4])
        try ask()
        #expect(counter.count == 3)
        try place.write([1, 2, 3])
        try ask()
        #expect(counter.count == 3)
        // The same content under another name.
        try FileManager.default.moveItem(atPath: place.sound, toPath: place.sound + "2")
        _ = try cache.features(ofFile: place.sound + "2", recipe: "a") { counter.make(Self.features) }
        #expect(counter.count == 3)
    }

    @Test func aChangeIsSeenThoughItsTimeIsSetBack() throws {
        let place = try Location()
        let cache = FeatureCache(folder: place.cache)
        let counter = Counter()
        let old = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1e9)]
        try FileManager.default.setAttributes(old, ofItemAtPath: place.sound)
        _ = try cache.features(ofFile: place.sound, recipe: "") { counter.make(Self.features) }
        let handle = try #require(FileHandle(forWritingAtPath: place.sound))
        try handle.write(contentsOf: Data([9]))
        try handle.close()
        try FileManager.default.setAttributes(old, ofItemAtPath: place.sound)
        _ = try cache.features(ofFile: place.sound, recipe: "") { counter.make(Self.features) }
        #expect(counter.count == 2)
    }

    /// Every byte changed, every length cut: computed anew, and whole afterwards.
    @Test func damageIsNeverRead() throws {
        let place = try Location()
        let cache = FeatureCache(folder: place.cache)
        let features = Features(shape: [1, 2], values: [0.25, -7], length: 1)
        _ = try cache.features(ofFile: place.sound, recipe: "") { features }
        let file = try #require(try place.entries().first)
        let whole = try Data(contentsOf: URL(fileURLWithPath: file))
        var damaged = (0..<whole.count).map { i in
            var bytes = whole
            bytes[i] ^= UInt8(1 << (i % 8))
            return bytes
        }
        damaged += (0..<whole.count).map { whole.prefix($0) }
        damaged += [
            whole + [0], whole + whole, Data(repeating: 0, count: whole.count),
            Data(repeating: 255, count: 5000),
        ]
        for bytes in damaged {
            try bytes.write(to: URL(fileURLWithPath: file))
            let counter = Counter()
            let found = try cache.features(ofFile: place.sound, recipe: "") { counter.make(features) }
            #expect(found == features && counter.count == 1)
            #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == whole)
        }
    }

    /// The features of one key under the name of another.
    @Test func anExchangedFileIsNotRead() throws {
        let place = try Location()
        let cache = FeatureCache(folder: place.cache)
        _ = try cache.features(ofFile: place.sound, recipe: "a") { Self.features }
        let first = try #require(try place.entries().first)
        _ = try cache.features(ofFile: place.sound, recipe: "b") { Features(shape: [1], values: [7]) }
        let second = try #require(try place.entries().first { $0 != first })
        try FileManager.default.removeItem(atPath: second)
        try FileManager.default.copyItem(atPath: first, toPath: second)
        let found = try cache.features(ofFile: place.sound, recipe: "b") { Features(shape: [1], values: [8]) }
        #expect(found.values == [8])
    }

    @Test func whatStampsSayMayBeDamagedToo() throws {
        let place = try Location()
        let stamps = place.cache + "/stamps"
        try FileManager.default.createDirectory(atPath: place.cache, withIntermediateDirectories: true)
        try Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31) }).write(
            to: URL(fileURLWithPath: stamps))
        for _ in 0..<2 {
            let cache = FeatureCache(folder: place.cache)
            let found = try cache.features(ofFile: place.sound, recipe: "") { Self.features }
            #expect(found == Self.features)
        }
    }

    @Test func aFolderThatCannotBeWrittenIsToldOnce() throws {
        let place = try Location()
        // A file where the folder should be.
        try Data([1]).write(to: URL(fileURLWithPath: place.cache))
        let counter = Counter()
        let cache = FeatureCache(folder: place.cache, report: { counter.say($0) })
        for recipe in ["a", "b", "c"] {
            #expect(
                try cache.features(ofFile: place.sound, recipe: recipe) { Self.features } == Self.features)
        }
        #expect(counter.messages.count == 1)
        #expect(counter.messages.first?.contains("no longer cached") == true)
    }

    /// A device that is always full stands where features should be written.
    @Test func aFullDiskIsToldOnce() throws {
        let place = try Location()
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        try FileManager.default.createDirectory(atPath: place.cache, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: place.cache + "/stamps", withDestinationPath: "/dev/full")
        let counter = Counter()
        let cache = FeatureCache(folder: place.cache, trustsStamps: true, patience: 0) { counter.say($0) }
        for recipe in ["a", "b"] {
            #expect(
                try cache.features(ofFile: place.sound, recipe: recipe) { Self.features } == Self.features)
        }
        #expect(counter.messages.count == 1)
        #expect(counter.messages.first?.contains("No space left") == true, "\(counter.messages)")
    }

    /// One record for each file, whoever asks; damage in the middle costs that one record.
    @Test func stampsAreKept() throws {
        let place = try Location()
        let stamps = place.cache + "/stamps"
        let size = 88
        func ask(_ recipe: String) throws {
            let cache = FeatureCache(folder: place.cache, trustsStamps: true, patience: 0) { _ in }
            _ = try cache.features(ofFile: place.sound, recipe: recipe) { Self.features }
        }
        for recipe in ["a", "b", "c"] { try ask(recipe) }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: stamps))
        #expect(bytes.count == size)
        try (bytes.prefix(40) + bytes).write(to: URL(fileURLWithPath: stamps))
        try ask("d")
        #expect(try Data(contentsOf: URL(fileURLWithPath: stamps)).count == size + 40)
        bytes[size / 2] ^= 4
        try bytes.write(to: URL(fileURLWithPath: stamps))
        try ask("e")
        #expect(try Data(contentsOf: URL(fileURLWithPath: stamps)).count == 2 * size)
        #expect(try place.entries().count == 5)
    }

    @Test func manyAtOnce() async throws {
        let place = try Location()
        let results = await withTaskGroup(of: Bool.self) { group in
            let (folder, sound) = (place.cache, place.sound)
            for worker in 0..<16 {
                group.addTask {
                    let cache = FeatureCache(folder: folder)
                    return (0..<30).allSatisfy { i in
                        let recipe = "\((i * 7 + worker) % 10)"
                        let expected = Features(
                            shape: [500], values: [Float](repeating: Float(recipe) ?? -1, count: 500))
                        let found = try? cache.features(ofFile: sound, recipe: recipe) { expected }
                        return found == expected
                    }
                }
            }
            var all = true
            for await isFine in group { all = all && isFine }
            return all
        }
        #expect(results)
        #expect(try place.entries().count == 10)
        #expect(try place.others().isEmpty)
    }

    @Test func aFileThatChangesMeanwhileIsNotKept() throws {
        let place = try Location()
        let cache = FeatureCache(folder: place.cache)
        _ = try cache.features(ofFile: place.sound, recipe: "") {
            try place.write([5, 6, 7, 8])
            return Self.features
        }
        let again = Features(shape: [1], values: [1])
        #expect(try cache.features(ofFile: place.sound, recipe: "") { again } == again)
    }

    @Test func leftoversOfTheKilledGo() throws {
        let place = try Location()
        let group = place.cache + "/ab"
        try FileManager.default.createDirectory(atPath: group, withIntermediateDirectories: true)
        let fresh = group + "/" + String(repeating: "c", count: 62) + ".1-x"
        try Data([1]).write(to: URL(fileURLWithPath: fresh))
        let cache = FeatureCache(folder: place.cache)
        _ = try cache.features(ofFile: place.sound, recipe: "") { Self.features }
        // It may be another process' that is at work now.
        #expect(FileManager.default.fileExists(atPath: fresh))
    }

    @Test func aPipelineKeepsItsResults() throws {
        let place = try Location()
        let wave = Waveform(SpectrumTests.noise(16000), rate: 16000)
        try AudioFile.write(wave, to: place.sound, as: .wavFloat)
        let extractor = try FeatureExtractor(FeaturePipeline(), cache: FeatureCache(folder: place.cache))
        func features(start: Double? = nil, _ transform: WaveformTransform? = nil) throws -> Features {
            let source = Clip.Source.file(path: place.sound, start: start, end: nil)
            return try extractor.features(
                of: Clip(id: "a", source: source, label: "x"), transforms: [transform])[0]
        }
        let plain = try features()
        #expect(plain == (try FeaturePipeline()(wave)))
        let part = try features(start: 0.2)
        let softer = WaveformTransform(key: "softer") {
            Waveform($0.samples.map { $0 / 2 }, rate: $0.rate)
        }
        let changed = try features(softer)
        #expect(Set([plain, part, changed].map { $0.values }).count == 3)
        // The same key is the same result, whatever the transform does.
        #expect(try features(WaveformTransform(key: "softer") { $0 }) == changed)
        #expect(try features(start: 0.2) == part)
        #expect(try place.entries().count == 3)
    }

    @Test func theUsualFolder() {
        #expect(FeatureCache.defaultFolder.hasSuffix("/prosody"))
    }
}
