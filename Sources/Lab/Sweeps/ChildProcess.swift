import Autograd
import Glibc

/// A child process whose output is appended to a file. Its standard input is a pipe that closes when this process ends, for
/// whatever reason, so that the child can exit with its parent.
final class ChildProcess {
    /// The way in which a process ended.
    enum Ending: Equatable {
        case status(Int32)
        case signal(Int32)
    }

    let id: pid_t
    private let parentEnd: Int32
    private var ending: Ending?

    /// Starts a program in its own process group, so that Ctrl-C reaches it only through this process.
    ///
    /// - Parameter words: The program's name and its arguments.
    init(_ program: String, words: [String], output: String) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw FileError.system(program, "creating a pipe", allowed: "fewer open files")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let input = ends[0]
        parentEnd = ends[1]
        defer { close(input) }

        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_addopen(
            &actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        // Do not let the child inherit blocked signals: it could not be stopped.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)

        var arguments = words.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        arguments.append(nil)
        var id: pid_t = 0
        let code = posix_spawn(&id, program, &actions, &attributes, arguments, environ)
        guard code == 0 else {
            close(parentEnd)
            throw FileError(
                file: program, place: "starting it with its output in \(output)",
                found: "\"\(String(cString: strerror(code)))\"", allowed: "an executable program")
        }
        self.id = id
    }

    /// Returns how the process ended; nil while it is running.
    func poll() -> Ending? {
        guard ending == nil else { return ending }
        var status: Int32 = 0
        let found = waitpid(id, &status, WNOHANG)
        if found == id {
            ending = status & 0x7F == 0 ? .status(status >> 8 & 0xFF) : .signal(status & 0x7F)
        } else if found < 0, errno == ECHILD {
            ending = .status(-1)
        }
        return ending
    }

    /// Sends SIGTERM to the process.
    func terminate() {
        if ending == nil { kill(id, SIGTERM) }
    }

    deinit { close(parentEnd) }
}
