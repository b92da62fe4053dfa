import Autograd
import Layers
import Reports

/// What training will cost, as far as it can be told without data.
public struct CostEstimate: Sendable {
    /// Memory at the peak of a training step, in bytes: the program, weights with their gradients and the optimiser's
    /// moments, and what a batch keeps for the way back.
    public let memory: Int
    /// Seconds for so many examples in training, by what this machine does at the moment.
    public let seconds: Double
    /// The examples of an epoch; nil where the data cannot be listed, and `seconds` are those of 1,000.
    public let examples: Int?

    /// An estimate for an experiment that has been checked. Takes a few milliseconds to measure the machine.
    ///
    /// - Parameter data: The experiment's data; nil where they are not at hand.
    public init(_ experiment: Experiment, _ plan: ValidatedExperiment, data: ExperimentData?) {
        let number = MemoryLayout<Real>.size
        let (kept, wide) = plan.layers.kept.multipliedReportingOverflow(by: experiment.training.batchSize)
        let activations = wide ? Int.max / 16 : min(kept, Int.max / 16) * number
        memory = Self.program + 5 * plan.layers.parameters * number + Int(Double(activations) * Self.spare)
        examples = data?.examples(experiment)
        seconds =
            Double(examples ?? 1000) * 6 * Double(plan.layers.multiplyAdds)
            / (Self.operationsPerSecond() * Self.reached)
    }

    /// Memory that the program takes by itself.
    private static let program = 30 << 20
    /// What buffers that are kept for the next step add.
    private static let spare = 1.3
    /// The part of the speed of large products that whole training steps reach.
    private static let reached = 0.45

    /// Additions and multiplications a second in a product of matrices on all threads.
    private static func operationsPerSecond() -> Double {
        let side = 256
        let (a, b) = (Tensor.full([side, side], 0.5), Tensor.full([side, side], 0.25))
        let clock = ContinuousClock()
        var best = Double.infinity
        withoutRecording {
            for _ in 0..<4 {
                let begin = clock.now
                _ = matmul(a, b)
                best = min(best, (clock.now - begin).inSeconds)
            }
        }
        return 2 * Double(side * side * side) / max(best, 1e-9)
    }

    /// In a line for people.
    public var text: String {
        let megabytes = NumberText.count(max(memory >> 20, 1))
        let time =
            seconds < 0.01
            ? "under 0.01"
            : "about "
                + (seconds < 10
                    ? NumberText.fixed(seconds, seconds < 1 ? 2 : 1)
                    : NumberText.count(Int(min(seconds, 1e15))))
        let what =
            examples.map { "an epoch of \(NumberText.count($0, "example"))" }
            ?? "1,000 examples (how many there are is not known)"
        return
            "about \(megabytes) MB of memory without the data, \(time) s of training for \(what) on \(Parallel.threads) threads"
    }
}
