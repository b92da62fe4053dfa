import Autograd
import Foundation
import Synchronization

/// The program ffmpeg, which decodes what libsndfile cannot: M4A, AAC, WebM, Windows Media.
package struct Ffmpeg: Sendable {
    /// Where it is; nil where it is not installed.
    let program: String?
    /// Seconds without any output after which it is stopped.
    package var patience = 60.0
    /// The most bytes that are taken from it.
    package var mostBytes = Waveform.mostSamples * MemoryLayout<Float>.size

    /// The one that the folders of `PATH` hold.
    package static var installed: Ffmpeg {
        Ffmpeg(
            folders: (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(
                String.init))
    }

    /// The one that the first of these folders holds.
    package init(folders: [String]) {
        program = folders.map { $0 + "/ffmpeg" }.first { path in
            var status = stat()
            return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
        }
    }

    /// Decodes a sound into a WAV file of floats with its own rate and channels.
    ///
    /// - Returns: The file, and what ffmpeg complained of.
    func wav(of source: SoundSource, path: String?, format: String) throws -> (
        bytes: [UInt8], complaint: String?
    ) {
        guard let program else {
            throw FileError(
                file: source.name, place: "byte 0",
                found: "\(format), which needs the program ffmpeg; it is not installed",
                allowed:
                    "\(SoundContainer.readable). Install ffmpeg (apt-get install ffmpeg), or convert the file to WAV"
            )
        }
        if let path { return try run(program, path, source.name) }
        let copy =
            FileManager.default.temporaryDirectory.path
            + "/sound-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        defer { unlink(copy) }
        try AtomicFile.write(to: copy) { append in
            var at = 0
            while at < source.size {
                let part = source.bytes(at: at, 1 << 20)
                try part.withUnsafeBytes(append)
                at += max(part.count, 1)
            }
        }
        return try run(program, copy, source.name)
    }

    private func run(_ program: String, _ path: String, _ name: String) throws -> (
        bytes: [UInt8], complaint: String?
    ) {
        // An absolute path behind "file:" can be neither an option nor an address.
        let file = "file:" + URL(fileURLWithPath: path).path
        let child = try Child(
            [
                program, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-i", file, "-map",
                "0:a:0",
                "-c:a", "pcm_f32le", "-f", "wav", "pipe:1",
            ], name)
        var output: [UInt8] = []
        var messages: [UInt8] = []
        let end = child.read(patience: patience) { part, isMessage in
            if isMessage {
                if messages.count < 4096 { messages.append(contentsOf: part) }
            } else {
                output.append(contentsOf: part)
            }
            return output.count <= mostBytes
        }
        let lines = String(decoding: messages, as: UTF8.self).split(whereSeparator: \.isNewline)
        let complaint = lines.last.map { String($0.prefix(200)) }
        func problem(_ found: String, _ allowed: String) -> FileError {
            FileError(file: name, place: "ffmpeg", found: found, allowed: allowed)
        }
        switch end {
        case .silent:
            throw problem("no answer in \(Int(patience)) s", "a file that it can decode; convert it to WAV")
        case .refused:
            throw problem(
                "more than \(grouped(mostBytes)) bytes of sound",
                "less; cut the file into parts or convert it to WAV")
        case .exited(let status) where status != 0 || output.isEmpty:
            throw problem(
                complaint ?? "the exit status \(status)", "a file that it can decode; copy it again")
        case .exited: return (output, complaint)
        }
    }
}

/// A program that runs beside this one and writes into pipes.
private final class Child {
    enum End {
        case exited(Int32)
        /// It wrote nothing for too long and was stopped.
        case silent
        /// The reader wanted no more and it was stopped.
        case refused
    }

    private let process: pid_t
    private let output: Int32
    private let messages: Int32

    init(_ command: [String], _ name: String) throws {
        (process, output, messages) = try Self.starting.withLock { _ in try Self.start(command, name) }
    }

    /// One at a time, so that no program inherits the pipes of another.
    private static let starting = Mutex(())

    private static func start(_ command: [String], _ name: String) throws -> (pid_t, Int32, Int32) {
        var pipes: [Int32] = [-1, -1, -1, -1]
        var process: pid_t = 0
        let number = pipes.withUnsafeMutableBufferPointer { pipes -> Int32 in
            guard let pipes = pipes.baseAddress, pipe(pipes) == 0, pipe(pipes + 2) == 0 else { return errno }
            for i in 0..<4 { _ = fcntl(pipes[i], F_SETFD, FD_CLOEXEC) }
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
            posix_spawn_file_actions_adddup2(&actions, pipes[3], 2)
            var arguments = command.map { strdup($0) } + [nil]
            defer { for argument in arguments { free(argument) } }
            return posix_spawn(&process, command[0], &actions, nil, &arguments, environ)
        }
        for i in [1, 3] + (number == 0 ? [] : [0, 2]) where pipes[i] >= 0 { close(pipes[i]) }
        guard number == 0 else {
            errno = number
            throw FileError.system(name, "starting \(command[0])", allowed: "a program that can be started")
        }
        return (process, pipes[0], pipes[2])
    }

    deinit {
        close(output)
        close(messages)
    }

    /// Hands on what the program writes, until it ends or `take` returns false.
    func read(patience: Double, _ take: (ArraySlice<UInt8>, _ isMessage: Bool) -> Bool) -> End {
        var open = [output, messages]
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while !open.isEmpty {
            var polled = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let ready = poll(&polled, nfds_t(polled.count), Int32(patience * 1000))
            if ready < 0 && errno == EINTR { continue }
            guard ready > 0 else { return stop(.silent) }
            for item in polled where item.revents != 0 {
                let got = Foundation.read(item.fd, &buffer, buffer.count)
                if got < 0 && errno == EINTR { continue }
                if got <= 0 {
                    open.removeAll { $0 == item.fd }
                } else if !take(buffer[..<got], item.fd == messages) {
                    return stop(.refused)
                }
            }
        }
        return .exited(wait())
    }

    private func stop(_ end: End) -> End {
        kill(process, SIGKILL)
        _ = wait()
        return end
    }

    /// The exit status; that of the shell's convention where a signal ended the program.
    private func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }
}
