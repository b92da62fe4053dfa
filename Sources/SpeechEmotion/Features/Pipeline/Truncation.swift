/// How much of a clip a pipeline keeps, and how much each of its options cuts off.
///
/// Silence that `trim` and `voiced` remove counts as neither kept nor cut, and so do zeros that are added.
public struct Truncation: Sendable, Equatable {
    /// Seconds cut off by each of the pipeline's `truncatingOptions`, in their order.
    public var cuts: [Double]
    /// Seconds that the features are made of.
    public var kept: Double

    /// Seconds cut off in all.
    public var cut: Double { cuts.reduce(0, +) }

    /// A clip of which the options cut so many seconds each.
    public init(cuts: [Double], kept: Double) {
        self.cuts = cuts
        self.kept = kept
    }
}

extension FeaturePipeline {
    /// The options that can cut sound off a clip, as paths in a config such as `features.layout.frames`, in the order in
    /// which they apply.
    public var truncatingOptions: [String] {
        (offset > 0 ? ["features.offset"] : []) + (duration == nil ? [] : ["features.duration"])
            + prepare.indices.filter { prepare[$0].value is any LengthEdit }.map { "features.preprocessing[\($0)]" }
            + (layout.value is FrameSequence ? ["features.layout.frames"] : [])
    }

    /// Estimates the truncation of a clip from its header: exact, unless `removesSilence`. Then it is an upper bound. Returns
    /// nil for a clip that is too short for the pipeline.
    ///
    /// - Parameters:
    ///   - seconds: The length of the clip.
    ///   - rate: Its sampling rate.
    public func truncation(seconds: Double, rate fileRate: Int) -> Truncation? {
        let left = min(seconds - offset, duration ?? .infinity)
        guard left > 0 else { return nil }
        let samples = max(1, (left * Double(fileRate)).rounded())
        let count = (samples * Double(rate) / Double(fileRate)).rounded(.up)
        guard count < Double(Waveform.mostSamples) else { return nil }
        var tracker = CutTracker(count: Int(count), rate: rate, cuts: openingCuts(seconds))
        do {
            for edit in prepare { try tracker.apply(edit.value) }
        } catch { return nil }
        return tracker.truncation(by: layout.value)
    }

    /// Whether steps remove silence, whose length only the sound itself tells, before another step may cut.
    public var removesSilence: Bool {
        prepare.contains { $0.value is Trim || $0.value is VoicedParts }
    }

    /// What `offset` and `duration` cut off a clip of so many seconds.
    func openingCuts(_ seconds: Double) -> [Double] {
        // What is below a sample at any rate comes from rounding.
        func clean(_ cut: Double) -> Double { cut < 1e-6 ? 0 : cut }
        return (offset > 0 ? [clean(min(offset, seconds))] : [])
            + (duration.map { [clean(seconds - offset - $0)] } ?? [])
    }
}
