import Configuration
import Foundation
import Lab
import ServerTestSupport
import SpeechEmotion
import Testing

extension ServeTests {
    /// What the server tells of runs, and that it tells of nothing else.
    @Suite struct RunTests {
        @Test func aRunIsDescribed() throws {
            try Fixture.withServer { port in
                let client = try Client(port, timeout: 30)
                let list = try client.get("/api/runs").json()["runs"]?.elements ?? []
                #expect(list.map { $0["name"]?.text } == ["small"])
                #expect(list.first?["state"]?.text == "finished")
                let warnings = list.first?["warnings"]?.elements?.compactMap(\.text)
                #expect(try warnings == RunListing(Fixture.runs.get()).entries.first?.warnings)
                let run = try client.get("/api/runs/small").json()
                #expect(run["epochs"]?.elements?.count == 2 && run["finished"]?.bool == true)
                #expect(run["config"]?["name"]?.text == "small" && run["result"]?["test"] != nil)
                let clips = try client.get("/api/runs/small/clips").json()
                let first = try #require(clips["clips"]?.elements?.first)
                #expect(first["has_audio"]?.bool == true && clips["note"]?.text == "")
                let id = try #require(first["id"]?.text)
                let audio = try client.get("/api/audio?run=small&clip=\(id)")
                #expect(audio.status == 200 && audio.body.starts(with: "RIFF".utf8))
                let part = try client.get("/api/audio?run=small&clip=\(id)", "Range: bytes=8-11\r\n")
                #expect(part.status == 206 && part.text == "WAVE")
                #expect(part["Content-Range"] == "bytes 8-11/\(audio.body.count)")
                #expect(
                    try client.get("/api/audio?run=small&clip=\(id)", "Range: bytes=99999999-\r\n").status
                        == 416)
                let corpus = try client.get("/api/corpus?run=small").json()
                #expect(corpus["statistics"]?["corpus"]?.text == "synthetic")
                #expect(corpus["audit"]?["subsets"]?.elements?.count == 3)
                #expect(
                    try client.get("/api/differences?run=small&run=small").json()["differences"]?.elements?
                        .isEmpty == true)
                let models = try client.get("/api/models").json()["models"]?.elements ?? []
                #expect(models.map { $0["name"]?.text } == ["small"])
            }
        }

        /// Runs of an ablation are compared by `NAME/RUN`, as their models are named.
        @Test func runsOfAnAblationAreCompared() throws {
            let folder = NSTemporaryDirectory() + "serve-differences-\(UUID().uuidString)"
            try FileManager.default.createDirectory(
                atPath: folder + "/sweep/runs", withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            for name in ["small", "sweep/runs/base-seed1", "sweep/runs/base-seed2"] {
                try FileManager.default.copyItem(
                    atPath: Fixture.runs.get() + "/small", toPath: "\(folder)/\(name)")
            }
            let config = folder + "/sweep/runs/base-seed2/config.json"
            var json = try JSONValue.load(config)
            try json.set("training.epochs=3")
            try json.line.write(toFile: config, atomically: true, encoding: .utf8)
            try Fixture.withServer(runs: folder) { port in
                let client = try Client(port, timeout: 30)
                let query = "run=small&run=sweep%2Fbase-seed1&run=sweep%2Fbase-seed2"
                let answer = try client.get("/api/differences?\(query)").json()
                let found = answer["differences"]?.elements ?? []
                #expect(found.map { $0["path"]?.text } == ["training.epochs"])
                #expect(found.first?["values"]?.elements?.map(\.integer) == [2, 2, 3])
                for name in ["sweep%2Fnone", "sweep%2F..%2F..%2Fsmall", "sweep%2F"] {
                    #expect(try client.get("/api/differences?run=small&run=\(name)").status == 404)
                }
            }
        }

        /// The predictions of all folds of a cross-validation, for each variant and seed, are those of its runs.
        @Test func foldsArePooled() throws {
            let folder = NSTemporaryDirectory() + "serve-pooled-\(UUID().uuidString)"
            try FileManager.default.createDirectory(
                atPath: folder + "/sweep/runs", withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let split = #"split={"type": "k_fold", "folds": 2, "by": "speaker", "validation": 1}"#
            for (id, seed, fold) in [
                ("base-seed1-fold1", 1, 1), ("base-seed1-fold2", 1, 2), ("base-seed2-fold1", 2, 1),
                ("other-seed1-fold1", 1, 1),
            ] {
                try Fixture.run(
                    "\(folder)/sweep/runs/\(id)", [split, "seed=\(seed)", "fold=\(fold)", "name=\(id)"])
            }
            let members: [JSONValue] = [
                ["name": "none", "runs": ["none-seed1-fold1"]],
                ["name": "base", "runs": ["base-seed1-fold1", "base-seed1-fold2", "base-seed2-fold1"]],
                ["name": "other", "runs": ["other-seed1-fold1"]],
            ]
            let manifest: JSONValue = ["name": "sweep", "members": JSONValue(.list(members))]
            try manifest.line.write(
                toFile: folder + "/sweep/ablation.json", atomically: true, encoding: .utf8)
            try Fixture.withServer(runs: folder) { port in
                let client = try Client(port, timeout: 60)
                func pooled(_ query: String) throws -> JSONValue {
                    try client.get("/api/runs/sweep/clips\(query)").json()
                }
                let all = try pooled("")
                #expect(all["variant"]?.text == "base" && all["seed"]?.integer == 1)
                #expect(all["variants"]?.line == #"["base", "other"]"# && all["seeds"]?.line == "[1, 2]")
                #expect(
                    all["protocol"]?.text?.hasPrefix("2-fold speaker-independent cross-validation, 4 test")
                        == true)
                let clips = all["clips"]?.elements ?? []
                var expected: [String] = []
                for fold in 1...2 {
                    let own = try pooled("?member=base-seed1-fold\(fold)")["clips"]?.elements ?? []
                    #expect(own.count == 32 && own[0]["run"] == nil)
                    expected += own.map { "\($0["id"]?.text ?? "") \($0["predicted"]?.text ?? "") \(fold)" }
                }
                #expect(
                    clips.map {
                        "\($0["id"]?.text ?? "") \($0["predicted"]?.text ?? "") \($0["fold"]?.integer ?? 0)"
                    } == expected)
                #expect(
                    clips.last?["run"]?.text == "base-seed1-fold2" && clips.last?["has_audio"]?.bool == true)
                // The clip and the model of its fold are those of the run.
                let id = try #require(clips.last?["id"]?.text)
                let query = "run=sweep&member=base-seed1-fold2&clip=\(id)"
                #expect(try client.get("/api/audio?\(query)").status == 200)
                let answer = try client.get("/api/predict?\(query)&model=sweep%2Fbase-seed1-fold2").json()
                #expect(answer["predictions"]?.elements?.count == 1)
                #expect(try pooled("?seed=2")["clips"]?.elements?.count == 32)
                let other = try pooled("?variant=other")
                #expect(other["clips"]?.elements?.count == 32 && other["seeds"]?.line == "[1]")
                #expect(
                    try client.get("/api/runs/sweep/clips?seed=3").message
                        == "seed: there is no finished run with seed 3; the seeds are 1, 2.")
                #expect(try client.get("/api/runs/sweep/clips?variant=none").status == 404)
                #expect(try client.get("/api/runs/sweep/clips?seed=x").status == 400)
                #expect(
                    try client.get("/api/runs/sweep/clips?member=base-seed1-fold1&seed=1").message
                        .contains("variant and seed select runs of an ablation"))
                #expect(
                    try client.get("/api/runs/sweep").json()["table"]?["caption"]?.text?.contains("2-fold")
                        == true)
            }
        }

        /// The clips that a finding names can be played.
        @Test func findingsNameTheirClips() throws {
            let folder = NSTemporaryDirectory() + "serve-audit-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try FileManager.default.copyItem(atPath: Fixture.runs.get() + "/small", toPath: folder + "/small")
            let (first, second) = ("speaker-01/happy-1-1", "speaker-02/sad-2-1")
            let lines = [
                "\(first) and \(second): identical samples", "\(first) (happy) and \(second) (sad)", second,
                "statement 1",
            ]
            let audit: JSONValue = ["findings": JSONValue(.list([["examples": lines.encode()]]))]
            try audit.line.write(toFile: folder + "/small/audit.json", atomically: true, encoding: .utf8)
            try Fixture.withServer(runs: folder) { port in
                let json = try Client(port, timeout: 30).get("/api/corpus?run=small").json()
                let examples = json["audit"]?["findings"]?.elements?.first?["examples"]?.elements ?? []
                let clips = examples.map { $0["clips"]?.elements?.compactMap(\.text) }
                #expect(clips == [[first, second], [first, second], [second], []])
            }
        }

        @Test func pathsDoNotLeaveTheFolder() throws {
            let folder = try Fixture.runs.get()
            let inner = NSTemporaryDirectory() + "serve-paths-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: inner) }
            try FileManager.default.createSymbolicLink(
                atPath: inner + "/link", withDestinationPath: folder + "/small")
            try FileManager.default.copyItem(atPath: folder + "/small", toPath: inner + "/.hidden")
            try Fixture.withServer(runs: inner) { port in
                // The server closes the connection after a malformed request.
                func get(_ path: String) throws -> Client.Answer { try Client(port, timeout: 30).get(path) }
                #expect(try get("/api/runs/link").status == 404)
                let outside = "..%2f" + (folder as NSString).lastPathComponent + "%2fsmall"
                for name in [
                    "..", "%2e%2e", ".hidden", "..%2f..", outside, "small%00", "link%2f..", "a%5cb",
                ] {
                    for path in [
                        "/api/runs/\(name)", "/api/runs/\(name)/clips", "/api/runs/\(name)/report",
                        "/api/runs/x?member=\(name)",
                    ] {
                        let status = try get(path).status
                        #expect([400, 404].contains(status), "\(path): \(status)")
                    }
                    for query in ["run=\(name)", "run=\(name)&clip=x", "run=link&member=\(name)&clip=x"] {
                        let status = try get("/api/audio?\(query)").status
                        #expect([400, 404].contains(status), "\(query): \(status)")
                    }
                }
            }
            try Fixture.withServer { port in
                // The server closes the connection after a malformed request.
                func get(_ path: String) throws -> Client.Answer { try Client(port, timeout: 30).get(path) }
                for clip in ["../../etc/passwd", "/etc/passwd", "config.json", "%00"] {
                    #expect(try get("/api/audio?run=small&clip=\(clip)").status == 404)
                }
                for path in ["/../Package.swift", "/%2e%2e/Package.swift", "/Web/app.js"] {
                    let status = try get(path).status
                    #expect([400, 404].contains(status), "\(path): \(status)")
                }
            }
        }

        @Test func aTokenIsAskedFor() throws {
            let token = "a-token-of-the-tests-0123456789"
            try Fixture.withServer(token: token) { port in
                let client = try Client(port, timeout: 30)
                for path in ["/", "/api/runs", "/app.js", "/api/health"] {
                    #expect(try client.get(path).status == 401)
                }
                #expect(try client.get("/api/runs", "Authorization: Bearer \(token)\r\n").status == 200)
                #expect(try client.get("/api/runs", "Authorization: Bearer \(token)x\r\n").status == 401)
                let link = try client.get("/?token=\(token)")
                let cookie = try #require(link["Set-Cookie"])
                #expect(
                    link.status == 303 && cookie.contains("HttpOnly; SameSite=Strict")
                        && !cookie.contains(token))
                let pair = cookie.prefix { $0 != ";" }
                #expect(try client.get("/", "Cookie: \(pair)\r\n").status == 200)
            }
        }

        /// The events follow the log while another process writes it.
        @Test func eventsFollowARun() throws {
            let folder = NSTemporaryDirectory() + "serve-events-\(UUID().uuidString)"
            let run = folder + "/training"
            try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try "{}".write(toFile: run + "/config.json", atomically: true, encoding: .utf8)
            func append(_ text: String) throws {
                let path = run + "/metrics.jsonl"
                if !FileManager.default.fileExists(atPath: path) {
                    _ = FileManager.default.createFile(atPath: path, contents: nil)
                }
                let handle = try #require(FileHandle(forWritingAtPath: path))
                try handle.seekToEnd()
                try handle.write(contentsOf: Data(text.utf8))
                try handle.close()
            }
            try Fixture.withServer(runs: folder) { port in
                let client = try Client(port, timeout: 10)
                client.send("GET /api/runs/training/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try client.head()["Content-Type"] == "text/event-stream")
                try append(#"{"epoch": 1, "train_loss": 0.5}"# + "\n" + #"{"epoch": 2, "tr"#)
                #expect(try client.event() == ("epoch", #"{"epoch": 1, "train_loss": 0.5}"#))
                try append(#"ain_loss": null}"# + "\n")
                #expect(try client.event() == ("epoch", #"{"epoch": 2, "train_loss": null}"#))
                // Started again.
                try #"{"epoch": 1, "train_loss": 0.75}"#.appending("\n").write(
                    toFile: run + "/metrics.jsonl", atomically: true, encoding: .utf8)
                #expect(try client.event().type == "restart")
                #expect(try client.event() == ("epoch", #"{"epoch": 1, "train_loss": 0.75}"#))
                // A client that connects again continues after its last event.
                try append(#"{"epoch": 2, "train_loss": 0.25}"# + "\n")
                #expect(try client.event().type == "epoch")
                let again = try Client(port, timeout: 10)
                again.send(
                    "GET /api/runs/training/events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 1\r\n\r\n")
                _ = try again.head()
                #expect(try again.event() == ("epoch", #"{"epoch": 2, "train_loss": 0.25}"#))
                try #"{"test": {"uar": 0.5}}"#.write(
                    toFile: run + "/result.json", atomically: true, encoding: .utf8)
                #expect(try client.event() == ("finished", #"{"test": {"uar": 0.5}}"#))
            }
        }
    }
}
