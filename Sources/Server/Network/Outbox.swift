import Foundation

/// What is to be sent on a connection.
struct Outbox {
    private enum Item {
        case bytes([UInt8])
        case file(OpenFile, Range<Int>)
    }

    /// How sending went.
    enum Result {
        /// Everything is sent.
        case empty
        /// The client is slower, or the rest must be sent by the event loop.
        case waiting
        /// The connection is broken.
        case failed
    }

    private var items: [Item] = []
    private var offset = 0
    /// The number of bytes that wait in memory.
    private(set) var bytes = 0

    var isEmpty: Bool { items.isEmpty }

    mutating func append(_ new: [UInt8]) {
        guard !new.isEmpty else { return }
        bytes += new.count
        // Small pieces are sent together.
        if case .bytes(var last)? = items.last, last.count + new.count <= 65536 {
            items[items.count - 1] = .bytes([])
            last += new
            items[items.count - 1] = .bytes(last)
        } else {
            items.append(.bytes(new))
        }
    }

    mutating func append(_ file: OpenFile, _ range: Range<Int>) {
        if !range.isEmpty { items.append(.file(file, range)) }
    }

    mutating func removeAll() { self = Outbox() }

    /// Sends as much as the socket takes, but no more than about 1 MB, so that all connections have their turn.
    ///
    /// - Parameter files: Whether to send files. `sendfile` raises SIGPIPE, which only the event loop blocks.
    mutating func send(to socket: Int32, files: Bool) -> (Result, progress: Bool) {
        var sent = 0
        while let item = items.first {
            if sent >= 1 << 20 { return (.waiting, true) }
            let count: Int
            switch item {
            case .bytes(let buffer):
                let more = items.count > 1 ? Int32(MSG_MORE) : 0
                count = buffer.withUnsafeBytes { buffer in
                    Foundation.send(
                        socket, buffer.baseAddress.map { $0 + offset }, buffer.count - offset,
                        Int32(MSG_NOSIGNAL) | more)
                }
                if count > 0 {
                    bytes -= count
                    offset += count
                    if offset == buffer.count {
                        items.removeFirst()
                        offset = 0
                    }
                }
            case .file(let file, let range):
                guard files else { return (.waiting, sent > 0) }
                var position = off_t(range.lowerBound)
                count = sendfile(socket, file.descriptor, &position, min(range.count, 1 << 19))
                // The file has become shorter than the response has promised.
                if count == 0 { return (.failed, sent > 0) }
                if count > 0 {
                    let rest = range.lowerBound + count..<range.upperBound
                    if rest.isEmpty { items.removeFirst() } else { items[0] = .file(file, rest) }
                }
            }
            if count < 0 {
                if errno == EINTR { continue }
                return (errno == EAGAIN ? .waiting : .failed, sent > 0)
            }
            sent += count
        }
        return (.empty, sent > 0)
    }
}
