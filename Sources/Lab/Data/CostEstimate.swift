import Autograd
import Layers
import Reports

/// An estimate of the cost of training, from the experiment and the speed of this machine.
public struct CostEstimate: Sendable {
    /// Peak memory of a training step in bytes: the process, the weights with gradients and optimizer state, and the
    /// activations kept for the backward pass.
    public let memory: Int
    /// Estimated training time in seconds for `examples`.
    public let seconds: Double
    /// The number of examples in an epoch; nil if the data cannot be listed. Then `seconds` is for 1,000 examples.
    public let examples: Int?
    /// The number of values of an example, if the model is fitted to the whole training set: its cost depends on the data.
    private let fittedValues: Int?

    /// Estimates the cost of a checked experiment. Takes a few milliseconds to measure the machine.
    ///
    /// - Parameter data: The experiment's data; nil if they are not available.
    public init(_ experiment: Experiment, _ plan: ValidatedExperiment, data: ExperimentData?) {
        let number = MemoryLayout<Real>.size
        let (kept, wide) = plan.layers.kept.multipliedReportingOverflow(by: experiment.training.batchSize)
        let activations = wide ? Int.max / 16 : min(kept, Int.max / 16) * number
        memory = Self.program + 5 * plan.layers.parameters * number + Int(Double(activations) * Self.spare)
        examples = data?.examples(experiment)
        fittedValues = plan.layers.hasEstimator ? plan.input.reduce(1, *) : nil
        seconds =
            Double(examples ?? 1000) * 6 * Double(plan.layers.multiplyAdds)
            / (Self.operationsPerSecond() * Self.reached)
    }

    /// The memory of the process itself.
    private static let program = 30 << 20
    /// The overhead of buffers that are reused by the next step.
    private static let spare = 1.3
    /// The fraction of the peak speed of matrix products that training steps reach.
    private static let reached = 0.45

    /// Measures additions and multiplications per second in a matrix product on all threads.
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

    /// The estimate in one line.
    public var text: String {
        if let fittedValues {
            let number = examples.map { NumberText.count($0, "training example") }
            return "\(number ?? "an unknown number of training examples") of "
                + NumberText.count(fittedValues, "value")
        }
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
            ?? "1,000 examples (their number is unknown)"
        return
            "about \(megabytes) MB of memory without the data, \(time) s of training for \(what) on \(NumberText.count(Parallel.threads, "thread"))"
    }
}
