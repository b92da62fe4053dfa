/// The first line of a request.
struct RequestLine {
    let method: String
    let target: String
    let minorVersion: Int

    /// Parses `GET /path HTTP/1.1`.
    init(_ line: UnsafeBufferPointer<UInt8>.SubSequence, limits: HTTPLimits) throws(Problem) {
        let parts = line.split(separator: 0x20, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }), parts[0].allSatisfy(Characters.isToken)
        else {
            throw Problem(
                400,
                "The request line is \(shown(String(decoding: line, as: UTF8.self))). It must be a method, a target and HTTP/1.1, with one space between them."
            )
        }
        let version = parts[2]
        guard version.count == 8, version.starts(with: "HTTP/".utf8), version[version.startIndex + 6] == 0x2E,
            Characters.isDigit(version[version.startIndex + 5]),
            Characters.isDigit(version[version.endIndex - 1])
        else {
            throw Problem(
                400,
                "The version is \(shown(String(decoding: version, as: UTF8.self))). It must be HTTP/1.1 or HTTP/1.0."
            )
        }
        let minor = Int(version[version.endIndex - 1]) - 48
        guard version[version.startIndex + 5] == UInt8(ascii: "1"), minor <= 1 else {
            throw Problem(
                505,
                "The version is \(String(decoding: version, as: UTF8.self)). It must be HTTP/1.1 or HTTP/1.0."
            )
        }
        guard parts[1].count <= limits.uri else { throw .longTarget(limits) }
        let method = String(decoding: parts[0], as: UTF8.self)
        guard RequestHead.methods.contains(method) else {
            throw Problem(
                501,
                "The method is \(shown(method, limit: 20)). The server supports \(RequestHead.methods.sorted().joined(separator: ", "))."
            )
        }
        guard parts[1].allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw Problem(400, "The request target contains a character that must be percent-encoded.")
        }
        (self.method, target, minorVersion) = (method, String(decoding: parts[1], as: UTF8.self), minor)
    }
}

extension Problem {
    static func longTarget(_ limits: HTTPLimits) -> Problem {
        Problem(414, "The request target is longer than \(shown(bytes: limits.uri)).")
    }

    static func longHeaders(_ limits: HTTPLimits) -> Problem {
        Problem(431, "The header fields are longer than \(shown(bytes: limits.headerBytes)).")
    }

    static func longBody(_ limit: Int) -> Problem {
        Problem(413, "The body is longer than \(shown(bytes: limit)).")
    }
}

extension Headers {
    /// Appends the field of a header line.
    mutating func add(line: UnsafeBufferPointer<UInt8>.SubSequence) throws(Problem) {
        if let first = line.first, Characters.isBlank(first) {
            throw Problem(400, "A header line begins with a space. Folded header fields are not allowed.")
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(Characters.isToken)
        else {
            throw Problem(
                400,
                "The header line \(shown(String(decoding: line, as: UTF8.self))) is not a name, a colon and a value."
            )
        }
        var value = line[(colon + 1)...]
        guard value.allSatisfy(Characters.isValue) else {
            throw Problem(
                400,
                "The value of the header \(shown(String(decoding: line[..<colon], as: UTF8.self))) contains a control character."
            )
        }
        while let first = value.first, Characters.isBlank(first) { value = value.dropFirst() }
        while let last = value.last, Characters.isBlank(last) { value = value.dropLast() }
        add(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }
}

extension RequestHead {
    /// Checks the header fields and interprets those that the connection depends on.
    init(_ line: RequestLine, _ headers: Headers) throws(Problem) {
        (method, minorVersion, self.headers) = (line.method, line.minorVersion, headers)
        target = line.target
        framing = try Self.framing(line, headers)
        let authority = try Self.authority(line, headers)
        var rest = Substring(line.target)
        if rest == "*" {
            guard method == "OPTIONS" else { throw Problem(400, "The target * is allowed for OPTIONS only.") }
            rest = "/"
        } else if rest.utf8.first != UInt8(ascii: "/") {
            guard let colon = rest.firstIndex(of: ":"),
                ["http", "https"].contains(rest[..<colon].lowercased()),
                rest[colon...].hasPrefix("://")
            else {
                throw Problem(400, "The request target \(shown(rest)) is neither a path nor an http address.")
            }
            let address = rest[rest.index(colon, offsetBy: 3)...]
            let end = address.firstIndex { $0 == "/" || $0 == "?" } ?? address.endIndex
            guard let authority, address[..<end].lowercased() == authority.lowercased() else {
                throw Problem(400, "The host of the request target differs from the Host header.")
            }
            rest = address[end...]
            if rest.first != "/" { rest = "/" + rest }
        }
        let question = rest.utf8.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        path = try RequestPath(rest[..<question])
        query = question == rest.endIndex ? Query() : try Query(rest[rest.index(after: question)...])

        switch headers["Expect"] {
        case nil: expectsContinue = false
        case let text? where Headers.isEqual(text, "100-continue"):
            expectsContinue = minorVersion > 0 && framing != .none && framing != .length(0)
        case let text?:
            throw Problem(417, "The server cannot meet the expectation \(shown(text)), only 100-continue.")
        }
        let connection = headers.list("Connection")
        keepsAlive = !connection.contains("close") && (minorVersion > 0 || connection.contains("keep-alive"))
    }

    private static func authority(_ line: RequestLine, _ headers: Headers) throws(Problem) -> String? {
        let hosts = headers.values("Host")
        guard hosts.count == 1 || (hosts.isEmpty && line.minorVersion == 0) else {
            throw Problem(400, "The request has \(hosts.count) Host headers. It must have one.")
        }
        guard let host = hosts.first else { return nil }
        guard isAuthority(host) else {
            throw Problem(400, "The Host header \(shown(host)) is not a host and port.")
        }
        return host
    }

    /// Whether a text is a host name, IPv4 address or IPv6 address in brackets, with or without a port.
    static func isAuthority(_ text: String) -> Bool {
        var host = text.utf8[...]
        if host.first == UInt8(ascii: "[") {
            guard let end = host.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = host[host.index(after: host.startIndex)..<end]
            guard address.count >= 2,
                address.allSatisfy({
                    Characters.hexadecimal($0) != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
                })
            else { return false }
            host = host[host.index(after: end)...]
            if host.isEmpty { return true }
            guard host.first == UInt8(ascii: ":") else { return false }
        } else {
            let name = host.prefix { Characters.isAlphanumeric($0) || "-._~".utf8.contains($0) }
            guard !name.isEmpty else { return false }
            host = host[name.endIndex...]
            if host.isEmpty { return true }
        }
        let port = host.dropFirst()
        return host.first == UInt8(ascii: ":") && port.count <= 5 && port.allSatisfy(Characters.isDigit)
    }

    private static func framing(_ line: RequestLine, _ headers: Headers) throws(Problem) -> Framing {
        let codings = headers.values("Transfer-Encoding")
        let lengths = headers.values("Content-Length")
        if !codings.isEmpty {
            guard lengths.isEmpty else {
                throw Problem(400, "The request has both Content-Length and Transfer-Encoding.")
            }
            guard line.minorVersion > 0 else {
                throw Problem(400, "HTTP/1.0 does not support Transfer-Encoding.")
            }
            guard codings.count == 1 else {
                throw Problem(400, "The request has several Transfer-Encoding headers.")
            }
            guard Headers.isEqual(codings[0], "chunked") else {
                // Without chunked as the last coding, the end of the body would be unknown.
                throw Problem(
                    headers.list("Transfer-Encoding").last == "chunked" ? 501 : 400,
                    "The transfer encoding is \(shown(codings[0])). It must be chunked.")
            }
            return .chunked
        }
        guard lengths.count <= 1 else {
            throw Problem(400, "The request has several Content-Length headers.")
        }
        guard let text = lengths.first else {
            if line.minorVersion == 0, ["POST", "PUT", "PATCH"].contains(line.method) { throw .noLength }
            return .none
        }
        guard !text.isEmpty, text.utf8.allSatisfy(Characters.isDigit) else {
            throw Problem(400, "The Content-Length \(shown(text)) is not a number.")
        }
        guard let length = Int(text) else {
            throw Problem(413, "The Content-Length \(shown(text)) is too large.")
        }
        return .length(length)
    }
}

extension Problem {
    static let noLength = Problem(411, "The request has no Content-Length.")
}
