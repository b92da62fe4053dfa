import Configuration
import Server
import Synchronization

/// `/api/health`.
final class HealthRoute: Sendable {
    private struct State {
        weak var server: Server?
    }

    private let state = Mutex(State())
    private let start = ContinuousClock.now

    /// Reports the status of a server.
    func watch(_ server: Server) { state.withLock { $0.server = server } }

    func add(to router: inout Router) {
        router.get("/api/health") { [self] _ in .json(json.line) }
    }

    private var json: JSONValue {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        var value: JSONValue = [
            "status": "ok", "uptime_seconds": JSONValue(.number((seconds * 1000).rounded() / 1000)),
        ]
        if let status = state.withLock({ $0.server })?.status {
            value["requests"] = status.requests.encode()
            value["connections"] = status.connections.encode()
            value["busy_workers"] = status.busyWorkers.encode()
            value["queued_requests"] = status.queuedRequests.encode()
            value["streams"] = status.streams.encode()
        }
        return value
    }
}
