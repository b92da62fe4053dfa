extension FeaturePipeline {
    /// Returns the time in a recording, in seconds, at which the first frame of the features begins; for plots over time.
    ///
    /// Preprocessing may trim the start. The result is nil if times after the start cannot be mapped, because a step removes pauses
    /// or changes the speed, or the frames are padded at the front.
    public func featureStart(inFile path: String) throws -> Double? {
        guard let layout = layout.value as? FrameSequence, layout.padding == .end, layout.truncating == .end
        else { return nil }
        var start = offset
        var wave = try AudioFile.read(path, rate: sampleRate, offset: offset, duration: duration)
        for edit in preprocessing {
            let after = try edit.value(wave)
            switch edit.value {
            case let edit as any LengthEdit:
                start +=
                    Double(try edit.window(of: wave.count, rate: wave.rate).lowerBound) / Double(wave.rate)
            case let edit as Trim:
                let range = wave.trimRange(below: edit.topDb, frame: edit.frame, hop: edit.hop)
                start += Double(range.lowerBound) / Double(wave.rate)
            case is Resample: break
            default: guard after.count == wave.count else { return nil }
            }
            wave = after
        }
        return start
    }

    /// Whether the first frame of the features begins with the recording, whatever it contains.
    public var keepsStart: Bool {
        guard let layout = layout.value as? FrameSequence, layout.padding == .end, layout.truncating == .end
        else { return false }
        return offset == 0
            && preprocessing.allSatisfy { step in
                switch step.value {
                case is PeakNormalization, is LoudnessNormalization, is Gain, is OffsetRemoval,
                    is Preemphasis,
                    is Resample:
                    true
                case let edit as any LengthEdit:
                    [1 << 10, 1 << 30].allSatisfy {
                        (try? edit.window(of: $0, rate: sampleRate).lowerBound) ?? 0 == 0
                    }
                default: false
                }
            }
    }
}
