import Foundation
import Server
import ServerTestSupport
import Testing

@Suite struct MultipartTests {
    private static let type = "multipart/form-data; boundary=XyZ"

    private func parse(_ text: String, _ type: String = type, limits: Multipart.Limits = .init()) throws
        -> Multipart
    {
        try Multipart(Array(text.utf8), contentType: type, limits: limits)
    }

    private func part(_ disposition: String, _ body: String = "x") -> String {
        "--XyZ\r\nContent-Disposition: \(disposition)\r\n\r\n\(body)\r\n--XyZ--\r\n"
    }

    @Test func formsAreParsed() throws {
        let body =
            "preamble\r\n--XyZ\r\nContent-Disposition: form-data; name=\"speaker\"\r\n\r\nAnna\r\n--XyZ  \r\ncontent-disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".wav\"\r\nContent-Type: audio/WAV; x=y\r\n\r\nRIFF\r\n--Xy\r\n\r\n--XyZ\r\nContent-Disposition: form-data; name=empty\r\n\r\n\r\n--XyZ--\r\nepilogue"
        let form = try parse(body)
        #expect(form.parts.map(\.name) == ["speaker", "file", "empty"])
        #expect(
            form["speaker"]?.text == "Anna" && form["speaker"]?.contentType == "text/plain"
                && form["speaker"]?.filename == nil)
        #expect(form["file"]?.filename == "a \"b\".wav" && form["file"]?.contentType == "audio/wav")
        #expect(
            form["file"]?.text == "RIFF\r\n--Xy\r\n" && form["empty"]?.body.isEmpty == true
                && form["none"] == nil)
        #expect(try parse("--XyZ--").parts.isEmpty)
        #expect(
            try parse(part("form-data; name=a"), "Multipart/Form-Data; charset=utf-8; Boundary=\"XyZ\"").parts
                .count == 1)
    }

    static let filenames: [(String, String?, String?)] = [
        (#"filename="a.wav""#, "a.wav", "a.wav"), (#"filename=a.wav"#, "a.wav", "a.wav"),
        (#"filename="caf\#u{E9}.wav""#, "caf\u{E9}.wav", "caf\u{E9}.wav"),
        (#"filename="say %22hi%22.wav""#, "say \"hi\".wav", "say \"hi\".wav"),
        (#"filename="C:\tmp\a.wav""#, #"C:\tmp\a.wav"#, "a.wav"),
        (#"filename="../../etc/passwd""#, "../../etc/passwd", "passwd"), (#"filename="..""#, "..", nil),
        (#"filename="""#, "", nil),
        (#"filename=".bashrc""#, ".bashrc", "bashrc"), (#"filename="a;b=c.wav""#, "a;b=c.wav", "a;b=c.wav"),
        (
            #"filename="x.wav"; filename*=UTF-8''%E2%82%AC%20rates.wav"#, "\u{20AC} rates.wav",
            "\u{20AC} rates.wav"
        ),
        (#"filename*=utf-8'en'a%2Fb.wav; filename="y""#, "a/b.wav", "b.wav"),
        (#"filename="x.wav"; filename*=latin1''%E9"#, "x.wav", "x.wav"),
        (#"filename="x.wav"; filename*=UTF-8''%FF"#, "x.wav", "x.wav"),
        (#"filename="a%0D%0Ab""#, "a\r\nb", "ab"), ("size=3", nil, nil),
    ]

    @Test(arguments: filenames) func filenamesAreDecoded(
        _ parameter: String, _ name: String?, _ safe: String?
    ) throws {
        let found = try parse(part("form-data; name=\"f\"; \(parameter)")).parts[0]
        #expect(found.filename == name && found.safeFilename == safe)
    }

    @Test func longNamesAreCut() throws {
        let found = try parse(
            part("form-data; name=f; filename=\"\(String(repeating: "\u{E9}", count: 200))\""))
        #expect(found.parts[0].safeFilename == String(repeating: "\u{E9}", count: 127))
    }

    @Test func malformedBodiesAreRefused() {
        func status(_ text: String, _ type: String = Self.type, limits: Multipart.Limits = .init()) -> Int {
            do throws(Problem) {
                _ = try Multipart(Array(text.utf8), contentType: type, limits: limits)
                return 200
            } catch { return error.status }
        }
        let valid = part("form-data; name=a")
        #expect(status(valid) == 200)
        for type in [
            "text/plain", "multipart/form-data", "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"", "",
            "multipart/mixed; boundary=XyZ",
            "multipart/form-data; boundary=\(String(repeating: "x", count: 71))",
        ] {
            #expect(status(valid, type) == 415, "\(type)")
        }
        for body in [
            "", "x", "--XyZ", "--XyZ\r\n", "--XyZ-", "--XyZx\r\n", "--XyZ\r\nA: b\r\n",
            "--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\nx",
            "--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--XyZ", "--XyZ\r\n\r\nx\r\n--XyZ--",
            part("attachment; name=a"),
            part("form-data"), part("form-data; name=\"a"), part("form-data; name=a; name=b"),
            part("form-data; =a"), part("form-data name=a"),
            "--XyZ\r\nContent-Disposition : form-data; name=a\r\n\r\nx\r\n--XyZ--", "\n--XyZ--",
            String(valid.dropLast(4)),
        ] {
            #expect(status(body) == 400, "\(body.debugDescription)")
        }
        #expect(status(part("form-data; name=a", "12345"), limits: .init(partBytes: 4)) == 413)
        #expect(status(part("form-data; name=a"), limits: .init(parts: 0)) == 413)
        #expect(status(part("form-data; name=\(String(repeating: "a", count: 9000))")) == 413)
    }

    @Test func mutationsDoNoHarm() {
        let seeds = [
            part("form-data; name=\"a\"; filename=\"b.wav\""),
            part("form-data; name=a; filename*=UTF-8''%E2%82%AC"),
            "--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--XyZ\r\nContent-Disposition: form-data; name=b\r\n\r\n\r\n--XyZ--",
        ].map { Array($0.utf8) }
        var random = Mutations(seed: 5)
        var (good, bad) = (0, 0)
        for number in 0..<100_000 {
            let bytes = random.mutated(seeds[number % seeds.count])
            do {
                let form = try Multipart(bytes, contentType: Self.type)
                good += 1
                for part in form.parts {
                    if let name = part.safeFilename, name.contains("/") || name.hasPrefix(".") {
                        Issue.record("\(name)")
                    }
                }
            } catch { bad += 1 }
        }
        #expect(good > 5000 && bad > 5000)
    }
}

extension OverSockets {
    @Suite struct UploadTests {
        @Test func filesAreUploaded() throws {
            try withServer { _ in
            } routes: { router in
                router.post("/upload", bodyLimit: 1 << 22, accepts: ["multipart/form-data"]) { request in
                    let form = try request.multipart()
                    return .json(
                        "{\"count\": \(form.parts.count), \"bytes\": \(form["file"]?.body.count ?? -1)}")
                }
            } _: { (_, port) throws in
                let client = try Client(port)
                let content = [UInt8](repeating: 13, count: 2_000_000)
                let head = Array(
                    "--b\r\nContent-Disposition: form-data; name=file; filename=a.wav\r\n\r\n".utf8)
                let body = head + content + Array("\r\n--b--\r\n".utf8)
                client.send(
                    "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: \(body.count)\r\n\r\n"
                )
                client.send(body)
                #expect(try client.answer().text == "{\"count\": 1, \"bytes\": 2000000}")
                for (headers, status) in [
                    ("Content-Type: text/plain\r\nContent-Length: 0\r\n", 415),
                    ("Content-Length: 0\r\n", 415),
                    ("Content-Type: multipart/form-data; boundary=b\r\n", 411),
                    (
                        "Content-Type: multipart/form-data; boundary=b\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n",
                        415
                    ),
                    ("Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 0\r\n", 400),
                ] {
                    let client = try Client(port)
                    client.send("POST /upload HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n")
                    #expect(try client.answer().status == status, "\(headers)")
                }
            }
        }
    }
}
