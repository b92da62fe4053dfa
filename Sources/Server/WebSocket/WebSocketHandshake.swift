import Foundation

/// The handshake of a WebSocket (RFC 6455, section 4.2).
enum WebSocketHandshake {
    /// Checks a request and returns the header fields of the response.
    static func headers(for head: RequestHead, protocols: [String]) throws(Problem) -> Headers {
        guard head.method == "GET", head.minorVersion == 1,
            head.headers.list("Connection").contains("upgrade"),
            head.headers.list("Upgrade").contains("websocket")
        else {
            throw Problem(
                426, "This address accepts only WebSocket connections.",
                headers: ["Upgrade": "websocket", "Sec-WebSocket-Version": "13"])
        }
        guard head.headers["Sec-WebSocket-Version"] == "13" else {
            throw Problem(426, "The WebSocket version must be 13.", headers: ["Sec-WebSocket-Version": "13"])
        }
        let keys = head.headers.values("Sec-WebSocket-Key")
        guard keys.count == 1, let key = keys.first, Data(base64Encoded: key)?.count == 16 else {
            throw Problem(400, "The Sec-WebSocket-Key must be 16 bytes in base64.")
        }
        var headers: Headers = ["Upgrade": "websocket", "Sec-WebSocket-Accept": accept(key)]
        // Names of protocols are case-sensitive.
        let offered = head.headers.values("Sec-WebSocket-Protocol").flatMap { $0.split(separator: ",") }
            .map { $0.trimmingBlanks() }
        if let chosen = offered.first(where: protocols.contains) {
            headers.add("Sec-WebSocket-Protocol", chosen)
        }
        return headers
    }

    /// Returns the answer to the key of a client.
    static func accept(_ key: String) -> String {
        Data(SHA1.hash((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)).base64EncodedString()
    }
}
