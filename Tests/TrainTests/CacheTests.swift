import Configuration
import Foundation
import Testing

/// The command for the feature cache, and the options for its size.
@Suite(.serialized) struct CacheTests {
    /// Calls `body` with a folder that holds a cache of the features of three sounds.
    private static func inFolder(_ body: (_ folder: String, _ cache: String) throws -> Void) throws {
        try SmallExperiment.inFolder { folder in
            let sounds = folder + "/sounds"
            try FileManager.default.createDirectory(atPath: sounds, withIntermediateDirectories: true)
            for name in ["a", "b", "c"] {
                try FileManager.default.copyItem(
                    atPath: package + "/Tests/Golden/wav/" + wave, toPath: "\(sounds)/\(name).wav")
                let file = FileHandle(forWritingAtPath: "\(sounds)/\(name).wav")
                try file?.seekToEnd()
                try file?.write(contentsOf: Data(name.utf8))
            }
            let cache = folder + "/cache"
            let made = try BuiltProgram.run(
                "features", sounds, "--cache", cache, "--out", folder + "/x.npy")
            #expect(made.status == 0, "\(made.errors)")
            try body(folder, cache)
        }
    }

    private static let wave =
        (try? FileManager.default.contentsOfDirectory(atPath: package + "/Tests/Golden/wav"))?
        .sorted().first { $0.hasSuffix(".wav") } ?? ""

    @Test func aLimitEvictsAtOnce() throws {
        try Self.inFolder { _, cache in
            let limited = try BuiltProgram.run("cache", "--cache", cache, "--cache-limit", "1kB", "--json")
            let found = try JSONValue.parse(limited.output)
            #expect(found["entries"]?.integer == 0, "\(limited.output)\(limited.errors)")
            let both = try BuiltProgram.run("cache", "--cache", cache, "--clear", "--cache-limit", "1kB")
            #expect(both.status == 64 && both.errors.contains("--cache-limit has no effect with --clear"))
        }
    }

    @Test func theCacheIsShownAndCleared() throws {
        try Self.inFolder { folder, cache in
            try Data(repeating: 1, count: 2000).write(to: URL(fileURLWithPath: cache + "/sounds"))
            let shown = try BuiltProgram.run("cache", "--cache", cache)
            #expect(shown.status == 0 && shown.errors.isEmpty)
            let lines = shown.output.split(separator: "\n").map(String.init)
            #expect(lines.count == 6)
            #expect(lines[0] == "folder            \(cache)")
            #expect(
                lines[1].hasPrefix("size              ")
                    && lines[1].hasSuffix("kB are audit results and the index"))
            #expect(lines[2] == "entries           3")
            for (line, name) in zip(lines[3...4], ["least recent use", "most recent use "]) {
                let pattern = try Regex("\(name)  20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ")
                #expect(line.wholeMatch(of: pattern) != nil, "\(line)")
            }
            #expect(lines[5] == "limit             2.0 GB")
            let json = try JSONValue.parse(
                BuiltProgram.run("cache", "--cache", cache, "--cache-limit", "unlimited", "--json").output)
            #expect(json["entries"] == 3 && json["limit"] == .null && json["cleared"] == false)
            #expect(json["folder"]?.text == cache && json["other_files"] == 0)
            try Data([1]).write(to: URL(fileURLWithPath: cache + "/notes.txt"))
            let cleared = try BuiltProgram.run("cache", "--cache", cache, "--clear")
            #expect(cleared.status == 0)
            let first = cleared.output.split(separator: "\n").map(String.init)
            #expect(first[0].hasPrefix("Removed 3 entries from \(cache) ("), "\(cleared.output)")
            #expect(first[1] == "Kept 1 other file that does not belong to the cache.")
            #expect(try FileManager.default.subpathsOfDirectory(atPath: cache) == ["notes.txt"])
            let again = try BuiltProgram.run("cache", "--cache", cache, "--clear")
            #expect(again.output.hasPrefix("The cache in \(cache) is already empty.\n"))
            let other = try BuiltProgram.run("cache", "--cache", cache)
            #expect(other.output.contains("\nunrelated  1 other file\n"))
            // Afterwards it is filled again, with the same features.
            let made = try BuiltProgram.run(
                "features", folder + "/sounds", "--cache", cache, "--out", folder + "/y.npy")
            #expect(made.status == 0)
            #expect(
                FileManager.default.contents(atPath: folder + "/x.npy")
                    == FileManager.default.contents(atPath: folder + "/y.npy"))
        }
    }

    @Test func aCacheThatIsNotThereIsEmpty() throws {
        let ending = try BuiltProgram.run("cache", "--cache", "/nowhere/at/all", "--cache-limit", "5MB")
        #expect(
            ending.status == 0
                && ending.output
                    == "folder   /nowhere/at/all\nsize     0 bytes\nentries  0\nlimit    5.0 MB\n"
        )
        let cleared = try BuiltProgram.run("cache", "--cache", "/nowhere/at/all", "--clear")
        #expect(cleared.output == "The cache in /nowhere/at/all is already empty.\n")
    }

    @Test func aCacheThatCannotBeReadIsAnError() throws {
        try SmallExperiment.inFolder { folder in
            let ending = try BuiltProgram.run("cache", "--cache", folder + "/small.json")
            #expect(ending.status == 1 && ending.output.isEmpty)
            #expect(
                ending.errors
                    == "error: \(folder)/small.json: reading the cache: found \"Not a directory\"; allowed: a readable folder; choose another with --cache FOLDER\n"
            )
        }
    }

    @Test func theLimitIsKept() throws {
        try Self.inFolder { folder, cache in
            func entries() throws -> JSONValue? {
                try JSONValue.parse(BuiltProgram.run("cache", "--cache", cache, "--json").output)["entries"]
            }
            func make(_ words: [String], _ limit: String? = nil) throws -> BuiltProgram.Ending {
                var place = BuiltProgram.Surroundings()
                if let limit { place.environment["PROSODY_CACHE_LIMIT"] = limit }
                return try BuiltProgram.run(
                    ["features", folder + "/sounds", "--cache", cache, "--out", folder + "/z.npy"] + words,
                    place)
            }
            // Each entry has some 32 kB.
            #expect(try entries() == 3)
            _ = try BuiltProgram.run("cache", "--cache", cache, "--clear")
            // What other threads are about to write is not counted yet: one thread keeps the limit to the byte.
            #expect(try make(["--cache-limit", "70kB", "--threads", "1"]).status == 0)
            #expect(try entries() == 1)
            _ = try BuiltProgram.run("cache", "--cache", cache, "--clear")
            #expect(try make(["--threads", "1"], "90kB").status == 0)
            #expect(try entries() == 2)
            // What is given on the command line counts.
            #expect(try make(["--cache-limit", "unlimited"], "1kB").status == 0)
            #expect(try entries() == 3)
            #expect(
                FileManager.default.contents(atPath: folder + "/x.npy")
                    == FileManager.default.contents(atPath: folder + "/z.npy"))
            let wrong = try make([], "much")
            #expect(
                wrong.status == 64
                    && wrong.errors.hasPrefix(
                        "error: PROSODY_CACHE_LIMIT: expected a size such as 500MB or 2GB, or \"unlimited\", found \"much\"\n"
                    ), "\(wrong.errors)")
        }
    }

    @Test(arguments: [
        (
            ["--cache-limit", "0"],
            "--cache-limit: expected a size such as 500MB or 2GB, or \"unlimited\", found \"0\""
        ),
        (
            ["--cache-limit", "1GB", "--no-cache"], "--cache-limit and --no-cache are mutually exclusive"
        ),
        (["--cache", "c", "--no-cache"], "--cache and --no-cache are mutually exclusive"),
    ])
    func limitsThatAreNone(_ words: [String], _ message: String) throws {
        try SmallExperiment.inFolder { folder in
            let ending = try BuiltProgram.run(
                ["run", folder + "/small.json", "--runs", folder + "/runs"] + words)
            #expect(ending.status == 64 && ending.errors.hasPrefix("error: \(message)\n"), "\(ending.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/runs/small/config.json"))
        }
    }
}
