import Autograd
import Glibc

/// A process that this one has started. Its output goes to the end of a file. Its input is a pipe that nothing is written to: it ends
/// with this process, however that ends, so that the child can tell.
final class ChildProcess {
    /// How a process has ended.
    enum Ending: Equatable {
        case status(Int32)
        case signal(Int32)
    }

    let id: pid_t
    private let leash: Int32
    private var ending: Ending?

    /// Starts a program. It is in a process group of its own, so that Ctrl-C reaches it only through this process.
    ///
    /// - Parameter words: the program's name and its arguments.
    init(_ program: String, words: [String], output: String) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw FileError.system(program, "making a pipe", allowed: "a pipe for each process")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let input = ends[0]
        leash = ends[1]
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
        // A thread that blocks signals must not start a process that cannot be stopped.
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
            close(leash)
            throw FileError(
                file: program, place: "starting it with output to \(output)",
                found: "\"\(String(cString: strerror(code)))\"", allowed: "a program that can be started")
        }
        self.id = id
    }

    /// How the process has ended; nil while it runs.
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

    /// Asks the process to end in good order.
    func terminate() {
        if ending == nil { kill(id, SIGTERM) }
    }

    deinit { close(leash) }
}
