import Synchronization

/// What the loops, connections and handlers of a server share.
final class ServerCore: Sendable {
    let options: Server.Options
    let application: any Application
    let headers: Headers
    private let workers: WorkerPool
    private let longWorkers: WorkerPool
    let census: Census
    let isDraining = Atomic(false)
    let bodyBytes = Atomic(0)
    let requests = Atomic(0)
    private let streams = Atomic(0)

    init(_ options: Server.Options, _ application: any Application) throws(ServerError) {
        (self.options, self.application, headers) = (options, application, application.headers)
        workers = try WorkerPool(workers: options.workers, queue: options.queue)
        do throws(ServerError) {
            longWorkers = try WorkerPool(
                workers: options.longWorkers, queue: options.queue,
                whenIdle: (options.idleDelay, options.whenIdle))
        } catch {
            workers.stop()
            throw error
        }
        census = Census(total: options.connections, perClient: options.connectionsPerClient)
    }

    var status: ServerStatus {
        let (load, long) = (workers.load, longWorkers.load)
        return ServerStatus(
            connections: census.total, busyWorkers: load.busy + long.busy,
            queuedRequests: load.queued + long.queued,
            streams: streams.load(ordering: .relaxed), bodyBytes: bodyBytes.load(ordering: .relaxed),
            requests: requests.load(ordering: .relaxed))
    }

    /// The workers for a handler.
    func workers(takingLong takesLong: Bool) -> WorkerPool { takesLong ? longWorkers : workers }

    /// Lets the workers end once they have nothing to do.
    func stopWorkers() {
        workers.stop()
        longWorkers.stop()
    }

    /// Runs `body` on a thread of its own. Returns false if there are too many.
    func startStream(_ body: @escaping @Sendable () -> Void) -> Bool {
        let count = streams.add(1, ordering: .relaxed).newValue
        let isStarted =
            count <= options.streams
            && Threads.start { [self] in
                body()
                streams.subtract(1, ordering: .relaxed)
            }
        if !isStarted { streams.subtract(1, ordering: .relaxed) }
        return isStarted
    }
}

/// Counts the connections of all clients.
final class Census: Sendable {
    private let limits: (total: Int, perClient: Int)
    private let counts = Mutex<(total: Int, clients: [String: Int])>((0, [:]))

    init(total: Int, perClient: Int) { limits = (total, perClient) }

    var total: Int { counts.withLock { $0.total } }

    /// Counts a connection. Returns the problem if there are too many, which are counted nevertheless.
    func enter(_ client: String) -> Problem? {
        counts.withLock { counts in
            counts.total += 1
            counts.clients[client, default: 0] += 1
            if counts.total > limits.total {
                return Problem(
                    503, "The server has \(limits.total) open connections, which is the limit.",
                    headers: ["Retry-After": "1"])
            }
            if counts.clients[client, default: 0] > limits.perClient {
                return Problem(
                    429,
                    "\(client) has \(limits.perClient) open connections, which is the limit for one client.",
                    headers: ["Retry-After": "1"])
            }
            return nil
        }
    }

    func leave(_ client: String) {
        counts.withLock { counts in
            counts.total -= 1
            let left = counts.clients[client, default: 0] - 1
            counts.clients[client] = left > 0 ? left : nil
        }
    }

    /// Whether so many refused connections are open that another one is closed without a response.
    var isFlooded: Bool { counts.withLock { $0.total > limits.total + 64 } }
}
