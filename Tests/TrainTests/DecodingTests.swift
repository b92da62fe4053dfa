import Foundation
import ServerTestSupport
import SpeechEmotion
import Testing

/// Files that keep a codec busy for ever, or crash it, and a codec that tries to do more than decode.
@Suite struct DecodingTests {
    /// The library that takes the place of libsndfile; see `Tests/Faults/codec.c`.
    private static let codec: Result<String, any Error> = Result {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Faults/codec.c").path
        let library = NSTemporaryDirectory() + "codec-\(getpid()).so"
        atexit { unlink(NSTemporaryDirectory() + "codec-\(getpid()).so") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c",
            #"for c in clang cc gcc; do command -v $c > /dev/null && exec $c -shared -fPIC -O1 -o "$0" "$1" -ldl; done; exit 1"#,
            library, source,
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "a C compiler is required")
        return library
    }

    private static let bad = ["crash", "spins"]

    /// Calls `body` with a folder of four good files and two others, and the surroundings of a call.
    private func inSounds(_ body: (_ folder: String, _ place: BuiltProgram.Surroundings) throws -> Void)
        throws
    {
        try SmallExperiment.inFolder { folder in
            let wave = Waveform((0..<8000).map { Float(0.3 * sin(Double($0) * 0.2)) }, rate: 8000)
            let sounds = folder + "/sounds"
            try FileManager.default.createDirectory(atPath: sounds, withIntermediateDirectories: true)
            try AudioFile.write(wave, to: sounds + "/a.wav")
            try AudioFile.write(wave, to: sounds + "/z.flac", as: .flac16)
            for word in Self.bad + ["stray", "plain"] {
                let bytes = try AudioFile.bytes([wave], as: .au16) + Array(word.utf8)
                try Data(bytes).write(to: URL(fileURLWithPath: "\(sounds)/\(word).au"))
            }
            var place = BuiltProgram.Surroundings()
            place.environment["LD_PRELOAD"] = try Self.codec.get()
            place.environment["PROSODY_DECODE_SECONDS"] = "0.1"
            try body(sounds, place)
        }
    }

    /// Each bad file is named once, with its cause.
    private func expectNamed(_ errors: String, _ folder: String) {
        let lines = errors.split(separator: "\n").filter { $0.contains(folder) }
        #expect(lines.count == 2, "\(errors)")
        #expect(
            lines.contains { $0.contains("/crash.au: decoding: found a crash of libsndfile (signal ") },
            "\(errors)")
        #expect(
            lines.contains {
                $0.contains("/spins.au: decoding: found no result after 0.5 s of CPU time; allowed: ")
                    && $0.hasSuffix("or increase the environment variable PROSODY_DECODE_SECONDS")
            }, "\(errors)")
    }

    @Test func theOtherFilesArePredicted() throws {
        let model = try SmallExperiment.finished.get()
        try inSounds { folder, place in
            let ending = try BuiltProgram.run(["predict", folder, "--model", model, "--no-cache"], place)
            #expect(ending.status == 1)
            expectNamed(ending.errors, folder)
            let rows = ending.output.split(separator: "\n").dropFirst()
            #expect(rows.count == 4)
            for (row, name) in zip(rows, ["a.wav", "plain.au", "stray.au", "z.flac"]) {
                #expect(row.hasPrefix("\(folder)/\(name)"))
            }
        }
    }

    @Test func theOtherFilesHaveFeatures() throws {
        let model = try SmallExperiment.finished.get()
        try inSounds { folder, place in
            let out = folder + "/../x.csv"
            let ending = try BuiltProgram.run(["features", folder, "--model", model, "--out", out], place)
            #expect(ending.status == 1)
            expectNamed(ending.errors, folder)
            #expect(try String(contentsOfFile: out, encoding: .utf8).contains("/z.flac"))
        }
    }

    @Test(arguments: ["run", "evaluate"])
    func aCorpusWithSuchFilesIsReported(_ command: String) throws {
        let model = try SmallExperiment.finished.get()
        try inSounds { folder, place in
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            let rows = names.enumerated().map { "\($1),\(["happy", "sad"][$0 % 2]),s\($0 % 3)" }
            let table = folder + "/clips.csv"
            try (["path,label,speaker"] + rows).joined(separator: "\n").write(
                toFile: table, atomically: true, encoding: .utf8)
            let words =
                command == "evaluate"
                ? ["evaluate", model, "--data", "manifest:" + table, "--allow-partial"]
                : SmallExperiment.run(folder + "/..")
                    + [
                        "--set", #"data.source={"type": "manifest", "file": "\#(table)"}"#, "--set",
                        "model[5].units=2",
                    ]
            let ending = try BuiltProgram.run(words, place)
            #expect(ending.status == 0, "\(ending)")
            for name in Self.bad { #expect((ending.output + ending.errors).contains("\(name).au")) }
        }
    }

    private func children(of parent: pid_t) -> [pid_t] {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(parent)/task")) ?? []
        return tasks.flatMap { task in
            let list = try? String(contentsOfFile: "/proc/\(parent)/task/\(task)/children", encoding: .utf8)
            return (list ?? "").split(separator: " ").compactMap { pid_t($0) }
        }
    }

    /// A process that has ended, and one that nobody waits for, have no command line.
    private func hasEnded(_ id: pid_t) -> Bool {
        FileManager.default.contents(atPath: "/proc/\(id)/cmdline")?.isEmpty ?? true
    }

    @Test func aDecoderEndsWithTheProgram() throws {
        let model = try SmallExperiment.finished.get()
        try inSounds { folder, place in
            var place = place
            place.environment["PROSODY_DECODE_SECONDS"] = "1000"
            let call = try BuiltProgram.begin(["predict", folder + "/spins.au", "--model", model], place)
            #expect(call.wait { !children(of: call.id).isEmpty })
            let decoders = children(of: call.id)
            usleep(100_000)
            kill(call.id, SIGKILL)
            _ = try call.end()
            for _ in 0..<100 where !decoders.allSatisfy(hasEnded) { usleep(50_000) }
            #expect(!decoders.isEmpty && decoders.allSatisfy(hasEnded))
        }
    }

    /// Also after an idle decoder was killed.
    @Test func theServerAnswersOthersMeanwhile() throws {
        let model = try SmallExperiment.finished.get()
        try inSounds { folder, place in
            let call = try BuiltProgram.begin(
                ["serve", "--model", model, "--runs", folder, "--port", "0"], place)
            defer { kill(call.id, SIGKILL) }
            #expect(call.wait { call.outputSoFar.hasSuffix("/\n") })
            let text = call.outputSoFar.split(separator: ":").last.map { $0.prefix { $0.isNumber } }
            let port = try #require(text.flatMap { Int($0) })
            func client(_ name: String) throws -> Client {
                let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
                let client = try Client(port, timeout: 60)
                client.send(
                    "POST /api/predict?name=\(name) HTTP/1.1\r\nHost: localhost\r\nContent-Type: audio/basic\r\nContent-Length: \(bytes.count)\r\n\r\n"
                )
                client.send(bytes)
                return client
            }
            let spinning = try client("spins.au")
            for name in ["z.flac", "a.wav", "stray.au"] {
                #expect(try client(name).answer().status == 200, "\(name)")
            }
            for decoder in children(of: call.id) { kill(decoder, SIGKILL) }
            #expect(try client("z.flac").answer().status == 200)
            #expect(try client("crash.au").answer().text.contains("a crash of libsndfile"))
            #expect(try spinning.answer().status == 422)
            #expect(try client("plain.au").answer().status == 200)
        }
    }
}
