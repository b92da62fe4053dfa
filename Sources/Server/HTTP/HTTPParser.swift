import Foundation

/// An incremental parser of HTTP/1.1 and HTTP/1.0 requests (RFC 9112). It is strict: ambiguous requests are errors.
///
/// ```swift
/// var parser = HTTPParser()
/// parser.append(bytes)
/// while let event = try parser.next() { ... }    // nil: needs more bytes
/// ```
public struct HTTPParser: Sendable {
    /// An event of the parser.
    public enum Event: Sendable {
        /// The request line and the header fields are complete. `bodyLimit` may be changed now.
        case head(RequestHead)
        /// The request is complete, with its body.
        case end(body: [UInt8])
    }

    private enum State {
        case requestLine
        case headers(RequestLine)
        case begin(RequestHead)
        case body(Int)
        case chunked
        case end
        case failed(Problem)
    }

    /// The limits of requests.
    public let limits: HTTPLimits
    /// The limit of the body of the current request. Every request begins with `limits.body`.
    public var bodyLimit: Int
    /// The trailers of the last chunked body.
    public private(set) var trailers = Headers()

    private var lines: LineBuffer
    private var state = State.requestLine
    private var headers = Headers()
    private var chunks = ChunkDecoder()
    private var body: [UInt8] = []
    private var skippedBlankLine = false

    /// Creates a parser.
    public init(limits: HTTPLimits = HTTPLimits()) {
        (self.limits, bodyLimit, lines) = (limits, limits.body, LineBuffer())
    }

    /// The number of bytes that are held: those not yet parsed, and the body.
    public var bufferedBytes: Int { lines.count + body.count }

    /// The number of bytes that are not yet parsed.
    public var unparsedBytes: Int { lines.count }

    /// The number of bytes of the current body.
    public var bodyBytes: Int { body.count }

    /// Whether the parser is between two requests.
    public var isIdle: Bool {
        if case .requestLine = state { lines.isEmpty } else { false }
    }

    /// Adds bytes that were received.
    public mutating func append(_ bytes: some Collection<UInt8>) { lines.append(bytes) }

    /// Removes and returns the bytes that are not yet parsed.
    public mutating func takeUnparsed() -> [UInt8] { lines.takeAll() }

    /// Returns the next event, or nil if more bytes are needed.
    ///
    /// - Throws: A `Problem` with its status. The parser then stays at the error.
    public mutating func next() throws(Problem) -> Event? {
        do {
            return try step()
        } catch {
            state = .failed(error)
            (body, headers) = ([], Headers())
            throw error
        }
    }

    private mutating func step() throws(Problem) -> Event? {
        while true {
            switch state {
            case .failed(let problem): throw problem
            case .requestLine:
                if let first = lines.first, first != 0x0D, !Characters.isToken(first) {
                    throw Problem(
                        400,
                        first == 0x16
                            ? "The connection begins with a TLS handshake. The server uses http, not https."
                            : "The request does not begin with a method.")
                }
                guard
                    let line = try lines.next(
                        limit: min(limits.uri, 1 << 40) + 32, tooLong: .longTarget(limits),
                        {
                            (line) throws(Problem) -> RequestLine? in
                            line.isEmpty ? nil : try RequestLine(line, limits: limits)
                        })
                else { return nil }
                if let line {
                    (state, headers, skippedBlankLine) = (.headers(line), Headers(), false)
                    lines.startBlock()
                } else {
                    // RFC 9112, section 2.2: ignore an empty line before a request.
                    guard !skippedBlankLine else {
                        throw Problem(400, "The request begins with several empty lines.")
                    }
                    skippedBlankLine = true
                }
            case .headers(let line):
                guard let isLast = try lines.nextField(into: &headers, limits: limits) else { return nil }
                if isLast {
                    let head = try RequestHead(line, headers)
                    (bodyLimit, state, trailers) = (limits.body, .begin(head), Headers())
                    return .head(head)
                }
            case .begin(let head):
                switch head.framing {
                case .none, .length(0): state = .end
                case .length(let length):
                    guard length <= bodyLimit else { throw .longBody(bodyLimit) }
                    body.reserveCapacity(min(length, 1 << 16))
                    state = .body(length)
                case .chunked: (chunks, state) = (ChunkDecoder(), .chunked)
                }
            case .body(let remaining):
                let taken = lines.take(upTo: remaining, into: &body)
                state = taken == remaining ? .end : .body(remaining - taken)
                if taken < remaining { return nil }
            case .chunked:
                guard
                    try chunks.decode(
                        &lines, into: &body, trailers: &trailers, limit: bodyLimit, limits: limits)
                else {
                    return nil
                }
                state = .end
            case .end:
                state = .requestLine
                lines.compact()
                defer { body = [] }
                return .end(body: body)
            }
        }
    }
}
