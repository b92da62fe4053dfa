import Glibc

let program = Program(
    name: "Train",
    summary: "Trains and times models built on Autograd.",
    commands: [.demo, .bench])
exit(program.run(Array(CommandLine.arguments.dropFirst())))
