import Foundation

/// A WebSocket (RFC 6455) on the server's side.
///
/// ```swift
/// router.get("/echo") { _ in
///     .webSocket { socket in while let message = socket.receive() { try socket.send(message) } }
/// }
/// ```
public final class WebSocket: @unchecked Sendable {
    /// The options of a WebSocket.
    public struct Options: Sendable {
        /// The bytes of a message. Longer ones close the socket with code 1009.
        public var messageLimit = 1 << 20
        /// The bytes of received messages that wait for `receive` before the client has to wait.
        public var inboxLimit = 1 << 20
        /// The seconds of silence after which the server sends a ping.
        public var pingInterval = 20.0
        /// The subprotocols that the server supports.
        public var protocols: [String] = []

        /// Creates options.
        public init(messageLimit: Int = 1 << 20, pingInterval: Double = 20, protocols: [String] = []) {
            (self.messageLimit, self.pingInterval, self.protocols) = (messageLimit, pingInterval, protocols)
        }
    }

    /// A message.
    public enum Message: Sendable, Equatable {
        case text(String)
        case binary([UInt8])
    }

    /// The subprotocol that was agreed on, or nil.
    public let subprotocol: String?

    private let options: Options
    private let exchange: Exchange
    private let monitor = Monitor()
    private var inbox: [Message] = []
    private var inboxBytes = 0
    private var isPaused = false
    private var isEnded = false
    private var hasSentClose = false
    private var received: (code: Int?, reason: String)?
    /// Used by the event loop only.
    private var decoder: WebSocketDecoder
    private var isDone = false

    /// The seconds that a client has to answer a close frame.
    private static let patience = 2.0

    init(_ options: Options, _ exchange: Exchange, subprotocol: String?) {
        (self.options, self.exchange, self.subprotocol) = (options, exchange, subprotocol)
        decoder = WebSocketDecoder(limit: options.messageLimit)
    }

    /// Whether no more messages will arrive besides those that wait already.
    public var isClosed: Bool { monitor.locked { isEnded } }

    /// The code that the client has closed the socket with; nil if it gave none or has not closed it.
    public var closeCode: Int? { monitor.locked { received?.code } }

    /// Waits for the next message. Returns nil if the socket is closed, or after `timeout` seconds.
    public func receive(timeout: Double = .infinity) -> Message? {
        let end = Clock.after(timeout)
        let (message, resumes): (Message?, Bool) = monitor.locked {
            while inbox.isEmpty, !isEnded { if !monitor.wait(until: end) { break } }
            guard !inbox.isEmpty else { return (nil, false) }
            let message = inbox.removeFirst()
            inboxBytes -= Self.size(message)
            defer { if inboxBytes <= options.inboxLimit / 2 { isPaused = false } }
            return (message, isPaused && inboxBytes <= options.inboxLimit / 2)
        }
        if resumes { exchange.connection.loop.post(exchange.connection) }
        return message
    }

    /// Sends a message. Waits while the client is slower than the sender.
    ///
    /// - Throws: An error if the socket is closed.
    public func send(_ message: Message) throws {
        let frame =
            switch message {
            case .text(let text): WebSocketFrame.bytes(.text, Array(text.utf8))
            case .binary(let bytes): WebSocketFrame.bytes(.binary, bytes)
            }
        try exchange.connection.write(frame, for: exchange)
    }

    /// Sends a text message.
    public func send(_ text: String) throws { try send(.text(text)) }

    /// Closes the socket. Messages cannot be sent any more.
    ///
    /// - Parameters:
    ///   - code: 1000 for the regular end; 3000...4999 are free for applications.
    ///   - reason: A text of at most 123 bytes.
    public func close(code: Int = 1000, reason: String = "") {
        let (isFirst, hasPeer) = monitor.locked {
            defer { hasSentClose = true }
            return (!hasSentClose, !isEnded)
        }
        guard isFirst else { return }
        exchange.connection.endOutput(
            WebSocketFrame.close(code, reason), for: exchange, keepAlive: false,
            patience: hasPeer ? Self.patience : nil)
    }

    // MARK: - For the event loop

    /// Whether the client has to wait because the handler does not receive.
    var isFull: Bool { monitor.locked { isPaused } }

    /// Takes over bytes that have arrived.
    func receive(_ bytes: some Collection<UInt8>) {
        guard !isDone else { return }
        decoder.append(bytes)
        do throws(WebSocketError) {
            while !isDone, let event = try decoder.next() {
                switch event {
                case .message(let message): deliver(message)
                case .ping(let payload):
                    exchange.connection.writeControl(WebSocketFrame.bytes(.pong, payload), for: exchange)
                case .pong: break
                case .close(let code, let reason):
                    monitor.locked { received = (code, reason) }
                    finish(code: code ?? 1000, reason: "")
                }
            }
        } catch {
            finish(code: error.code, reason: error.message)
        }
    }

    /// The connection is closed.
    func end() {
        monitor.locked {
            isEnded = true
            monitor.broadcast()
        }
    }

    /// The server stops.
    func goAway() {
        close(code: 1001, reason: "The server is stopping.")
        exchange.cancellation.cancel()
        end()
    }

    private func deliver(_ message: Message) {
        monitor.locked {
            inbox.append(message)
            inboxBytes += Self.size(message)
            isPaused = inboxBytes > options.inboxLimit
            monitor.signal()
        }
    }

    private func finish(code: Int, reason: String) {
        isDone = true
        close(code: code, reason: reason)
        exchange.connection.close(after: exchange)
        exchange.cancellation.cancel()
        end()
    }

    private static func size(_ message: Message) -> Int {
        switch message {
        case .text(let text): text.utf8.count + 64
        case .binary(let bytes): bytes.count + 64
        }
    }
}
