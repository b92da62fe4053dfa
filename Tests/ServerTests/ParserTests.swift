import Server
import ServerTestSupport
import Testing

/// What a parser finds, as text.
private func describe(_ head: RequestHead) -> String {
    let fields = head.headers.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
    let query = head.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    return
        "\(head.method) \(head.path) ?\(query) 1.\(head.minorVersion) [\(fields)] \(head.framing) keep=\(head.keepsAlive) continue=\(head.expectsContinue)"
}

/// Feeds pieces to a parser and returns its events, or the problem at the end.
func events(_ pieces: [ArraySlice<UInt8>], limits: HTTPLimits = HTTPLimits()) -> [String] {
    var parser = HTTPParser(limits: limits)
    var found: [String] = []
    do {
        for piece in pieces {
            parser.append(piece)
            while let event = try parser.next() {
                switch event {
                case .head(let head): found.append(describe(head))
                case .end(let body):
                    let trailers = parser.trailers.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
                    found.append("end \(String(decoding: body, as: UTF8.self)) \(trailers)")
                }
            }
        }
    } catch {
        found.append("problem \(error.status)")
    }
    return found
}

private func events(_ text: String, limits: HTTPLimits = HTTPLimits()) -> [String] {
    events([Array(text.utf8)[...]], limits: limits)
}

@Suite struct ParserTests {
    private func head(_ text: String) throws -> RequestHead {
        var parser = HTTPParser()
        parser.append(Array(text.utf8))
        guard case .head(let head)? = try parser.next() else { throw Client.Failure(description: "no head") }
        return head
    }

    @Test func requestsAreParsed() throws {
        #expect(
            events(Corpus.valid[1]) == [
                "GET /a/b c ?x=1&y=a b& 1.1 [Host=127.0.0.1:8080|Accept=*/*|X-Empty=|X-Blank=a b] none keep=true continue=false",
                "end  ",
            ])
        #expect(
            events(Corpus.valid[2]) == [
                "HEAD /x ? 1.1 [HOST=[::1]:80|Connection=Keep-Alive, close] none keep=false continue=false",
                "end  ",
            ])
        #expect(events(Corpus.valid[3])[0].hasPrefix("GET /abs ?q= 1.1"))
        #expect(events(Corpus.valid[5])[0] == "GET /old ? 1.0 [] none keep=false continue=false")
        #expect(events(Corpus.valid[6])[0].hasSuffix("none keep=true continue=false"))
        #expect(events(Corpus.valid[7])[1] == "end hello world ")
        #expect(events(Corpus.valid[9])[1] == "end hello world ")
        #expect(events(Corpus.valid[10])[1] == "end 0123456789 X-Sum=45|X-B=c")
        #expect(events(Corpus.valid[12])[0].hasSuffix("length(2) keep=true continue=true"))
        let head = try head(Corpus.valid[14])
        #expect(head.cookie("b") == "2" && head.cookie("c") == nil && head.headers["x-LATIN"] == "caf\u{E9}")
        #expect(try self.head(Corpus.valid[2]).host == "[::1]")
        #expect(try self.head(Corpus.valid[2]).port == 80)
        #expect(try self.head(Corpus.valid[1]).host == "127.0.0.1")
    }

    /// However the bytes are divided, the events are the same.
    @Test func everySplitGivesTheSame() {
        for text in Corpus.valid + [Corpus.pipelined] + Self.errors.map({ Self.complete($0.0) }) {
            let bytes = Array(text.utf8)
            let whole = events([bytes[...]])
            for at in 0...bytes.count {
                let split = events([bytes[..<at], bytes[at...]])
                #expect(split == whole, "split at \(at) of \(text.debugDescription)")
            }
            #expect(
                events(bytes.indices.map { bytes[$0...$0] }) == whole,
                "single bytes of \(text.debugDescription)")
        }
    }

    @Test func pipelinedRequestsFollowEachOther() {
        let found = events(Corpus.pipelined)
        #expect(found.filter { $0.hasPrefix("end") }.count == 6)
        #expect(found.count == 12)
    }

    /// The part before `|` is completed to a whole request if it has no empty line.
    static func complete(_ text: String) -> String {
        text.contains("\r\n\r\n") ? text : text + "\r\nHost: h\r\n\r\n"
    }

    static let errors: [(String, Int)] = [
        // The request line
        ("GET  / HTTP/1.1", 400), ("GET /  HTTP/1.1", 400), (" GET / HTTP/1.1", 400),
        ("GET / HTTP/1.1 ", 400),
        ("GET /", 400), ("GET / HTTP/1.1 x", 400), ("GET / http/1.1", 400), ("GET / HTTP/11", 400),
        ("GET / HTTP/1.", 400),
        ("GET / HTTP/x.1", 400), ("GET\t/ HTTP/1.1", 400), ("G\u{E9}T / HTTP/1.1", 400),
        ("GET /\u{E9} HTTP/1.1", 400),
        ("GET /\u{0} HTTP/1.1", 400), ("GET /#a HTTP/1.1", 400), ("GET / HTTP/2.0", 505),
        ("GET / HTTP/1.2", 505),
        ("PRI * HTTP/2.0", 505), ("TRACE / HTTP/1.1", 501), ("CONNECT a:1 HTTP/1.1", 501),
        ("get / HTTP/1.1", 501),
        ("BREW / HTTP/1.1", 501), ("GET * HTTP/1.1", 400), ("GET a HTTP/1.1", 400),
        ("GET ftp://h/ HTTP/1.1", 400),
        ("\u{16}\u{3}\u{1} / HTTP/1.1", 400), ("\r\n\r\nGET / HTTP/1.1", 400), ("@ / HTTP/1.1", 400),
        // Paths and queries
        ("GET /.. HTTP/1.1", 400), ("GET /a/../../b HTTP/1.1", 400), ("GET /%2e%2e/ HTTP/1.1", 400),
        ("GET /a%2fb HTTP/1.1", 400),
        ("GET /a%5cb HTTP/1.1", 400), ("GET /a\\b HTTP/1.1", 400), ("GET /%00 HTTP/1.1", 400),
        ("GET /%zz HTTP/1.1", 400),
        ("GET /%f HTTP/1.1", 400), ("GET /%ff HTTP/1.1", 400), ("GET /%c0%ae HTTP/1.1", 400),
        ("GET /?a=%f HTTP/1.1", 400),
        ("GET /?%ff HTTP/1.1", 400),
        // Lines
        ("GET / HTTP/1.1\nHost: h\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: h\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\n\n\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nA: b\u{0}c\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nA: b\u{7F}\r\n\r\n", 400),
        // Names
        ("GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: h\r\nA\t: b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\n: b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nA b: c\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nAb\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: h\r\n\tb\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nA(b): c\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\n\u{E9}: c\r\n\r\n", 400),
        // Host
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
        ("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", 400),
        // The length of the body
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\nx", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\nx", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\nx", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x1\r\n\r\nx", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1 \u{B}\r\n\r\nx", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \u{B}chunked\r\n\r\n", 400),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
            400
        ),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.0\r\n\r\n", 411),
        ("POST / HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\nContent-Length: 1\r\n\r\nx", 417),
    ]
    private static let chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test(arguments: errors) func errorsHaveTheirStatus(_ text: String, _ status: Int) {
        #expect(events(Self.complete(text)).last == "problem \(status)")
    }

    private static let long = String(repeating: "e", count: 400)
    private static let manyExtensions = String(
        repeating: "1;" + String(long.prefix(200)) + "\r\na\r\n", count: 100)
    private static let longTrailer = "0\r\nA: " + String(repeating: "x", count: 40000) + "\r\n\r\n"
    private static let manyTrailers = "0\r\n" + String(repeating: "A: x\r\n", count: 101) + "\r\n"

    private static let chunkErrors: [(String, Int)] = [
        ("\r\n", 400), ("x\r\n", 400), ("-1\r\n", 400), ("0x5\r\nhello\r\n", 400), ("5 \r\nhello\r\n", 400),
        (" 5\r\nhello\r\n", 400),
        ("5\nhello\r\n", 400), ("5\r\nhelloX\r\n", 400), ("5\r\nhello\n0\r\n\r\n", 400),
        ("5\r\nhello0\r\n\r\n", 400),
        ("5;a\u{0}\r\nhello\r\n", 400), ("ffffffffffffffff\r\n", 413), ("fffffffffffffffffffffff\r\n", 413),
        ("100001\r\n", 413),
        ("0\r\nContent-Length: 5\r\n\r\n", 400), ("0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("0\r\nHost: x\r\n\r\n", 400),
        ("0\r\nA : x\r\n\r\n", 400), ("0\r\n\n", 400), ("1;\(long)\r\n", 400),
        (manyExtensions, 400), (longTrailer, 431), (manyTrailers, 431),
    ]

    @Test(arguments: chunkErrors)
    func malformedChunksAreRefused(_ chunks: String, _ status: Int) {
        let bytes = Array((Self.chunked + chunks).utf8)
        #expect(events([bytes[...]]).last == "problem \(status)")
        #expect(events(bytes.indices.map { bytes[$0...$0] }).last == "problem \(status)")
    }

    @Test func limitsAreExact() {
        let limits = HTTPLimits(uri: 16, headerBytes: 60, headerCount: 3, body: 8)
        func status(_ text: String) -> String {
            let whole = events(text, limits: limits)
            let bytes = Array(text.utf8)
            #expect(events(bytes.indices.map { bytes[$0...$0] }, limits: limits) == whole)
            return whole.last ?? "nothing"
        }
        let host = "Host: h\r\n"
        #expect(status("GET /\(String(repeating: "a", count: 15)) HTTP/1.1\r\n\(host)\r\n") == "end  ")
        #expect(status("GET /\(String(repeating: "a", count: 16)) HTTP/1.1\r\n\(host)\r\n") == "problem 414")
        #expect(status("GET /\(String(repeating: "a", count: 1600))") == "problem 414")
        #expect(status("GET / HTTP/1.1\r\n\(host)A: 1\r\nB: 2\r\n\r\n") == "end  ")
        #expect(status("GET / HTTP/1.1\r\n\(host)A: 1\r\nB: 2\r\nC: 3\r\n\r\n") == "problem 431")
        #expect(status("GET / HTTP/1.1\r\n\(host)A: \(String(repeating: "x", count: 46))\r\n\r\n") == "end  ")
        #expect(
            status("GET / HTTP/1.1\r\n\(host)A: \(String(repeating: "x", count: 49))\r\n\r\n")
                == "problem 431")
        #expect(status("GET / HTTP/1.1\r\n\(host)A: \(String(repeating: "x", count: 4900))") == "problem 431")
        #expect(status("PUT / HTTP/1.1\r\n\(host)Content-Length: 8\r\n\r\n12345678") == "end 12345678 ")
        #expect(status("PUT / HTTP/1.1\r\n\(host)Content-Length: 9\r\n\r\n") == "problem 413")
        let chunked = "PUT / HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n"
        #expect(status(chunked + "4\r\n1234\r\n4\r\n5678\r\n0\r\n\r\n") == "end 12345678 ")
        #expect(status(chunked + "4\r\n1234\r\n5\r\n") == "problem 413")
    }

    @Test func theParserStaysAtItsError() {
        var parser = HTTPParser()
        parser.append(Array("GET / HTTP/9.9\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        for _ in 0..<3 { #expect(throws: Problem.self) { try parser.next() } }
    }

    @Test func theLimitOfABodyCanBeChanged() throws {
        var parser = HTTPParser(limits: HTTPLimits(body: 4))
        parser.append(Array(Corpus.valid[7].utf8))
        _ = try parser.next()
        parser.bodyLimit = 11
        guard case .end(let body)? = try parser.next() else {
            Issue.record("no end")
            return
        }
        #expect(body.count == 11)
        // The next request has the limit of the server again.
        parser.append(Array(Corpus.valid[7].utf8))
        _ = try parser.next()
        #expect(throws: Problem.self) { try parser.next() }
    }

    @Test func pathsAreNormalized() throws {
        func path(_ text: String) throws -> String { try RequestPath(text).description }
        #expect(try path("/a/./b//c/") == "/a/b/c/")
        #expect(try path("/a/x/../b") == "/a/b")
        #expect(try path("/a/%2e%2E/b") == "/b")
        #expect(try path("/%61%C3%A9") == "/a\u{E9}")
        #expect(try path("//") == "/")
        #expect(try path("/...") == "/...")
        #expect(try path("/a+b") == "/a+b")
        #expect(throws: Problem.self) { try path("") }
        #expect(throws: Problem.self) { try path("a") }
    }

    @Test func percentCodingGoesBothWays() {
        for text in ["", "a b", "\u{E9}/\u{1F600}", "100%", "+&=?#", "a-._~Z9"] {
            #expect(PercentCoding.decoded(PercentCoding.encoded(text)) == text)
        }
        #expect(PercentCoding.encoded("a b/\u{E9}") == "a%20b%2F%C3%A9")
        #expect(PercentCoding.decoded("a%2") == nil)
        #expect(PercentCoding.decoded("%ff") as String? == nil)
        #expect(PercentCoding.decoded("a+b", plusIsSpace: true) == "a b")
    }

    @Test func queriesAreDecoded() throws {
        let query = try Query("a=1&a=2&b&=c&&d=x=y&%C3%A9=%26")
        #expect(query["a"] == "1" && query.values("a") == ["1", "2"] && query["b"] == "" && query[""] == "c")
        #expect(query["d"] == "x=y" && query["\u{E9}"] == "&" && query["z"] == nil && query.count == 6)
        #expect(throws: Problem.self) { try Query(String(repeating: "a&", count: 1001)) }
    }

    @Test func problemsAreJSON() {
        let problem = Problem(400, "A \"quote\" \\ and\n<b>")
        #expect(
            problem.json
                == #"{"error": {"status": 400, "message": "A \"quote\" \\ and\n\u003cb>"}}"#)
        #expect(problem.description == "A \"quote\" \\ and\n<b>")
    }
}
