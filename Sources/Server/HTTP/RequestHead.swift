/// The request line and the header fields of a request.
public struct RequestHead: Sendable {
    /// How long the body is.
    public enum Framing: Sendable, Equatable {
        /// There is neither `Content-Length` nor `Transfer-Encoding`, and therefore no body.
        case none
        /// The value of `Content-Length`.
        case length(Int)
        /// `Transfer-Encoding: chunked`.
        case chunked
    }

    /// The method, such as "GET".
    public let method: String
    /// The request target as it was sent.
    public let target: String
    /// The decoded path.
    public let path: RequestPath
    /// The decoded query.
    public let query: Query
    /// The x of HTTP/1.x: 0 or 1.
    public let minorVersion: Int
    /// The header fields.
    public let headers: Headers
    /// How long the body is.
    public let framing: Framing
    /// Whether the client waits for "100 Continue" before it sends the body.
    public let expectsContinue: Bool
    /// Whether the connection stays open for another request.
    public let keepsAlive: Bool

    /// The methods that the parser accepts. Others give status 501.
    public static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    /// The host and port that the client addresses, in lower case.
    public var authority: String? { headers["Host"]?.lowercased() }

    /// The host without the port, in lower case; an IPv6 address keeps its brackets.
    public var host: String? {
        authority.map { text in
            guard let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") else { return text }
            return String(text[..<colon])
        }
    }

    /// The port of the `Host` header, or nil.
    public var port: Int? {
        guard let authority, let host else { return nil }
        return Int(authority.dropFirst(host.count + 1))
    }

    /// The media type of the body without parameters, in lower case.
    public var contentType: String? {
        headers["Content-Type"].map { $0.prefix { $0 != ";" }.trimmingBlanks().lowercased() }
    }

    /// Returns the value of a cookie, or nil.
    public func cookie(_ name: String) -> String? {
        for text in headers.values("Cookie") {
            for part in text.split(separator: ";") {
                let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if pair.count == 2, pair[0].trimmingBlanks() == name { return pair[1].trimmingBlanks() }
            }
        }
        return nil
    }
}
