import Foundation
import Server
import ServerTestSupport
import Testing

extension OverSockets {
    /// Requests and responses on connections.
    @Suite struct ConnectionTests {
        private func routes(_ router: inout Router) {
            router.get("/hello") { _ in .text("hello") }
            router.get("/json/:name") { request in .json("{\"name\": \"\(try request.parameter("name"))\"}") }
            router.post("/echo", bodyLimit: 1 << 22) { request in
                let sum = request.trailers["X-Sum"] ?? "none"
                return .bytes(request.body, type: "application/octet-stream").with("X-Sum", sum)
            }
            router.get("/fails") { _ in throw Problem(409, "The run \"a\" is still running.") }
            router.get("/breaks") { _ in throw URLError(.badURL) }
            router.get("/stream") { _ in
                .stream(type: "text/plain") { writer in for i in 0..<5 { try writer.write("line \(i)\n") } }
            }
            router.get("/cut") { _ in
                .stream { writer in
                    try writer.write("begin")
                    throw Problem(500, "half")
                }
            }
            router.get("/nothing") { _ in .status(204) }
            router.get("/bad-header") { _ in Response.text("x").with("X-Bad", "a\r\nSet-Cookie: b") }
        }

        @Test func connectionsAreKept() throws {
            try withServer(routes: routes) { (server, port) throws in
                let client = try Client(port)
                for _ in 0..<100 {
                    let answer = try client.get("/hello")
                    #expect(
                        answer.status == 200 && answer.text == "hello" && answer["Connection"] == "keep-alive"
                    )
                }
                let answer = try client.get("/hello", "Connection: close\r\n")
                #expect(answer["Connection"] == "close" && answer["Server"] == nil)
                #expect(answer["Date"]?.hasSuffix(" GMT") == true && answer["Date"]?.count == 29)
                #expect(client.isClosedByServer())
                #expect(server.status.requests == 101)
            }
        }

        @Test func oldClientsAreServed() throws {
            try withServer(routes: routes) { (_, port) throws in
                let client = try Client(port)
                client.send("GET /hello HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n")
                #expect(try client.answer().text == "hello")
                client.send("GET /stream HTTP/1.0\r\nHost: localhost\r\n\r\n")
                let answer = try client.answer()
                #expect(answer["Transfer-Encoding"] == nil && answer["Connection"] == "close")
                #expect(answer.text == "line 0\nline 1\nline 2\nline 3\nline 4\n")
            }
        }

        @Test func pipelinedRequestsAreAnsweredInOrder() throws {
            try withServer(routes: routes) { (_, port) throws in
                let client = try Client(port, timeout: 20)
                let count = 2000
                let requests = (0..<count).map { "GET /json/\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }
                    .joined()
                let sender = Thread { client.send(requests) }
                sender.start()
                for number in 0..<count { #expect(try client.answer().text == "{\"name\": \"\(number)\"}") }
                // Different kinds of responses, and the last of them closes.
                client.send(
                    "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabcGET /stream HTTP/1.1\r\nHost: localhost\r\n\r\nHEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\nGET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
                )
                #expect(try client.answer().text == "abc")
                #expect(try client.answer().text.hasSuffix("line 4\n"))
                #expect(try client.answer(toHead: true)["Content-Length"] == "5")
                #expect(try client.answer().text == "hello")
                #expect(client.isClosedByServer())
            }
        }

        /// A client that has sent everything and closed its side still receives the answers.
        @Test func halfClosedClientsAreAnswered() throws {
            try withServer(routes: routes) { (_, port) throws in
                let client = try Client(port)
                client.send(String(repeating: "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 3))
                client.endOutput()
                for _ in 0..<3 { #expect(try client.answer().text == "hello") }
                #expect(client.isClosedByServer())
            }
        }

        @Test func everySplitGivesTheSameAnswer() throws {
            try withServer(routes: routes) { (_, port) throws in
                let client = try Client(port)
                let request = Array(
                    "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n"
                        .utf8)
                for at in 1..<request.count {
                    client.send(request[..<at])
                    if at % 8 == 0 { usleep(500) }
                    client.send(request[at...])
                    let answer = try client.answer()
                    #expect(answer.text == "abc" && answer["X-Sum"] == "6")
                }
            }
        }

        @Test func largeBodiesGoBothWays() throws {
            try withServer(routes: routes) { (server, port) throws in
                let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 3) }
                let client = try Client(port, timeout: 20)
                client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.count)\r\n\r\n")
                client.send(body)
                #expect(try client.answer().body == body)
                client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
                for start in stride(from: 0, to: body.count, by: 70_001) {
                    let piece = body[start..<min(body.count, start + 70_001)]
                    client.send(String(piece.count, radix: 16) + "\r\n")
                    client.send(piece)
                    client.send("\r\n")
                }
                client.send("0\r\n\r\n")
                #expect(try client.answer().body == body)
                #expect(eventually { server.status.bodyBytes == 0 })
            }
        }

        @Test func clientsMayAskBeforeTheBody() throws {
            try withServer(routes: routes) { (_, port) throws in
                let client = try Client(port)
                client.send(
                    "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
                )
                #expect(try client.head().status == 100)
                client.send("ok")
                #expect(try client.answer().text == "ok")
                // A body that comes at once needs no permission.
                client.send(
                    "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nok"
                )
                #expect(try client.answer().text == "ok")
                for (head, status) in [
                    (
                        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\nExpect: 100-continue",
                        413
                    ),
                    (
                        "POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue",
                        405
                    ),
                    (
                        "POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue",
                        404
                    ),
                    ("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: magic", 417),
                ] {
                    let client = try Client(port)
                    client.send(head + "\r\n\r\n")
                    #expect(try client.answer().status == status)
                    #expect(client.isClosedByServer())
                }
            }
        }

        /// The client receives the refusal although it still sends.
        @Test func aBodyThatIsTooLongIsRefusedAtOnce() throws {
            try withServer(routes: routes) { (server, port) throws in
                for head in [
                    "Content-Length: 50000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n2faf080\r\n",
                ] {
                    let client = try Client(port)
                    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\n" + head)
                    client.send([UInt8](repeating: 0, count: 1 << 20))
                    let answer = try client.answer()
                    #expect(answer.status == 413 && answer["Connection"] == "close")
                    #expect(answer.text.contains("\"The body is longer than 4 MB.\""))
                }
                #expect(eventually { server.status.connections == 0 })
            }
        }

        @Test func errorsAreJSON() throws {
            try withServer(routes: routes) { (_, port) throws in
                let client = try Client(port)
                let answer = try client.get("/fails")
                #expect(answer.status == 409 && answer["Content-Type"] == "application/json")
                #expect(
                    answer.text
                        == #"{"error": {"status": 409, "message": "The run \"a\" is still running."}}"#)
                #expect(try client.get("/breaks").status == 500)
                #expect(try client.get("/bad-header").status == 500)
                #expect(try client.get("/json/x").status == 200)
                client.send("BAD\r\n\r\n")
                let bad = try client.answer()
                #expect(
                    bad.status == 400 && bad["X-Content-Type-Options"] == "nosniff"
                        && bad["Connection"] == "close")
                let object =
                    try JSONSerialization.jsonObject(with: Data(bad.body)) as? [String: [String: Any]]
                #expect(object?["error"]?["status"] as? Int == 400)
                #expect(client.isClosedByServer())
            }
        }

        @Test func methodsAreChecked() throws {
            try withServer(routes: routes) { (_, port) throws in
                let client = try Client(port)
                client.send("DELETE /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let answer = try client.answer()
                #expect(answer.status == 405 && answer["Allow"] == "GET, HEAD, OPTIONS")
                #expect(try client.get("/nowhere").status == 404)
                client.send("OPTIONS /echo HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let options = try client.answer()
                #expect(
                    options.status == 204 && options["Allow"] == "OPTIONS, POST"
                        && options["Content-Length"] == nil)
                client.send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try client.answer().status == 204)
                client.send("HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try client.answer(toHead: true)["Transfer-Encoding"] == "chunked")
                client.send("HEAD /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try client.answer(toHead: true).status == 404)
                #expect(try client.get("/nothing").status == 204)
                #expect(try client.get("/hello").text == "hello")
            }
        }

        @Test func anIncompleteStreamIsSeen() throws {
            try withServer(routes: routes) { (_, port) throws in
                let client = try Client(port)
                #expect(try client.get("/stream").text == "line 0\nline 1\nline 2\nline 3\nline 4\n")
                #expect(throws: Client.Failure.self) { try client.get("/cut") }
            }
        }

        @Test func bothAddressFamiliesAndSeveralLoops() throws {
            try withServer { options in
                (options.host, options.loops) = ("localhost", 3)
            } routes: {
                routes(&$0)
            } _: {
                (server, port) throws in
                #expect(server.addresses.allSatisfy { $0.port == port })
                for address in server.addresses {
                    for _ in 0..<6 {
                        let answer = try Client(port, host: address.host).get("/hello")
                        #expect(answer.text == "hello")
                    }
                }
            }
            try withServer {
                $0.host = "::1"
            } routes: {
                routes(&$0)
            } _: { (server, port) throws in
                #expect(server.address.description == "[::1]:\(port)")
                let answer = try Client(port, host: "::1").get("/hello")
                #expect(answer.text == "hello")
            }
        }

        @Test func aPortInUseIsAnError() throws {
            try withServer(routes: routes) { (_, port) throws in
                #expect(throws: ServerError.self) { try Server(.init(port: port), Router()) }
                #expect(throws: ServerError.self) { try Server(.init(port: 70000), Router()) }
                var options = Server.Options()
                options.workers = 0
                let error = #expect(throws: ServerError.self) { try Server(options, Router()) }
                #expect(error?.description == "The server option workers is 0. It must be 1 to 2^40.")
            }
        }
    }
}
