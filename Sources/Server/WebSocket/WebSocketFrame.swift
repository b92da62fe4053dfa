/// The frames of a WebSocket (RFC 6455, section 5).
enum WebSocketFrame {
    /// What a frame contains.
    enum Opcode: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        var isControl: Bool { rawValue >= 8 }
    }

    /// Returns a frame as servers send it: whole and without a mask.
    static func bytes(_ opcode: Opcode, _ payload: some Collection<UInt8>) -> [UInt8] {
        let count = payload.count
        var frame: [UInt8] = []
        frame.reserveCapacity(count + 10)
        frame.append(0x80 | opcode.rawValue)
        switch count {
        case ..<126: frame.append(UInt8(count))
        case ..<65536: frame += [126, UInt8(count >> 8), UInt8(count & 0xFF)]
        default:
            frame.append(127)
            for shift in stride(from: 56, through: 0, by: -8) {
                frame.append(UInt8(truncatingIfNeeded: count >> shift))
            }
        }
        frame.append(contentsOf: payload)
        return frame
    }

    /// Returns a close frame. The reason is cut to the 123 bytes that fit.
    static func close(_ code: Int, _ reason: String) -> [UInt8] {
        var reason = Substring(reason)
        while reason.utf8.count > 123 { reason.removeLast() }
        return bytes(.close, [UInt8(code >> 8 & 0xFF), UInt8(code & 0xFF)] + Array(reason.utf8))
    }

    /// Whether a close frame may contain a code.
    static func isValid(code: Int) -> Bool {
        (1000...1003).contains(code) || (1007...1014).contains(code) || (3000...4999).contains(code)
    }
}

/// A violation of the protocol by the client. The code is that of the close frame.
struct WebSocketError: Error {
    let code: Int
    let message: String
}
