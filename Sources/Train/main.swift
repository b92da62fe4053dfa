import Glibc

// A file beyond the limit of its size is an error to report, as a full disk is.
signal(SIGXFSZ, SIG_IGN)
var status = Program.train.run(Array(CommandLine.arguments.dropFirst()))
if fflush(nil) != 0 { Terminal.outputError.store(errno, ordering: .relaxed) }
let code = Terminal.outputError.load(ordering: .relaxed)
if code != 0 {
    Terminal.error("error: standard output could not be written: \(String(cString: strerror(code)))")
    if status == 0 { status = 1 }
}
exit(status)
