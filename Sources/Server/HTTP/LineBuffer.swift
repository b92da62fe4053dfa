import Foundation

/// Bytes that were received, read as lines that end with CR LF or as blocks.
struct LineBuffer: Sendable {
    private var bytes: [UInt8] = []
    private var position = 0
    /// Up to where there is no line feed.
    private var scanned = 0
    /// The bytes of the lines since `startBlock`.
    private var blockBytes = 0

    var count: Int { bytes.count - position }
    var isEmpty: Bool { count == 0 }
    var first: UInt8? { isEmpty ? nil : bytes[position] }

    mutating func append(_ new: some Collection<UInt8>) {
        compact()
        bytes.append(contentsOf: new)
    }

    mutating func takeAll() -> [UInt8] {
        defer { self = LineBuffer() }
        return Array(bytes[position...])
    }

    /// Releases the memory of what has been read.
    mutating func compact() {
        if position == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= 4096)
            (position, scanned) = (0, 0)
        } else if position >= 16384 {
            bytes.removeFirst(position)
            scanned -= position
            position = 0
        }
    }

    /// Starts counting the bytes of lines for `nextField`.
    mutating func startBlock() { blockBytes = 0 }

    /// Moves up to `limit` bytes to `target` and returns their number.
    mutating func take(upTo limit: Int, into target: inout [UInt8]) -> Int {
        let taken = min(limit, count)
        target.append(contentsOf: bytes[position..<position + taken])
        position += taken
        scanned = position
        return taken
    }

    /// Reads a line and passes it, without CR LF, to `read`. Returns nil if the line is not complete.
    mutating func next<T>(
        limit: Int, tooLong: @autoclosure () -> Problem,
        _ read: (UnsafeBufferPointer<UInt8>.SubSequence) throws(Problem) -> T
    ) throws(Problem) -> T? {
        let (start, from, end) = (position, max(scanned, position), bytes.count)
        let found: Result<(T, Int)?, Problem> = bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, from < end, let feed = memchr(base + from, 0x0A, end - from)
            else {
                // One more for the CR.
                return end - start - 1 > limit ? .failure(tooLong()) : .success(nil)
            }
            let line = base.distance(to: feed.assumingMemoryBound(to: UInt8.self))
            if line - 1 - start > limit { return .failure(tooLong()) }
            guard line > start, buffer[line - 1] == 0x0D else {
                return .failure(Problem(400, "A line ends with LF alone. It must end with CR LF."))
            }
            do throws(Problem) {
                return .success((try read(buffer[start..<line - 1]), line + 1))
            } catch {
                return .failure(error)
            }
        }
        guard let (value, next) = try found.get() else {
            scanned = end
            return nil
        }
        blockBytes += next - position
        (position, scanned) = (next, next)
        return value
    }

    /// Reads a header field into `headers`. Returns true at the empty line after the last one, and nil if the line
    /// is not complete.
    mutating func nextField(into headers: inout Headers, limits: HTTPLimits) throws(Problem) -> Bool? {
        let room = limits.headerBytes - blockBytes
        var target = headers
        headers = Headers()
        defer { headers = target }
        return try next(limit: max(0, room), tooLong: .longHeaders(limits)) {
            (line) throws(Problem) -> Bool in
            if line.isEmpty { return true }
            guard target.count < limits.headerCount else {
                throw Problem(431, "The request has more than \(limits.headerCount) header fields.")
            }
            try target.add(line: line)
            return false
        }
    }
}
