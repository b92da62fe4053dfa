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

    private static func generator(_ name: String) -> RandomGenerator {
        RandomGenerator(seed: seed).split(name)
    }

    @Test func runsKilledAtAnyMomentEndWithTheSameFiles() throws {
        try SmallExperiment.inFolder { folder in
            let set = ["--set", "training.epochs=8", "--quiet"]
            let clock = ContinuousClock()
            let begin = clock.now
            let whole = try BuiltProgram.run(SmallExperiment.run(folder, name: "whole") + set)
            #expect(whole.status == 0, "\(whole.errors)")
            let length = UInt32((clock.now - begin) / .microseconds(1))
            let random = Self.generator("run")
            var moments: [Int] = []
            var kills = 0
            var runs = 0
            while kills < 20 {
                let name = "killed-\(runs)"
                let run = folder + "/runs/" + name
                runs += 1
                var status: Int32 = 1
                while status != 0 {
                    let hasBegun = FileManager.default.fileExists(atPath: run + "/config.json")
                    let words = SmallExperiment.run(folder, name: name) + set + (hasBegun ? ["--resume"] : [])
                    let call = try BuiltProgram.begin(words)
                    if kills < 20 {
                        // Up to the whole length of a run: anywhere from its start to its report.
                        moments.append(random.below(Int(length)))
                        usleep(UInt32(moments[moments.count - 1]))
                        if call.isRunning { kills += 1 }
                        kill(call.id, SIGKILL)
                    }
                    let ending = try call.end()
                    status = ending.status
                    // What remains of a run that was killed between its result and the end of its report has ended.
                    if ending.errors.contains("contains a finished run") { break }
                    try #require(status == 0 || status == -SIGKILL, "\(ending.errors) after \(moments) us")
                }
                try SmallExperiment.expectEqual(run, folder + "/runs/whole", "after \(moments) us")
                let left = try FileManager.default.subpathsOfDirectory(atPath: run)
                if status == 0 { #expect(left.filter { $0.contains(".writing-") } == []) }
            }
        }
    }

    /// Files whose contents depend on the time or the machine.
    private static let volatile: Set = [
        "timing.jsonl", "environment.json", "test-reads.jsonl", "lock", "log.txt",
    ]

    /// The files below a folder, without those that depend on the time and the pages that show such files, and without what a
    /// killed process was writing: outside of run folders, nothing removes it.
    private static func files(_ folder: String) throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return names.reduce(into: [:]) { files, name in
            let parts = name.split(separator: "/").map(String.init)
            let isLeftOut =
                volatile.contains(parts.last ?? "") || parts.contains("state") || parts.contains("logs")
                || name.contains("tfevents") || parts.last?.hasPrefix(".writing-") == true
                || name.hasSuffix(".svg") || name.hasSuffix(".html")
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
            let clock = ContinuousClock()
            let begin = clock.now
            let whole = try BuiltProgram.run(words)
            try #require(whole.status == 0, "\(whole.errors)")
            let length = Int((clock.now - begin) / .microseconds(1))
            let reference = try Self.files(out)
            #expect(reference.count > 2)
            let random = Self.generator(command)
            var moments: [Int] = []
            while moments.count < 6 {
                try FileManager.default.removeItem(atPath: out)
                try makeFolder()
                var status: Int32 = 1
                while status != 0 {
                    let call = try BuiltProgram.begin(words)
                    if moments.count < 6 {
                        moments.append(random.below(length))
                        usleep(UInt32(moments[moments.count - 1]))
                        kill(call.id, SIGKILL)
                    }
                    let ending = try call.end()
                    status = ending.status
                    if ending.errors.contains("finished") { break }
                    try #require(status == 0 || status == -SIGKILL, "\(ending.errors) after \(moments) us")
                }
                let found = try Self.files(out)
                for name in Set(reference.keys).union(found.keys) {
                    #expect(found[name] == reference[name], "\(name) after \(moments) us")
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
            let clock = ContinuousClock()
            let begin = clock.now
            let whole = try BuiltProgram.run(words("whole"))
            #expect(whole.status == 0, "\(whole.errors)")
            let length = UInt32((clock.now - begin) / .microseconds(1))
            let run = folder + "/runs/killed"
            let random = Self.generator(search)
            var moments: [Int] = []
            var status: Int32 = 1
            while status != 0 {
                let hasBegun = FileManager.default.fileExists(atPath: run + "/config.json")
                let call = try BuiltProgram.begin(words("killed") + (hasBegun ? ["--resume"] : []))
                if moments.count < 4 {
                    moments.append(random.below(Int(length)))
                    usleep(UInt32(moments[moments.count - 1]))
                    kill(call.id, SIGKILL)
                }
                let ending = try call.end()
                status = ending.status
                if ending.errors.contains("contains a finished run") { break }
                try #require(status == 0 || status == -SIGKILL, "\(ending.errors) after \(moments) us")
            }
            try SmallExperiment.expectEqual(run, folder + "/runs/whole", "after \(moments) us")
            for name in ["search.jsonl", "search.csv"] {
                let files = ["whole", "killed"].map {
                    FileManager.default.contents(atPath: "\(folder)/runs/\($0)/\(name)")
                }
                #expect(files[0] != nil && files[0] == files[1], "\(name) after \(moments) us")
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
