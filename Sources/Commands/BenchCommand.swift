import Autograd
import Bench
import Configuration

extension Command {
    private static let threads = Option.integer(
        "threads", "K", in: 1...64, help: "Number of threads (default: all cores).")
    private static let batch = Option.integer(
        "batch", "B", in: 1...65536, help: "Batch size (default: that of the workload).")
    private static let weights = Option.text(
        "weights", "FILE", help: "For first-prediction: predict once with these weights and print the class.")
    private static let json = Switch(name: "json", help: "Print the result as one line of JSON.")
    private static let roofline = Switch(
        name: "roofline",
        help: "Report the fraction of the processor's measured peak that each operation reaches.")
    private static let list = Switch(name: "list", help: "List the workloads.")

    /// Benchmarks a workload.
    static let bench = Command(
        name: "bench",
        summary: "Run a benchmark: an operation, all operations, a model or a pipeline.",
        argument: Argument(placeholder: "NAME", help: "Workload; see --list.", isOptional: true),
        options: [threads, batch, weights, json, roofline, list],
        examples: [
            ("Train bench --list", "List the workloads."),
            ("Train bench operations --threads 1", "Benchmark all operations on one thread."),
            ("Train bench --roofline", "Compare all operations with the peak of the processor."),
            ("Train bench op-gru-32 --batch 16 --json", "Benchmark a GRU with batch size 16 and print JSON."),
        ],
        run: runBench)

    private static func runBench(_ arguments: Arguments) throws {
        if arguments[list] { return print(listing) }
        if arguments[roofline] { return try runRoofline(arguments) }
        guard let name = arguments.argument else {
            throw UsageError("missing argument: the workload; see --list")
        }
        guard let workload = Workload.all.first(where: { $0.name == name }) else {
            throw UsageError("unknown workload \"\(name)\"", of: name, among: Workload.all.map(\.name))
        }
        if workload.batch == nil, arguments[batch] != nil { throw UsageError("\(name) has no batch size") }
        Interrupt.watch()
        Cancellation.setCheck(Interrupt.check)
        if let threads = arguments[threads] { Parallel.threads = threads }
        if let weights = arguments[weights] {
            guard name == "first-prediction" else {
                throw UsageError("--weights is only for first-prediction")
            }
            return print(try FirstPrediction.predict(weights: weights))
        }
        let startup = ProcessUsage.age
        let measured = try workload.measure(arguments[batch] ?? workload.batch)

        var row = Row()
        row.add("bench", name)
        row.add("framework", "autograd, \(Real.self)")
        row.add("instruction_set", InstructionSet.current.rawValue)
        row.add("threads", Parallel.threads)
        row.add(measured)
        row.add("peak_rss_mb", ProcessUsage.peakMemory, digits: 1)
        row.add("startup_s", startup, digits: 3)
        print(arguments[json] ? row.json.line : row.table)
    }

    private static func runRoofline(_ arguments: Arguments) throws {
        if let name = arguments.argument {
            throw UsageError("--roofline measures all operations; remove \"\(name)\"")
        }
        Interrupt.watch()
        Cancellation.setCheck(Interrupt.check)
        if let threads = arguments[threads] { Parallel.threads = threads }
        var row = Row()
        row.add("bench", "roofline")
        row.add("framework", "autograd, \(Real.self)")
        row.add("instruction_set", InstructionSet.current.rawValue)
        row.add("threads", Parallel.threads)
        row.add(try Roofline().measure())
        print(arguments[json] ? row.json.line : row.table)
    }

    private static var listing: String {
        let rows = Workload.all.map { workload in
            [workload.name, workload.summary + (workload.batch.map { " Batch \($0)." } ?? "")]
        }
        return TextTable(rows).lines.joined(separator: "\n")
    }
}
