import SpeechEmotion

/// The windows in which a model of frames takes a recording that is longer than its input. They overlap by half, and the steps in the
/// middle half of a window are kept, besides the beginning of the first and the end of the last one.
struct StepWindows {
    /// A window: its samples, and the steps of its output that are kept.
    struct Range: Equatable {
        var samples: Swift.Range<Int>
        var kept: Swift.Range<Int>
    }

    /// The windows in their order.
    let ranges: [Range]

    /// Plans the windows of a recording with the sample rate of the pipeline.
    init(_ times: StepTimes, _ pipeline: FeaturePipeline, samples count: Int) {
        guard let layout = pipeline.layout.value as? FrameSequence,
            let feature = layout.features.first?.value,
            let frames = feature.frames(of: count * pipeline.finalRate / max(pipeline.sampleRate, 1)),
            frames > layout.frames, times.count >= 4, pipeline.offset == 0, pipeline.duration == nil
        else {
            ranges = [Range(samples: 0..<count, kept: 0..<times.count)]
            return
        }
        // Whole quarters of the steps, in input samples.
        let quarter = times.count / 4
        let stride = 2 * quarter * times.ratio
        let hop = Double(feature.hop) * Double(pipeline.sampleRate) / Double(pipeline.finalRate)
        let length = Int((Double(layout.frames) * hop).rounded())
        var ranges: [Range] = []
        var index = 0
        while true {
            let start = Int((Double(index * stride) * hop).rounded())
            let end = min(count, start + length)
            let isLast = end == count
            ranges.append(
                Range(
                    samples: start..<end,
                    kept: (index == 0 ? 0 : quarter)..<(isLast ? times.count : 3 * quarter)))
            guard !isLast else { break }
            index += 1
        }
        self.ranges = ranges
    }
}
