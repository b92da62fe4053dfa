import Autograd

extension FeaturePipeline {
    /// About how many bytes the features of a clip need while they are computed. Throws if that is more than `MemoryLimit`
    /// allows.
    ///
    /// - Parameter samples: The length of the clip after preprocessing.
    @discardableResult
    func checkedMemory(samples: Int) throws(InputError) -> Double {
        let bytes = 4 * (Double(samples) + layout.value.estimatedNumbers(samples: samples))
        try MemoryLimit.check(bytes, "features", "a clip of \(grouped(samples)) samples")
        return bytes
    }

    /// The length that preprocessing gives every clip; nil if it depends on the clip.
    var fixedLength: Int? {
        var length: Int?
        var rate = sampleRate
        for edit in preprocessing {
            switch edit.value {
            case let step as FixedLength:
                length = try? step.window(of: length ?? 0, rate: rate).count
            case let step as Resample:
                length = length.map { Int(Double($0) / Double(rate) * Double(step.rate)) }
                rate = step.rate
            case let step where step is Crop || step.removesSilence: length = nil
            default: break
            }
        }
        return length
    }
}

extension FeatureLayout {
    /// About how many numbers of four bytes are in memory while the features of a clip are computed.
    fileprivate func estimatedNumbers(samples: Int) -> Double {
        let samples = max(samples, 1)
        switch self {
        case let layout as FrameSequence:
            let channels = layout.features.reduce(0) { $0 + $1.value.estimatedNumbers(samples: samples) }
            return channels * Double(1 + layout.deltas) + 2 * Double(layout.frames * layout.names.count)
        case let layout as Summary:
            return layout.entries.reduce(0) { $0 + $1.feature.value.estimatedNumbers(samples: samples) }
        case let layout as ImageLayout:
            let feature = layout.feature.value
            let pixels = Double(feature.frames(of: samples) ?? 0) * Double(feature.width)
            return feature.estimatedNumbers(samples: samples) + 3 * pixels
                + 12 * Double(layout.height * layout.width)
        case is EGeMAPSLayout: return 16 * Double(samples)
        default: return 0
        }
    }
}

extension FrameFeature {
    /// About how many numbers of four bytes the feature and its spectrum take.
    fileprivate func estimatedNumbers(samples: Int) -> Double {
        let own = 2 * Double(frames(of: samples) ?? 0) * Double(width)
        switch self {
        case let feature as any SpectralFeature:
            return own + 2 * Double(frames(of: samples) ?? 0) * Double(feature.stft.bins)
        case let delta as Delta: return own + delta.of.value.estimatedNumbers(samples: samples)
        default: return own + workingNumbers(samples: samples)
        }
    }
}
