import Autograd

extension Command {
    private static let steps = Option.integer(
        "steps", "N", in: 1...1_000_000, help: "Training steps; 3000 unless given.")
    private static let seed = Option.integer(
        "seed", "S", in: 0...Int.max, help: "Where the random numbers start; 1 unless given.")

    /// Trains a small network on two interleaved spirals and draws what it has learnt.
    static let demo = Command(
        name: "demo",
        summary: "Trains a small network to tell two spirals apart, and draws what it has learnt.",
        options: [steps, seed],
        examples: [
            ("Train demo", "Trains for 3000 steps, which takes some seconds."),
            ("Train demo --steps 200", "Stops before the spirals are apart."),
        ],
        run: runDemo)

    private static func runDemo(_ arguments: Arguments) throws {
        let steps = arguments[steps] ?? 3000
        let generator = RandomGenerator(seed: UInt64(arguments[seed] ?? 1))
        let spirals = Spirals(pointsPerArm: 500, generator.split("points"))
        let network = SpiralNetwork(generator.split("weights"))
        print(
            "\(spirals.labels.count) points on two spirals; \(network.parameterCount) parameters; "
                + "\(Parallel.threads) threads")

        Interrupt.watch()
        var progress = Progress(total: steps)
        for step in 1...steps {
            let loss = network.train(on: spirals)
            progress.update(step, "loss \((loss * 10000).rounded() / 10000)")
            do { try Interrupt.check() } catch {
                progress.stop()
                throw error
            }
        }

        let drawing = spirals.drawing(columns: 72, rows: 34) { network.arms(of: $0).map { $0 == 1 } }
        let right = zip(network.arms(of: spirals.points), spirals.labels.values).count { $0 == $1 }
        print("\n\(drawing)\n")
        print("+ and o: the points of the two arms. Shaded: where the network expects o.")
        print("Right about \(right) of \(spirals.labels.count) points.")
    }
}
