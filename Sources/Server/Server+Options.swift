extension Server {
    /// The options of a server. Times are in seconds.
    public struct Options: Sendable {
        /// The host name or address to listen on. "localhost" listens on IPv4 and IPv6.
        public var host: String
        /// The port; 0 chooses a free one.
        public var port: Int
        /// The number of threads that wait for connections.
        public var loops = 1
        /// The number of threads that run handlers.
        public var workers = 4
        /// The number of threads that run handlers of routes that take long.
        public var longWorkers = 4
        /// The number of requests that wait for a worker, of either kind. More give status 429.
        public var queue = 256
        /// The number of open connections. More give status 503.
        public var connections = 4096
        /// The number of open connections of a client: an IPv4 address or an IPv6 network. More give status 429.
        public var connectionsPerClient = 1024
        /// The number of streams, event streams and WebSockets. More give status 429.
        public var streams = 256
        /// The limits of requests.
        public var limits = HTTPLimits()
        /// The bytes of all bodies in memory. More give status 429.
        public var bodyMemory = 512 << 20
        /// The time for the request line and the header fields.
        public var headerTimeout = 10.0
        /// The time for the body, besides the time at `bodyRate`.
        public var bodyTimeout = 20.0
        /// The bytes per second with which a body must arrive after `bodyTimeout`.
        public var bodyRate = 4096.0
        /// The time between two requests on a connection.
        public var idleTimeout = 60.0
        /// The time within which a client must accept some of the data sent to it.
        public var writeTimeout = 30.0
        /// The bytes that wait in memory for a slow client before a stream waits for it.
        public var writeBuffer = 256 << 10
        /// Called by a worker once no route that takes long has been used for `idleDelay`, after each use.
        public var whenIdle: @Sendable () -> Void = {}
        /// The time in seconds, without a request to a route that takes long, after which `whenIdle` is called.
        public var idleDelay = 2.0
        /// Receives messages about errors that cannot be reported to a client.
        public var log: @Sendable (String) -> Void = { _ in }

        /// Creates options.
        public init(host: String = "127.0.0.1", port: Int = 0) { (self.host, self.port) = (host, port) }

        /// Checks the values.
        func validate() throws(ServerError) {
            for (name, value, least) in [
                ("loops", loops, 1), ("workers", workers, 1), ("longWorkers", longWorkers, 1),
                ("queue", queue, 0),
                ("connections", connections, 1),
                ("connectionsPerClient", connectionsPerClient, 1), ("streams", streams, 0),
                ("limits.uri", limits.uri, 1), ("limits.headerBytes", limits.headerBytes, 0),
                ("limits.headerCount", limits.headerCount, 0), ("limits.body", limits.body, 0),
                ("bodyMemory", bodyMemory, 0), ("writeBuffer", writeBuffer, 1),
            ] where value < least || value > 1 << 40 {
                throw ServerError("The server option \(name) is \(value). It must be \(least) to 2^40.")
            }
            for (name, value) in [
                ("headerTimeout", headerTimeout), ("bodyTimeout", bodyTimeout), ("bodyRate", bodyRate),
                ("idleTimeout", idleTimeout), ("writeTimeout", writeTimeout), ("idleDelay", idleDelay),
            ] where !(value > 0) {
                throw ServerError("The server option \(name) is \(value). It must be greater than 0.")
            }
        }
    }
}
