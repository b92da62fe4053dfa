import Foundation

/// A request with its complete body.
public struct Request: Sendable {
    /// The request line and the header fields.
    public let head: RequestHead
    /// The body.
    public let body: [UInt8]
    /// The trailers of a chunked body.
    public let trailers: Headers
    /// The address of the client without its port.
    public let client: String
    /// The values of the parameters of the route's pattern.
    public internal(set) var parameters: [String: String] = [:]

    let cancellation: Cancellation

    init(head: RequestHead, body: [UInt8], trailers: Headers, client: String, cancellation: Cancellation) {
        (self.head, self.body, self.trailers, self.client) = (head, body, trailers, client)
        self.cancellation = cancellation
    }

    /// The method, such as "GET".
    public var method: String { head.method }
    /// The decoded path.
    public var path: RequestPath { head.path }
    /// The decoded query.
    public var query: Query { head.query }
    /// The header fields.
    public var headers: Headers { head.headers }

    /// Whether the client has gone or the server has run out of time to stop. Handlers that work for long should
    /// look at it and return.
    public var isCancelled: Bool { cancellation.isCancelled }

    /// Waits, and returns false as soon as the request is canceled.
    public func wait(seconds: Double) -> Bool { cancellation.wait(seconds: seconds) }

    /// Returns the value of a parameter of the route's pattern.
    ///
    /// - Throws: A `Problem` of status 500 if the pattern has no such parameter.
    public func parameter(_ name: String) throws -> String {
        guard let value = parameters[name] else {
            throw Problem(500, "The route has no parameter \(shown(name)).")
        }
        return value
    }

    /// Returns the body as text.
    ///
    /// - Throws: A `Problem` of status 400 if the body is not UTF-8.
    public func text() throws -> String {
        guard let text = String(validating: body, as: UTF8.self) else {
            throw Problem(400, "The body is not UTF-8.")
        }
        return text
    }

    /// Decodes a JSON body.
    ///
    /// - Throws: A `Problem` of status 415 if the body is not declared as JSON, and 400 if it does not decode.
    public func json<T: Decodable>(_ type: T.Type = T.self) throws -> T {
        guard head.contentType == "application/json" else {
            throw Problem(
                415,
                "The body is \(shown(head.contentType ?? "of unknown type")). It must be application/json.")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw Problem(400, "The body is not the JSON that is expected: \(error)")
        }
    }

    /// Parses a body of type `multipart/form-data`.
    ///
    /// - Throws: A `Problem` of status 415, 400 or 413.
    public func multipart(limits: Multipart.Limits = Multipart.Limits()) throws -> Multipart {
        try Multipart(body, contentType: headers["Content-Type"] ?? "", limits: limits)
    }
}
