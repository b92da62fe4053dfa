/// Mono audio in memory. Samples are Float whatever `Real` is; full scale is 1.
public struct Waveform: Sendable, Equatable {
    /// The samples, in order.
    public var samples: [Float]
    /// The sample rate in Hz.
    public var rate: Int
    /// What the augmentations of this waveform share, see `sharingFrames`.
    var shared: (any Sendable)?
    /// What a pipeline has truncated so far; nil for a waveform that no pipeline has preprocessed.
    var cuts: TruncationTracker?

    /// Creates a waveform from samples. `rate` must be above 0.
    public init(_ samples: [Float], rate: Int) {
        self.samples = samples
        self.rate = rate
    }

    /// Whether samples and sample rates are equal.
    public static func == (a: Self, b: Self) -> Bool { a.rate == b.rate && a.samples == b.samples }

    /// The number of samples.
    public var count: Int { samples.count }
    /// The duration in seconds.
    public var duration: Double { Double(samples.count) / Double(rate) }
}
