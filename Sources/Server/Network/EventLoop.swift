import Foundation
import Synchronization

/// A thread that waits for all its connections at once, reads requests, and sends what clients are slow to accept.
final class EventLoop: @unchecked Sendable {
    let core: ServerCore
    private let epoll: Epoll
    private let wakeUp: (read: Int32, write: Int32)
    private let mailbox = Mutex(Mailbox())

    /// What only the thread of the loop uses.
    private var listeners: [Listener] = []
    private var peers: [EventLoop] = []
    private var connections: [Int32: Connection] = [:]
    private var timers = TimerHeap()
    private var lastNumber: UInt32 = 0
    private var acceptedCount = 0
    private var acceptsAgain: UInt64?
    private(set) var drainStart: UInt64?
    private var drainEnd = UInt64.max
    private(set) var now = Clock.now
    let scratch = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)

    private struct Mailbox {
        var messages: [Message] = []
        var isSignaled = false
        var isClosed = false
    }

    private enum Message {
        case attach(Int32, SocketAddress)
        case service(Connection)
        case drain(UInt64)
    }

    /// The data of epoll for the pipe and the listeners; connections count from 1.
    private static let wakeUpKey: UInt64 = 0xFFFF_FFFF
    private static let listenerKey: UInt64 = 0xFFFF_FFFE

    init(_ core: ServerCore) throws(ServerError) {
        self.core = core
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .system("Opening a pipe") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        wakeUp = (ends[0], ends[1])
        do throws(ServerError) {
            epoll = try Epoll()
        } catch {
            for end in ends { Foundation.close(end) }
            throw error
        }
        epoll.set(.add, wakeUp.read, events: Epoll.input, data: Self.wakeUpKey)
    }

    /// Takes over the listeners before the loop runs.
    func listen(to listeners: [Listener]) {
        self.listeners = listeners
        for listener in listeners {
            epoll.set(.add, listener.socket, events: Epoll.input, data: Self.listenerKey)
        }
    }

    deinit {
        for listener in listeners { Foundation.close(listener.socket) }
        for end in [wakeUp.read, wakeUp.write] { Foundation.close(end) }
        epoll.close()
        scratch.deallocate()
    }

    // MARK: - From other threads

    /// Lets the loop look at a connection.
    func post(_ connection: Connection) { post(.service(connection)) }

    /// Lets the loop end once all its connections are closed, or at `end`.
    func drain(until end: UInt64) { post(.drain(end)) }

    private func post(_ message: Message) {
        let isFirst = mailbox.withLock { mailbox in
            if mailbox.isClosed {
                if case .attach(let socket, _) = message { Foundation.close(socket) }
                return false
            }
            mailbox.messages.append(message)
            defer { mailbox.isSignaled = true }
            return !mailbox.isSignaled
        }
        guard isFirst else { return }
        var byte: UInt8 = 0
        _ = write(wakeUp.write, &byte, 1)
    }

    // MARK: - The thread

    /// Runs until the loop is drained. New connections are shared with `peers`, which contain this loop.
    func run(peers: [EventLoop]) {
        // sendfile to a closed connection must fail, not end the process.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        self.peers = peers
        while true {
            epoll.wait(milliseconds: patience()) { events, key in
                switch key {
                case Self.wakeUpKey: takeMessages()
                case Self.listenerKey: accept()
                default:
                    guard let connection = connection(key) else { return }
                    now = Clock.now
                    connection.handle(events)
                }
            }
            now = Clock.now
            while let entry = timers.pop(before: now) {
                guard let connection = connection(entry.key), connection.input.scheduled == entry.time else {
                    continue
                }
                connection.input.scheduled = .max
                connection.expire()
            }
            if let again = acceptsAgain, again <= now { setAccepting(true) }
            guard drainStart != nil else { continue }
            if drainEnd <= now { for connection in connections.values { close(connection) } }
            if connections.isEmpty { break }
        }
        self.peers = []
        let late = mailbox.withLock { mailbox in
            defer { (mailbox.messages, mailbox.isClosed) = ([], true) }
            return mailbox.messages
        }
        for case .attach(let socket, _) in late { Foundation.close(socket) }
    }

    private func connection(_ key: UInt64) -> Connection? {
        guard let connection = connections[Int32(truncatingIfNeeded: key)], connection.key == key else {
            return nil
        }
        return connection
    }

    /// The milliseconds until the next thing to do; -1 if there is none.
    private func patience() -> Int32 {
        var next = min(timers.first?.time ?? .max, acceptsAgain ?? .max)
        if drainStart != nil { next = min(next, drainEnd) }
        guard next < .max else { return -1 }
        let now = Clock.now
        return next <= now ? 0 : Int32(min((next - now) / 1_000_000 + 1, 1 << 30))
    }

    private func takeMessages() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(wakeUp.read, &bytes, bytes.count) > 0 {}
        let messages = mailbox.withLock { mailbox in
            defer { (mailbox.messages, mailbox.isSignaled) = ([], false) }
            return mailbox.messages
        }
        now = Clock.now
        for message in messages {
            switch message {
            case .attach(let socket, let address): attach(socket, address)
            case .service(let connection): connection.service()
            case .drain(let end): startDraining(until: end)
            }
        }
    }

    /// Runs at the time of the entry at the latest.
    func schedule(_ connection: Connection, at time: UInt64) {
        guard time < connection.input.scheduled else { return }
        connection.input.scheduled = time
        timers.insert(.init(time: time, key: connection.key))
        // Entries of connections that are closed must not pile up until their time comes.
        if timers.count > 2 * connections.count + 1024 {
            timers.keep { self.connection($0.key)?.input.scheduled == $0.time }
        }
    }

    func setInterest(_ events: UInt32, of connection: Connection) {
        guard events != connection.input.interest else { return }
        connection.input.interest = events
        epoll.set(.change, connection.socket, events: events, data: connection.key)
    }

    // MARK: - Opening and closing

    private func accept() {
        for listener in listeners {
            // A bounded number, so that open connections have their turn.
            for _ in 0..<(drainStart == nil ? 64 : Int.max) {
                guard case .connection(let socket, let address) = accept(from: listener) else { break }
                let loop = peers.isEmpty || drainStart != nil ? self : peers[acceptedCount % peers.count]
                acceptedCount += 1
                if loop === self { attach(socket, address) } else { loop.post(.attach(socket, address)) }
            }
        }
    }

    private func accept(from listener: Listener) -> Listener.Accepted {
        let accepted = listener.accept()
        if case .exhausted = accepted, acceptsAgain == nil {
            core.options.log("The process has too many open files to accept connections.")
            setAccepting(false)
        }
        return accepted
    }

    private func setAccepting(_ accepts: Bool) {
        acceptsAgain = accepts ? nil : Clock.after(0.1)
        for listener in listeners {
            epoll.set(.change, listener.socket, events: accepts ? Epoll.input : 0, data: Self.listenerKey)
        }
    }

    private func attach(_ socket: Int32, _ address: SocketAddress) {
        let client = address.client
        let problem = core.census.enter(client)
        lastNumber = lastNumber &+ 1 == 0 ? 1 : lastNumber &+ 1
        let key = UInt64(lastNumber) << 32 | UInt64(UInt32(bitPattern: socket))
        let connection = Connection(socket, key: key, client: client, loop: self, now: Clock.now)
        guard problem == nil || !core.census.isFlooded,
            epoll.set(.add, socket, events: connection.input.interest, data: key)
        else {
            core.census.leave(client)
            Foundation.close(socket)
            return
        }
        connections[socket] = connection
        if let problem { connection.fail(problem) }
        connection.service()
    }

    /// Closes a connection at once and cancels its work.
    func close(_ connection: Connection) {
        guard connections.removeValue(forKey: connection.socket) != nil else { return }
        connection.closeShared()
        epoll.set(.remove, connection.socket, events: 0, data: 0)
        Foundation.close(connection.socket)
        core.census.leave(connection.client)
    }

    private func startDraining(until end: UInt64) {
        drainEnd = min(drainEnd, end)
        guard drainStart == nil else { return }
        drainStart = now
        // Connections that the system has accepted already are served.
        accept()
        for listener in listeners { Foundation.close(listener.socket) }
        (listeners, acceptsAgain) = ([], nil)
        for connection in connections.values { connection.startDraining() }
    }
}
