/// The limits of requests.
public struct HTTPLimits: Sendable {
    /// The bytes of the request target. Longer ones give status 414.
    public var uri = 8192
    /// The bytes of all header fields, and of the trailers. More give status 431.
    public var headerBytes = 32768
    /// The number of header fields, and of trailers. More give status 431.
    public var headerCount = 100
    /// The bytes of the body where a route states no other limit. More give status 413.
    public var body = 1 << 20

    /// Creates limits.
    public init(uri: Int = 8192, headerBytes: Int = 32768, headerCount: Int = 100, body: Int = 1 << 20) {
        (self.uri, self.headerBytes, self.headerCount, self.body) = (uri, headerBytes, headerCount, body)
    }
}
