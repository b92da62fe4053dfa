import Autograd
import Configuration
import Foundation
import Lab
import Testing

/// The built program at work on small ablations.
@Suite(.serialized) struct AblateTests {
    static let sweep = #"{"variants": {"no dropout": {"remove": ["model[2]"]}}, "seeds": 2}"#

    /// Calls `body` with a folder that has the config `a.json`, and one for its runs.
    private func inFolder(_ sweep: String = sweep, _ body: (_ config: String, _ runs: String) throws -> Void)
        throws
    {
        try SmallExperiment.inFolder { folder in
            var json = try JSONValue.parse(SmallExperiment.text)
            json["sweep"] = try JSONValue.parse(sweep)
            try Data(json.pretty().utf8).write(to: URL(fileURLWithPath: folder + "/a.json"))
            try body(folder + "/a.json", folder + "/runs")
        }
    }

    /// Everything that equal ablations have equal, by its name.
    private func files(_ ablation: String) throws -> [String: Data] {
        var names = [
            "table.md", "table.csv", "table.json", "table.html", "table.tex", "runs.csv", "recalls.csv",
            "folds.csv",
            "speakers.csv", "report.html", "ablation.json",
        ]
        for run in try FileManager.default.contentsOfDirectory(atPath: ablation + "/runs") {
            names.append("configs/\(run).json")
            names += RunFile.repeatable.map { "runs/\(run)/\($0)" }
        }
        return try names.reduce(into: [:]) {
            $0[$1] = try Data(contentsOf: URL(fileURLWithPath: "\(ablation)/\($1)"))
        }
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test(arguments: [
        (#""seeds": 2, "folds": [1, 2]"#, "2 members, 2 seeds, 2 folds: base; no dropout"),
        (#""seeds": 1, "folds": "all""#, "2 members, 1 seed, all folds: base; no dropout"),
        (#""seeds": 1"#, "2 members, 1 seed: base; no dropout"),
    ])
    func checkSaysWhatWouldRun(keys: String, line: String) throws {
        try inFolder(#"{"variants": {"no dropout": {"remove": ["model[2]"]}}, \#(keys)}"#) { config, _ in
            let check = try BuiltProgram.run(
                "check", config, "--set", #"split={"type": "k_fold", "folds": 3, "validation": 0.25}"#)
            #expect(check.status == 0, "\(check.errors)")
            #expect(check.output.contains("sweep: \(line)\n"))
        }
    }

    /// Runs that fail are named with the end of their logs, and the others go on.
    @Test func aFailedRunIsNamedWithTheEndOfItsLog() throws {
        try inFolder { config, runs in
            var place = BuiltProgram.Surroundings()
            // In blocks of 1,024 bytes: enough for configs and logs, too little for a model.
            place.before = "ulimit -f 20"
            let ending = try BuiltProgram.run(
                ["ablate", config, "--runs", runs, "--name", "small", "--jobs", "2"], place)
            #expect(ending.status == 1, "\(ending.errors)")
            #expect(ending.errors.contains("; last lines of \(runs)/small/"), "\(ending.errors)")
            #expect(ending.errors.contains("File too large"), "\(ending.errors)")
        }
    }

    @Test func runsKilledAtAnyMomentEndWithTheSameFiles() throws {
        try inFolder { config, runs in
            let whole = try BuiltProgram.run(
                "ablate", config, "--runs", runs, "--name", "whole", "--jobs", "2")
            #expect(whole.status == 0, "\(whole.errors)")
            let expected = try files(runs + "/whole")
            #expect(expected.count == 11 + 4 * (1 + RunFile.repeatable.count))
            let seed = UInt64.random(in: 0...UInt64.max)
            let generator = RandomGenerator(seed: seed)
            var kills = 0
            for attempt in 1... {
                try #require(attempt < 60, "seed \(seed)")
                let call = try BuiltProgram.begin(
                    "ablate", config, "--runs", runs, "--name", "killed", "--jobs", "2")
                while call.isRunning, kills < 20 {
                    usleep(UInt32(20_000 + generator.below(250_000)))
                    let workers = BuiltProgram.processes(with: runs + "/killed/configs/")
                    // One of the workers, or, now and then, the process that has started them.
                    let victims = workers + (generator.below(3) == 0 ? [call.id] : [])
                    guard call.isRunning, !victims.isEmpty else { continue }
                    kill(victims[generator.below(victims.count)], SIGKILL)
                    kills += 1
                }
                if try call.end().status == 0 { break }
            }
            #expect(kills >= 4, "seed \(seed)")
            let found = try files(runs + "/killed")
            #expect(Set(found.keys) == Set(expected.keys))
            for (name, data) in expected { #expect(found[name] == data, "\(name), seed \(seed)") }
        }
    }

    @Test func twoProcessesShareAFolder() throws {
        try inFolder { config, runs in
            func begin(_ name: String) throws -> BuiltProgram.Call {
                try BuiltProgram.begin(
                    "ablate", config, "--runs", runs, "--name", name, "--jobs", "2", "--set",
                    "training.epochs=20")
            }
            #expect(try begin("one").end().status == 0)
            let endings = try [begin("two"), begin("two")].map { try $0.end() }
            for ending in endings { #expect(ending.status == 0, "\(ending.errors)") }
            #expect(endings.contains { $0.output.contains("running in another process") })
            #expect(try files(runs + "/two") == files(runs + "/one"))
        }
    }

    @Test func whatIsDoneIsPassedOverAndAChangedConfigIsRefused() throws {
        try inFolder { config, runs in
            #expect(try BuiltProgram.run("ablate", config, "--runs", runs).status == 0)
            let log = runs + "/small/logs/base-seed1-fold1.log"
            let size = try Data(contentsOf: URL(fileURLWithPath: log)).count
            // More seeds: only what is new is run.
            let again = try BuiltProgram.run("ablate", config, "--runs", runs, "--set", "sweep.seeds=3")
            #expect(again.status == 0 && again.output.components(separatedBy: "started: ").count == 3)
            #expect(try Data(contentsOf: URL(fileURLWithPath: log)).count == size)
            let changed = try BuiltProgram.run(
                "ablate", config, "--runs", runs, "--set", "training.batch_size=4")
            #expect(changed.status == 1)
            #expect(
                changed.errors.contains(
                    "runs/base-seed1-fold1: created with a different config: training.batch_size was 8, is 4")
            )
            // What no result depends on may change.
            let moved = try BuiltProgram.run(
                "ablate", config, "--runs", runs, "--set", "training.save_every_seconds=5", "--set",
                "description=x"
            )
            #expect(moved.status == 0, "\(moved.errors)")
        }
    }

    @Test func aRunAndAnAblationNeverShareAFolder() throws {
        try inFolder { config, runs in
            try FileManager.default.createDirectory(atPath: runs + "/a", withIntermediateDirectories: true)
            try Data("{}".utf8).write(to: URL(fileURLWithPath: runs + "/a/config.json"))
            let ablation = try BuiltProgram.run("ablate", config, "--runs", runs, "--name", "a", "--no-cache")
            #expect(ablation.status != 0 && ablation.errors.contains("runs/a: the folder: found a run"))
            for folder in ["configs", "runs"] {
                try FileManager.default.createDirectory(
                    atPath: runs + "/b/" + folder, withIntermediateDirectories: true)
            }
            let run = try BuiltProgram.run("run", config, "--runs", runs, "--name", "b", "--no-cache")
            #expect(
                run.status != 0 && run.errors.contains("runs/b contains an ablation; choose another --name"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: runs + "/b").count == 2)
        }
    }

    /// A cross-validation: the classes are counted over the clips of all runs.
    @Test func recallsAreOfAllRunsTogether() throws {
        try inFolder(#"{"seeds": 3}"#) { config, runs in
            let ending = try BuiltProgram.run("ablate", config, "--runs", runs, "--jobs", "2")
            #expect(ending.status == 0, "\(ending.errors)")
            for title in ["All metrics", "Recall of each class", "By fold", "By speaker"] {
                #expect(ending.output.contains(title))
            }
            var counts: [String: (all: Int, right: Int)] = [:]
            // The clips of one seed.
            var clips: [String: Int] = [:]
            let files = (1...3).map { runs + "/small/runs/base-seed\($0)-fold1/predictions.csv" }
            for file in files {
                for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
                    .dropFirst()
                {
                    let cells = line.split(separator: ",")
                    counts[String(cells[2]), default: (0, 0)].all += 1
                    if file == files[0] { clips[String(cells[2]), default: 0] += 1 }
                    if cells[2] == cells[3] { counts[String(cells[2])]?.right += 1 }
                }
            }
            let lines = counts.sorted { $0.key < $1.key }.map { name, count in
                "base,\(name),\(Double(count.right) / Double(count.all)),\(clips[name] ?? 0),3\n"
            }
            let table = try String(contentsOfFile: runs + "/small/recalls.csv", encoding: .utf8)
            #expect(table == "variant,class,recall,clips,runs\n" + lines.joined())
            let page = try String(contentsOfFile: runs + "/small/table.html", encoding: .utf8)
            #expect(page.contains("Confusion matrix of all runs of base"))
            // The rest of the tables stays where predictions are damaged, of other classes, or gone.
            let whole = try String(contentsOfFile: files[1], encoding: .utf8)
            let others = whole.replacing("label,predicted,", with: "label,predicted,another,")
            for damage in ["file,label\n", others.split(separator: "\n")[0] + "\n", nil] {
                if let damage { try Data(damage.utf8).write(to: URL(fileURLWithPath: files[1])) }
                if damage == nil { try FileManager.default.removeItem(atPath: files[1]) }
                let collected = try BuiltProgram.run("ablate", config, "--runs", runs, "--collect")
                #expect(collected.status == 1 && collected.errors.contains(files[1]), "\(collected.errors)")
                #expect(collected.errors.contains("remove their folders"))
                #expect(collected.output.contains("1 run could not be read."))
                let row = try String(contentsOfFile: runs + "/small/table.csv", encoding: .utf8)
                #expect(row.hasSuffix(",2,\n"))
            }
            try FileManager.default.removeItem(atPath: runs + "/small/runs/base-seed2-fold1")
            #expect(try BuiltProgram.run("ablate", config, "--runs", runs, "--jobs", "2").status == 0)
            #expect(try String(contentsOfFile: runs + "/small/recalls.csv", encoding: .utf8) == table)
        }
    }

    @Test func aFailedMemberDoesNotStopTheRest() throws {
        let sweep = #"{"variants": {"too fast": {"set": {"optimizer.learning_rate": 1e38}}}, "seeds": 2}"#
        try inFolder(sweep) { config, runs in
            for _ in 0..<2 {
                let ending = try BuiltProgram.run("ablate", config, "--runs", runs, "--jobs", "1")
                #expect(ending.status == 1)
                #expect(ending.errors.contains("failed: too fast, seed 1, fold 1 (status 1)"))
                #expect(ending.errors.contains("failed: too fast, seed 2, fold 1 (status 1)"))
                #expect(ending.errors.contains("    error: epoch 1, batch "))
                #expect(ending.errors.contains("2 of 4 runs have no result"))
                #expect(exists(runs + "/small/runs/base-seed2-fold1/result.json"))
                let table = try CSVRows(runs + "/small/table.csv")
                #expect(table["base"]?.dropLast().last == "2" && table["too fast"]?.dropLast().last == "0")
            }
        }
    }

    /// The rows of a table by their first cells.
    private struct CSVRows {
        private var rows: [String: [String]] = [:]
        init(_ file: String) throws {
            for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
                let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                rows[cells[0]] = cells
            }
        }
        subscript(name: String) -> [String]? { rows[name] }
    }

    @Test func anInterruptedAblationStopsItsWorkersAndGoesOn() throws {
        try inFolder { config, runs in
            let call = try BuiltProgram.begin(
                "ablate", config, "--runs", runs, "--set", "training.epochs=2000", "--jobs", "2")
            let state = runs + "/small/runs/base-seed1-fold1/metrics.jsonl"
            for _ in 0..<1000 where call.isRunning && !exists(state) { usleep(20_000) }
            kill(call.id, SIGINT)
            let ending = try call.end()
            #expect(ending.status == 130)
            #expect(ending.errors.contains("To resume, repeat the command"))
            #expect(BuiltProgram.processes(with: runs + "/small/configs/").isEmpty)
            let log = try String(contentsOfFile: runs + "/small/logs/base-seed1-fold1.log", encoding: .utf8)
            #expect(log.contains("Stopped and saved."))
        }
    }

    @Test func workersEndWithTheProcessThatStartedThem() throws {
        try inFolder { config, runs in
            let call = try BuiltProgram.begin(
                "ablate", config, "--runs", runs, "--set", "training.epochs=20000", "--jobs", "2")
            func workers() -> [pid_t] { BuiltProgram.processes(with: runs + "/small/configs/") }
            for _ in 0..<1000 where call.isRunning && workers().count < 2 { usleep(20_000) }
            #expect(workers().count == 2)
            kill(call.id, SIGKILL)
            _ = try call.end()
            for _ in 0..<1000 where !workers().isEmpty { usleep(20_000) }
            #expect(workers().isEmpty)
        }
    }

    @Test func printedCommandsAndTheScriptDoTheSame() throws {
        try inFolder { config, runs in
            #expect(try BuiltProgram.run("ablate", config, "--runs", runs, "--name", "one").status == 0)
            let printed = try BuiltProgram.run("ablate", config, "--runs", runs, "--name", "two", "--print")
            let lines = printed.output.split(separator: "\n").map(String.init)
            #expect(printed.status == 0 && lines.count == 4)
            let script = try BuiltProgram.run("ablate", config, "--runs", runs, "--name", "two", "--slurm")
            #expect(script.status == 0 && script.output.contains("sbatch "))
            #expect(try shell(lines[2]) == 0)
            let part = try BuiltProgram.run("ablate", config, "--runs", runs, "--name", "two", "--collect")
            #expect(part.status == 1 && part.errors.contains("3 of 4 runs have no result"))
            #expect(part.errors.contains("    base, seed 1, fold 1: not started"))
            for task in 1...4 {
                #expect(try shell("SLURM_ARRAY_TASK_ID=\(task) bash '\(runs)/two/slurm.sh'") == 0)
            }
            #expect(try shell("SLURM_ARRAY_TASK_ID=5 bash '\(runs)/two/slurm.sh'") == 64)
            let all = try BuiltProgram.run("ablate", config, "--runs", runs, "--name", "two", "--collect")
            #expect(all.status == 0, "\(all.errors)")
            #expect(try files(runs + "/two") == files(runs + "/one"))
        }
    }

    @Test func moreRunsThanAnArrayMayHave() throws {
        try inFolder { config, runs in
            func write(_ words: String...) throws -> BuiltProgram.Ending {
                try BuiltProgram.run(["ablate", config, "--runs", runs, "--name", "it's", "--slurm"] + words)
            }
            let folder = runs + "/it's"
            let ending = try write(
                "--slurm-array", "3", "--slurm-options=--time=5 -p main", "--cache-limit", "5MB")
            #expect(ending.status == 0, "\(ending.errors)")
            let lines = ending.output.split(separator: "\n").map(String.init)
            #expect(
                lines[0]
                    == "Wrote \(folder)/slurm.sh with 4 tasks; \(folder)/submit.sh submits them in arrays of at most 3."
            )
            #expect(lines[2].hasPrefix("    bash '") && lines[2].hasSuffix("/submit.sh'"))
            #expect(
                lines[3].hasSuffix(" --collect") && !lines[3].contains("slurm")
                    && !lines[3].contains("cache"),
                "\(lines[3])")
            let script = try String(contentsOfFile: folder + "/slurm.sh", encoding: .utf8)
            #expect(script.contains("\n#SBATCH --time=5\n#SBATCH -p main\n") && !script.contains("--array="))
            #expect(script.contains("--cache-limit 5000000B"))
            #expect(exists(folder + "/submit.sh"))
            // Fewer fit into one array, and what would submit several goes.
            let one = try write()
            #expect(one.output.contains("with 4 tasks.\n") && one.output.contains("\n    sbatch '"))
            #expect(!exists(folder + "/submit.sh"))
        }
    }

    @Test(arguments: [
        (
            ["--slurm", "--slurm-options", "partition=x"],
            "--slurm-options: expected sbatch options such as \"--partition=long --time=8:00:00\", found \"partition=x\""
        ),
        (
            ["--slurm", "--slurm-options", "--array=1-9"],
            "--slurm-options: \"--array=1-9\" conflicts with --array, which the script sets itself: use --slurm-array to set the array size"
        ),
        (
            ["--slurm-options", "--time=1"],
            "--slurm-options requires --slurm"
        ),
        (
            ["--slurm-array", "9"],
            "--slurm-array requires --slurm"
        ),
        (
            ["--slurm", "--slurm-array", "0"],
            "--slurm-array: expected an integer from 1 to 4000000, found \"0\""
        ),
    ])
    func optionsForSlurmThatAreRefused(_ words: [String], _ message: String) throws {
        try inFolder { config, runs in
            let ending = try BuiltProgram.run(["ablate", config, "--runs", runs] + words)
            #expect(ending.status == 64 && ending.errors.hasPrefix("error: \(message)\n"), "\(ending.errors)")
            #expect(!exists(runs))
        }
    }

    /// Members whose models do not fit the data are found by the check as well.
    @Test func checkFindsMembersThatDoNotFit() throws {
        try inFolder(#"{"variants": {"wide": {"set": {"model[5].units": 9}}}}"#) { config, _ in
            let check = try BuiltProgram.run("check", config)
            #expect(check.status == 1)
            #expect(
                check.errors.contains("model: in the member \"wide\": outputs [9], expected [8]"),
                "\(check.errors)")
            let absent = try BuiltProgram.run(
                "check", config, "--set", #"data={"source": {"type": "ravdess", "folder": "/nowhere"}}"#)
            #expect(
                absent.status == 1
                    && absent.errors.contains("model: in the member \"wide\": outputs [9], expected [8]"))
        }
    }

    private func shell(_ line: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", line]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test func aFolderThatCannotBeWrittenToIsSaid() throws {
        try inFolder { config, runs in
            try Data().write(to: URL(fileURLWithPath: runs))
            let ending = try BuiltProgram.run("ablate", config, "--runs", runs)
            #expect(ending.status == 1 && ending.errors.contains("creating the folder"))
            let nothing = try BuiltProgram.run("ablate", config, "--runs", runs + "x", "--collect")
            #expect(nothing.status == 64 && nothing.errors.contains("there is no ablation in"))
            let both = try BuiltProgram.run("ablate", config, "--print", "--collect")
            #expect(
                both.status == 64
                    && both.errors.hasPrefix("error: --print and --collect are mutually exclusive\n"))
        }
    }
}
