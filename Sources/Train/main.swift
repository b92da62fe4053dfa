import Glibc

var status = Program.train.run(Array(CommandLine.arguments.dropFirst()))
if fflush(nil) != 0 {
    Terminal.error("error: standard output could not be written: \(String(cString: strerror(errno)))")
    if status == 0 { status = 1 }
}
exit(status)
