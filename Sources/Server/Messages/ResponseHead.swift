/// Writes the status line and the header fields of a response.
enum ResponseHead {
    /// How the end of the body is found.
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
        case close
    }

    private static let reserved = ["Content-Length", "Transfer-Encoding", "Connection", "Date"]

    /// Returns the bytes, or nil if a header field contains characters that are not allowed.
    ///
    /// - Parameter common: Fields that are added where the response does not have them.
    static func bytes(
        _ status: Int, _ headers: Headers, common: Headers, framing: Framing, keepAlive: Bool,
        upgrade: Bool = false
    ) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(768)
        func add(_ texts: String...) { for text in texts { bytes.append(contentsOf: text.utf8) } }
        add("HTTP/1.1 ", String(status), " ", HTTPStatus.phrase(status), "\r\nDate: ", HTTPDate.now, "\r\n")
        for field in headers {
            guard Characters.isToken(field.name), field.value.utf8.allSatisfy(Characters.isValue) else {
                return nil
            }
            if reserved.contains(where: { Headers.isEqual($0, field.name) }) { continue }
            add(field.name, ": ", field.value, "\r\n")
        }
        for field in common where headers[field.name] == nil { add(field.name, ": ", field.value, "\r\n") }
        switch framing {
        case .length(let length): add("Content-Length: ", String(length), "\r\n")
        case .chunked: add("Transfer-Encoding: chunked\r\n")
        case .none, .close: break
        }
        add(
            upgrade
                ? "Connection: Upgrade\r\n\r\n"
                : keepAlive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n")
        return bytes
    }
}
