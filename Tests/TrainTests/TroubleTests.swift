import Foundation
import Testing

/// Disks that are full, folders that may not be written to, states that are damaged.
@Suite struct TroubleTests {
    /// Words of a run that is long enough to be stopped.
    private func words(_ folder: String, name: String = SmallExperiment.name, _ more: String...) -> [String] {
        SmallExperiment.run(folder, name: name, "--set", "training.epochs=5", "--quiet") + more
    }

    /// Expects that a run goes on from where it is and ends like one that nothing has happened to.
    private func expectToGoOn(_ folder: String, saying text: String = "", isBegun: Bool = true) throws {
        let ending = try BuiltProgram.run(words(folder) + (isBegun ? ["--resume"] : []))
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(text.isEmpty ? ending.failures.isEmpty : ending.errors.contains(text), "\(ending.errors)")
        let whole = try BuiltProgram.run(words(folder, name: "whole"))
        #expect(whole.status == 0, "\(whole.errors)")
        try SmallExperiment.expectEqual(folder + "/runs/small", folder + "/runs/whole")
    }

    @Test func aFileThatMayNotGrowIsSaidAndTheRunGoesOnLater() throws {
        try SmallExperiment.inFolder { folder in
            var place = BuiltProgram.Surroundings()
            // In blocks of 1,024 bytes: enough for the config, too little for a state.
            place.before = "ulimit -f 5"
            let ending = try BuiltProgram.run(words(folder), place)
            #expect(ending.status == 1, "\(ending.errors)")
            #expect(ending.errors.contains("File too large"), "\(ending.errors)")
            #expect(ending.errors.contains("the limit of the process (ulimit -f)"), "\(ending.errors)")
            #expect(ending.errors.contains(folder + "/runs/small/"))
            let begun = FileManager.default.fileExists(atPath: folder + "/runs/small/config.json")
            try expectToGoOn(folder, isBegun: begun)
        }
    }

    @Test func exhaustedMemoryIsAnErrorMessage() throws {
        try SmallExperiment.inFolder { folder in
            let list = "[" + String(repeating: "0,", count: 12_000_000) + "0]"
            try list.write(toFile: folder + "/list.json", atomically: false, encoding: .utf8)
            var place = BuiltProgram.Surroundings()
            place.before = "ulimit -v 300000"
            let ending = try BuiltProgram.run(["check", folder + "/list.json"], place)
            #expect(ending.status == 71, "\(ending.errors)")
            #expect(ending.errors.hasPrefix("error: out of memory"), "\(ending.errors)")
        }
    }

    /// Whether this process may mount file systems, as root in a container of its own may.
    static let canMount: Bool = {
        let folder = NSTemporaryDirectory() + "train-mount-\(getpid())"
        defer { rmdir(folder) }
        guard mkdir(folder, 0o700) == 0, shell("mount -t tmpfs -o size=64k none '\(folder)'") == 0 else {
            return false
        }
        return shell("umount '\(folder)'") == 0
    }()

    @discardableResult
    private static func shell(_ line: String) -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", line]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test(.enabled(if: canMount)) func aFullDiskIsSaidAndTheRunGoesOnLater() throws {
        try SmallExperiment.inFolder { folder in
            try FileManager.default.createDirectory(
                atPath: folder + "/runs", withIntermediateDirectories: true)
            #expect(Self.shell("mount -t tmpfs -o size=4m none '\(folder)/runs'") == 0)
            defer { Self.shell("umount '\(folder)/runs'") }
            // Not so full that nothing can begin.
            #expect(Self.shell("head -c \(4096 * 1024 - 40960) /dev/zero > '\(folder)/runs/filler'") == 0)
            let ending = try BuiltProgram.run(words(folder))
            #expect(ending.status == 1, "\(ending.errors)")
            #expect(ending.errors.contains("No space left on device"), "\(ending.errors)")
            #expect(ending.errors.contains(folder + "/runs/small/"))
            try FileManager.default.removeItem(atPath: folder + "/runs/filler")
            try expectToGoOn(folder)
        }
    }

    @Test func aFolderThatCannotBeWrittenToIsSaid() throws {
        try SmallExperiment.inFolder { folder in
            try Data().write(to: URL(fileURLWithPath: folder + "/runs"))
            let file = try BuiltProgram.run(words(folder))
            #expect(file.status == 1)
            #expect(file.errors.contains("creating the folder") && file.errors.contains("--runs FOLDER"))
            // Root may write everywhere but here.
            let read = try BuiltProgram.run(
                "run", folder + "/small.json", "--runs", "/proc/self", "--name", "x", "--quiet")
            #expect(read.status == 1 && read.errors.contains("creating the folder"), "\(read.errors)")
            let below = try BuiltProgram.run(
                "run", folder + "/small.json", "--runs", folder + "/runs/below", "--name", "x", "--quiet")
            #expect(
                below.status == 1 && below.errors.contains(#"creating the folder: found "Not a directory""#),
                "\(below.errors)")
            if getuid() != 0 {
                try FileManager.default.removeItem(atPath: folder + "/runs")
                #expect(mkdir(folder + "/runs", 0o500) == 0)
                let closed = try BuiltProgram.run(words(folder))
                #expect(closed.status == 1 && closed.errors.contains("Permission denied"))
            }
        }
    }

    @Test(arguments: ["flipped", "cut", "empty", "note"])
    func aDamagedStateIsSaidAndTheOneBeforeItUsed(damage: String) throws {
        try SmallExperiment.inFolder { folder in
            let state = folder + "/runs/small/state"
            func states(_ suffix: String) -> [String] {
                ((try? FileManager.default.contentsOfDirectory(atPath: state)) ?? [])
                    .filter { $0.hasSuffix(suffix) && !$0.hasPrefix(".") }.sorted()
            }
            let call = try BuiltProgram.begin(words(folder))
            #expect(call.wait { states(".json").last.map { $0 > "00000006" } == true })
            kill(call.id, SIGKILL)
            _ = try call.end()
            #expect(states(".json").count >= 2)
            let newest = state + "/" + (try #require(states(".json").last)).dropLast(5)
            let file = URL(fileURLWithPath: newest + (damage == "note" ? ".json" : ".safetensors"))
            var bytes = try Data(contentsOf: file)
            switch damage {
            case "cut": bytes.removeLast(bytes.count / 3)
            case "empty": bytes.removeAll()
            default: bytes[bytes.count / 2] ^= 4
            }
            try bytes.write(to: file)
            try expectToGoOn(folder, saying: "skipped a damaged checkpoint: \(newest)")
        }
    }

    @Test func withoutAWholeStateARunDoesNotGoOn() throws {
        try SmallExperiment.inFolder { folder in
            let state = folder + "/runs/small/state"
            let call = try BuiltProgram.begin(words(folder))
            #expect(
                call.wait {
                    let names = try? FileManager.default.contentsOfDirectory(atPath: state)
                    return names?.contains { $0.hasSuffix(".json") } ?? false
                })
            kill(call.id, SIGKILL)
            _ = try call.end()
            for name in try FileManager.default.contentsOfDirectory(atPath: state) {
                try Data("{}".utf8).write(to: URL(fileURLWithPath: state + "/" + name))
            }
            let ending = try BuiltProgram.run(words(folder, "--resume"))
            #expect(ending.status == 1)
            #expect(
                ending.errors.contains("at least one intact checkpoint; without one, start a new run")
            )
        }
    }
}
