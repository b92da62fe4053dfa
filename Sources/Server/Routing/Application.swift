/// The application of a server, such as a `Router`.
public protocol Application: Sendable {
    /// Decides about a request before its body is read. It is called on the thread that serves all connections and
    /// must not block.
    ///
    /// - Throws: A `Problem` that becomes the response.
    func admit(_ head: RequestHead) throws -> Admission

    /// The header fields that all responses have, those to malformed requests too.
    var headers: Headers { get }

    /// Returns the response to an error of a handler.
    func problem(for error: any Error) -> Problem
}

extension Application {
    /// No fields.
    public var headers: Headers { [:] }

    /// Returns the error itself if it is a problem, or else status 500 with its description.
    public func problem(for error: any Error) -> Problem { Problem(describing: error) }
}

/// The decision about a request.
public enum Admission: Sendable {
    /// The response without a handler.
    case reply(Response)
    /// The handler runs on a worker thread once the body is complete. A body longer than `bodyLimit` gives status
    /// 413; nil stands for the limit of the server. Handlers that take long have workers of their own.
    case handle(bodyLimit: Int?, takesLong: Bool, @Sendable (Request) throws -> Response)
}
