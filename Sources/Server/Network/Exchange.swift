import Synchronization

/// A request and its response on a connection.
final class Exchange: Sendable {
    let head: RequestHead
    let connection: Connection
    let cancellation = Cancellation()
    private let keepsAlive: Bool
    /// The bytes of the request's body that count in `ServerCore.bodyBytes`.
    private let bodyBytes: Int
    private var core: ServerCore { connection.core }

    init(_ head: RequestHead, on connection: Connection, bodyBytes: Int, keepsAlive: Bool) {
        (self.head, self.connection, self.bodyBytes, self.keepsAlive) = (
            head, connection, bodyBytes, keepsAlive
        )
    }

    deinit { core.bodyBytes.subtract(bodyBytes, ordering: .relaxed) }

    /// Runs a handler and sends its response.
    func run(_ handler: (Request) throws -> Response, _ request: Request) {
        // The client may have gone while the request was in the queue.
        guard connection.withShared({ $0.isOpen }) else { return }
        do {
            send(try handler(request))
        } catch {
            send(core.application.problem(for: error).response)
        }
    }

    /// Sends a response.
    func send(_ response: Response) {
        do throws(Problem) {
            switch response.body {
            case .bytes(let bytes): try send(bytes, response)
            case .file(let body): try send(body, response)
            case .stream(let body): try stream(response, heartbeat: nil, body)
            case .events(let heartbeat, let body):
                try stream(response, heartbeat: heartbeat) { [head] writer in
                    try body(
                        EventStream(
                            writer, lastEventID: head.headers["Last-Event-ID"] ?? head.query["lastEventId"]))
                }
            case .webSocket(let options, let body): try accept(response, options, body)
            }
        } catch {
            // A problem has bytes and valid headers only, so that it cannot fail again, unless its headers are
            // invalid.
            let plain = Problem(error.status, error.message)
            if (try? send(Array(error.json.utf8), error.response)) == nil {
                try? send(Array(plain.json.utf8), plain.response)
            }
        }
    }

    /// Whether the connection stays open. While the server stops, it does only for requests that it has received
    /// already.
    private var keepAlive: Bool {
        keepsAlive && (!core.isDraining.load(ordering: .acquiring) || connection.withShared { $0.hasInput })
    }

    private func message(
        _ status: Int, _ headers: Headers, _ framing: ResponseHead.Framing, keepAlive: Bool,
        upgrade: Bool = false
    ) throws(Problem) -> [UInt8] {
        guard
            let bytes = ResponseHead.bytes(
                status, headers, common: core.headers, framing: framing, keepAlive: keepAlive,
                upgrade: upgrade)
        else {
            throw Problem(500, "A header field of the response contains characters that are not allowed.")
        }
        return bytes
    }

    private func send(_ bytes: [UInt8], _ response: Response) throws(Problem) {
        let hasNoBody = HTTPStatus.hasNoBody(response.status)
        let keepAlive = keepAlive
        var start = try message(
            response.status, response.headers, hasNoBody ? .none : .length(bytes.count), keepAlive: keepAlive)
        if !hasNoBody, head.method != "HEAD" { start += bytes }
        connection.send(start, for: self, endingWithKeepAlive: keepAlive)
    }

    private func send(_ body: FileBody, _ response: Response) throws(Problem) {
        let reply = try body.reply(to: head)
        var headers = reply.headers
        for field in response.headers { headers[field.name] = field.value }
        let isWhole = reply.status == 200
        let keepAlive = keepAlive
        let start = try message(
            isWhole ? response.status : reply.status, headers,
            reply.status == 304 ? .none : .length(reply.range.count),
            keepAlive: keepAlive)
        connection.send(
            start, file: head.method == "HEAD" ? nil : (reply.file, reply.range), for: self,
            endingWithKeepAlive: keepAlive)
    }

    private func stream(
        _ response: Response, heartbeat: Double?, _ body: @escaping @Sendable (ResponseWriter) throws -> Void
    ) throws(Problem) {
        let isChunked = head.minorVersion > 0
        let keepAlive = keepAlive && isChunked
        let start = try message(
            response.status, response.headers, isChunked ? .chunked : .close, keepAlive: keepAlive)
        if head.method == "HEAD" || HTTPStatus.hasNoBody(response.status) {
            return connection.send(start, for: self, endingWithKeepAlive: keepAlive)
        }
        let writer = ResponseWriter(self, isChunked: isChunked)
        let isStarted = core.startStream { [self] in
            connection.send(start, for: self, endingWithKeepAlive: nil) { shared in
                guard let heartbeat else { return }
                shared.keepalive = .init(interval: heartbeat, bytes: writer.framed(EventStream.comment))
            }
            connection.loop.post(connection)
            // Event streams end with the server, because they have no end of their own.
            if heartbeat != nil, core.isDraining.load(ordering: .acquiring) { cancellation.cancel() }
            do {
                do { try body(writer) } catch is Disconnected where heartbeat != nil {
                    // Events are complete wherever they end.
                }
                connection.endOutput(
                    isChunked ? Array("0\r\n\r\n".utf8) : [], for: self, keepAlive: keepAlive)
            } catch {
                if !(error is Disconnected) { core.options.log("\(head.method) \(head.path): \(error)") }
                connection.abort(self)
            }
        }
        guard isStarted else { throw Self.tooManyStreams(core.options.streams) }
    }

    private func accept(
        _ response: Response, _ options: WebSocket.Options,
        _ body: @escaping @Sendable (WebSocket) throws -> Void
    ) throws(Problem) {
        var headers = try WebSocketHandshake.headers(for: head, protocols: options.protocols)
        for field in response.headers where headers[field.name] == nil {
            headers.add(field.name, field.value)
        }
        let start = try message(101, headers, .none, keepAlive: true, upgrade: true)
        let socket = WebSocket(options, self, subprotocol: headers["Sec-WebSocket-Protocol"])
        let isStarted = core.startStream { [self] in
            connection.send(start, for: self, endingWithKeepAlive: nil) { shared in
                shared.webSocket = socket
                shared.keepalive = .init(
                    interval: options.pingInterval, bytes: WebSocketFrame.bytes(.ping, []))
            }
            connection.loop.post(connection)
            if core.isDraining.load(ordering: .acquiring) { socket.goAway() }
            do {
                try body(socket)
                socket.close()
            } catch {
                if !(error is Disconnected) { core.options.log("\(head.method) \(head.path): \(error)") }
                socket.close(code: 1011)
            }
        }
        guard isStarted else { throw Self.tooManyStreams(core.options.streams) }
    }

    private static func tooManyStreams(_ limit: Int) -> Problem {
        Problem(
            429, "The server has \(limit) open streams, which is the limit.", headers: ["Retry-After": "1"])
    }
}
