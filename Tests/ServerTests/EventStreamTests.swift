import Foundation
import Server
import Synchronization
import ServerTestSupport
import Testing

extension OverSockets {
    @Suite struct EventStreamTests {
        private func routes(_ router: inout Router) {
            router.get("/events") { request in
                .events(heartbeat: 0.2) { stream in
                    try stream.send("since \(stream.lastEventID ?? "nothing")", retry: 3000)
                    try stream.send("two\nlines\r\nthree\rfour", event: "log", id: "7")
                    while stream.wait(seconds: 10) {}
                }
            }
            router.get("/short") { _ in
                .events { stream in for i in 0..<3 { try stream.send("\(i)", id: "\(i)") } }
            }
            router.get("/bad") { _ in .events { stream in try stream.send("x", event: "a\nb") } }
            router.get("/ok") { _ in .text("ok") }
        }

        @Test func eventsHaveTheirForm() throws {
            try withServer(routes: routes) { (_, port) throws in
                let client = try Client(port)
                let answer = try client.get("/short")
                #expect(
                    answer["Content-Type"] == "text/event-stream" && answer["Cache-Control"] == "no-store")
                #expect(answer.text == "id: 0\ndata: 0\n\nid: 1\ndata: 1\n\nid: 2\ndata: 2\n\n")
                // The connection is still good.
                #expect(try client.get("/ok").text == "ok")
                #expect(throws: Client.Failure.self) { try client.get("/bad") }
            }
        }

        @Test func silenceIsFilledAndAGoneClientIsNoticed() throws {
            try withServer(routes: routes) { (server, port) throws in
                let client = try Client(port)
                client.send("GET /events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 41\r\n\r\n")
                _ = try client.head()
                var text = ""
                while !text.hasSuffix(":\n\n:\n\n:\n\n") {
                    let size = Int(try client.line(), radix: 16) ?? 0
                    text += String(decoding: try client.take(size), as: UTF8.self)
                    _ = try client.line()
                }
                #expect(
                    text.hasPrefix(
                        "retry: 3000\ndata: since 41\n\nevent: log\nid: 7\ndata: two\ndata: lines\ndata: three\ndata: four\n\n:\n\n"
                    ))
                #expect(server.status.streams == 1 && server.status.busyWorkers == 0)
                client.close()
                #expect(isQuiet(server))
            }
        }

        /// Streams do not take the workers.
        @Test func manyStreamsAndTheirLimit() throws {
            try withServer { options in
                (options.workers, options.streams) = (1, 50)
            } routes: {
                routes(&$0)
            } _: { (server, port) throws in
                let clients = try (0..<50).map { _ in
                    let client = try Client(port)
                    client.send("GET /events?lastEventId=3 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    #expect(try client.head().status == 200)
                    return client
                }
                #expect(try Client(port).get("/ok").text == "ok")
                let refused = try Client(port).get("/events")
                #expect(refused.status == 429 && refused["Retry-After"] == "1")
                #expect(server.status.streams == 50)
                for client in clients { client.reset() }
                #expect(isQuiet(server))
            }
        }

        @Test func streamsEndWithTheServer() throws {
            var router = Router()
            routes(&router)
            let server = try Server(.init(), router)
            try server.start()
            let client = try Client(server.address.port)
            client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            _ = try client.head()
            let start = Date()
            server.stop(grace: 10)
            #expect(Date().timeIntervalSince(start) < 5)
            #expect(try String(decoding: client.rest(), as: UTF8.self).hasSuffix("0\r\n\r\n"))
        }
    }
}
