import Foundation
import Server
import ServerTestSupport
import Testing

extension OverSockets {
    @Suite struct FileTests {
        private static let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 2) }

        private func withFiles(_ body: (Int, String) throws -> Void) throws {
            try withFolder { folder in
                let root = folder + "/root"
                try FileManager.default.createDirectory(
                    atPath: root + "/sub dir", withIntermediateDirectories: true)
                try Data(Self.content).write(to: URL(fileURLWithPath: root + "/a.wav"))
                try Data().write(to: URL(fileURLWithPath: root + "/empty.txt"))
                try Data("secret".utf8).write(to: URL(fileURLWithPath: folder + "/secret.txt"))
                try Data("secret".utf8).write(to: URL(fileURLWithPath: folder + "/root-secret.txt"))
                try Data("caf\u{E9}".utf8).write(to: URL(fileURLWithPath: root + "/sub dir/\u{E9}.txt"))
                try FileManager.default.createSymbolicLink(atPath: root + "/out", withDestinationPath: folder)
                try FileManager.default.createSymbolicLink(
                    atPath: root + "/out.txt", withDestinationPath: folder + "/secret.txt")
                try FileManager.default.createSymbolicLink(
                    atPath: root + "/in.wav", withDestinationPath: "a.wav")
                mkfifo(root + "/fifo", 0o600)
                try withServer { _ in
                } routes: { router in
                    router.get("/files/*path") { request in .file(try request.parameter("path"), root: root) }
                    // An application that does not use the router's decoded path.
                    router.get("/raw") { request in .file(request.query["p"] ?? "", root: root) }
                } _: { (_, port) throws in
                    try body(port, root)
                }
            }
        }

        @Test func wholeFiles() throws {
            try withFiles { (port, _) throws in
                let client = try Client(port)
                let answer = try client.get("/files/a.wav")
                #expect(
                    answer.status == 200 && answer.body == Self.content
                        && answer["Content-Type"] == "audio/wav")
                #expect(answer["Accept-Ranges"] == "bytes" && answer["ETag"]?.hasPrefix("\"") == true)
                #expect(answer["Last-Modified"]?.hasSuffix("GMT") == true)
                client.send("HEAD /files/a.wav HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let head = try client.answer(toHead: true)
                #expect(head["Content-Length"] == "100000" && head["ETag"] == answer["ETag"])
                #expect(try client.get("/files/sub%20dir/%C3%A9.txt").text == "caf\u{E9}")
                #expect(try client.get("/files/empty.txt").body.isEmpty)
                #expect(try client.get("/files/in.wav").body == Self.content)
            }
        }

        static let ranges: [(String, Range<Int>?, Int)] = [
            ("bytes=0-0", 0..<1, 206), ("bytes=0-", 0..<100_000, 206),
            ("bytes=99999-", 99_999..<100_000, 206),
            ("bytes=10-19", 10..<20, 206), ("bytes=-1", 99_999..<100_000, 206),
            ("bytes=-200000", 0..<100_000, 206),
            ("bytes=5-999999999", 5..<100_000, 206), ("bytes=5-99999999999999999999999", 5..<100_000, 206),
            ("Bytes= 7-8 ", 7..<9, 206), ("bytes=100000-", nil, 416), ("bytes=200000-300000", nil, 416),
            ("bytes=-0", nil, 416),
            ("bytes=99999999999999999999-", nil, 416), ("bytes=0-1,5-6", nil, 200), ("bytes=9-5", nil, 200),
            ("bytes=-", nil, 200),
            ("bytes=a-b", nil, 200), ("bytes=1", nil, 200), ("lines=0-1", nil, 200), ("bytes=--1", nil, 200),
            ("bytes=1-2-3", nil, 200),
        ]

        @Test func singleRanges() throws {
            try withFiles { (port, _) throws in
                let client = try Client(port)
                for (text, range, status) in Self.ranges {
                    let answer = try client.get("/files/a.wav", "Range: \(text)\r\n")
                    #expect(answer.status == status, "\(text)")
                    if let range {
                        #expect(answer.body == Array(Self.content[range]), "\(text)")
                        #expect(
                            answer["Content-Range"]
                                == "bytes \(range.lowerBound)-\(range.upperBound - 1)/100000")
                    } else if status == 416 {
                        #expect(
                            answer["Content-Range"] == "bytes */100000"
                                && answer.text.contains("100000 bytes"))
                    } else {
                        #expect(answer.body == Self.content, "\(text)")
                    }
                }
                #expect(try client.get("/files/empty.txt", "Range: bytes=0-\r\n").status == 416)
            }
        }

        @Test func conditions() throws {
            try withFiles { (port, root) throws in
                let client = try Client(port)
                let first = try client.get("/files/a.wav")
                let (tag, date) = (try #require(first["ETag"]), try #require(first["Last-Modified"]))
                let old = "Sun, 06 Nov 1994 08:49:37 GMT"
                for (header, status) in [
                    ("If-None-Match: \(tag)", 304), ("If-None-Match: \"x\", W/\(tag)", 304),
                    ("If-None-Match: *", 304),
                    ("If-None-Match: \"x\"", 200), ("If-Modified-Since: \(date)", 304),
                    ("If-Modified-Since: \(old)", 200),
                    ("If-Modified-Since: nonsense", 200),
                    ("If-None-Match: \"x\"\r\nIf-Modified-Since: \(date)", 200),
                    ("Range: bytes=0-1\r\nIf-Range: \(tag)", 206),
                    ("Range: bytes=0-1\r\nIf-Range: \"x\"", 200),
                    ("Range: bytes=0-1\r\nIf-Range: \(date)", 206),
                    ("Range: bytes=0-1\r\nIf-None-Match: \(tag)", 304),
                ] {
                    let answer = try client.get("/files/a.wav", header + "\r\n")
                    #expect(answer.status == status, "\(header)")
                    if status == 304 { #expect(answer.body.isEmpty && answer["ETag"] == tag) }
                }
                try Data("new".utf8).write(to: URL(fileURLWithPath: root + "/a.wav"))
                #expect(try client.get("/files/a.wav", "If-None-Match: \(tag)\r\n").text == "new")
            }
        }

        static let attacks = [
            "..", "../secret.txt", "../../etc/passwd", "%2e%2e/secret.txt", "%2e%2e%2fsecret.txt",
            "..%2fsecret.txt",
            "..%5csecret.txt", "..\\secret.txt", "sub%20dir/../../secret.txt", "./../secret.txt",
            "%252e%252e/secret.txt",
            "..%c0%afsecret.txt", "%c0%ae%c0%ae/secret.txt", "%uff0e%uff0e/secret.txt", "....//secret.txt",
            "..;/secret.txt",
            "..%00/secret.txt", "a.wav%00.txt", "/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd",
            "out/secret.txt", "out.txt",
            "out/root/../secret.txt", "../root-secret.txt", "out", "fifo", "sub%20dir", "", "a.wav/",
            "a.wav/..", "proc/self/environ",
            "..%ff/secret.txt", "%2e%2e", "%2e", "~root", "a.wav%2f..%2f..%2fsecret.txt", ".%2e/secret.txt",
            "..%09/secret.txt",
            "%e2%80%a5/secret.txt", "..%e2%88%95secret.txt", "file:///etc/passwd",
        ]

        @Test func pathsCannotLeaveTheFolder() throws {
            try withFiles { (port, root) throws in
                for attack in Self.attacks {
                    for prefix in ["/files/", "/files/x/../"] {
                        let answer = try Client(port).get(prefix + attack)
                        let isOwn = answer.status == 200 && answer.body == Self.content
                        #expect(
                            [400, 404, 303].contains(answer.status) || (isOwn && attack.hasPrefix("a.wav")),
                            "\(prefix)\(attack) \(answer.status)")
                        #expect(
                            !answer.text.contains("secret\n") && !answer.text.hasPrefix("secret")
                                && !answer.text.contains("root:"))
                    }
                }
                let client = try Client(port)
                for path in [
                    "../secret.txt", "/etc/passwd", "sub dir/../../secret.txt", "./a.wav", "",
                    "out/secret.txt", "a.wav/", "..",
                    "sub dir//\u{E9}.txt", "a.wav\u{0}", root + "/a.wav", "fifo", "sub dir",
                ] {
                    #expect(try client.get("/raw?p=" + PercentCoding.encoded(path)).status == 404, "\(path)")
                }
                #expect(try client.get("/raw?p=a.wav").body == Self.content)
            }
        }

        /// A slow client of a large file waits for nobody, and nobody waits for it.
        @Test func largeFiles() throws {
            try withFiles { (port, root) throws in
                let size = 64 << 20
                try Data().write(to: URL(fileURLWithPath: root + "/large.bin"))
                let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: root + "/large.bin"))
                try handle.truncate(atOffset: UInt64(size))
                try handle.seek(toOffset: UInt64(size - 3))
                try handle.write(contentsOf: Data("end".utf8))
                try handle.close()
                let before = residentBytes
                let slow = try (0..<8).map { _ in try Client(port, timeout: 20, receiveBuffer: 8192) }
                for client in slow { client.send("GET /files/large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n") }
                for _ in 0..<20 { #expect(try Client(port).get("/files/empty.txt").status == 200) }
                #expect(residentBytes - before < 16 << 20)
                var total = 0
                let client = try Client(port, timeout: 20)
                client.send("GET /files/large.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                #expect(try client.head()["Content-Length"] == "\(size)")
                var bytes = [UInt8](repeating: 0, count: 1 << 16)
                total = client.buffer.count
                while case let count = recv(client.socket, &bytes, bytes.count, 0), count > 0 {
                    total += count
                }
                #expect(total == size)
            }
        }
    }
}
