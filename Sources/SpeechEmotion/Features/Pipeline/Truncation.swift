/// How much of a clip a pipeline keeps, and how much each of its options truncates.
///
/// Silence that `trim` and `voiced` remove counts as neither kept nor truncated, and neither does padding.
public struct Truncation: Sendable, Equatable {
    /// Seconds removed by each of the pipeline's `truncatingOptions`, in order.
    public var cuts: [Double]
    /// Seconds that the features cover.
    public var kept: Double

    /// Seconds removed in total.
    public var cut: Double { cuts.reduce(0, +) }

    /// Creates a truncation from the seconds that each option removes.
    public init(cuts: [Double], kept: Double) {
        self.cuts = cuts
        self.kept = kept
    }
}

extension TruncationTracker {
    /// Returns the truncation after a layout has taken its frames.
    func truncation(by layout: any FeatureLayout) -> Truncation {
        var last = self
        if let sequence = layout as? FrameSequence { last.cut(to: sequence.window(of: count)) }
        return Truncation(cuts: last.cuts, kept: last.kept)
    }
}

extension FeaturePipeline {
    /// The options that can truncate a clip, as config paths such as `features.layout.frames`, in the order in which
    /// they apply.
    public var truncatingOptions: [String] {
        (offset > 0 ? ["features.offset"] : []) + (duration == nil ? [] : ["features.duration"])
            + preprocessing.indices.filter { preprocessing[$0].value is any LengthEdit }.map {
                "features.preprocessing[\($0)]"
            }
            + (layout.value is FrameSequence ? ["features.layout.frames"] : [])
    }

    /// Estimates the truncation of a clip from its header: exact, unless `removesSilence`; then it is an upper bound.
    /// Returns nil for clips that are too short for the pipeline.
    ///
    /// - Parameters:
    ///   - seconds: The duration of the clip.
    ///   - rate: Its sample rate in Hz.
    public func truncation(seconds: Double, rate fileRate: Int) -> Truncation? {
        let left = min(seconds - offset, duration ?? .infinity)
        guard left > 0 else { return nil }
        let samples = max(1, (left * Double(fileRate)).rounded())
        let count = (samples * Double(sampleRate) / Double(fileRate)).rounded(.up)
        guard count < Double(Waveform.mostSamples) else { return nil }
        var tracker = TruncationTracker(count: Int(count), rate: sampleRate, cuts: openingCuts(seconds))
        do {
            for edit in preprocessing { try tracker.apply(edit.value) }
        } catch { return nil }
        return tracker.truncation(by: layout.value)
    }

    /// Whether a step removes silence before another step may truncate; the header does not tell how much.
    public var removesSilence: Bool {
        preprocessing.contains { $0.value.removesSilence }
    }

    /// The seconds that `offset` and `duration` remove from a clip.
    func openingCuts(_ seconds: Double) -> [Double] {
        // Less than a sample at any sample rate is rounding error.
        func clean(_ cut: Double) -> Double { cut < 1e-6 ? 0 : cut }
        return (offset > 0 ? [clean(min(offset, seconds))] : [])
            + (duration.map { [clean(seconds - offset - $0)] } ?? [])
    }
}
