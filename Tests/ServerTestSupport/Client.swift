import Foundation

/// A blocking HTTP client that sends any bytes.
package final class Client: @unchecked Sendable {
    package struct Answer {
        package var status = 0
        package var headers: [(name: String, value: String)] = []
        package var body: [UInt8] = []

        package subscript(name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    package let socket: Int32
    package private(set) var buffer: [UInt8] = []
    private var isOpen = true

    package init(_ port: Int, timeout: Double = 5, host: String = "127.0.0.1", receiveBuffer: Int32? = nil)
        throws
    {
        let isIPv6 = host.contains(":")
        socket = Foundation.socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        guard socket >= 0 else { throw Failure(description: "socket: errno \(errno)") }
        if var size = receiveBuffer { setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, 4) }
        var one: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        setTimeout(timeout)
        let code: Int32
        if isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = UInt16(port).bigEndian
            inet_pton(AF_INET6, host, &address.sin6_addr)
            code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            inet_pton(AF_INET, host, &address.sin_addr)
            code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        guard code == 0 else {
            let failure = Failure(description: "connect: errno \(errno)")
            Foundation.close(socket)
            isOpen = false
            throw failure
        }
    }

    deinit { close() }

    package func setTimeout(_ seconds: Double) {
        var time = timeval(
            tv_sec: Int(seconds), tv_usec: Int(seconds.truncatingRemainder(dividingBy: 1) * 1e6))
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    package func close() {
        if isOpen { Foundation.close(socket) }
        isOpen = false
    }

    /// Closes with RST.
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    package func endOutput() { shutdown(socket, Int32(SHUT_WR)) }

    @discardableResult
    package func send(_ bytes: some Collection<UInt8>) -> Bool {
        let bytes = Array(bytes)
        var at = 0
        while at < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.send(socket, $0.baseAddress.map { $0 + at }, bytes.count - at, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            at += count
        }
        return true
    }

    @discardableResult
    package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Reads more. Returns false at the end; throws if nothing arrives in time or the connection is reset.
    package func fill() throws -> Bool {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(socket, &bytes, bytes.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw Failure(description: errno == EAGAIN ? "timeout" : "recv: errno \(errno)")
            }
            buffer += bytes[..<count]
            return count > 0
        }
    }

    package func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try fill() else {
                throw Failure(description: "closed after \(buffer.count) of \(count) bytes")
            }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    package func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeFirst(end + 1)
                guard line.hasSuffix("\r") || line.isEmpty || !line.isEmpty else { return line }
                return line.last == "\r" ? String(line.dropLast()) : line
            }
            guard try fill() else {
                throw Failure(description: "closed within a line: \(buffer.count) bytes")
            }
        }
    }

    package func rest() throws -> [UInt8] {
        while try fill() {}
        defer { buffer = [] }
        return buffer
    }

    /// Whether the server closes the connection without sending more.
    package func isClosedByServer() -> Bool {
        do { return try !fill() && buffer.isEmpty } catch let error as Failure {
            return error.description != "timeout"
        } catch {
            return false
        }
    }

    package func head() throws -> Answer {
        var answer = Answer()
        let status = try line().split(separator: " ", maxSplits: 2)
        guard status.count >= 2, status[0] == "HTTP/1.1", let code = Int(status[1]) else {
            throw Failure(description: "status line \(status)")
        }
        answer.status = code
        while case let text = try line(), !text.isEmpty {
            let pair = text.split(separator: ":", maxSplits: 1)
            guard pair.count >= 1 else { throw Failure(description: "header \(text)") }
            answer.headers.append((String(pair[0]), pair.count > 1 ? String(pair[1].dropFirst()) : ""))
        }
        return answer
    }

    package func answer(toHead: Bool = false) throws -> Answer {
        var answer = try head()
        if toHead || answer.status == 204 || answer.status == 304 || answer.status < 200 { return answer }
        if answer["Transfer-Encoding"] == "chunked" {
            while let size = Int(try line(), radix: 16) {
                answer.body += try take(size)
                guard try line().isEmpty else { throw Failure(description: "chunk end") }
                if size == 0 { return answer }
            }
            throw Failure(description: "chunk size")
        }
        if let text = answer["Content-Length"], let count = Int(text) {
            answer.body = try take(count)
        } else {
            answer.body = try rest()
        }
        return answer
    }

    package func get(_ path: String, _ headers: String = "") throws -> Answer {
        send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n")
        return try answer()
    }
}
