import SpeechTestSupport
import Autograd
import Foundation
import SpeechEmotion
import Synchronization
import Testing

@Suite(.serialized) struct DownloadTests {
    /// Sounds as the archive holds them, with what a Mac puts beside them.
    static let files: [(name: String, bytes: [UInt8])] = {
        let generator = RandomGenerator(seed: 11)
        return MadeUp.ravdessNames(actors: 1...2).map { name in
            (name, (0..<700 + generator.below(900)).map { _ in UInt8(generator.below(256)) })
        }
    }()

    static func archive(_ files: [(name: String, bytes: [UInt8])]) throws -> [UInt8] {
        var writer = ZipWriter(file: "test")
        var bytes: [UInt8] = []
        for file in files { try writer.add(file.name, file.bytes) { bytes += $0 } }
        try writer.finish { bytes += $0 }
        return bytes
    }

    static let good: [UInt8] = (try? archive(files + [("__MACOSX/Actor_01/._x.wav", [1, 2])])) ?? []

    static func checksum(_ bytes: [UInt8]) -> String {
        var sum = MD5()
        bytes.withUnsafeBytes { sum.add($0) }
        return sum.finished()
    }

    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    func download(_ server: LocalServer?, _ bytes: [UInt8] = good, sounds: Int = files.count)
        -> ArchiveDownload
    {
        var download = ArchiveDownload(
            name: "Sounds", url: server?.url("Sounds.zip?download=1") ?? "http://127.0.0.1:9/Sounds.zip",
            size: bytes.count, md5: Self.checksum(bytes), audioFiles: sounds, unpackedSize: 1_000_000)
        download.pause = 0
        return download
    }

    func run(_ download: ArchiveDownload) throws { try download.run(in: folder.path, progress: { _ in }) }

    func expectAllThere() throws {
        for file in Self.files {
            let path = "\(folder.path)/Sounds/\(file.name)"
            #expect(FileManager.default.contents(atPath: path).map { [UInt8]($0) } == file.bytes)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == [".downloading", "Sounds"])
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/Sounds/__MACOSX"))
    }

    @Test func wholeThenNothingToDo() throws {
        let server = try LocalServer { request, _ in .file(Self.good, request) }
        let steps = Mutex<[DownloadProgress]>([])
        try download(server).run(in: folder.path + "/deep/er") { step in steps.withLock { $0.append(step) } }
        let seen = steps.withLock { $0 }
        for step in [DownloadProgress.Step.downloading, .checking, .unpacking] {
            let done = seen.filter { $0.step == step }.map(\.done)
            #expect(done == done.sorted() && done.last == seen.last { $0.step == step }?.total)
        }
        #expect(seen.last?.total == Self.files.reduce(0) { $0 + $1.bytes.count })
        try download(server).run(in: folder.path + "/deep/er") { _ in }
        #expect(server.requests.count == 1)
        #expect(server.requests[0].path == "/Sounds.zip?download=1")
        #expect(try RavdessCorpus(folder: folder.path + "/deep/er").read().clips.count == Self.files.count)
    }

    @Test func aCutConnectionIsTakenUpAgain() throws {
        let server = try LocalServer { request, number in
            var answer = LocalServer.Answer.file(Self.good, request)
            if number < 3 { answer.cutAfter = 20000 + number }
            return answer
        }
        try run(download(server))
        try expectAllThere()
        #expect(server.requests.map(\.start) == [nil, 20000, 40001, 60003])
    }

    @Test func aServerWithoutRanges() throws {
        let server = try LocalServer { _, number in
            LocalServer.Answer(body: Self.good, cutAfter: number == 0 ? 30000 : nil)
        }
        try run(download(server))
        try expectAllThere()
        #expect(server.requests.map(\.start) == [nil, 30000, nil])
    }

    /// What kill -9 leaves: a segment of the archive, or a segment of the files, and nobody's lock.
    @Test(arguments: [1, 50000, good.count]) func afterBeingKilled(_ count: Int) throws {
        let server = try LocalServer { request, _ in .file(Self.good, request) }
        try folder.write("Sounds.zip.partial", Array(Self.good.prefix(count)))
        try folder.write(".unpacking-Sounds/Actor_01/half.wav", "ha")
        try folder.write(".downloading", "")
        try run(download(server))
        try expectAllThere()
        #expect(server.requests.map(\.start) == (count == Self.good.count ? [] : [count]))
    }

    /// An old part that does not fit is thrown away once, without a question.
    @Test func aDamagedBeginning() throws {
        let server = try LocalServer { request, _ in .file(Self.good, request) }
        try folder.write("Sounds.zip.partial", [UInt8](repeating: 7, count: 30000))
        try run(download(server))
        try expectAllThere()
        #expect(server.requests.map(\.start) == [30000, nil])
        try FileManager.default.removeItem(atPath: folder.path + "/Sounds")
        try folder.write("Sounds.zip.partial", [UInt8](repeating: 7, count: Self.good.count + 5))
        try run(download(server))
        try expectAllThere()
    }

    @Test func aWrongChecksum() throws {
        var damaged = Self.good
        damaged[40000] ^= 1
        let bytes = damaged
        let server = try LocalServer { request, _ in .file(bytes, request) }
        let text = message { try run(download(server)) }
        #expect(
            text.contains("MD5 checksum: found \(Self.checksum(bytes)); allowed: \(Self.checksum(Self.good))")
        )
        #expect(server.requests.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [".downloading"])
        // Without a checksum the archive's own ones find it.
        var unknown = download(server)
        unknown.md5 = nil
        #expect(message { try run(unknown) }.contains("checksum 0x"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/Sounds"))
    }

    @Test(arguments: [404, 403, 410]) func whatIsNotThere(_ status: Int) throws {
        let server = try LocalServer { _, _ in LocalServer.Answer(status: status, body: Array("gone".utf8)) }
        let text = message { try run(download(server)) }
        #expect(
            text.hasPrefix(
                "\(server.url("Sounds.zip?download=1")): downloading: found HTTP status \(status); allowed: 200"
            ))
        #expect(server.requests.count == 1)
    }

    @Test func aBusyServer() throws {
        let server = try LocalServer { request, number in
            number < 3 ? LocalServer.Answer(status: number == 0 ? 429 : 503) : .file(Self.good, request)
        }
        try run(download(server))
        try expectAllThere()
        let never = try LocalServer { _, _ in LocalServer.Answer(status: 503) }
        try FileManager.default.removeItem(atPath: folder.path + "/Sounds")
        #expect(message { try run(download(never)) }.contains("found HTTP status 503, 5 times"))
        #expect(never.requests.count == 5)
    }

    @Test func otherAnswers() throws {
        func found(_ respond: @escaping @Sendable (LocalServer.Request, Int) -> LocalServer.Answer) throws
            -> String
        {
            let server = try LocalServer(respond)
            return message { try run(download(server)) }
        }
        #expect(
            try found { _, _ in .init(body: Array(Self.good.dropLast())) }.contains(
                "found a file of \(grouped(Self.good.count - 1)) bytes"))
        #expect(
            try found { _, _ in
                .init(
                    headers: ["Transfer-Encoding: identity"], body: Self.good + [1],
                    announced: Self.good.count + 1)
            }
            .contains("found more than \(grouped(Self.good.count)) bytes"))
        // No answer of the web at all: curl says so.
        #expect(try found { _, _ in .init(raw: Array("SSH-2.0-OpenSSH\r\n\r\n".utf8)) }.contains("HTTP/0.9"))
        // A loop of redirections ends.
        #expect(try found { _, _ in .init(status: 302, headers: ["Location: /again"]) }.contains("redirects"))
        #expect(message { try run(download(nil)) }.contains("127.0.0.1"))
    }

    @Test func redirectionsAreFollowed() throws {
        let server = try LocalServer { request, _ in
            if request.path.hasPrefix("/Sounds") {
                return .init(status: 302, headers: ["Location: /elsewhere"])
            }
            return .file(Self.good, request)
        }
        try run(download(server))
        try expectAllThere()
    }

    @Test func tooLittleRoom() throws {
        let server = try LocalServer { request, _ in .file(Self.good, request) }
        var download = download(server)
        download.freeSpace = { _ in Self.good.count + 999_999 }
        #expect(
            message { try run(download) }.contains(
                "disk space: found 1 MB; allowed: at least 2 MB for Sounds"))
        #expect(server.requests.count == 0)
        // What is there already needs no more room.
        try folder.write("Sounds.zip.partial", Array(Self.good.prefix(10)))
        try run(download)
        try expectAllThere()
    }

    @Test func anArchiveBroughtByHand() throws {
        try folder.write("Sounds.zip", Self.good)
        try run(download(nil))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                ".downloading", "Sounds", "Sounds.zip",
            ])
        try FileManager.default.removeItem(atPath: folder.path + "/Sounds")
        try folder.write("Sounds.zip", Array(Self.good.dropLast()))
        #expect(
            message { try run(download(nil)) }.contains(
                "Sounds.zip: size: found \(grouped(Self.good.count - 1)) bytes"))
    }

    @Test func aFolderThatIsNotWhole() throws {
        try folder.write("Sounds/Actor_01/03-01-01-01-01-01-01.wav", "x")
        #expect(
            message { try run(download(nil)) }.contains(
                "found a folder with 1 audio files; allowed: 120; remove the folder"))
    }

    @Test func withoutCurl() throws {
        var download = download(nil)
        download.programs = [folder.path]
        #expect(
            message { try run(download) }.contains(
                "found curl, which is not installed; allowed: an installed curl (apt-get install curl)"))
    }

    @Test func oneAtATime() throws {
        let server = try LocalServer { request, _ in
            Thread.sleep(forTimeInterval: 0.3)
            return .file(Self.good, request)
        }
        let other = download(server)
        let path = folder.path
        let thread = Thread { try? other.run(in: path, progress: { _ in }) }
        thread.start()
        while server.requests.isEmpty { Thread.sleep(forTimeInterval: 0.01) }
        let text = message { try run(download(server)) }
        #expect(text.contains("found another process that downloads into this folder"))
        while !thread.isFinished { Thread.sleep(forTimeInterval: 0.01) }
        try expectAllThere()
    }

    @Test(arguments: [
        ("../out.wav", "found a path that leads out of the folder"),
        ("/etc/out.wav", "found an absolute path"),
        ("a/../../out.wav", "found a path that leads out of the folder"),
        ("a\\..\\out.wav", "found a character that is not allowed in paths"),
        ("a//out.wav", "found a path with an empty component"),
        ("a/\0/out.wav", "found a character that is not allowed in paths"),
    ]) func pathsThatLeadOut(_ name: String, _ expected: String) throws {
        let bytes = try Self.archive(Self.files.dropLast() + [(name, [1, 2, 3])])
        let server = try LocalServer { request, _ in .file(bytes, request) }
        let text = message { try run(download(server, bytes)) }
        #expect(text.contains(expected), "\(text)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == [".downloading", "Sounds.zip"])
    }

    @Test func anArchiveOfSomethingElse() throws {
        let bytes = try Self.archive([("readme.txt", [1])])
        let server = try LocalServer { request, _ in .file(bytes, request) }
        #expect(
            message { try run(download(server, bytes)) }.contains(
                "directory: found 0 audio files; allowed: 120"))
        let text = Array("this is no archive, though it has its checksum".utf8)
        let other = try LocalServer { request, _ in .file(text, request) }
        try FileManager.default.removeItem(atPath: folder.path + "/Sounds.zip")
        #expect(message { try run(download(other, text)) }.contains("no end of central directory record"))
    }

    @Test func whatIsPublished() {
        let archives = RavdessDownload(folder: "x").archives
        #expect(archives.map(\.size) == [208_468_073, 225_505_317])
        #expect(archives.map(\.audioFiles) == [1440, 1012])
        #expect(
            archives[0].url
                == "https://zenodo.org/records/1188976/files/Audio_Speech_Actors_01-24.zip?download=1")
        #expect(
            RavdessDownload(folder: "x", channels: [.song]).archives.map(\.name) == [
                "Audio_Song_Actors_01-24"
            ])
    }

    /// The examples of RFC 1321, and pieces of any size.
    @Test func md5() {
        let examples = [
            ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a"
            ),
        ]
        for (text, sum) in examples { #expect(Self.checksum(Array(text.utf8)) == sum) }
        let generator = RandomGenerator(seed: 4)
        let whole = Self.checksum(Self.good)
        for _ in 0..<20 {
            var sum = MD5()
            var rest = Self.good[...]
            while !rest.isEmpty {
                let piece = rest.prefix(1 + generator.below(3000))
                piece.withUnsafeBytes { sum.add($0) }
                rest = rest.dropFirst(piece.count)
            }
            #expect(sum.finished() == whole)
        }
    }
}
