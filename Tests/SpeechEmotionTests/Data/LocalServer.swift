import Foundation
import Synchronization

/// A small web server on this machine for tests: one thread, one request a connection.
final class LocalServer: Sendable {
    /// What a client asked for.
    struct Request: Sendable {
        var path: String
        /// The first byte it wants, where it wants a part.
        var start: Int?
    }

    /// What it gets.
    struct Answer: Sendable {
        var status = 200
        var headers: [String] = []
        var body: [UInt8] = []
        /// The length that is announced, if another than the body's.
        var announced: Int?
        /// The connection is cut after so many bytes of the body.
        var cutAfter: Int?
        /// Bytes instead of an answer.
        var raw: [UInt8]?
    }

    let port: UInt16
    private let listener: Int32
    private let log = Mutex<[Request]>([])
    private let respond: @Sendable (Request, Int) -> Answer

    /// `respond` gets the request and its number, from 0.
    init(_ respond: @escaping @Sendable (Request, Int) -> Answer) throws {
        self.respond = respond
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        let thread = Thread { [weak self] in
            while true {
                let client = accept(listener, nil, nil)
                if client < 0 { return }
                self?.serve(client)
                close(client)
            }
        }
        thread.start()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// The address of a path.
    func url(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }

    /// All requests so far.
    var requests: [Request] { log.withLock { $0 } }

    private func serve(_ client: Int32) {
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !String(decoding: head, as: UTF8.self).contains("\r\n\r\n") {
            let got = recv(client, &buffer, buffer.count, 0)
            if got <= 0 { return }
            head += buffer[..<got]
        }
        let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
        let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
        let request = Request(
            path: String(lines[0].split(separator: " ")[1]),
            start: range.flatMap { Int($0.dropFirst("range: bytes=".count).prefix { $0 != "-" }) })
        let number = log.withLock { log in
            log.append(request)
            return log.count - 1
        }
        let answer = respond(request, number)
        if let raw = answer.raw { return send(raw[...], client) }
        var text = "HTTP/1.1 \(answer.status) Answer\r\nConnection: close\r\n"
        text += "Content-Length: \(answer.announced ?? answer.body.count)\r\n"
        for header in answer.headers { text += header + "\r\n" }
        send(Array((text + "\r\n").utf8)[...], client)
        send(answer.body.prefix(answer.cutAfter ?? answer.body.count), client)
    }

    private func send(_ bytes: ArraySlice<UInt8>, _ client: Int32) {
        bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = Foundation.send(
                    client, bytes.baseAddress! + done, bytes.count - done, Int32(MSG_NOSIGNAL))
                if count <= 0 { return }
                done += count
            }
        }
    }
}

extension LocalServer.Answer {
    /// A file as good servers send it, whole or from a byte on.
    static func file(_ bytes: [UInt8], _ request: LocalServer.Request) -> Self {
        guard let start = request.start else { return Self(body: bytes) }
        guard start < bytes.count else {
            return Self(status: 416, headers: ["Content-Range: bytes */\(bytes.count)"])
        }
        return Self(
            status: 206, headers: ["Content-Range: bytes \(start)-\(bytes.count - 1)/\(bytes.count)"],
            body: Array(bytes[start...]))
    }
}
