/// How long an epoch took in this process; of an epoch that was gone on with, what came after the state.
public struct EpochTiming: Sendable {
    /// The whole epoch, validation included.
    public var seconds: Double
    /// Its training steps.
    public var training: Double
    /// What of that forward and backward passes and the optimiser's moves took; the rest is the loop's own.
    public var computing: Double
    /// The examples of these steps.
    public var samples: Int

    /// Of the training steps alone; 0 where there were none.
    public var samplesPerSecond: Double { training > 0 ? Double(samples) / training : 0 }

    /// The times by the names that files give them.
    public var figures: [(name: String, value: Double)] {
        [
            ("seconds", seconds), ("training_seconds", training), ("computing_seconds", computing),
            ("samples_per_second", samplesPerSecond),
        ]
    }
}
