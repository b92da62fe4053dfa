import Foundation
import Server
import Synchronization
import ServerTestSupport
import Testing

extension OverSockets {
    /// Time-outs, limits, and clients that behave badly.
    @Suite struct LoadTests {
        private func routes(_ router: inout Router) {
            router.get("/ok") { _ in .text("ok") }
            router.post("/upload", bodyLimit: 1 << 26) { request in .text("\(request.body.count)") }
        }

        @Test func requestsMustArriveInTime() throws {
            try withServer { options in
                (options.headerTimeout, options.bodyTimeout, options.bodyRate, options.idleTimeout) = (
                    0.3, 0.3, 1e6, 0.6
                )
            } routes: {
                routes(&$0)
            } _: { (server, port) throws in
                // A header that arrives byte by byte does not extend the time.
                let slow = try Client(port)
                let start = Date()
                var status = 0
                slow.setTimeout(0.05)
                for byte in Array("GET /ok HTTP/1.1\r\nHost: localhost\r\nX: ".utf8)
                    + [UInt8](repeating: 65, count: 100)
                {
                    guard slow.send([byte]) else { break }
                    if let answer = try? slow.answer() {
                        status = answer.status
                        break
                    }
                }
                #expect(status == 408 && Date().timeIntervalSince(start) < 2)
                let body = try Client(port)
                body.send("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n123")
                #expect(try body.answer().status == 408)
                // Idle connections close without an answer, before and after a request.
                #expect(try Client(port).isClosedByServer())
                let idle = try Client(port)
                #expect(try idle.get("/ok").text == "ok")
                #expect(idle.isClosedByServer())
                #expect(isQuiet(server))
            }
        }

        /// A handler may take longer than all time-outs.
        @Test func slowHandlersAreAwaited() throws {
            try withServer { options in
                (options.headerTimeout, options.bodyTimeout, options.idleTimeout, options.writeTimeout) = (
                    0.1, 0.1, 0.1, 0.1
                )
            } routes: { router in
                router.get("/slow") { request in
                    let isAlive = request.wait(seconds: 0.6)
                    return .text("\(isAlive)")
                }
            } _: { (_, port) throws in
                let client = try Client(port)
                #expect(try client.get("/slow").text == "true")
            }
        }

        @Test func clientsMustRead() throws {
            try withServer { options in
                options.writeTimeout = 0.3
            } routes: { router in
                router.get("/large") { _ in
                    .bytes([UInt8](repeating: 1, count: 16 << 20), type: "application/octet-stream")
                }
                router.get("/endless") { _ in
                    .stream { writer in while true { try writer.write([UInt8](repeating: 1, count: 10_000)) }
                    }
                }
            } _: { (server, port) throws in
                let before = residentBytes
                let clients = try (0..<4).map { number in
                    let client = try Client(port, receiveBuffer: 4096)
                    client.send(
                        "GET /\(number % 2 == 0 ? "large" : "endless") HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    return client
                }
                usleep(200_000)
                #expect(residentBytes - before < 64 << 20)
                #expect(isQuiet(server))
                // A server that wrote to a closed connection would have ended with SIGPIPE.
                for client in clients { client.close() }
            }
        }

        @Test func connectionsAreLimited() throws {
            try withServer { options in
                (options.connections, options.connectionsPerClient) = (6, 4)
            } routes: {
                routes(&$0)
            } _: {
                (server, port) throws in
                let clients = try (0..<4).map { _ in try Client(port) }
                for client in clients { #expect(try client.get("/ok").text == "ok") }
                let fifth = try Client(port)
                let refused = try fifth.answer()
                #expect(
                    refused.status == 429 && refused["Retry-After"] == "1"
                        && refused.text.contains("127.0.0.1 has 4 open connections"))
                #expect(fifth.isClosedByServer())
                for client in clients { #expect(try client.get("/ok").text == "ok") }
                clients[0].close()
                #expect(eventually { server.status.connections <= 3 })
                let answer = try Client(port).get("/ok")
                #expect(answer.text == "ok")
            }
            try withServer { options in
                options.connections = 2
            } routes: {
                routes(&$0)
            } _: { (server, port) throws in
                let clients = try (0..<2).map { _ in try Client(port) }
                for client in clients { #expect(try client.get("/ok").text == "ok") }
                #expect(try Client(port).answer().status == 503)
                // A flood of refused connections costs a bounded number of sockets.
                let flood = (0..<300).compactMap { _ in try? Client(port) }
                #expect(eventually { server.status.connections <= 2 + 66 })
                for client in flood { client.close() }
                #expect(try clients[0].get("/ok").text == "ok")
            }
        }

        @Test func theQueueIsLimited() throws {
            let gate = DispatchSemaphore(value: 0)
            try withServer { options in
                (options.workers, options.queue) = (2, 3)
            } routes: { router in
                router.get("/wait") { _ in
                    gate.wait()
                    return .text("done")
                }
            } _: { (server, port) throws in
                let clients = try (0..<5).map { _ in
                    let client = try Client(port)
                    client.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    return client
                }
                #expect(eventually { server.status.queuedRequests == 3 && server.status.busyWorkers == 2 })
                let client = try Client(port)
                let refused = try client.get("/wait")
                #expect(
                    refused.status == 429 && refused["Retry-After"] == "1"
                        && refused["Connection"] == "keep-alive")
                for _ in clients { gate.signal() }
                for client in clients { #expect(try client.answer().text == "done") }
                gate.signal()
                #expect(try client.get("/wait").text == "done")
            }
        }

        @Test func longHandlersDoNotHoldUpOthers() throws {
            let gate = DispatchSemaphore(value: 0)
            try withServer { options in
                (options.workers, options.longWorkers, options.queue) = (1, 2, 1)
            } routes: { router in
                routes(&router)
                router.get("/long", takesLong: true) { _ in
                    gate.wait()
                    return .text("done")
                }
            } _: { (server, port) throws in
                let clients = try (0..<3).map { _ in
                    let client = try Client(port)
                    client.send("GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    return client
                }
                #expect(eventually { server.status.queuedRequests == 1 && server.status.busyWorkers == 2 })
                let client = try Client(port)
                #expect(try client.get("/long").status == 429)
                #expect(try client.get("/ok").text == "ok")
                for _ in clients { gate.signal() }
                for client in clients { #expect(try client.answer().text == "done") }
            }
        }

        @Test func bodiesShareTheirMemory() throws {
            try withServer { options in
                (options.bodyMemory, options.bodyTimeout) = (1 << 20, 30)
            } routes: {
                routes(&$0)
            } _: { (server, port) throws in
                let first = try Client(port)
                first.send("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n")
                first.send([UInt8](repeating: 0, count: 900_000))
                #expect(eventually { server.status.bodyBytes == 900_000 })
                let second = try Client(port)
                second.send("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400000\r\n\r\n")
                second.send([UInt8](repeating: 0, count: 300_000))
                #expect(try second.answer().status == 429)
                first.send([UInt8](repeating: 0, count: 100_000))
                #expect(try first.answer().text == "1000000")
                for client in [first, second] { client.close() }
                #expect(isQuiet(server))
            }
        }

        @Test func anAbandonedUploadLeavesNothing() throws {
            let calls = Counter()
            try withServer { options in
                options.workers = 2
            } routes: { router in
                router.get("/ok") { _ in .text("ok") }
                router.post("/upload", bodyLimit: 1 << 24) { _ in
                    calls.add()
                    return .text("")
                }
            } _: { (server, port) throws in
                let (files, before) = (openFiles, residentBytes)
                for round in 0..<100 {
                    let client = try Client(port)
                    client.send(
                        "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n")
                    client.send([UInt8](repeating: 0, count: 500_000))
                    if round % 2 == 0 { client.reset() } else { client.close() }
                }
                #expect(isQuiet(server))
                #expect(calls.value == 0 && openFiles <= files && residentBytes - before < 32 << 20)
                #expect(try Client(port).get("/ok").text == "ok")
            }
        }

        /// Once after each use of a route that takes long, and never otherwise.
        @Test func idleWorkFollowsEachUse() throws {
            let idle = Counter()
            try withServer { options in
                (options.longWorkers, options.idleDelay) = (2, 0.05)
                options.whenIdle = { idle.add() }
            } routes: { router in
                router.get("/ok") { _ in .text("ok") }
                router.get("/work", takesLong: true) { _ in .text("done") }
            } _: { (_, port) throws in
                let client = try Client(port)
                #expect(try client.get("/ok").text == "ok")
                usleep(200_000)
                #expect(idle.value == 0)
                for round in 1...3 {
                    #expect(try client.get("/work").text == "done")
                    #expect(eventually { idle.value == round })
                }
                usleep(200_000)
                #expect(idle.value == 3)
            }
        }

        @Test func aGoneClientCancelsItsWork() throws {
            let (started, cancelled) = (Counter(), Counter())
            try withServer { options in
                options.workers = 2
            } routes: { router in
                router.get("/ok") { _ in .text("ok") }
                router.get("/work") { request in
                    started.add()
                    while !request.isCancelled { usleep(1000) }
                    cancelled.add()
                    return .text("late")
                }
            } _: { (server, port) throws in
                for round in 0..<20 {
                    let client = try Client(port)
                    client.send("GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    #expect(eventually { started.value == round + 1 })
                    if round % 2 == 0 { client.reset() } else { client.close() }
                    #expect(eventually { cancelled.value == round + 1 })
                }
                #expect(isQuiet(server))
                #expect(try Client(port).get("/ok").text == "ok")
            }
        }

        /// Thousands of connections that send a byte now and then do not slow ordinary requests down.
        @Test func slowConnectionsCostNothing() throws {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let count = min(2000, (Int(clamping: limit.rlim_cur) - 200) / 2)
            try withServer { options in
                (options.connectionsPerClient, options.headerTimeout) = (4096, 60)
            } routes: {
                routes(&$0)
            } _: { (server, port) throws in
                let before = residentBytes
                let slow = try (0..<count).map { _ in
                    let client = try Client(port)
                    client.send("GET /ok HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
                    return client
                }
                #expect(eventually { server.status.connections == count })
                let memory = residentBytes - before
                #expect(memory < count * 16384)
                var times: [Double] = []
                let client = try Client(port)
                for round in 0..<500 {
                    for number in 0..<4 { slow[(round * 4 + number) % count].send("x") }
                    let start = Date()
                    let answer = try client.get("/ok")
                    times.append(Date().timeIntervalSince(start))
                    #expect(answer.text == "ok")
                }
                client.close()
                times.sort()
                let (median, p99) = (times[times.count / 2] * 1000, times[times.count * 99 / 100] * 1000)
                print(
                    "\(count) slow connections: \(memory / max(1, count)) bytes each; requests take \(median) ms, 99 %: \(p99) ms"
                )
                #expect(p99 < 50)
                for client in slow { client.close() }
                #expect(isQuiet(server))
            }
        }

        @Test func memoryIsFlat() throws {
            try withServer { options in
                options.loops = 2
            } routes: {
                routes(&$0)
            } _: { (server, port) throws in
                let requests: @Sendable (Int) -> Void = { count in
                    onThreads(4) { _ in
                        guard let client = try? Client(port, timeout: 20) else { return }
                        let text = String(
                            repeating: "GET /ok HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n\r\n", count: 50)
                        for _ in 0..<count / 200 {
                            client.send(text)
                            for _ in 0..<50 where (try? client.answer().text) != "ok" {
                                Issue.record("no answer")
                            }
                        }
                    }
                }
                requests(20_000)
                let (before, files) = (residentBytes, openFiles)
                requests(100_000)
                #expect(eventually { server.status.connections == 0 })
                print("memory after 100,000 requests: \((residentBytes - before) / 1024) kB more")
                #expect(residentBytes - before < 8 << 20)
                #expect(openFiles <= files && server.status.requests == 120_000)
            }
        }
    }
}
