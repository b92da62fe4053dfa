/// The access policy of a server, against DNS rebinding, cross-site requests and other users of the machine.
///
/// A browser allows any page to send requests to a server on the same machine. The check of the host name rejects pages
/// whose own name resolves to this machine; the check of the origin rejects cross-site requests.
public struct Security: Sendable {
    /// The names that the `Host` header may have, besides loopback names and without ports.
    public var hosts: Set<String>
    /// The token that requests must send; nil requires none.
    public let token: String?
    /// The value of the header `Content-Security-Policy`.
    public var contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        + "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    /// The names of the loopback interface.
    public static let loopback: Set<String> = ["localhost", "127.0.0.1", "[::1]"]

    /// The lengths that a token may have.
    private static let tokenLengths = 16...256

    /// Allows requests without a token.
    ///
    /// - Parameter hosts: Allowed host names besides loopback names. An IPv6 address has brackets.
    public init(hosts: Set<String> = []) {
        self.hosts = Set(hosts.map { $0.lowercased() })
        token = nil
    }

    /// Asks for a token: `Authorization: Bearer ...`, or the cookie that the link `/?token=...` sets.
    ///
    /// - Throws: A `ServerError` if the token does not have 16 to 256 letters, digits or `-._~`.
    public init(token: String, hosts: Set<String> = []) throws {
        let isPlain = token.utf8.allSatisfy { Characters.isAlphanumeric($0) || "-._~".utf8.contains($0) }
        guard Self.tokenLengths.contains(token.utf8.count), isPlain else {
            throw ServerError("The token must have 16 to 256 characters: letters, digits, and -._~.")
        }
        self.hosts = Set(hosts.map { $0.lowercased() })
        self.token = token
    }

    /// Returns a random token of 192 bits, from the system's source of secrets.
    public static func randomToken() -> String {
        var source = SystemRandomNumberGenerator()
        return (0..<3).map { _ in hexadecimal(source.next()) }.joined()
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The header fields of all responses.
    var headers: Headers {
        [
            "Content-Security-Policy": contentSecurityPolicy, "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
        ]
    }

    /// Checks a request.
    ///
    /// - Returns: A redirection that sets the cookie, if the request is a link with the token; otherwise nil.
    /// - Throws: A `Problem` of status 401 or 403.
    func check(_ head: RequestHead) throws(Problem) -> Response? {
        guard let host = head.host, Self.loopback.contains(host) || hosts.contains(host) else {
            throw Problem(
                403,
                "The host \(shown(head.host ?? "")) is not allowed. Use localhost or an allowed host name.")
        }
        try checkSite(head)
        guard let token else { return nil }
        let name = Self.cookieName(head)
        if ["GET", "HEAD"].contains(head.method), let given = head.query["token"], Self.isEqual(given, token)
        {
            let rest = head.query.filter { $0.name != "token" }.map {
                PercentCoding.encoded($0.name) + "=" + PercentCoding.encoded($0.value)
            }
            let path = "/" + head.path.segments.map { PercentCoding.encoded($0) }.joined(separator: "/")
            return .redirect(path + (rest.isEmpty ? "" : "?" + rest.joined(separator: "&")))
                .with("Set-Cookie", "\(name)=\(Self.session(token)); Path=/; HttpOnly; SameSite=Strict")
        }
        if let text = head.headers["Authorization"] {
            let parts = text.split(separator: " ", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "bearer",
                Self.isEqual(parts[1].trimmingBlanks(), token)
            {
                return nil
            }
        } else if let cookie = head.cookie(name), Self.isEqual(cookie, Self.session(token)) {
            return nil
        }
        throw Problem(
            401, "The request has no valid token. Open the link that the server printed.",
            headers: ["WWW-Authenticate": "Bearer"])
    }

    /// Refuses what a page of another site sends. Links from other sites are allowed.
    private func checkSite(_ head: RequestHead) throws(Problem) {
        let isSafe = ["GET", "HEAD", "OPTIONS"].contains(head.method)
        let isWebSocket = head.headers.list("Upgrade").contains("websocket")
        let refusal = Problem(403, "The request comes from another site.")
        if let origin = head.headers["Origin"] {
            let text = origin.lowercased()
            let isOwn = ["http://", "https://"].contains {
                text.hasPrefix($0) && text.dropFirst($0.count) == head.authority ?? ""
            }
            if !isOwn { throw refusal }
        }
        if let site = head.headers["Sec-Fetch-Site"], site != "same-origin", site != "none" {
            let isLink =
                head.headers["Sec-Fetch-Mode"] == "navigate" && head.headers["Sec-Fetch-Dest"] == "document"
            guard isSafe, !isWebSocket, isLink else { throw refusal }
        }
    }

    /// Cookies do not depend on the port, so that the name contains it.
    private static func cookieName(_ head: RequestHead) -> String { "token-\(head.port ?? 80)" }

    /// The value of the cookie, from which the token cannot be derived.
    private static func session(_ token: String) -> String {
        let hash = SHA1.hash("session:\(token)".utf8)
        return hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Compares secrets in a time that depends on their lengths only.
    static func isEqual(_ a: String, _ b: String) -> Bool {
        let (a, b) = (Array(a.utf8), Array(b.utf8))
        guard a.count == b.count else { return false }
        var difference: UInt8 = 0
        for i in a.indices { difference |= a[i] ^ b[i] }
        return difference == 0
    }
}
