import Foundation
import Synchronization

/// An HTTP server.
///
/// ```swift
/// var router = Router()
/// router.get("/api/runs/:name") { request in .json(try runs.json(try request.parameter("name"))) }
/// let server = try Server(.init(port: 8080), router)
/// try server.start()
/// print("http://\(server.address)")
/// server.stop(grace: 10)
/// ```
public final class Server: Sendable {
    private let core: ServerCore
    private let loops: [EventLoop]
    private let state = Mutex(State.bound)
    private let running = Countdown()

    private enum State {
        case bound
        case started
        case stopped
    }

    /// The addresses that the server listens on.
    public let addresses: [SocketAddress]

    /// The first of `addresses`.
    public var address: SocketAddress { addresses[0] }

    /// Binds the sockets, so that `address` is known. Connections wait until `start`.
    ///
    /// - Throws: A `ServerError` if an option is out of range or the address cannot be used.
    public init(_ options: Options, _ application: some Application) throws {
        try options.validate()
        FileLimit.raise(to: options.connections + 256)
        let listeners = try Listener.open(host: options.host, port: options.port)
        addresses = listeners.map(\.address)
        var started: ServerCore?
        do {
            let core = try ServerCore(options, application)
            started = core
            loops = try (0..<options.loops).map { _ in try EventLoop(core) }
            self.core = core
        } catch {
            started?.stopWorkers()
            for listener in listeners { close(listener.socket) }
            throw error
        }
        loops[0].listen(to: listeners)
    }

    deinit {
        end(grace: 0)
        core.stopWorkers()
    }

    /// Starts serving and returns.
    public func start() throws {
        let isFirst = state.withLock { state in
            guard state == .bound else { return false }
            state = .started
            return true
        }
        guard isFirst else { throw ServerError("A server can be started only once.") }
        for loop in loops {
            running.enter()
            let isStarted = Threads.start { [loops, running] in
                loop.run(peers: loops)
                running.leave()
            }
            guard isStarted else {
                running.leave()
                stop(grace: 0)
                throw ServerError("Starting a thread failed.")
            }
        }
    }

    /// The status of the server.
    public var status: ServerStatus { core.status }

    /// Stops gracefully: accepts no more connections, answers the requests it has received, and closes. Event
    /// streams are canceled and WebSockets closed with code 1001 at once. What else is not finished after `grace`
    /// seconds is canceled and cut off. Returns once everything is closed. Must not be called by a handler.
    public func stop(grace: Double) {
        end(grace: grace)
        // The loops close everything at the end of the grace period; the second is for a busy machine.
        running.wait(seconds: grace + 1)
        // Requests that arrive until then are answered, too.
        core.stopWorkers()
    }

    private func end(grace: Double) {
        let wasStarted = state.withLock { state in
            defer { state = .stopped }
            return state != .bound
        }
        core.isDraining.store(true, ordering: .sequentiallyConsistent)
        if wasStarted {
            let end = Clock.after(grace)
            for loop in loops { loop.drain(until: end) }
        }
    }

    /// Starts serving, waits for one of the signals, and stops gracefully. A second signal has the effect that it had before,
    /// so that it ends the process at once by default.
    ///
    /// - Parameter ready: Called when the server has started, and the signals stop it gracefully.
    public func run(
        until signals: [Int32] = [SIGINT, SIGTERM], grace: Double = 10, ready: () -> Void = {}
    ) throws {
        let signals = try StopSignals(signals)
        do { try start() } catch {
            signals.restore()
            throw error
        }
        ready()
        signals.wait()
        signals.restore()
        stop(grace: grace)
    }
}
