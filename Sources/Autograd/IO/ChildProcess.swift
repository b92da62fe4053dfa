import CKernels
import Foundation
import Synchronization

/// A process that this one has started.
package final class ChildProcess {
    /// How a process has ended.
    package enum Ending: Equatable {
        case status(Int32)
        case signal(Int32)

        /// The exit status; 128 plus the signal number if a signal ended the process.
        package var code: Int32 {
            switch self {
            case .status(let status): status
            case .signal(let signal): 128 + signal
            }
        }
    }

    /// How reading the output of a process ended.
    package enum Reading {
        case ended(Ending)
        /// It wrote nothing for too long and was killed.
        case silent
        /// The reader stopped reading, and the process was killed.
        case refused
    }

    /// The process id.
    package let id: pid_t
    /// Our ends of the pipes of standard input, output and error; -1 if there is none.
    private let input, output, messages: Int32
    private var ending: Ending?
    private var isStoppedOnRelease = false

    /// Starts a program that runs in the background. Its output is appended to a file. Its input is a pipe that closes when
    /// this process ends, however it ends, so that the child can exit, too. It has its own process group, so that Ctrl-C
    /// reaches it only through this process.
    ///
    /// - Parameter words: The program's name and its arguments.
    package init(_ program: String, words: [String], appendingTo file: String) throws {
        // One at a time, so that no process inherits the pipes of another.
        (id, input, output, messages) = try Self.starting.withLock { _ in
            try Self.start(program, words, appendingTo: file)
        }
    }

    /// Starts a program whose output and messages are passed to `read`, and whose input is empty. It is killed when the
    /// calling thread ends, also if this process is killed.
    ///
    /// - Parameters:
    ///   - words: The program's name and its arguments.
    ///   - subject: The file or address that error messages refer to.
    ///   - processorSeconds: The processor time after which the program is killed; 0 for no limit.
    package init(_ program: String, words: [String], subject: String, processorSeconds: Int = 0) throws {
        (id, input, output, messages) = try Self.starting.withLock { _ in
            try Self.start(program, words, subject: subject, processorSeconds: processorSeconds)
        }
    }

    /// Starts a program whose standard input is a socket and whose output is discarded. It is killed when this object is
    /// released.
    ///
    /// - Parameters:
    ///   - environment: Assignments such as `PATH=/bin`.
    ///   - subject: The file or address that error messages refer to.
    package init(
        _ program: String, words: [String], environment: [String], socket: Int32, subject: String
    ) throws {
        (input, output, messages) = (-1, -1, -1)
        id = try Self.starting.withLock { _ in
            let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
            defer { if nothing >= 0 { close(nothing) } }
            var id = -errno
            if nothing >= 0 {
                var arguments = words.map { strdup($0) } + [nil]
                var assignments = environment.map { strdup($0) } + [nil]
                defer { for text in arguments + assignments { free(text) } }
                id = ck_start_program(program, &arguments, &assignments, [socket, nothing, nothing], 0, 0)
            }
            return try Self.started(id, program, subject)
        }
        isStoppedOnRelease = true
    }

    private static func started(_ id: pid_t, _ program: String, _ subject: String) throws -> pid_t {
        if id > 0 { return id }
        errno = -id
        throw FileError.system(subject, "starting \(program)", allowed: "a program that can be started")
    }

    private static let starting = Mutex(())

    private static func start(
        _ program: String, _ words: [String], subject: String, processorSeconds: Int
    ) throws -> (pid_t, Int32, Int32, Int32) {
        var pipes: [Int32] = [-1, -1, -1, -1]
        let failed = pipes.withUnsafeMutableBufferPointer { pipes in
            guard let pipes = pipes.baseAddress else { return true }
            return pipe(pipes) != 0 || pipe(pipes + 2) != 0
        }
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { for descriptor in [nothing, pipes[1], pipes[3]] where descriptor >= 0 { close(descriptor) } }
        var id = -errno
        if !failed, nothing >= 0 {
            for descriptor in pipes { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
            var arguments = words.map { strdup($0) } + [nil]
            defer { for argument in arguments { free(argument) } }
            id = ck_start_program(
                program, &arguments, environ, [nothing, pipes[1], pipes[3]], processorSeconds, 1)
        }
        guard id > 0 else {
            for descriptor in [pipes[0], pipes[2]] where descriptor >= 0 { close(descriptor) }
            return (try started(id, program, subject), -1, -1, -1)
        }
        return (id, -1, pipes[0], pipes[2])
    }

    private static func start(
        _ program: String, _ words: [String], appendingTo file: String
    ) throws -> (pid_t, Int32, Int32, Int32) {
        var pipes: [Int32] = [-1, -1]
        var id: pid_t = 0
        let failure = pipes.withUnsafeMutableBufferPointer { pipes -> Int32 in
            guard let pipes = pipes.baseAddress, pipe(pipes) == 0 else { return errno }
            for i in 0..<2 { _ = fcntl(pipes[i], F_SETFD, FD_CLOEXEC) }
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
            posix_spawn_file_actions_init(&actions)
            posix_spawnattr_init(&attributes)
            defer {
                posix_spawn_file_actions_destroy(&actions)
                posix_spawnattr_destroy(&attributes)
            }
            posix_spawn_file_actions_adddup2(&actions, pipes[0], STDIN_FILENO)
            posix_spawn_file_actions_addopen(
                &actions, STDOUT_FILENO, file, O_WRONLY | O_CREAT | O_APPEND, 0o644)
            posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
            // A thread that blocks signals must not start a process that cannot be stopped.
            var none = sigset_t()
            sigemptyset(&none)
            posix_spawnattr_setsigmask(&attributes, &none)
            posix_spawnattr_setpgroup(&attributes, 0)
            var arguments = words.map { strdup($0) } + [nil]
            defer { for argument in arguments { free(argument) } }
            return posix_spawn(&id, program, &actions, &attributes, &arguments, environ)
        }
        if pipes[0] >= 0 { close(pipes[0]) }
        guard failure == 0 else {
            if pipes[1] >= 0 { close(pipes[1]) }
            errno = failure
            throw FileError.system(
                program, "starting \(program)", allowed: "a program that can be started")
        }
        return (id, pipes[1], -1, -1)
    }

    deinit {
        for descriptor in [input, output, messages] where descriptor >= 0 { close(descriptor) }
        if isStoppedOnRelease { kill() }
    }

    /// Passes on the output of the process until it ends or `take` returns false.
    ///
    /// - Parameter patience: The seconds without output after which the process is killed.
    package func read(patience: Double, _ take: (ArraySlice<UInt8>, _ isMessage: Bool) -> Bool) -> Reading {
        var open = [output, messages]
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while !open.isEmpty {
            var polled = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let ready = Foundation.poll(&polled, nfds_t(polled.count), Int32(patience * 1000))
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
        return .ended(wait())
    }

    private func stop(_ reading: Reading) -> Reading {
        kill()
        return reading
    }

    /// Kills the process unless it has ended, and returns how it has ended.
    @discardableResult package func kill() -> Ending {
        if poll() == nil { Foundation.kill(id, SIGKILL) }
        return wait()
    }

    /// Returns how the process has ended; nil while it runs.
    package func poll() -> Ending? {
        if ending == nil { ending = waited(WNOHANG) }
        return ending
    }

    private func wait() -> Ending {
        let found = ending ?? waited(0) ?? .status(-1)
        ending = found
        return found
    }

    private func waited(_ options: Int32) -> Ending? {
        var status: Int32 = 0
        while true {
            let found = waitpid(id, &status, options)
            if found == id {
                return status & 0x7F == 0 ? .status(status >> 8 & 0xFF) : .signal(status & 0x7F)
            }
            if found < 0, errno == EINTR { continue }
            return found < 0 ? .status(-1) : nil
        }
    }

    /// Asks the process to exit.
    package func terminate() {
        if ending == nil { Foundation.kill(id, SIGTERM) }
    }
}
