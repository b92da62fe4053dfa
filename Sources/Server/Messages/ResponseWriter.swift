import Foundation

/// Writes the body of a streamed response.
public final class ResponseWriter: Sendable {
    private let exchange: Exchange
    private let isChunked: Bool

    init(_ exchange: Exchange, isChunked: Bool) {
        (self.exchange, self.isChunked) = (exchange, isChunked)
    }

    /// Whether the client has gone.
    public var isCancelled: Bool { exchange.cancellation.isCancelled }

    /// Waits, and returns false as soon as the client has gone.
    public func wait(seconds: Double) -> Bool { exchange.cancellation.wait(seconds: seconds) }

    /// Sends bytes. Waits while the client is slower than the writer.
    ///
    /// - Throws: An error if the client has gone.
    public func write(_ bytes: some Collection<UInt8>) throws {
        guard !bytes.isEmpty else { return }
        try exchange.connection.write(framed(bytes), for: exchange)
    }

    /// Sends text.
    public func write(_ text: String) throws { try write(Array(text.utf8)) }

    func framed(_ bytes: some Collection<UInt8>) -> [UInt8] {
        guard isChunked else { return Array(bytes) }
        var chunk = Array((String(bytes.count, radix: 16) + "\r\n").utf8)
        chunk.append(contentsOf: bytes)
        chunk += [0x0D, 0x0A]
        return chunk
    }
}

/// The client has closed the connection.
struct Disconnected: Error, CustomStringConvertible {
    var description: String { "The client has closed the connection." }
}
