import Configuration

/// The whole way from a sound file to what a model gets, but for what takes several clips (`normalize`). Training, prediction and tests share it, and a model
/// file keeps it with its `fingerprint`.
public struct FeaturePipeline: Options {
    public var rate = 16000
    public var offset = 0.0
    public var duration: Double?
    public var prepare: [AnyWaveEdit] = []
    public var layout = AnyFeatureLayout(FrameSequence([MFCC(count: 40)]))
    public var normalize = Normalizing.none

    /// What features of many clips are brought to one mean and deviation by, after they have been taken of each.
    public enum Normalizing: String, CaseIterable, ConfigurationValue {
        case none
        /// All clips of a speaker together, without their classes: see `SpeakerNormalization`.
        case speaker
    }

    public static let summary = "From a sound to the features that a model gets."
    public static var fields: [Field<Self>] {
        [
            .init(
                "sample_rate", \.rate, "Samples a second that every sound is brought to.",
                .range(Waveform.allowedRates)),
            .init("offset", \.offset, "Seconds left out at the start.", .range(0...1e6)),
            .init(
                "duration", \.duration, "Seconds kept; all that follows where null.", .above(0), .atMost(1e6)),
            .init("preprocessing", \.prepare, "Changes of the sound before its features, in their order."),
            .init("layout", \.layout, "The features and their form."),
            .init(
                "normalize", \.normalize,
                "With speaker each channel has mean 0 and deviation 1 over all clips of a speaker in a part of the split: such a model has to hear many clips of a voice at once, tested ones too."
            ),
        ]
    }

    public init() {}

    /// The whole of every sound, brought to `rate` first, edited, and then put into the layout.
    public init(rate: Int, prepare: [any WaveEdit] = [], layout: any FeatureLayout) {
        self.rate = rate
        self.prepare = prepare.map { AnyWaveEdit($0) }
        self.layout = AnyFeatureLayout(layout)
    }

    /// The shape of every result, without a sound. Throws where the options make no sense at the rate.
    public func outputShape() throws -> [Int] {
        try layout.value.check(rate: finalRate)
        return layout.value.outputShape
    }

    /// What the numbers of the last axis are called.
    public var names: [String] { layout.value.names }

    /// The rate after all edits.
    package var finalRate: Int {
        prepare.reduce(rate) { rate, edit in (edit.value as? Resample)?.rate ?? rate }
    }

    /// The features of a sound of any rate.
    public func callAsFunction(_ wave: Waveform) throws -> Features { try features(of: prepared(wave)) }

    /// The features of a sound that has been prepared, and maybe changed after that.
    public func features(of prepared: Waveform) throws -> Features {
        var features = try layout.value.features(of: SoundAnalysis(prepared))
        features.truncation = prepared.cuts?.truncation(by: layout.value)
        return features
    }

    /// The features of a file, or of a part of it.
    ///
    /// - Parameters:
    ///   - offset: Where the part begins, in seconds. The pipeline's own offset is counted from there.
    ///   - duration: How long it is; up to the end where nil.
    public func features(ofFile path: String, offset: Double = 0, duration: Double? = nil) throws -> Features
    {
        try features(of: wave(ofFile: path, offset: offset, duration: duration))
    }

    /// The prepared sound of a file, or of a part of it.
    public func wave(ofFile path: String, offset: Double = 0, duration: Double? = nil) throws -> Waveform {
        let rest = duration.map { $0 - self.offset }
        if let rest, rest <= 0 {
            throw SoundProblem(
                "features", found: "a part of \(duration ?? 0) s of \(path)",
                allowed: "more than the offset of \(self.offset) s")
        }
        let length = [rest, self.duration].compactMap { $0 }.min()
        let (wave, whole) = try AudioFile.readNotingLength(
            path, rate: rate, offset: offset + self.offset, duration: length)
        // Where a header does not tell, only reading does, and it matters only to what follows the part that is kept.
        let seconds =
            if let whole {
                whole - offset
            } else if self.duration == nil {
                wave.duration + self.offset
            } else {
                try AudioFile.read(path, offset: offset).duration
            }
        return try edited(wave, clip: min(seconds, duration ?? .infinity))
    }

    /// The sound after all edits.
    ///
    /// - Parameter clip: How many seconds the clip lasts that it is a part of.
    private func edited(_ wave: Waveform, clip: Double) throws -> Waveform {
        var tracker = CutTracker(count: wave.count, rate: wave.rate, cuts: openingCuts(clip))
        var wave = wave
        for edit in prepare {
            let after = try edit.value(wave)
            try tracker.apply(edit.value, from: wave, to: after)
            wave = after
        }
        wave.cuts = tracker
        return wave
    }

    /// A sound in memory, cut, brought to the rate and prepared as a file's would be.
    public func prepared(_ wave: Waveform) throws -> Waveform {
        guard wave.rate > 0, !wave.samples.isEmpty else {
            throw SoundProblem(
                "features", found: "\(wave.count) samples at a rate of \(wave.rate)",
                allowed: "1 sample or more, a rate above 0")
        }
        try PaddedSound.check(wave.samples, action: "features")
        var part = Crop()
        (part.offset, part.duration) = (offset, duration)
        let isWhole = offset == 0 && duration == nil
        return try edited((isWhole ? wave : part(wave)).resampled(to: rate), clip: wave.duration)
    }
}
