/// Decodes a body that is sent in chunks (RFC 9112, section 7.1).
struct ChunkDecoder: Sendable {
    private enum State {
        case size
        case data(Int)
        case dataEnd
        case trailers
    }

    private var state = State.size
    /// The bytes of all chunk extensions, which a client could send without end beside a body of a few bytes.
    private var extensionBytes = 0

    private static let longestLine = 256
    private static let malformed = Problem(400, "A chunk does not begin with its size in hexadecimal digits.")
    private static let longLine = Problem(400, "The extensions of the chunks are too long.")

    /// Decodes what `lines` holds. Returns whether the body is complete.
    mutating func decode(
        _ lines: inout LineBuffer, into body: inout [UInt8], trailers: inout Headers, limit: Int,
        limits: HTTPLimits
    ) throws(Problem) -> Bool {
        while true {
            switch state {
            case .size:
                guard
                    let (size, line) = try lines.next(
                        limit: Self.longestLine, tooLong: Self.longLine, Self.size)
                else { return false }
                extensionBytes += line
                guard extensionBytes <= 16384 else { throw Self.longLine }
                guard size <= limit - body.count else { throw .longBody(limit) }
                if size == 0 { lines.startBlock() }
                state = size == 0 ? .trailers : .data(size)
            case .data(let remaining):
                let taken = lines.take(upTo: remaining, into: &body)
                guard taken == remaining else {
                    state = .data(remaining - taken)
                    return false
                }
                state = .dataEnd
            case .dataEnd:
                let wrong = Problem(400, "A chunk is not followed by CR LF.")
                if let first = lines.first, first != 0x0D { throw wrong }
                let end = try lines.next(limit: 0, tooLong: wrong) { (line) throws(Problem) -> Bool in
                    line.isEmpty
                }
                guard end != nil else { return false }
                state = .size
            case .trailers:
                guard let isLast = try lines.nextField(into: &trailers, limits: limits) else { return false }
                guard isLast else { continue }
                for name in ["Content-Length", "Transfer-Encoding", "Host"] where trailers[name] != nil {
                    throw Problem(400, "The trailers contain \(name), which is allowed in the headers only.")
                }
                return true
            }
        }
    }

    /// Parses the size of a chunk and returns it with the number of bytes of the extensions.
    private static func size(_ line: UnsafeBufferPointer<UInt8>.SubSequence) throws(Problem) -> (Int, Int) {
        let digits = line.prefix { Characters.hexadecimal($0) != nil }
        guard !digits.isEmpty else { throw malformed }
        let rest = line[digits.endIndex...]
        guard rest.isEmpty || (rest.first == UInt8(ascii: ";") && rest.allSatisfy(Characters.isValue)) else {
            throw malformed
        }
        var size = 0
        for digit in digits {
            guard size < 1 << 55 else { throw Problem(413, "The size of a chunk is too large.") }
            size = size << 4 | Int(Characters.hexadecimal(digit) ?? 0)
        }
        return (size, rest.count)
    }
}
