/// Finds the handler of a request by its method and path.
///
/// Of several patterns that match, the one with the earlier literal is taken. A route for GET answers HEAD, too, and
/// OPTIONS is answered with the allowed methods.
public struct Router: Application {
    /// Handles a request on a worker thread.
    public typealias Handler = @Sendable (Request) throws -> Response

    private struct Route: Sendable {
        let method: String
        let pattern: RoutePattern
        let bodyLimit: Int?
        let accepts: [String]
        let takesLong: Bool
        let handler: Handler
    }

    private var routes: [Route] = []
    /// Who may send requests; nil lets everybody.
    public var security: Security?
    /// Returns the error that is reported to the client for an error of a handler.
    public var problem: @Sendable (any Error) -> Problem = { Problem(describing: $0) }

    /// Creates a router without routes.
    public init(security: Security? = Security()) { self.security = security }

    /// Adds a route. Two routes for the same method and paths are an error of the program.
    ///
    /// - Parameters:
    ///   - pattern: The path; `:name` stands for a segment, and `*path` at the end for one or more.
    ///   - bodyLimit: The bytes of the body; nil stands for the limit of the server.
    ///   - accepts: The media types of the body. Others give status 415, and a request without a length 411. Empty
    ///     accepts everything.
    ///   - takesLong: Whether the handler may take long. Such handlers have workers of their own, so that others do not
    ///     wait for them.
    public mutating func on(
        _ method: String, _ pattern: String, bodyLimit: Int? = nil, accepts: [String] = [],
        takesLong: Bool = false, _ handler: @escaping Handler
    ) {
        let route = Route(
            method: method, pattern: RoutePattern(pattern), bodyLimit: bodyLimit, accepts: accepts,
            takesLong: takesLong, handler: handler)
        precondition(
            RequestHead.methods.contains(method), "Router: the server does not support the method \(method)")
        precondition(
            !routes.contains { $0.method == method && $0.pattern.shape == route.pattern.shape },
            "Router: there are two routes for \(method) \(pattern)")
        let index = routes.firstIndex { $0.pattern.rank > route.pattern.rank } ?? routes.endIndex
        routes.insert(route, at: index)
    }

    /// Adds a route for GET and HEAD.
    public mutating func get(_ pattern: String, takesLong: Bool = false, _ handler: @escaping Handler) {
        on("GET", pattern, takesLong: takesLong, handler)
    }

    /// Adds a route for POST.
    public mutating func post(
        _ pattern: String, bodyLimit: Int? = nil, accepts: [String] = [], takesLong: Bool = false,
        _ handler: @escaping Handler
    ) {
        on("POST", pattern, bodyLimit: bodyLimit, accepts: accepts, takesLong: takesLong, handler)
    }

    /// Adds a route for DELETE.
    public mutating func delete(_ pattern: String, _ handler: @escaping Handler) {
        on("DELETE", pattern, handler)
    }

    /// The header fields of `security`.
    public var headers: Headers { security?.headers ?? ["X-Content-Type-Options": "nosniff"] }

    /// Returns the result of `problem` for an error.
    public func problem(for error: any Error) -> Problem { problem(error) }

    /// Checks the security, the route and the type of the body.
    public func admit(_ head: RequestHead) throws -> Admission {
        if let response = try security?.check(head) { return .reply(response) }
        let segments = head.path.segments
        if head.target == "*" {
            return .reply(Response(status: 204, headers: ["Allow": allow(RequestHead.methods)]))
        }
        let wanted = head.method == "HEAD" ? ["HEAD", "GET"] : [head.method]
        var others: Set<String> = []
        for route in routes {
            guard let parameters = route.pattern.match(segments) else { continue }
            guard wanted.contains(route.method) else {
                others.insert(route.method)
                continue
            }
            try check(head, route)
            return .handle(bodyLimit: route.bodyLimit, takesLong: route.takesLong) {
                [handler = route.handler] request in
                var request = request
                request.parameters = parameters
                return try handler(request)
            }
        }
        guard !others.isEmpty else {
            throw Problem(404, "There is nothing at \(shown(head.path.description)).")
        }
        let allowed = allow(others)
        if head.method == "OPTIONS" { return .reply(Response(status: 204, headers: ["Allow": allowed])) }
        throw Problem(405, "\(head.path) allows \(allowed), not \(head.method).", headers: ["Allow": allowed])
    }

    private func allow(_ methods: Set<String>) -> String {
        methods.union(methods.contains("GET") ? ["HEAD", "OPTIONS"] : ["OPTIONS"]).sorted().joined(
            separator: ", ")
    }

    private func check(_ head: RequestHead, _ route: Route) throws(Problem) {
        if let coding = head.headers["Content-Encoding"], !Headers.isEqual(coding, "identity") {
            throw Problem(
                415, "The content encoding \(shown(coding)) is not supported.",
                headers: ["Accept-Encoding": "identity"])
        }
        guard !route.accepts.isEmpty else { return }
        if head.framing == .none { throw .noLength }
        guard let type = head.contentType, route.accepts.contains(type) else {
            throw Problem(
                415,
                "The content type of the body is \(shown(head.contentType ?? "unknown")). It must be \(route.accepts.joined(separator: " or "))."
            )
        }
    }
}
