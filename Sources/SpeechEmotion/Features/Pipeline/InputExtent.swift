/// The segment of a recording that reaches a model's input.
public struct InputExtent: Sendable, Equatable {
    /// Seconds at the start of a recording that the pipeline skips.
    public var lead: Double
    /// Seconds after the skipped start that fit into the input, the rest being truncated; nil if recordings of any
    /// length fit.
    public var seconds: Double?
    /// Seconds that are kept before silence is removed, so that longer recordings may fit without their silence; nil if
    /// no silence is removed, infinite if nothing is truncated before.
    public var secondsWithSilence: Double?

    /// Creates a segment after a skipped start.
    public init(lead: Double, seconds: Double?, secondsWithSilence: Double?) {
        (self.lead, self.seconds, self.secondsWithSilence) = (lead, seconds, secondsWithSilence)
    }
}

extension FeaturePipeline {
    /// The segment of a recording that reaches the input. It is limited by `offset`, `duration`, truncating
    /// preprocessing steps, and the number of frames of a sequence.
    public var extent: InputExtent {
        var extent = InputExtent(lead: offset, seconds: duration, secondsWithSilence: nil)
        var current = sampleRate
        func limit(_ seconds: Double) { extent.seconds = min(extent.seconds ?? .infinity, seconds) }
        for edit in preprocessing {
            switch edit.value {
            case let crop as Crop:
                extent.lead += crop.offset
                extent.seconds = extent.seconds.map { $0 - crop.offset }
                if let duration = crop.duration { limit(duration) }
            case let length as FixedLength:
                if let seconds = length.seconds ?? length.samples.map({ Double($0) / Double(current) }) {
                    limit(seconds)
                }
            case let resample as Resample: current = resample.rate
            case let step where step.removesSilence:
                extent.secondsWithSilence = extent.secondsWithSilence ?? extent.seconds ?? .infinity
            default: break
            }
        }
        if let sequence = layout.value as? FrameSequence {
            limit(Double(sequence.span) / Double(current))
        }
        if let seconds = extent.seconds, seconds <= 0 { extent.seconds = nil }
        return extent
    }
}

extension FeaturePipeline {
    /// The pipeline without the preprocessing steps that truncate after silence removal.
    package var uncutAfterSilence: FeaturePipeline {
        var pipeline = self
        var isCut = false
        pipeline.preprocessing = preprocessing.compactMap { edit in
            isCut = isCut || edit.value.removesSilence
            guard isCut else { return edit }
            if edit.value is FixedLength { return nil }
            guard var crop = edit.value as? Crop else { return edit }
            crop.duration = nil
            return AnyPreprocessingStep(crop)
        }
        return pipeline
    }
}

extension FrameSequence {
    /// The samples that the frames cover.
    fileprivate var span: Int {
        let framings = features.compactMap { $0.value.framing }
        return framings.map { framing in
            framing.isCentered ? frames * framing.hop : (frames - 1) * framing.hop + framing.length
        }.min() ?? frames * (features.first?.value.hop ?? 1)
    }
}

extension FrameFeature {
    /// The framing of the feature; nil if it is unknown.
    fileprivate var framing: Framing? {
        if let delta = self as? Delta { return delta.of.value.framing }
        if let feature = self as? any SpectralFeature { return feature.stft.framing }
        return (self as? any FramedFeature)?.frames.framing(.zeros)
    }
}
