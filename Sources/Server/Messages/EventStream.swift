/// Writes server-sent events.
public final class EventStream: Sendable {
    private let writer: ResponseWriter
    /// The id of the last event that the client has received before it lost the connection.
    public let lastEventID: String?

    init(_ writer: ResponseWriter, lastEventID: String?) {
        (self.writer, self.lastEventID) = (writer, lastEventID)
    }

    /// Whether the client has gone or the server stops.
    public var isCancelled: Bool { writer.isCancelled }

    /// Waits, and returns false as soon as the client has gone or the server stops.
    public func wait(seconds: Double) -> Bool { writer.wait(seconds: seconds) }

    /// Sends an event. Waits while the client is slower than the writer.
    ///
    /// - Parameters:
    ///   - data: The data; it may have several lines.
    ///   - event: The type of the event; nil stands for "message".
    ///   - id: The id that the client repeats as `Last-Event-ID` when it connects again.
    ///   - retry: The milliseconds after which the client shall connect again.
    /// - Throws: An error if the client has gone, and a `Problem` if `event` or `id` has a line break.
    public func send(_ data: String, event: String? = nil, id: String? = nil, retry: Int? = nil) throws {
        try writer.write(Self.text(data, event: event, id: id, retry: retry))
    }

    /// The heartbeat: a comment.
    static let comment = Array(":\n\n".utf8)

    static func text(_ data: String, event: String?, id: String?, retry: Int?) throws(Problem) -> String {
        var text = ""
        for (name, value) in [("event", event), ("id", id), ("retry", retry.map(String.init))] {
            guard let value else { continue }
            guard !value.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else {
                throw Problem(
                    500,
                    "The \(name) of an event is \(shown(value)). It must not contain a line break or NUL.")
            }
            text += "\(name): \(value)\n"
        }
        // CR LF, CR and LF all end a line of the stream.
        let lines = data.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        for line in lines.split(separator: "\n", omittingEmptySubsequences: false) {
            text += "data: \(line)\n"
        }
        return text + "\n"
    }
}
