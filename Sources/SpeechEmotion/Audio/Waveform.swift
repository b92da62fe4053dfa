/// Sound of one channel in memory. Samples are Float whatever `Real` is; full scale is 1.
public struct Waveform: Sendable, Equatable {
    /// The samples, in order.
    public var samples: [Float]
    /// Samples per second.
    public var rate: Int
    /// What changes of this sound share, see `sharingFrames`.
    var vocoderFrames: VocoderFrames?
    /// What a pipeline has cut off on the way here; nil for a sound that no pipeline has prepared.
    var cuts: CutTracker?

    /// Sound from samples. `rate` has to be above 0.
    public init(_ samples: [Float], rate: Int) {
        self.samples = samples
        self.rate = rate
    }

    /// Whether samples and rates are equal.
    public static func == (a: Self, b: Self) -> Bool { a.rate == b.rate && a.samples == b.samples }

    /// How many samples there are.
    public var count: Int { samples.count }
    /// How long it lasts, in seconds.
    public var duration: Double { Double(samples.count) / Double(rate) }
}
