import Foundation
import Server
import ServerTestSupport
import Testing

@Suite struct RouterTests {
    private func found(_ router: Router, _ method: String, _ path: String) throws -> String {
        var parser = HTTPParser()
        parser.append(Array("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
        guard case .head(let head)? = try parser.next() else { return "no head" }
        do {
            switch try router.admit(head) {
            case .reply(let response): return "\(response.status) \(response.headers["Allow"] ?? "")"
            case .handle(let limit, _, _): return "handled \(limit.map(String.init) ?? "default")"
            }
        } catch let problem as Problem {
            return "\(problem.status) \(problem.headers["Allow"] ?? "")"
        }
    }

    @Test func patternsAndMethods() throws {
        var router = Router()
        router.get("/") { _ in .text("") }
        router.on("GET", "/api/runs/*path", bodyLimit: 1) { _ in .text("") }
        router.on("GET", "/api/runs/:name", bodyLimit: 2) { _ in .text("") }
        router.on("GET", "/api/runs/latest", bodyLimit: 3) { _ in .text("") }
        router.on("GET", "/api/:kind/latest", bodyLimit: 4) { _ in .text("") }
        router.on("GET", "/api/runs/:name/files/*path", bodyLimit: 5) { _ in .text("") }
        router.post("/api/runs/:name", bodyLimit: 6) { _ in .text("") }
        router.delete("/api/runs/:name") { _ in .text("") }
        for (method, path, result) in [
            ("GET", "/", "handled default"), ("GET", "/api/runs/latest", "handled 3"),
            ("GET", "/api/runs/a", "handled 2"),
            ("GET", "/api/runs/a/b", "handled 1"), ("GET", "/api/x/latest", "handled 4"),
            ("GET", "/api/runs/a/files/b/c", "handled 5"),
            ("GET", "/api/runs/a/", "handled 2"), ("HEAD", "/api/runs/a", "handled 2"),
            ("POST", "/api/runs/latest", "handled 6"),
            ("GET", "/api/runs", "404 "), ("GET", "/API/runs/a", "404 "), ("GET", "/api", "404 "),
            ("OPTIONS", "/api", "404 "),
            ("PUT", "/api/runs/a", "405 DELETE, GET, HEAD, OPTIONS, POST"),
            ("OPTIONS", "/api/runs/a", "204 DELETE, GET, HEAD, OPTIONS, POST"),
            ("POST", "/", "405 GET, HEAD, OPTIONS"), ("GET", "/api/runs/%2e%2e/x/latest", "handled 4"),
        ] { #expect(try found(router, method, path) == result, "\(method) \(path)") }
    }
}

extension OverSockets {
    @Suite struct SecurityTests {
        private static let token = "0123456789abcdef-secret"

        private func secured(_ security: Security, _ body: (Int, Client) throws -> Void) throws {
            try withServer { _ in
            } routes: { router in
                router.security = security
                router.get("/a/:name") { request in .text(try request.parameter("name")) }
                router.post("/change") { _ in .text("changed") }
                router.get("/ws") { _ in .webSocket { _ in } }
            } _: { (_, port) throws in
                try body(port, try Client(port))
            }
        }

        private func status(_ port: Int, _ head: String) throws -> Int {
            let client = try Client(port)
            client.send(head + "\r\n\r\n")
            return try client.head().status
        }

        /// A page whose name points to this machine is refused.
        @Test func foreignHostsAreRefused() throws {
            try secured(Security(hosts: ["Lab-Server.example"])) { (port, _) throws in
                for (host, expected) in [
                    ("localhost", 200), ("LOCALHOST:\(port)", 200), ("127.0.0.1:\(port)", 200),
                    ("[::1]:\(port)", 200), ("lab-server.example:9", 200),
                    ("evil.example", 403), ("localhost.evil.example", 403), ("127.0.0.1.evil.example", 403),
                    ("evil.example:\(port)", 403),
                    ("localhost.", 403), ("0.0.0.0", 403), ("127.1", 403), ("2130706433", 403), ("[::]", 403),
                    ("[::ffff:127.0.0.1]", 403),
                    ("xlocalhost", 403), ("localhost@evil.example", 400), ("localhost evil", 400), ("", 400),
                ] {
                    #expect(try status(port, "GET /a/b HTTP/1.1\r\nHost: \(host)") == expected, "\(host)")
                }
                #expect(try status(port, "GET /a/b HTTP/1.0") == 403)
                #expect(try status(port, "GET http://evil.example/a/b HTTP/1.1\r\nHost: localhost") == 400)
                #expect(try status(port, "GET /a/b HTTP/1.1\r\nHost: localhost\r\nHost: evil.example") == 400)
                #expect(
                    try status(port, "GET /a/b HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost")
                        == 403)
            }
        }

        @Test func requestsOfOtherSitesAreRefused() throws {
            try secured(Security()) { (port, _) throws in
                let host = "Host: localhost:\(port)\r\n"
                let post = "POST /change HTTP/1.1\r\n\(host)Content-Length: 0\r\n"
                for (header, expected) in [
                    ("X: y", 200), ("Origin: http://localhost:\(port)", 200),
                    ("Origin: HTTP://LOCALHOST:\(port)", 200),
                    ("Origin: http://evil.example", 403), ("Origin: null", 403),
                    ("Origin: http://localhost", 403),
                    ("Origin: http://localhost:1", 403), ("Origin: http://127.0.0.1:\(port)", 403),
                    ("Origin: file://", 403),
                    ("Origin: http://localhost:\(port).evil.example", 403),
                    ("Origin: http://localhost:\(port)/", 403), ("Origin:", 403),
                    ("Sec-Fetch-Site: cross-site", 403), ("Sec-Fetch-Site: same-site", 403),
                    ("Sec-Fetch-Site: same-origin", 200),
                    ("Sec-Fetch-Site: none", 200),
                    (
                        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document",
                        403
                    ),
                ] {
                    #expect(try status(port, post + header) == expected, "\(header)")
                }
                let get = "GET /a/b HTTP/1.1\r\n\(host)"
                for (header, expected) in [
                    (
                        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document",
                        200
                    ),
                    ("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe", 403),
                    ("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: audio", 403),
                    ("Origin: http://evil.example", 403),
                ] {
                    #expect(try status(port, get + header) == expected, "\(header)")
                }
                let socket =
                    "GET /ws HTTP/1.1\r\n\(host)Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                #expect(try status(port, socket + "Origin: http://evil.example") == 403)
                #expect(try status(port, socket + "Origin: http://localhost:\(port)") == 101)
            }
        }

        @Test func theTokenIsAskedFor() throws {
            try secured(try Security(token: Self.token)) { (port, client) throws in
                let refused = try client.get("/a/b")
                #expect(refused.status == 401 && refused["WWW-Authenticate"] == "Bearer")
                #expect(try client.get("/a/b", "Authorization: Bearer \(Self.token)\r\n").text == "b")
                #expect(try client.get("/a/b", "Authorization: bearer  \(Self.token)\r\n").text == "b")
                for wrong in [
                    "Bearer \(Self.token)x", "Bearer \(Self.token.dropLast())", "Bearer",
                    "Basic \(Self.token)", Self.token, "Bearer ",
                ] {
                    #expect(try client.get("/a/b", "Authorization: \(wrong)\r\n").status == 401, "\(wrong)")
                }
                // The link sets a cookie and the token disappears from the address.
                client.send(
                    "GET /a/%C3%A9?x=1&token=\(Self.token)&y=a%20b HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n"
                )
                let link = try client.answer()
                #expect(
                    link.status == 303 && link["Location"] == "/a/%C3%A9?x=1&y=a%20b"
                        && link["Cache-Control"] == "no-store")
                let cookie = try #require(link["Set-Cookie"])
                #expect(
                    cookie.hasPrefix("token-\(port)=")
                        && cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Strict"))
                #expect(!cookie.contains(Self.token))
                let pair = String(cookie.prefix { $0 != ";" })
                client.send(
                    "GET /a/b HTTP/1.1\r\nHost: localhost:\(port)\r\nCookie: other=1; \(pair)\r\n\r\n")
                #expect(try client.answer().text == "b")
                client.send("GET /a/b HTTP/1.1\r\nHost: localhost:\(port)\r\nCookie: \(pair)0\r\n\r\n")
                #expect(try client.answer().status == 401)
                client.send(
                    "GET /a/b HTTP/1.1\r\nHost: localhost:\(port)\r\nCookie: token-\(port)=\(Self.token)\r\n\r\n"
                )
                #expect(try client.answer().status == 401)
                #expect(try client.get("/a/b?token=wrong").status == 401)
                #expect(try client.get("/a/b?token=").status == 401)
                // A foreign page cannot use the link to change anything.
                #expect(
                    try status(
                        port,
                        "POST /change?token=\(Self.token) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0")
                        == 401)
                #expect(
                    try status(port, "GET /a/b?token=\(Self.token) HTTP/1.1\r\nHost: evil.example") == 403)
                // The slashes of a path cannot make the redirection leave the server.
                client.send(
                    "GET //evil.example/x?token=\(Self.token) HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n")
                #expect(try client.answer()["Location"] == "/evil.example/x")
            }
            for token in [
                "", "short", "0123456789 abcdef", "0123456789\r\nabcdef", String(repeating: "a", count: 257),
            ] {
                #expect(throws: ServerError.self) { try Security(token: token) }
            }
            let random = Security.randomToken()
            #expect(random.count == 48 && random != Security.randomToken())
        }

        @Test func allResponsesHaveTheHeaders() throws {
            try secured(Security()) { (port, client) throws in
                for path in ["/a/b", "/none", "/%zz"] {
                    let answer = try Client(port).get(path)
                    let policy = answer["Content-Security-Policy"] ?? ""
                    #expect(
                        policy.hasPrefix("default-src 'none'") && policy.contains("frame-ancestors 'none'")
                            && !policy.contains("unsafe"))
                    #expect(
                        answer["X-Content-Type-Options"] == "nosniff"
                            && answer["Referrer-Policy"] == "no-referrer")
                    #expect(
                        answer["X-Frame-Options"] == "DENY"
                            && answer["Cross-Origin-Resource-Policy"] == "same-origin")
                    #expect(
                        answer["Cache-Control"] == "no-store" && answer["Server"] == nil
                            && answer["Access-Control-Allow-Origin"] == nil)
                }
            }
        }
    }
}
