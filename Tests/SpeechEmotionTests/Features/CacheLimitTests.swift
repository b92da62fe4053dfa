import Autograd
import Foundation
import SpeechEmotion
import Synchronization
import Testing

/// A cache folder that stays within a size.
@Suite struct CacheLimitTests {
    private static let sound = "a.wav"
    /// Of 12,104 bytes on disk: half precision cannot hold the values.
    private static func features(_ number: Int) -> Features {
        Features(shape: [3000], values: [Float](repeating: Float(number) + 0.1, count: 3000))
    }
    private static let entrySize = 12_104

    private static func inFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = NSTemporaryDirectory() + "limit-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder + "/" + sound))
        return try body(folder)
    }

    /// Asks for entries by their numbers; returns those that were made anew.
    @discardableResult
    private static func ask(_ folder: String, _ numbers: some Sequence<Int>, limit: Int?) throws -> [Int] {
        let cache = FeatureCache(folder: folder + "/cache", limit: limit.map { ByteSize($0) })
        var made: [Int] = []
        for number in numbers {
            let found = try cache.features(ofFile: folder + "/" + sound, recipe: "\(number)") {
                made.append(number)
                return features(number)
            }
            #expect(found == features(number))
        }
        return made
    }

    private static func inventory(_ folder: String) throws -> CacheInventory {
        try CacheInventory(folder + "/cache")
    }

    /// Sets when the entries were used last: all of them so many seconds ago.
    private static func age(_ folder: String, seconds: Int) throws {
        let cache = folder + "/cache"
        for name in try FileManager.default.subpathsOfDirectory(atPath: cache) {
            guard name.split(separator: "/").last?.count == 62 else { continue }
            let time = timespec(tv_sec: Int(Date().timeIntervalSince1970) - seconds, tv_nsec: 0)
            #expect(utimensat(AT_FDCWD, cache + "/" + name, [time, time], 0) == 0)
        }
    }

    @Test func theFolderStaysWithinItsLimit() throws {
        try Self.inFolder { folder in
            let limit = 10 * Self.entrySize
            for number in 0..<40 {
                try Self.ask(folder, [number], limit: limit)
                #expect(try Self.inventory(folder).entryBytes <= limit)
            }
            #expect(try Self.inventory(folder).count >= 8)
            // Without a limit nothing goes.
            try Self.ask(folder, 100..<140, limit: nil)
            #expect(try Self.inventory(folder).count >= 48)
        }
    }

    /// A lower limit, or what an audit has written, makes room at once, before anything is written.
    @Test func theLimitIsCheckedAtOpening() throws {
        try Self.inFolder { folder in
            try Self.ask(folder, 0..<20, limit: nil)
            try Self.ask(folder, 0..<0, limit: 10 * Self.entrySize)
            #expect(try Self.inventory(folder).count == 8)
            // Audit data that are older than all entries go first.
            let audits = folder + "/cache/" + CacheInventory.fingerprintsName
            try Data(count: 5 * Self.entrySize).write(to: URL(fileURLWithPath: audits))
            let old = timespec(tv_sec: 1_000_000, tv_nsec: 0)
            #expect(utimensat(AT_FDCWD, audits, [old, old], 0) == 0)
            try Self.ask(folder, 0..<0, limit: 10 * Self.entrySize)
            #expect(try Self.inventory(folder).count == 8 && !FileManager.default.fileExists(atPath: audits))
        }
    }

    /// Clearing removes everything it can before it reports an entry that cannot be removed: here, a folder with its name.
    @Test func clearingReportsWhatItCannotRemove() throws {
        try Self.inFolder { folder in
            try Self.ask(folder, 0..<3, limit: nil)
            let inventory = try Self.inventory(folder)
            let entry = try #require(
                try FileManager.default.subpathsOfDirectory(atPath: folder + "/cache")
                    .first { ($0 as NSString).lastPathComponent.utf8.count >= 62 }
                    .map { folder + "/cache/" + $0 })
            try FileManager.default.removeItem(atPath: entry)
            try FileManager.default.createDirectory(atPath: entry, withIntermediateDirectories: false)
            let error = #expect(throws: FileError.self) { try inventory.clear() }
            let message = "\(error.map { "\($0)" } ?? "")"
            #expect(
                message.hasPrefix(entry)
                    && message.contains("allowed: a cache folder with permission to remove files"),
                "\(message)")
            try FileManager.default.removeItem(atPath: entry)
            #expect(try Self.inventory(folder).count == 0)
        }
    }

    @Test func whatWasUsedLastStays() throws {
        try Self.inFolder { folder in
            let limit = 10 * Self.entrySize
            try Self.ask(folder, 0..<9, limit: limit)
            try Self.age(folder, seconds: 5000)
            // Used again, and so younger than the others.
            #expect(try Self.ask(folder, [0, 4], limit: limit) == [])
            try Self.ask(folder, 9..<12, limit: limit)
            #expect(try Self.ask(folder, [0, 4, 9, 10, 11], limit: nil) == [])
            // 11 are too many for the tenth to be written; 8 are left with it, and then comes one more.
            #expect(try Self.ask(folder, [1, 2, 3, 5, 6, 7, 8], limit: nil).count == 3)
        }
    }

    /// A folder that an older program has filled, which counted nothing, and a count that is damaged.
    @Test func aFolderWithoutACountIsListed() throws {
        try Self.inFolder { folder in
            try Self.ask(folder, 0..<20, limit: nil)
            #expect(!FileManager.default.fileExists(atPath: folder + "/cache/usage"))
            try Self.ask(folder, [20], limit: 10 * Self.entrySize)
            #expect(try Self.inventory(folder).count <= 9)
            try Self.ask(folder, 30..<50, limit: nil)
            for damage in [
                Data(), Data([1, 2, 3]), Data(repeating: 7, count: 16), Data(repeating: 255, count: 16),
            ] {
                try damage.write(to: URL(fileURLWithPath: folder + "/cache/usage"))
                try Self.ask(folder, [Int.random(in: 1000...1 << 40)], limit: 10 * Self.entrySize)
                #expect(try Self.inventory(folder).count <= 10)
            }
        }
    }

    @Test func whatIsLargerThanTheLimitIsNotKept() throws {
        try Self.inFolder { folder in
            for _ in 0..<2 {
                let made = try Self.ask(folder, [1], limit: 8000)
                #expect(made == [1])
            }
            let count = try Self.inventory(folder).count
            #expect(count == 0)
        }
    }

    /// Several caches at work on a folder that has room for a quarter of what they ask for.
    @Test func manyAtOnceNeverGetAnythingWrong() async throws {
        let folder = NSTemporaryDirectory() + "limit-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder + "/" + Self.sound))
        let limit = 10 * Self.entrySize
        let results = await withTaskGroup(of: [String].self) { group in
            for worker in 0..<8 {
                group.addTask {
                    let said = Mutex<[String]>([])
                    let cache = FeatureCache(
                        folder: folder + "/cache", limit: ByteSize(limit),
                        report: { text in said.withLock { $0.append(text) } })
                    for step in 0..<100 {
                        let number = (step * 7 + worker * 13) % 40
                        let found = try? cache.features(
                            ofFile: folder + "/" + Self.sound, recipe: "\(number)"
                        ) {
                            Self.features(number)
                        }
                        if found != Self.features(number) { said.withLock { $0.append("\(number)") } }
                        if worker == 0, step % 10 == 9 { try? CacheInventory(folder + "/cache").clear() }
                    }
                    return said.withLock { $0 }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(results == [])
        // Whoever wrote while the folder was emptied may not have been counted.
        #expect(try Self.inventory(folder).entryBytes <= 2 * limit)
    }

    @Test func theInventoryOfAFolder() throws {
        try Self.inFolder { folder in
            let none = try Self.inventory(folder)
            #expect(none.count == 0 && none.bytes == 0 && none.leastRecent == nil && none.mostRecent == nil)
            try Self.ask(folder, 0..<3, limit: 1 << 30)
            try Self.age(folder, seconds: 5000)
            try Self.ask(folder, 3..<5, limit: 1 << 30)
            let cache = folder + "/cache"
            try Data(repeating: 0, count: 500).write(to: URL(fileURLWithPath: cache + "/sounds"))
            try Data([1]).write(to: URL(fileURLWithPath: cache + "/notes.txt"))
            let found = try Self.inventory(folder)
            #expect(found.count == 5 && found.entryBytes == 5 * Self.entrySize)
            #expect(found.otherBytes >= 516 && found.strangers == 1)
            let span = try #require(found.mostRecent).timeIntervalSince(#require(found.leastRecent))
            #expect((4990...5010).contains(span))
            try found.clear()
            #expect(try FileManager.default.subpathsOfDirectory(atPath: cache) == ["notes.txt"])
            #expect(try Self.ask(folder, [1], limit: 1 << 30) == [1])
        }
    }

    @Test func aFolderThatIsNoneIsTold() throws {
        try Self.inFolder { folder in
            let error = #expect(throws: FileError.self) { try CacheInventory(folder + "/" + Self.sound) }
            #expect(
                error?.description
                    == "\(folder)/a.wav: reading the cache: found \"Not a directory\"; allowed: a readable folder; choose another with --cache FOLDER"
            )
        }
    }

    @Test(arguments: [
        ("500MB", 500_000_000), ("2GB", 2_000_000_000), ("1.5 GiB", 1_610_612_736), ("12b", 12),
        ("3kB", 3000), ("1KiB", 1024), ("0.5tb", 500_000_000_000), ("1TiB", 1 << 40), ("2 mib", 1 << 21),
    ])
    func sizes(_ text: String, _ bytes: Int) { #expect(ByteSize(text)?.bytes == bytes) }

    @Test(arguments: ["", "2", "GB", "0MB", "-1GB", "1.2.3GB", "2 bytes", "99999999999TB", "1e3GB", "nanGB"])
    func noSizes(_ text: String) { #expect(ByteSize(text) == nil) }

    @Test(arguments: [
        (0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (1_850_000_000, "1.9 GB"),
        (250_400_000, "250 MB"),
        (999_600, "1.0 MB"), (99_960, "100 kB"), (3_000_000_000_000_000, "3000 TB"),
    ])
    func sizesAsText(_ bytes: Int, _ text: String) { #expect("\(ByteSize(bytes))" == text) }
}
