import Autograd
import Foundation

/// Downloads a file with curl; resumes an earlier download.
///
/// curl is a child process that writes to a pipe, so that it ends with this process, and no web library slows down the
/// start of the command.
struct Transfer {
    /// The URL.
    var url: String
    /// The destination. An existing file is taken as the beginning.
    var file: String
    /// The size of the file in bytes.
    var size: Int
    /// The folders that may contain curl.
    var folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    /// The number of consecutive tries without progress.
    var tries = 5
    /// The seconds before the second try, doubled before each further one.
    var pause = 1.0
    /// The seconds without data after which a try fails.
    var patience = 60.0

    /// Why a try ended early.
    private enum Failure: Error {
        /// The next one may succeed.
        case passing(String)
        /// The partial file is unusable.
        case beginning(String)
        case lasting(found: String, allowed: String)
    }

    /// Downloads what is missing. `progress` receives the number of bytes on disk. Throws a `FileError` on failure; the
    /// partial file is kept for the next run.
    func run(progress: (Int) -> Void = { _ in }) throws {
        guard let curl = folders.map({ $0 + "/curl" }).first(where: { access($0, X_OK) == 0 }) else {
            throw problem(
                "curl, which is not installed",
                "an installed curl (apt-get install curl); or download the file yourself into the data folder"
            )
        }
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FileError.system(file, "writing", allowed: "a folder that exists and may be written")
        }
        defer { close(descriptor) }
        var failures = 0
        var restarts = 0
        while true {
            var start = Int(lseek(descriptor, 0, SEEK_END))
            if start > size {
                try truncate(descriptor)
                start = 0
            }
            progress(start)
            if start == size { return }
            do {
                try attempt(curl, descriptor, from: start, progress)
            } catch Failure.passing(let reason) {
                failures = lseek(descriptor, 0, SEEK_END) > start ? 0 : failures + 1
                if failures >= tries {
                    throw problem(
                        "\(reason), \(failures) times", "a connection; run the command again to resume")
                }
                if failures > 0 { Thread.sleep(forTimeInterval: pause * Double(1 << (failures - 1))) }
            } catch Failure.beginning(let reason) {
                restarts += 1
                guard restarts <= 2 else { throw problem(reason, "a server that sends the file") }
                try truncate(descriptor)
            } catch Failure.lasting(let found, let allowed) {
                throw problem(found, allowed)
            }
        }
    }

    private func problem(_ found: String, _ allowed: String) -> FileError {
        FileError(file: url, place: "downloading", found: found, allowed: allowed)
    }

    private func truncate(_ descriptor: Int32) throws {
        guard ftruncate(descriptor, 0) == 0 else {
            throw FileError.system(file, "writing", allowed: "a file that can be written")
        }
    }

    /// One connection. Returns when the file is complete.
    private func attempt(
        _ curl: String, _ descriptor: Int32, from start: Int, _ progress: (Int) -> Void
    ) throws {
        var command = [
            curl, "--disable", "--silent", "--show-error", "--location", "--max-redirs", "10", "--include",
            "--suppress-connect-headers", "--globoff", "--proto", "=http,https", "--proto-redir",
            "=http,https",
            "--connect-timeout", "30", "--no-buffer",
        ]
        if start > 0 { command += ["--range", "\(start)-"] }
        let child = try ChildProgram(command + ["--", url], url)
        var body = Body(descriptor: descriptor, size: size, start: start)
        var messages: [UInt8] = []
        var failure: (any Error)?
        let end = child.read(patience: patience) { part, isMessage in
            if isMessage {
                if messages.count < 4096 { messages.append(contentsOf: part) }
                return true
            }
            do {
                if try take(part, &body) { progress(body.position) }
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
        if body.position == size { return }
        let lines = String(decoding: messages, as: UTF8.self).split(whereSeparator: \.isNewline)
        let complaint = lines.last.map { String($0.prefix(200)) }
        switch end {
        case .silent: throw Failure.passing("no data for \(Int(patience)) s")
        case .refused: throw Failure.passing("an end by this program")
        case .exited(let status) where body.head == nil && [1, 3].contains(status):
            throw Failure.lasting(found: complaint ?? "exit status \(status)", allowed: "a web address")
        case .exited(let status):
            throw Failure.passing(
                complaint
                    ?? "the end of the connection after \(body.position - start) bytes, status \(status)")
        }
    }

    /// What has come of an answer.
    private struct Body {
        let descriptor: Int32
        let size: Int
        let start: Int
        /// Bytes that are no body yet.
        var pending: [UInt8] = []
        var head: ResponseHead?
        /// Where in the file the next byte belongs.
        var position: Int

        init(descriptor: Int32, size: Int, start: Int) {
            (self.descriptor, self.size, self.start) = (descriptor, size, start)
            position = start
        }
    }

    /// Takes bytes of the answer; true once they are of the file.
    private func take(_ part: ArraySlice<UInt8>, _ body: inout Body) throws -> Bool {
        if body.head != nil {
            try write(part, &body)
            return true
        }
        body.pending += part
        while body.head == nil {
            guard let end = Self.headEnd(body.pending) else {
                guard body.pending.count < 1 << 17 else {
                    throw Failure.lasting(found: "an endless answer", allowed: "a web server")
                }
                return false
            }
            guard let head = ResponseHead(String(decoding: body.pending[..<end], as: UTF8.self)) else {
                throw Failure.lasting(found: "an answer that is not of the web", allowed: "a web server")
            }
            body.pending.removeFirst(end)
            if head.isPassing { continue }
            try check(head, &body)
            body.head = head
        }
        let rest = body.pending
        body.pending = []
        try write(rest[...], &body)
        return true
    }

    /// The first byte after the empty line that ends a head.
    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        let (newline, carriage) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        for (index, byte) in bytes.enumerated() where byte == newline {
            if index >= 1, bytes[index - 1] == newline { return index + 1 }
            if index >= 2, bytes[index - 1] == carriage, bytes[index - 2] == newline { return index + 1 }
        }
        return nil
    }

    private func check(_ head: ResponseHead, _ body: inout Body) throws {
        func wrongSize(_ found: Int) -> Failure {
            .lasting(
                found: "a file of \(grouped(found)) bytes",
                allowed: "\(grouped(size)); the file has changed there")
        }
        switch head.status {
        case 200:
            if let length = head.length, length != size { throw wrongSize(length) }
            // The server sends the whole file, asked for a part or not.
            try truncate(body.descriptor)
            body.position = 0
        case 206:
            if let total = head.total, total != size { throw wrongSize(total) }
            guard head.start == body.start else {
                throw Failure.beginning("another part of the file than was asked for")
            }
        case 416: throw Failure.beginning("no such part of the file")
        case 408, 425, 429, 500...599: throw Failure.passing("the server's status \(head.status)")
        default:
            throw Failure.lasting(
                found: "the server's status \(head.status)",
                allowed: "200; the address may have changed, or a proxy may stand in the way")
        }
    }

    private func write(_ part: ArraySlice<UInt8>, _ body: inout Body) throws {
        guard body.position + part.count <= size else {
            try truncate(body.descriptor)
            throw Failure.lasting(
                found: "more than \(grouped(size)) bytes",
                allowed: "\(grouped(size)); the file has changed there")
        }
        try part.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = pwrite(
                    body.descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(body.position))
                if count < 0 && errno == EINTR { continue }
                guard count >= 0 else {
                    throw FileError.system(
                        file, "writing byte \(body.position)",
                        allowed: "a disk with room for \(grouped(size)) bytes")
                }
                done += count
                body.position += count
            }
        }
    }
}
