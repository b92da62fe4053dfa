/// The timing of an epoch in this process; for a resumed epoch, of the part after the checkpoint.
public struct EpochTiming: Sendable {
    /// The seconds of the whole epoch, validation included.
    public var seconds: Double
    /// The seconds of its training steps.
    public var training: Double
    /// The seconds of these in forward passes, backward passes and optimizer steps; the rest is overhead of the loop.
    public var computing: Double
    /// The number of examples in the training steps.
    public var samples: Int
    /// Whether the model was fitted to the whole training set at once. Then `training` is the time of the fit.
    public var isFit = false

    /// The training throughput; 0 without training steps.
    public var samplesPerSecond: Double { training > 0 ? Double(samples) / training : 0 }

    /// The timings by their names in files.
    public var values: [(name: String, value: Double)] {
        [
            ("seconds", seconds), ("training_seconds", training), ("computing_seconds", computing),
            ("samples_per_second", samplesPerSecond),
        ]
    }
}
