/// The status of a server.
public struct ServerStatus: Sendable, Equatable {
    /// The number of open connections.
    public let connections: Int
    /// The number of handlers that run.
    public let busyWorkers: Int
    /// The number of requests that wait for a worker.
    public let queuedRequests: Int
    /// The number of streams, event streams and WebSockets.
    public let streams: Int
    /// The bytes of all request bodies in memory.
    public let bodyBytes: Int
    /// The number of requests since the start.
    public let requests: Int
}
