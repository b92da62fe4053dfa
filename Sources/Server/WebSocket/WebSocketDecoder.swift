/// Decodes the frames of a client into messages.
struct WebSocketDecoder {
    enum Event {
        case message(WebSocket.Message)
        case ping([UInt8])
        case pong
        case close(code: Int?, reason: String)
    }

    private struct Frame {
        let isFinal: Bool
        let opcode: WebSocketFrame.Opcode
        let mask: [UInt8]
        var read = 0
        let count: Int
    }

    private let limit: Int
    private var buffer: [UInt8] = []
    private var position = 0
    private var frame: Frame?
    private var control: [UInt8] = []
    private var message: [UInt8] = []
    /// The kind of the message of which fragments have arrived.
    private var kind: WebSocketFrame.Opcode?

    /// - Parameter limit: The bytes of a message.
    init(limit: Int) { self.limit = max(0, limit) }

    mutating func append(_ bytes: some Collection<UInt8>) {
        if position == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 16)
            position = 0
        } else if position > 1 << 16 {
            buffer.removeFirst(position)
            position = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// Returns the next event, or nil if more bytes are needed.
    mutating func next() throws(WebSocketError) -> Event? {
        while true {
            if frame == nil { frame = try header() }
            guard var current = frame else { return nil }
            unmask(&current)
            frame = current
            guard current.read == current.count else { return nil }
            frame = nil
            if let event = try end(of: current) { return event }
        }
    }

    /// Reads the header of a frame and checks it before the payload arrives.
    private mutating func header() throws(WebSocketError) -> Frame? {
        let available = buffer.count - position
        guard available >= 2 else { return nil }
        let (first, second) = (buffer[position], buffer[position + 1])
        guard first & 0x70 == 0 else { throw Self.violation("A reserved bit is set.") }
        guard let opcode = WebSocketFrame.Opcode(rawValue: first & 0x0F) else {
            throw Self.violation("The opcode \(first & 0x0F) is reserved.")
        }
        guard second & 0x80 != 0 else { throw Self.violation("A frame from the client is not masked.") }
        let isFinal = first & 0x80 != 0
        let short = Int(second & 0x7F)
        let lengthBytes = short == 126 ? 2 : short == 127 ? 8 : 0
        if opcode.isControl {
            guard isFinal, lengthBytes == 0 else {
                throw Self.violation("A control frame is fragmented or too long.")
            }
        } else if (opcode == .continuation) == (kind == nil) {
            throw Self.violation(
                kind == nil
                    ? "A continuation frame follows no message." : "A message begins within another message.")
        }
        guard available >= 6 + lengthBytes else { return nil }
        var count = UInt64(short)
        if lengthBytes > 0 {
            count = buffer[(position + 2)..<(position + 2 + lengthBytes)].reduce(0) { $0 << 8 | UInt64($1) }
            guard count >= (lengthBytes == 2 ? 126 : 65536), count < 1 << 63 else {
                throw Self.violation("The length of a frame is not in its shortest form.")
            }
        }
        guard opcode.isControl || count <= UInt64(limit - message.count) else {
            throw WebSocketError(code: 1009, message: "A message is longer than \(shown(bytes: limit)).")
        }
        let maskStart = position + 2 + lengthBytes
        position = maskStart + 4
        if !opcode.isControl, opcode != .continuation { kind = opcode }
        control = []
        return Frame(
            isFinal: isFinal, opcode: opcode, mask: Array(buffer[maskStart..<position]), count: Int(count))
    }

    private mutating func unmask(_ frame: inout Frame) {
        let count = min(frame.count - frame.read, buffer.count - position)
        guard count > 0 else { return }
        let (start, phase, mask) = (position, frame.read, frame.mask)
        buffer.withUnsafeMutableBufferPointer { buffer in
            for i in 0..<count { buffer[start + i] ^= mask[(phase + i) & 3] }
        }
        if frame.opcode.isControl {
            control += buffer[start..<start + count]
        } else {
            message += buffer[start..<start + count]
        }
        position += count
        frame.read += count
    }

    private mutating func end(of frame: Frame) throws(WebSocketError) -> Event? {
        switch frame.opcode {
        case .ping: return .ping(control)
        case .pong: return .pong
        case .close: return try close()
        case .continuation, .text, .binary:
            guard frame.isFinal else { return nil }
            defer { (message, kind) = ([], nil) }
            if kind == .binary { return .message(.binary(message)) }
            guard let text = String(validating: message, as: UTF8.self) else {
                throw WebSocketError(code: 1007, message: "A text message is not UTF-8.")
            }
            return .message(.text(text))
        }
    }

    private func close() throws(WebSocketError) -> Event {
        if control.isEmpty { return .close(code: nil, reason: "") }
        guard control.count >= 2 else { throw Self.violation("The code of a close frame is incomplete.") }
        let code = Int(control[0]) << 8 | Int(control[1])
        guard WebSocketFrame.isValid(code: code) else {
            throw Self.violation("The close code \(code) is not allowed.")
        }
        guard let reason = String(validating: control[2...], as: UTF8.self) else {
            throw WebSocketError(code: 1007, message: "The reason of a close frame is not UTF-8.")
        }
        return .close(code: code, reason: reason)
    }

    private static func violation(_ message: String) -> WebSocketError {
        WebSocketError(code: 1002, message: message)
    }
}
