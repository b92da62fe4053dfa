import SpeechEmotion

/// The times of the steps of a model's output.
struct StepTimes: Sendable, Equatable {
    /// The number of steps for an input of full length.
    let count: Int
    /// The number of feature frames for each step.
    let ratio: Int
    /// The center of the first frame and the time between frames, in seconds.
    private let first, hop: Double

    /// Creates the times of a model that makes `count` steps of the frames of a pipeline; nil if the steps are not evenly spaced frames,
    /// as with convolutions without padding.
    init?(_ pipeline: FeaturePipeline, steps count: Int) {
        guard let layout = pipeline.layout.value as? FrameSequence,
            let feature = layout.features.first?.value,
            count > 0
        else { return nil }
        let ratio = Int((Double(layout.frames) / Double(count)).rounded())
        guard ratio > 0, count == layout.frames / ratio || count == (layout.frames + ratio - 1) / ratio else {
            return nil
        }
        let rate = Double(pipeline.finalRate)
        (self.count, self.ratio) = (count, ratio)
        hop = Double(feature.hop) / rate
        first = pipeline.offset + Double(feature.firstCenter) / rate
    }

    /// The duration of a step in seconds.
    var seconds: Double { Double(ratio) * hop }

    /// The moment in the middle of the frames of a step, in seconds from the start of the clip.
    func center(_ step: Int) -> Double { first + (Double(step * ratio) + Double(ratio - 1) / 2) * hop }

    /// The moment at which a step begins, half a frame before its first one; the first step begins with the clip.
    func edge(_ step: Int) -> Double { step == 0 ? 0 : first + (Double(step * ratio) - 0.5) * hop }

    /// The number of steps that have valid frames.
    func valid(_ frames: Int?) -> Int { frames.map { min(count, ($0 + ratio - 1) / ratio) } ?? count }
}
