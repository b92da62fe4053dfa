import Autograd
import Configuration

/// The samples of the waveform, for models on raw audio.
public struct WaveformSamples: FrameFeature {
    public static let type = "waveform"
    public static let summary = "The samples of the waveform, for models on raw audio: one frame per sample."
    public static let fields: [Field<Self>] = []

    public init() {}

    public var width: Int { 1 }
    /// One sample.
    public var hop: Int { 1 }
    public func frames(of samples: Int) -> Int? { samples > 0 ? samples : nil }
    public func check(rate: Int) throws(InputError) {}

    /// Returns the samples, [samples, 1]. Throws for an empty waveform.
    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        let samples = analysis.wave.samples
        guard !samples.isEmpty else {
            throw InputError(Self.type, found: "no samples", allowed: "at least 1 sample")
        }
        try PaddedWaveform.check(samples, action: Self.type)
        return FrameTable(frames: samples.count, width: 1, values: samples)
    }
}
