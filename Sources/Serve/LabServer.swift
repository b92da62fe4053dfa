import Autograd
import Foundation
import Lab
import Server
import SpeechEmotion
import Synchronization

/// The web interface: predicts recordings, follows runs while they train, and shows their mistakes, through web pages and an
/// API for programs.
///
/// ```swift
/// let server = try LabServer(.init(models: ["Models/speech-emotion.safetensors"]))
/// print(server.link)
/// try server.run()                                   // until SIGINT or SIGTERM
/// ```
public final class LabServer: Sendable {
    /// The options of the server.
    public struct Options: Sendable {
        /// Model files, runs and cross-validations to predict with. They are loaded after the server has started.
        public var models: [String]
        /// The folder of the runs. It may be missing.
        public var runs: String
        /// The host name or address to listen on.
        public var host: String
        /// The port; 0 chooses a free one.
        public var port: Int
        /// The secret that requests must present. On addresses other than those of the loopback interface, a random one is used
        /// if this is nil.
        public var token: String?

        /// Creates options.
        public init(
            models: [String], runs: String = "runs", host: String = "127.0.0.1", port: Int = 0,
            token: String? = nil
        ) {
            (self.models, self.runs, self.host, self.port, self.token) = (models, runs, host, port, token)
        }
    }

    /// The largest upload in bytes.
    public static let uploadLimit = 50 << 20

    private let server: Server
    private let models: ModelLibrary
    private let token: String?

    /// Binds the address, which fails if the port is in use. Models are loaded later.
    public init(_ options: Options) throws {
        let token = options.token ?? (Hosts.isLoopback(options.host) ? nil : Security.randomToken())
        let hosts = Hosts.names(for: options.host)
        var security = try token.map { try Security(token: $0, hosts: hosts) } ?? Security(hosts: hosts)
        security.contentSecurityPolicy = Pages.policy
        var router = Router(security: security)
        router.problem = Failure.problem
        let runs = RunLibrary(folder: options.runs)
        let models = ModelLibrary(options.models, runs: runs)
        let health = HealthRoute()
        Pages.add(to: &router)
        PredictRoutes(models: models, runs: runs).add(to: &router)
        AudioRoutes(runs: runs).add(to: &router)
        RunRoutes(runs: runs).add(to: &router)
        LiveRoute(models: models).add(to: &router)
        health.add(to: &router)
        var limits = Server.Options(host: options.host, port: options.port)
        limits.longWorkers = max(4, Parallel.threads)
        // All programs of this machine have the same address, as have those behind an SSH tunnel.
        if Hosts.isLoopback(options.host) { limits.connectionsPerClient = limits.connections }
        limits.queue = 64
        // A long recording needs 100 MB, which would be kept for the next one.
        limits.whenIdle = { Memory.releaseUnused() }
        server = try Server(limits, router)
        health.watch(server)
        (self.models, self.token) = (models, token)
    }

    /// The address of the page, with the token if one is needed.
    public var link: String {
        let address = server.address
        let isEverywhere = ["0.0.0.0", "::"].contains(address.host)
        let host = isEverywhere ? "\(Hosts.machine):\(address.port)" : address.description
        return "http://\(host)/" + (token.map { "?token=\($0)" } ?? "")
    }

    /// The port that the server listens on.
    public var port: Int { server.address.port }

    /// Starts serving, and loads the models in the background.
    public func start() throws {
        try server.start()
        models.load()
    }

    /// Stops the server: answers the received requests, and closes connections that are not finished after `grace` seconds.
    public func stop(grace: Double = 5) { server.stop(grace: grace) }

    /// Serves until SIGINT or SIGTERM, and then answers the requests it has received, for up to 25 seconds. A second signal ends
    /// the process at once.
    ///
    /// - Parameter ready: Called when the server has started, and the signals stop it gracefully.
    public func run(ready: () -> Void = {}) throws {
        Allocator.returnLargeBlocks()
        Memory.limitFragmentation()
        models.load()
        try server.run(grace: 25, ready: ready)
    }
}
