import Autograd
import Foundation
import Synchronization

/// A child process whose standard output and standard error are read through pipes.
final class ChildProgram {
    enum End {
        case exited(Int32)
        /// It wrote nothing for too long and was killed.
        case silent
        /// The reader stopped reading, and the process was killed.
        case refused
    }

    private let process: pid_t
    private let output: Int32
    private let messages: Int32

    /// Starts a program; `name` is the file or address that error messages refer to.
    init(_ command: [String], _ name: String) throws {
        (process, output, messages) = try Self.starting.withLock { _ in try Self.start(command, name) }
    }

    /// One at a time, so that no process inherits the pipes of another.
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

    /// Passes on the output of the process until it ends or `take` returns false.
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

    /// Waits for the exit status; 128 plus the signal number if a signal ended the process.
    private func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }
}
