import Foundation
import Server
import ServerTestSupport
import Testing

/// The client's side of a WebSocket.
private struct Peer {
    let client: Client

    init(_ port: Int, _ path: String = "/echo", headers: String = "") throws {
        client = try Client(port)
        client.send(
            "GET \(path) HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\(headers)\r\n"
        )
        let answer = try client.head()
        #expect(answer.status == 101 && answer["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(answer["Upgrade"] == "websocket" && answer["Connection"] == "Upgrade")
    }

    static func frame(_ opcode: Int, _ payload: [UInt8], final: Bool = true, masked: Bool = true) -> [UInt8] {
        var frame = [UInt8((final ? 0x80 : 0) | opcode)]
        let bit: UInt8 = masked ? 0x80 : 0
        switch payload.count {
        case ..<126: frame.append(bit | UInt8(payload.count))
        case ..<65536: frame += [bit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default:
            frame += [bit | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        guard masked else { return frame + payload }
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        return frame + mask + payload.enumerated().map { $1 ^ mask[$0 & 3] }
    }

    func send(_ opcode: Int, _ text: String, final: Bool = true) {
        client.send(Self.frame(opcode, Array(text.utf8), final: final))
    }

    func read() throws -> (opcode: Int, payload: [UInt8]) {
        let head = try client.take(2)
        #expect(head[0] & 0x70 == 0 && head[0] & 0x80 != 0 && head[1] & 0x80 == 0)
        var count = Int(head[1])
        if count == 126 { count = try client.take(2).reduce(0) { $0 << 8 | Int($1) } }
        if count == 127 { count = try client.take(8).reduce(0) { $0 << 8 | Int($1) } }
        return (Int(head[0] & 15), try client.take(count))
    }

    func text() throws -> String {
        let frame = try read()
        return frame.opcode == 1
            ? String(decoding: frame.payload, as: UTF8.self) : "opcode \(frame.opcode) \(frame.payload)"
    }

    /// Reads the close frame and returns its code.
    func closeCode() throws -> Int {
        let frame = try read()
        #expect(frame.opcode == 8)
        return frame.payload.count >= 2 ? Int(frame.payload[0]) << 8 | Int(frame.payload[1]) : 0
    }
}

extension OverSockets {
    @Suite struct WebSocketTests {
        private func routes(_ router: inout Router) {
            let options = WebSocket.Options(messageLimit: 100_000, pingInterval: 0.5, protocols: ["progress"])
            router.get("/echo") { _ in
                .webSocket(options) { socket in
                    while let message = socket.receive() { try socket.send(message) }
                }
            }
            router.get("/code") { _ in
                .webSocket(options) { socket in
                    try socket.send(socket.subprotocol ?? "none")
                    _ = socket.receive()
                    socket.close(code: 4001, reason: String(repeating: "\u{E9}", count: 100))
                }
            }
            router.get("/throws") { _ in .webSocket(options) { _ in throw Problem(500, "no") } }
            router.get("/flood") { _ in
                .webSocket(options) { socket in
                    let piece = [UInt8](repeating: 7, count: 50_000)
                    while true { try socket.send(.binary(piece)) }
                }
            }
            router.get("/deaf") { _ in
                .webSocket(options) { socket in
                    while socket.receive(timeout: 0.05) == nil, !socket.isClosed {}
                }
            }
        }

        @Test func messagesGoBothWays() throws {
            try withServer(routes: routes) { (server, port) throws in
                let peer = try Peer(port)
                for text in [
                    "", "hello", "caf\u{E9} \u{1F600}", String(repeating: "x", count: 125),
                    String(repeating: "y", count: 126),
                    String(repeating: "z", count: 65535), String(repeating: "w", count: 65536),
                ] {
                    peer.send(1, text)
                    #expect(try peer.text() == text)
                }
                peer.client.send(Peer.frame(2, [0, 255, 128]))
                let binary = try peer.read()
                #expect(binary.opcode == 2 && binary.payload == [0, 255, 128])
                peer.send(8, "\u{3}\u{E8}")
                peer.client.close()
                #expect(isQuiet(server))
            }
        }

        @Test func fragmentsAndControlFrames() throws {
            try withServer(routes: routes) { (_, port) throws in
                let peer = try Peer(port)
                peer.send(1, "one ", final: false)
                peer.send(9, "ping")
                peer.send(0, "two ", final: false)
                peer.send(10, "unasked")
                peer.send(0, "", final: false)
                peer.send(0, "three")
                let pong = try peer.read()
                #expect(pong.opcode == 10 && pong.payload == Array("ping".utf8))
                #expect(try peer.text() == "one two three")
                // A character divided between two fragments.
                peer.client.send(Peer.frame(1, [0xC3], final: false) + Peer.frame(0, [0xA9]))
                #expect(try peer.text() == "\u{E9}")
                // Every byte alone.
                for byte in Peer.frame(1, Array("slow".utf8)) { peer.client.send([byte]) }
                #expect(try peer.text() == "slow")
                peer.client.send(Peer.frame(8, [0x03, 0xE8]))
                #expect(try peer.closeCode() == 1000)
                #expect(peer.client.isClosedByServer())
            }
        }

        static let violations: [(String, [UInt8], Int)] = [
            ("not masked", Peer.frame(1, [65], masked: false), 1002),
            ("reserved bit", [0xC1, 0x80, 0, 0, 0, 0], 1002),
            ("reserved opcode", Peer.frame(3, []), 1002),
            ("reserved control opcode", Peer.frame(11, []), 1002),
            ("fragmented ping", Peer.frame(9, [], final: false), 1002),
            ("long ping", Peer.frame(9, [UInt8](repeating: 0, count: 126)), 1002),
            ("continuation alone", Peer.frame(0, []), 1002),
            ("message within a message", Peer.frame(1, [], final: false) + Peer.frame(1, []), 1002),
            ("invalid UTF-8", Peer.frame(1, [0xFF]), 1007),
            ("surrogate", Peer.frame(1, [0xED, 0xA0, 0x80]), 1007),
            ("half a character", Peer.frame(1, [0xC3]), 1007),
            ("too long", [0x82, 0xFE, 0xFF, 0xFF] + [0, 0, 0, 0], 0),
            ("far too long", [0x82, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1009),
            ("negative length", [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1002),
            ("length not shortest", [0x82, 0xFE, 0, 5, 0, 0, 0, 0], 1002),
            ("long length not shortest", [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0], 1002),
            ("half a code", Peer.frame(8, [3]), 1002), ("code 1005", Peer.frame(8, [0x03, 0xED]), 1002),
            ("code 999", Peer.frame(8, [0x03, 0xE7]), 1002),
            ("code 5000", Peer.frame(8, [0x13, 0x88]), 1002),
            ("reason not UTF-8", Peer.frame(8, [0x03, 0xE8, 0xFF]), 1007),
        ]

        @Test func violationsCloseTheSocket() throws {
            try withServer(routes: routes) { (server, port) throws in
                for (name, bytes, code) in Self.violations where code != 0 {
                    let peer = try Peer(port)
                    peer.client.send(bytes)
                    #expect(try peer.closeCode() == code, "\(name)")
                    #expect(peer.client.isClosedByServer(), "\(name)")
                }
                // Fragments count together.
                let peer = try Peer(port)
                peer.client.send(Peer.frame(2, [UInt8](repeating: 0, count: 60_000), final: false))
                peer.client.send(Peer.frame(0, [UInt8](repeating: 0, count: 60_000)))
                #expect(try peer.closeCode() == 1009)
                #expect(isQuiet(server))
            }
        }

        @Test func handshakesAreChecked() throws {
            try withServer(routes: routes) { (_, port) throws in
                let valid = [
                    "Upgrade: websocket", "Connection: Upgrade",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
                ]
                for (index, change, status) in [
                    (0, "", 426), (0, "Upgrade: h2c", 426), (1, "", 426), (2, "", 400),
                    (2, "Sec-WebSocket-Key: short", 400),
                    (2, "Sec-WebSocket-Key: dGhl", 400), (3, "Sec-WebSocket-Version: 8", 426), (3, "", 426),
                ] {
                    var lines = valid
                    lines[index] = change
                    let answer = try Client(port).get(
                        "/echo", lines.filter { !$0.isEmpty }.map { $0 + "\r\n" }.joined())
                    #expect(answer.status == status, "\(change)")
                    if status == 426 { #expect(answer["Sec-WebSocket-Version"] == "13") }
                }
                let peer = try Peer(port, "/code", headers: "Sec-WebSocket-Protocol: other, progress\r\n")
                #expect(try peer.text() == "progress")
                peer.send(1, "go")
                let close = try peer.read()
                #expect(
                    close.opcode == 8 && close.payload.count == 124 && close.payload[0] == 0x0F
                        && close.payload[1] == 0xA1)
                #expect(try Peer(port, "/throws").closeCode() == 1011)
            }
        }

        @Test func silentClientsArePinged() throws {
            try withServer(routes: routes) { (server, port) throws in
                let peer = try Peer(port)
                for _ in 0..<4 {
                    #expect(try peer.read().opcode == 9)
                    peer.send(10, "")
                }
                #expect(server.status.streams == 1)
                // Without a pong the server gives up.
                while (try? peer.read()) != nil {}
                #expect(isQuiet(server))
            }
        }

        @Test func slowClientsHoldTheSender() throws {
            try withServer { options in
                options.writeTimeout = 1
            } routes: {
                routes(&$0)
            } _: { (server, port) throws in
                let before = residentBytes
                let peer = try Peer(port, "/flood")
                usleep(300_000)
                #expect(residentBytes - before < 16 << 20)
                for _ in 0..<100 { #expect(try peer.read().payload.count == 50_000) }
                // A client that reads nothing at all is cut off.
                #expect(isQuiet(server))
            }
        }

        @Test func aHandlerThatReceivesNothingHoldsTheClient() throws {
            try withServer(routes: routes) { (server, port) throws in
                let peer = try Peer(port, "/deaf")
                peer.client.setTimeout(0.5)
                let frame = Peer.frame(2, [UInt8](repeating: 0, count: 60_000))
                let before = residentBytes
                var sent = 0
                while sent < 400, peer.client.send(frame) { sent += 1 }
                // The handler has taken one message and returned, so that the server has closed, or the client has
                // waited.
                #expect(sent < 400)
                #expect(residentBytes - before < 32 << 20)
                peer.client.close()
                #expect(isQuiet(server))
            }
        }

        @Test func randomFramesDoNoHarm() throws {
            try withServer(routes: routes) { (server, port) throws in
                var random = Mutations(seed: 3)
                let seeds =
                    Self.violations.map(\.1) + [
                        Peer.frame(1, Array("hello".utf8)),
                        Peer.frame(1, [65], final: false) + Peer.frame(0, [66]),
                    ]
                for number in 0..<1000 {
                    let peer = try Peer(port)
                    for _ in 0..<3 { peer.client.send(random.mutated(seeds[random.next(seeds.count)])) }
                    if number % 2 == 0 { peer.client.reset() } else { peer.client.close() }
                }
                #expect(isQuiet(server))
                let peer = try Peer(port)
                peer.send(1, "alive")
                #expect(try peer.text() == "alive")
            }
        }

        @Test func theServerSaysGoodbye() throws {
            var options = Server.Options()
            options.workers = 1
            var router = Router()
            routes(&router)
            let server = try Server(options, router)
            try server.start()
            let peer = try Peer(server.address.port)
            peer.send(1, "a")
            #expect(try peer.text() == "a")
            let stopper = Thread { server.stop(grace: 5) }
            stopper.start()
            #expect(try peer.closeCode() == 1001)
            peer.client.send(Peer.frame(8, [0x03, 0xE9]))
            #expect(peer.client.isClosedByServer())
            #expect(isQuiet(server))
        }
    }
}
