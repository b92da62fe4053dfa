import Autograd
import Foundation
import Testing

/// Runs that end with the same bits whatever happens to them on the way.
@Suite struct KillTests {
    /// The moments follow from a seed, which is printed. The environment variable KILL_SEED repeats it.
    private static let seed: UInt64 = {
        let chosen = ProcessInfo.processInfo.environment["KILL_SEED"].flatMap { UInt64($0) }
        let seed = chosen ?? UInt64.random(in: 0...UInt64(UInt32.max))
        print("KILL_SEED=\(seed)")
        return seed
    }()

    /// Kills commands at random moments of the time that an undisturbed one takes.
    private struct Killer {
        private let random: RandomGenerator
        private let length: Int
        private var moments: [Int] = []
        private(set) var kills = 0
        /// The moments of the kills, for messages.
        var comment: String { "after \(moments) us" }

        /// Times a command.
        init(_ name: String, whole: [String]) throws {
            random = RandomGenerator(seed: KillTests.seed).split(name)
            let clock = ContinuousClock()
            let begin = clock.now
            let ending = try BuiltProgram.run(whole)
            try #require(ending.status == 0, "\(ending.errors)")
            length = Int((clock.now - begin) / .microseconds(1))
        }

        /// Starts a command again until it ends by itself, and kills it if there were fewer than `most` kills. Returns false if
        /// it refuses because it has finished.
        mutating func finish(
            most: Int, _ words: () -> [String], afterKill: () throws -> Void = {}
        ) throws -> Bool {
            while true {
                let call = try BuiltProgram.begin(words())
                if kills < most {
                    moments.append(random.below(length))
                    usleep(UInt32(moments[moments.count - 1]))
                    if call.isRunning { kills += 1 }
                    kill(call.id, SIGKILL)
                }
                let ending = try call.end()
                // What remains of a run that was killed between its result and the end of its report has ended.
                if ending.errors.contains("finished") { return false }
                if ending.status == 0 { return true }
                try #require(ending.status == -SIGKILL, "\(ending.errors) \(comment)")
                try afterKill()
            }
        }
    }

    /// The files below a folder that were not complete when their process was killed.
    private static func unfinished(_ folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.contains(".writing-") }
    }

    @Test func runsKilledAtAnyMomentEndWithTheSameFiles() throws {
        try SmallExperiment.inFolder { folder in
            let set = ["--set", "training.epochs=8", "--quiet"]
            var killer = try Killer("run", whole: SmallExperiment.run(folder, name: "whole") + set)
            var runs = 0
            while killer.kills < 20 {
                let name = "killed-\(runs)"
                let run = folder + "/runs/" + name
                runs += 1
                let hasEnded = try killer.finish(most: 20) {
                    let hasBegun = FileManager.default.fileExists(atPath: run + "/config.json")
                    return SmallExperiment.run(folder, name: name) + set + (hasBegun ? ["--resume"] : [])
                }
                try SmallExperiment.expectEqual(run, folder + "/runs/whole", killer.comment)
                let left = try Self.unfinished(run)
                #expect(!hasEnded || left == [])
            }
        }
    }

    /// Whether the system removes the new files of a killed process in a folder.
    private static func removesNewFiles(in folder: String) -> Bool {
        let descriptor = open(folder, O_WRONLY | 0o20_000_000 | O_DIRECTORY, 0o600)
        if descriptor >= 0 { close(descriptor) }
        return descriptor >= 0
    }

    /// Files whose contents depend on the time or the machine.
    private static let volatile: Set = [
        "timing.jsonl", "environment.json", "test-reads.jsonl", "lock", "log.txt",
    ]

    /// The files below a folder, without those that depend on the time and the pages that show such files.
    private static func files(_ folder: String) throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return names.reduce(into: [:]) { files, name in
            let parts = name.split(separator: "/").map(String.init)
            let isLeftOut =
                volatile.contains(parts.last ?? "") || parts.contains("state") || parts.contains("logs")
                || name.contains("tfevents") || name.hasSuffix(".svg") || name.hasSuffix(".html")
            // A folder has no contents.
            files[name] = isLeftOut ? nil : FileManager.default.contents(atPath: folder + "/" + name)
        }
    }

    /// The commands that write several files.
    @Test(arguments: ["ablate", "features", "export"])
    func commandsKilledAtAnyMomentEndWithTheSameFiles(_ command: String) throws {
        let model = try SmallExperiment.finished.get()
        try SmallExperiment.inFolder { folder in
            let (config, out) = (folder + "/sweep.json", folder + "/out")
            let sweep = #""sweep": {"variants": {"wide": {"set": {"model[3].units": 5}}}}, "model""#
            try SmallExperiment.text.replacing(#""model""#, with: sweep)
                .write(toFile: config, atomically: true, encoding: .utf8)
            let words =
                switch command {
                case "ablate": ["ablate", config, "--runs", out, "--no-cache", "--jobs", "1"]
                case "features": ["features", folder + "/small.json", "--out", out + "/x.npy"]
                default: ["export", model, "--out", out + "/export"]
                }
            func makeFolder() throws {
                try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
            }
            try makeFolder()
            var killer = try Killer(command, whole: words)
            let reference = try Self.files(out)
            #expect(reference.count > 2)
            while killer.kills < 6 {
                try FileManager.default.removeItem(atPath: out)
                try makeFolder()
                var checksNew = command != "ablate" && Self.removesNewFiles(in: out)
                _ = try killer.finish(most: 6, { words }) {
                    let left = try Self.unfinished(out)
                    #expect(!checksNew || left == [], "\(command)")
                    checksNew = false
                }
                let found = try Self.files(out)
                for name in Set(reference.keys).union(found.keys) {
                    #expect(found[name] == reference[name], "\(name) \(killer.comment)")
                }
            }
        }
    }

    /// A decoder that has been started for a file does not go on alone after the program was killed.
    @Test func decodersEndWithTheProgram() throws {
        try SmallExperiment.inFolder { folder in
            let decoder = folder + "/ffmpeg"
            try "#!/bin/sh\nwhile :; do :; done\n".write(toFile: decoder, atomically: false, encoding: .utf8)
            chmod(decoder, 0o700)
            try "....ftypM4A ................".write(
                toFile: folder + "/a.m4a", atomically: false, encoding: .utf8)
            var place = BuiltProgram.Surroundings()
            place.environment["PATH"] = folder + ":/usr/bin:/bin"
            let run = try SmallExperiment.finished.get()
            let call = try BuiltProgram.begin(["predict", folder + "/a.m4a", "--model", run], place)
            #expect(call.wait { !BuiltProgram.processes(with: decoder).isEmpty })
            kill(call.id, SIGKILL)
            _ = try call.end()
            for _ in 0..<100 where !BuiltProgram.processes(with: decoder).isEmpty { usleep(50_000) }
            #expect(BuiltProgram.processes(with: decoder).isEmpty)
        }
    }

    /// Searches over fitted models: every combination, and successive halving.
    @Test(arguments: [
        #"{"folds": 2, "parameters": {"model.n_estimators": [2, 4, 8, 12, 16, 24], "model.max_depth": [1, 2, 3, 4]}}"#,
        #"{"folds": 2, "method": {"type": "halving", "trials": 18, "factor": 3, "rounds": 3}, "parameters": {"model.n_estimators": {"type": "integer", "low": 2, "high": 30}, "model.max_depth": [1, 2, 3, 4]}}"#,
    ])
    func searchesKilledAtAnyMomentEndWithTheSameFiles(_ search: String) throws {
        try SmallExperiment.inFolder { folder in
            let config = folder + "/search.json"
            try PlotTests.withSearch(search).write(toFile: config, atomically: true, encoding: .utf8)
            func words(_ name: String) -> [String] {
                ["run", config, "--runs", folder + "/runs", "--name", name, "--no-cache", "--quiet"]
            }
            let run = folder + "/runs/killed"
            var killer = try Killer(search, whole: words("whole"))
            _ = try killer.finish(most: 4) {
                let hasBegun = FileManager.default.fileExists(atPath: run + "/config.json")
                return words("killed") + (hasBegun ? ["--resume"] : [])
            }
            try SmallExperiment.expectEqual(run, folder + "/runs/whole", killer.comment)
            for name in ["search.jsonl", "search.csv"] {
                let files = ["whole", "killed"].map {
                    FileManager.default.contents(atPath: "\(folder)/runs/\($0)/\(name)")
                }
                #expect(files[0] != nil && files[0] == files[1], "\(name) \(killer.comment)")
            }
        }
    }

    @Test func threadsMakeNoDifference() throws {
        try SmallExperiment.inFolder { folder in
            for threads in 1...3 {
                let words = SmallExperiment.run(
                    folder, name: "\(threads)", "--quiet", "--threads", "\(threads)")
                let ending = try BuiltProgram.run(words)
                #expect(ending.status == 0, "\(ending.errors)")
            }
            for threads in 2...3 {
                try SmallExperiment.expectEqual(
                    folder + "/runs/\(threads)", folder + "/runs/1", "\(threads) threads")
            }
        }
    }
}
