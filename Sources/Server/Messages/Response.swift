import Foundation

/// The response to a request.
public struct Response: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        case file(FileBody)
        case stream(@Sendable (ResponseWriter) throws -> Void)
        case events(heartbeat: Double, @Sendable (EventStream) throws -> Void)
        case webSocket(WebSocket.Options, @Sendable (WebSocket) throws -> Void)
    }

    /// The HTTP status.
    public var status: Int
    /// The header fields. `Content-Length`, `Transfer-Encoding`, `Connection` and `Date` are the server's and are
    /// ignored.
    public var headers: Headers
    let body: Body

    init(status: Int, headers: Headers, body: Body) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// Creates a response from bytes.
    public init(status: Int = 200, headers: Headers = [:], body: [UInt8] = []) {
        self.init(status: status, headers: headers, body: .bytes(body))
    }

    /// Returns a plain text.
    public static func text(_ text: String, status: Int = 200) -> Response {
        bytes(Array(text.utf8), type: "text/plain; charset=utf-8", status: status)
    }

    /// Returns JSON text as it is.
    public static func json(_ text: String, status: Int = 200) -> Response {
        bytes(Array(text.utf8), type: "application/json", status: status)
    }

    /// Returns JSON as it is.
    public static func json(_ data: Data, status: Int = 200) -> Response {
        bytes(Array(data), type: "application/json", status: status)
    }

    /// Returns a page. Text from outside must be escaped.
    public static func html(_ text: String, status: Int = 200) -> Response {
        bytes(Array(text.utf8), type: "text/html; charset=utf-8", status: status)
    }

    /// Returns bytes of a media type.
    public static func bytes(_ bytes: [UInt8], type: String, status: Int = 200) -> Response {
        Response(status: status, headers: ["Content-Type": type], body: .bytes(bytes))
    }

    /// Returns a status without a body.
    public static func status(_ status: Int) -> Response { Response(status: status) }

    /// Returns a redirection to `location`, by default with status 303 (See Other).
    public static func redirect(_ location: String, status: Int = 303) -> Response {
        Response(status: status, headers: ["Location": location])
    }

    /// Returns a file below the folder `root`, with byte ranges and conditional requests. The response has status
    /// 404 if there is no such regular file, or if a symbolic link leads out of the folder.
    ///
    /// - Parameters:
    ///   - path: The path relative to `root`, decoded; for example the parameter `*path` of a route.
    ///   - type: The media type; by default that of the extension.
    public static func file(_ path: String, root: String, type: String? = nil) -> Response {
        Response(status: 200, headers: [:], body: .file(FileBody(path: path, root: root, type: type)))
    }

    /// Returns a body of unknown length. `body` runs on a thread of its own, and `write` waits for slow clients.
    ///
    /// If `body` throws, the connection is closed before the end of the body, so that the client sees that it is
    /// incomplete.
    public static func stream(
        type: String = "application/octet-stream", status: Int = 200,
        _ body: @escaping @Sendable (ResponseWriter) throws -> Void
    ) -> Response {
        Response(status: status, headers: ["Content-Type": type], body: .stream(body))
    }

    /// Returns server-sent events. `body` runs on a thread of its own.
    ///
    /// - Parameter heartbeat: The seconds of silence after which a comment is sent, so that proxies keep the
    ///   connection and a client that has gone is noticed.
    public static func events(
        heartbeat: Double = 15, _ body: @escaping @Sendable (EventStream) throws -> Void
    ) -> Response {
        Response(
            status: 200, headers: ["Content-Type": "text/event-stream", "Cache-Control": "no-store"],
            body: .events(heartbeat: heartbeat, body))
    }

    /// Accepts a WebSocket. `body` runs on a thread of its own; the socket closes when it returns. A request that is
    /// not a WebSocket handshake gives status 400 or 426.
    public static func webSocket(
        _ options: WebSocket.Options = WebSocket.Options(),
        _ body: @escaping @Sendable (WebSocket) throws -> Void
    ) -> Response {
        Response(status: 101, headers: [:], body: .webSocket(options, body))
    }

    /// Returns the response with another header field.
    public func with(_ name: String, _ value: String) -> Response {
        var copy = self
        copy.headers[name] = value
        return copy
    }
}
