import Foundation
import Server
import Synchronization
import ServerTestSupport
import Testing

extension OverSockets {
    @Suite struct StopTests {
        /// Clients that send requests without end while the server stops: each request that was sent on an open
        /// connection and read by the server is answered.
        @Test func noAcceptedAnswerIsLost() throws {
            for round in 0..<6 {
                let keepsAlive = round % 2 == 0
                let handled = Counter()
                var router = Router()
                router.get("/work") { _ in
                    usleep(2000)
                    handled.add()
                    return .text(String(repeating: "x", count: 5000))
                }
                let server = try Server(.init(), router)
                try server.start()
                let port = server.address.port
                let (answered, refused, lost) = (Counter(), Counter(), Counter())
                let group = DispatchGroup()
                for _ in 0..<16 {
                    group.enter()
                    Thread {
                        defer { group.leave() }
                        while true {
                            guard let client = try? Client(port) else { return }
                            var hasMore = true
                            while hasMore {
                                client.send(
                                    "GET /work HTTP/1.1\r\nHost: localhost\r\n\(keepsAlive ? "" : "Connection: close\r\n")\r\n"
                                )
                                do {
                                    let answer = try client.answer()
                                    if answer.status == 200, answer.body.count == 5000 {
                                        answered.add()
                                    } else {
                                        lost.add()
                                    }
                                    hasMore = answer["Connection"] == "keep-alive"
                                } catch {
                                    // Nothing at all: the system had accepted the connection, the server had not.
                                    if client.buffer.isEmpty, !keepsAlive {
                                        refused.add()
                                    } else {
                                        lost.add()
                                    }
                                    hasMore = false
                                }
                            }
                        }
                    }.start()
                }
                usleep(300_000)
                // A busy machine needs longer.
                #expect(eventually(within: 30) { answered.value > 100 })
                let start = Date()
                server.stop(grace: 10)
                let seconds = Date().timeIntervalSince(start)
                group.wait()
                print("stopped in \(seconds) s: \(answered.value) answered, \(refused.value) refused")
                #expect(lost.value == 0 && answered.value == handled.value)
                #expect(refused.value <= 16 && seconds < 5)
                #expect(server.status.connections == 0)
            }
        }

        @Test func theGracePeriodEnds() throws {
            let seen = Counter()
            var router = Router()
            router.get("/forever") { request in
                while request.wait(seconds: 100) {}
                seen.add()
                return .text("cut off")
            }
            let server = try Server(.init(), router)
            try server.start()
            let client = try Client(server.address.port)
            client.send("GET /forever HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(eventually { server.status.busyWorkers == 1 })
            let start = Date()
            server.stop(grace: 0.5)
            #expect((0.4..<3).contains(Date().timeIntervalSince(start)))
            #expect(eventually { seen.value == 1 })
            #expect(client.isClosedByServer())
            #expect(throws: Client.Failure.self) { try Client(server.address.port) }
            server.stop(grace: 1)
            #expect(throws: ServerError.self) { try server.start() }
        }

        /// A download goes on while the server stops.
        @Test func streamsAreFinished() throws {
            var router = Router()
            router.get("/stream") { _ in
                .stream { writer in
                    for _ in 0..<20 {
                        try writer.write([UInt8](repeating: 1, count: 1000))
                        usleep(20_000)
                    }
                }
            }
            let server = try Server(.init(), router)
            try server.start()
            let client = try Client(server.address.port)
            client.send("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            usleep(50_000)
            server.stop(grace: 10)
            #expect(try client.answer().body.count == 20_000)
        }

        @Test func servingEndsWithASignal() throws {
            var router = Router()
            router.get("/ok") { _ in .text("ok") }
            let server = try Server(.init(), router)
            let isDone = Counter()
            Thread {
                do { try server.run(until: [SIGUSR1], grace: 5) } catch { Issue.record("\(error)") }
                isDone.add()
            }.start()
            #expect(try Client(server.address.port).get("/ok").text == "ok")
            kill(getpid(), SIGUSR1)
            #expect(eventually { isDone.value == 1 })
            #expect(throws: Client.Failure.self) { try Client(server.address.port) }
        }

        @Test func serversLeaveNothingBehind() throws {
            var router = Router()
            router.get("/ok") { _ in .text("ok") }
            let before = (openFiles, threads)
            for _ in 0..<20 {
                var options = Server.Options()
                options.loops = 2
                let server = try Server(options, router)
                try server.start()
                #expect(try Client(server.address.port).get("/ok").text == "ok")
                server.stop(grace: 1)
            }
            // A server that was never started, and one that is not stopped.
            _ = try Server(.init(), router)
            try Server(.init(), router).start()
            #expect(eventually { openFiles <= before.0 && threads <= before.1 })
        }
    }
}
