/// Requests that the parser accepts.
enum Corpus {
    static let valid: [String] = [
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /a/b%20c?x=1&y=a+b%26 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: */*\r\nX-Empty:\r\nX-Blank: \t a b \t\r\n\r\n",
        "\r\nHEAD /x HTTP/1.1\r\nHOST: [::1]:80\r\nConnection: Keep-Alive, close\r\n\r\n",
        "GET http://localhost:81/abs?q HTTP/1.1\r\nHost: localhost:81\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /old HTTP/1.0\r\n\r\n",
        "GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nContent-Type: text/plain\r\n\r\nhello world",
        "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
        "PUT /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=\"b\"\r\n world\r\n0\r\n\r\n",
        "PATCH /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n00A\r\n0123456789\r\n0\r\nX-Sum: 45\r\nX-B: c\r\n\r\n",
        "DELETE /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
        "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        "GET /h HTTP/1.1\r\nHost: h\r\nX-Latin: caf\u{E9}\r\nCookie: a=1; b=2\r\n\r\n",
    ]

    /// Several requests on one connection.
    static let pipelined = valid[0] + valid[7] + valid[9] + valid[8] + valid[10] + valid[2]
}
