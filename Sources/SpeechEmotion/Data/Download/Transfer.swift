import Autograd
import Foundation

/// Downloads a file with curl, and resumes an interrupted download.
///
/// curl follows redirects, checks ranges and detects stalled connections. It writes to a pipe, so that it ends with this
/// process. Its own `--retry` starts over from the first byte, so that the loop here resumes instead.
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
        case temporary(String)
        /// The partial file is unusable.
        case unusableBeginning(String)
        case permanent(found: String, allowed: String)
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
            throw FileError.system(file, "writing", allowed: "a folder that exists and is writable")
        }
        defer { close(descriptor) }
        var (failures, restarts) = (0, 0)
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
            } catch Failure.temporary(let reason) {
                failures = lseek(descriptor, 0, SEEK_END) > start ? 0 : failures + 1
                if failures >= tries {
                    throw problem(
                        "\(reason), \(failures) times", "a connection; run the command again to resume")
                }
                if failures > 0 { Thread.sleep(forTimeInterval: pause * Double(1 << (failures - 1))) }
            } catch Failure.unusableBeginning(let reason) {
                restarts += 1
                guard restarts <= 2 else { throw problem(reason, "a server that sends the file") }
                try truncate(descriptor)
            } catch Failure.permanent(let found, let allowed) {
                throw problem(found, allowed)
            }
        }
    }

    private func problem(_ found: String, _ allowed: String) -> FileError {
        FileError(file: url, place: "downloading", found: found, allowed: allowed)
    }

    private func truncate(_ descriptor: Int32) throws {
        guard ftruncate(descriptor, 0) == 0 else {
            throw FileError.system(file, "writing", allowed: "a writable file")
        }
    }

    /// One connection. Returns when the file is complete.
    private func attempt(
        _ curl: String, _ descriptor: Int32, from start: Int, _ progress: (Int) -> Void
    ) throws {
        var words = [
            curl, "--disable", "--silent", "--show-error", "--fail", "--location", "--max-redirs", "10",
            "--globoff", "--proto", "=http,https", "--proto-redir", "=http,https", "--connect-timeout", "30",
            "--no-buffer", "--write-out", "%{stderr}\n%{http_code}",
        ]
        if start > 0 { words += ["--continue-at", "\(start)"] }
        let child = try ChildProcess(curl, words: words + ["--", url], subject: url)
        var position = start
        var messages: [UInt8] = []
        var writeError: (any Error)?
        let end = child.read(patience: patience) { part, isMessage in
            if isMessage {
                if messages.count < 4096 { messages.append(contentsOf: part) }
                return true
            }
            do {
                try write(part, descriptor, at: &position)
                progress(position)
                return true
            } catch {
                writeError = error
                return false
            }
        }
        if let writeError { throw writeError }
        if position == size { return }
        guard case .ended(let ending) = end else {
            throw Failure.temporary("no data for \(Int(patience)) s")
        }
        var lines = String(decoding: messages, as: UTF8.self).split(whereSeparator: \.isNewline)
        let status = lines.popLast().flatMap { Int($0) } ?? 0
        let complaint = lines.last.map { String($0.prefix(200)) } ?? "the exit status \(ending.code)"
        throw failure(of: ending.code, status: status, complaint, position)
    }

    /// - Parameters:
    ///   - code: The exit status of curl; see its manual.
    ///   - status: The last HTTP status.
    private func failure(of code: Int32, status: Int, _ complaint: String, _ position: Int) -> Failure {
        switch (code, status) {
        case (0, _):
            .permanent(
                found: "a file of \(grouped(position)) bytes",
                allowed: "\(grouped(size)); the file on the server has changed")
        case (33, _), (22, 416): .unusableBeginning(complaint)
        case (22, 408), (22, 425), (22, 429), (22, 500...599): .temporary("HTTP status \(status)")
        case (22, _):
            .permanent(
                found: "HTTP status \(status)",
                allowed: "200; the address may have changed, or a proxy may block it")
        case (1, _), (3, _), (47, _): .permanent(found: complaint, allowed: "the URL of a file")
        default: .temporary(complaint)
        }
    }

    private func write(_ part: ArraySlice<UInt8>, _ descriptor: Int32, at position: inout Int) throws {
        guard position + part.count <= size else {
            try truncate(descriptor)
            throw Failure.permanent(
                found: "more than \(grouped(size)) bytes",
                allowed: "\(grouped(size)); the file on the server has changed")
        }
        try part.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = pwrite(
                    descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(position))
                if count < 0 && errno == EINTR { continue }
                guard count >= 0 else {
                    throw FileError.system(
                        file, "writing byte \(position)",
                        allowed: "a disk with \(grouped(size)) bytes of free space")
                }
                done += count
                position += count
            }
        }
    }
}
