import Foundation
import Synchronization

/// A connection with a client. The event loop reads from it and closes it; handlers write to it.
final class Connection: @unchecked Sendable {
    let socket: Int32
    /// The socket and the number of the connection, as in epoll's data, so that a late event of a closed connection
    /// is not taken for one of the next connection with the same socket.
    let key: UInt64
    let client: String
    let loop: EventLoop
    var core: ServerCore { loop.core }

    /// What only the event loop uses.
    var input: Input

    struct Input {
        var parser: HTTPParser
        /// The request whose body is being read.
        var current: (head: RequestHead, admission: Admission)?
        var requestStart: UInt64?
        var bodyStart: UInt64?
        var hasSentContinue = false
        /// The bytes of the body that count in `ServerCore.bodyBytes`.
        var countedBytes = 0
        var lastReceived: UInt64
        var lingerEnd: UInt64?
        var hasEnded = false
        /// The events that epoll reports.
        var interest: UInt32
        /// The time of the entry in the timer heap.
        var scheduled = UInt64.max
    }

    /// What the event loop and handlers share, guarded by `monitor`.
    private var shared: Shared
    private let monitor = Monitor()

    struct Shared {
        var isOpen = true
        var outbox = Outbox()
        /// The last time at which the client accepted bytes, or at which there were none to accept.
        var progress: UInt64
        var idleSince: UInt64
        /// The request that is being answered.
        var exchange: Exchange?
        /// The socket must be closed once everything is sent.
        var closesAfter = false
        var isBroken = false
        /// The last bytes of a stream are sent; nothing may follow them.
        var outputEnded = false
        /// The event loop holds bytes of a next request, or must close the connection.
        var hasInput = false
        var isPosted = false
        var closeDeadline: UInt64?
        var keepalive: Keepalive?
        var webSocket: WebSocket?
    }

    /// What is sent on a stream that is silent.
    struct Keepalive {
        let interval: Double
        let bytes: [UInt8]

        init(interval: Double, bytes: [UInt8]) {
            self.interval = interval > 0.05 ? interval : 0.05
            self.bytes = bytes
        }
    }

    init(_ socket: Int32, key: UInt64, client: String, loop: EventLoop, now: UInt64) {
        (self.socket, self.key, self.client, self.loop) = (socket, key, client, loop)
        input = Input(
            parser: HTTPParser(limits: loop.core.options.limits), lastReceived: now,
            interest: Epoll.input | Epoll.inputEnded)
        shared = Shared(progress: now, idleSince: now)
    }

    /// Accesses what is shared.
    @inline(__always)
    func withShared<T, E: Error>(_ body: (inout Shared) throws(E) -> T) throws(E) -> T {
        try monitor.locked { () throws(E) -> T in try body(&shared) }
    }

    /// Wakes writers that wait for the client.
    func wakeWriters() { monitor.broadcast() }

    // MARK: - Writing

    /// Queues a response, or its beginning, and sends what the socket takes.
    ///
    /// - Parameter ending: Whether this is the end of the response, and whether the connection then stays open; nil
    ///   if more follows.
    func send(
        _ bytes: [UInt8], file: (OpenFile, Range<Int>)? = nil, for exchange: Exchange,
        endingWithKeepAlive ending: Bool?,
        also change: (inout Shared) -> Void = { _ in }
    ) {
        let isLate = withShared { shared in
            guard shared.isOpen, shared.exchange === exchange, !shared.outputEnded else { return false }
            change(&shared)
            push(bytes, file, &shared)
            if let ending { finish(keepAlive: ending, &shared) }
            return needsLoop(&shared)
        }
        if isLate { loop.post(self) }
    }

    /// Sends a part of a stream. Waits while too much waits for the client.
    func write(_ bytes: [UInt8], for exchange: Exchange) throws(Disconnected) {
        let isLate = try withShared { (shared) throws(Disconnected) -> Bool in
            while true {
                guard shared.isOpen, !shared.isBroken, !shared.outputEnded, shared.exchange === exchange,
                    !exchange.cancellation.isCancelled
                else { throw Disconnected() }
                if shared.outbox.bytes < core.options.writeBuffer { break }
                monitor.wait()
            }
            push(bytes, nil, &shared)
            return needsLoop(&shared)
        }
        if isLate { loop.post(self) }
    }

    /// Sends bytes between the messages of a stream, but drops them if too much waits already.
    func writeControl(_ bytes: [UInt8], for exchange: Exchange) {
        guard withShared({ $0.outbox.bytes < core.options.writeBuffer }) else { return }
        send(bytes, for: exchange, endingWithKeepAlive: nil)
    }

    /// Sends the last bytes of a stream.
    ///
    /// - Parameter patience: The seconds that the client has to close the connection; nil ends the exchange at once.
    func endOutput(_ bytes: [UInt8], for exchange: Exchange, keepAlive: Bool, patience: Double? = nil) {
        send(bytes, for: exchange, endingWithKeepAlive: patience == nil ? keepAlive : nil) { shared in
            (shared.keepalive, shared.outputEnded) = (nil, true)
            if let patience { shared.closeDeadline = Clock.after(patience) }
        }
        if patience != nil { loop.post(self) }
    }

    /// Closes the connection before the end of the response, so that the client sees that it is incomplete.
    func abort(_ exchange: Exchange) {
        withShared { if $0.exchange === exchange { $0.isBroken = true } }
        loop.post(self)
    }

    /// Ends the exchange; the connection closes once everything is sent.
    func close(after exchange: Exchange) {
        let isLate = withShared { shared in
            guard shared.exchange === exchange else { return false }
            finish(keepAlive: false, &shared)
            return needsLoop(&shared)
        }
        if isLate { loop.post(self) }
    }

    private func push(_ bytes: [UInt8], _ file: (OpenFile, Range<Int>)?, _ shared: inout Shared) {
        let now = Clock.now
        if shared.outbox.isEmpty { shared.progress = now }
        shared.outbox.append(bytes)
        if let file { shared.outbox.append(file.0, file.1) }
        // While bytes wait, the event loop sends them once the socket takes more.
        let (result, progress) = shared.outbox.send(to: socket, files: false)
        if progress { shared.progress = now }
        if result == .failed { shared.isBroken = true }
    }

    private func finish(keepAlive: Bool, _ shared: inout Shared) {
        shared.exchange = nil
        shared.keepalive = nil
        shared.closeDeadline = nil
        shared.webSocket = nil
        shared.outputEnded = false
        shared.idleSince = Clock.now
        if !keepAlive { shared.closesAfter = true }
    }

    private func needsLoop(_ shared: inout Shared) -> Bool {
        let isDone = shared.exchange == nil
        let needs =
            !shared.outbox.isEmpty || shared.isBroken
            || (isDone
                && (shared.closesAfter || shared.hasInput || core.isDraining.load(ordering: .acquiring)))
        guard needs, !shared.isPosted else { return false }
        shared.isPosted = true
        return true
    }

    /// Lets the work for the current request end.
    func cancel() {
        let exchange = withShared { shared in
            monitor.broadcast()
            return shared.exchange
        }
        guard let exchange else { return }
        exchange.cancellation.cancel()
        withShared { _ in monitor.broadcast() }
    }
}
