import Autograd
import Configuration

/// Everything from an audio file to the input of a model, except what needs several clips (`normalize`). Training,
/// prediction and tests share it, and model files store it with its `fingerprint`.
public struct FeaturePipeline: Options {
    public var sampleRate = 16000
    public var offset = 0.0
    public var duration: Double?
    public var preprocessing: [AnyPreprocessingStep] = []
    public var layout = AnyFeatureLayout(FrameSequence([MFCC(count: 40)]))
    public var normalize = Normalizing.none

    /// How features are normalized over many clips, after they have been computed for each.
    public enum Normalizing: String, CaseIterable, ConfigurationValue {
        case none
        /// Per speaker, over all clips and without the labels: see `SpeakerNormalization`.
        case speaker
        /// Per corpus, over all its clips in a subset and without the labels, against differences between corpora.
        case corpus
        /// Per corpus, to the same covariance in all corpora.
        case coral

        /// What all clips that are normalized together have in common.
        public var group: String { self == .coral ? "corpus" : rawValue }
    }

    public static let summary = "Feature extraction: from an audio file to the input of the model."
    public static var fields: [Field<Self>] {
        [
            .init(
                "sample_rate", \.sampleRate, "Sample rate in Hz that every recording is resampled to.",
                .range(Waveform.allowedRates)),
            .init("offset", \.offset, "Seconds to skip at the start of each recording.", .range(0...1e6)),
            .init(
                "duration", \.duration, "Seconds to keep; `null` keeps everything after `offset`.", .above(0),
                .atMost(1e6)),
            .init("preprocessing", \.preprocessing, "Preprocessing steps of the waveform, in order."),
            .init("layout", \.layout, "The features and their layout."),
            .init(
                "normalize", \.normalize,
                "`speaker` standardizes each channel to mean 0 and standard deviation 1 over all clips of a speaker in a subset. The model then requires many clips of each speaker at once, also for prediction. `corpus` does the same over all clips of a corpus, as named in the column `corpus` of combined corpora. `coral` whitens the channels of each corpus: mean 0, and the identity matrix as covariance (CORAL, Sun and Saenko 2016), with Ledoit-Wolf shrinkage."
            ),
        ]
    }

    public init() {}

    /// Creates a pipeline that resamples whole recordings, preprocesses them, and computes the layout.
    public init(sampleRate: Int, preprocessing: [any PreprocessingStep] = [], layout: any FeatureLayout) {
        self.sampleRate = sampleRate
        self.preprocessing = preprocessing.map { AnyPreprocessingStep($0) }
        self.layout = AnyFeatureLayout(layout)
    }

    /// The shape of every result. Throws if the options are invalid for the sample rate.
    public func outputShape() throws -> [Int] {
        try layout.value.check(rate: finalRate)
        if let fixedLength { try checkedMemory(samples: fixedLength) }
        return layout.value.outputShape
    }

    /// The names of the channels of the last axis.
    public var names: [String] { layout.value.names }

    /// The sample rate after preprocessing.
    package var finalRate: Int {
        preprocessing.reduce(sampleRate) { rate, edit in (edit.value as? Resample)?.rate ?? rate }
    }

    /// Computes the features of a waveform of any sample rate.
    public func callAsFunction(_ wave: Waveform) throws -> Features { try features(of: preprocessed(wave)) }

    /// Computes the features of a waveform that has been preprocessed, and possibly augmented. Throws if they are not finite.
    public func features(of preprocessed: Waveform) throws -> Features {
        let bytes = try checkedMemory(samples: preprocessed.count)
        var features = try MemoryLimit.withRoom(bytes) {
            try layout.value.features(of: WaveformAnalysis(preprocessed))
        }
        guard features.values.firstNotFinite == nil else {
            throw InputError(
                "features", found: "NaN or infinite values",
                allowed: "finite values; if an encoder computes the features, its weights may be damaged")
        }
        features.truncation = preprocessed.cuts?.truncation(by: layout.value)
        return features
    }

    /// Computes the features of a file, or of a segment of it.
    ///
    /// - Parameters:
    ///   - offset: The start of the segment in seconds. The pipeline's own offset is relative to it.
    ///   - duration: The length of the segment in seconds; nil for the rest of the file.
    public func features(ofFile path: String, offset: Double = 0, duration: Double? = nil) throws -> Features
    {
        try features(of: wave(ofFile: path, offset: offset, duration: duration))
    }

    /// Returns the preprocessed waveform of a file, or of a segment of it.
    public func wave(ofFile path: String, offset: Double = 0, duration: Double? = nil) throws -> Waveform {
        let rest = duration.map { $0 - self.offset }
        if let rest, rest <= 0 {
            throw InputError(
                "features", found: "a segment of \(duration ?? 0) s of \(path)",
                allowed: "more than the offset of \(self.offset) s")
        }
        let length = [rest, self.duration].compactMap { $0 }.min()
        let (wave, whole) = try AudioFile.readNotingLength(
            path, rate: sampleRate, offset: offset + self.offset, duration: length)
        // If a header does not give the length, only decoding can tell, and it matters only beyond the segment that is
        // kept.
        let seconds =
            if let whole {
                whole - offset
            } else if self.duration == nil {
                wave.duration + self.offset
            } else {
                try AudioFile.read(path, offset: offset).duration
            }
        return try applyingPreprocessing(wave, clip: min(seconds, duration ?? .infinity))
    }

    /// Applies all preprocessing steps.
    ///
    /// - Parameter clip: The duration in seconds of the clip that the waveform is part of.
    private func applyingPreprocessing(_ wave: Waveform, clip: Double) throws -> Waveform {
        var tracker = TruncationTracker(count: wave.count, rate: wave.rate, cuts: openingCuts(clip))
        var wave = wave
        for edit in preprocessing {
            let after = try edit.value(wave)
            try tracker.apply(edit.value, from: wave, to: after)
            wave = after
        }
        wave.cuts = tracker
        return wave
    }

    /// Truncates, resamples and preprocesses a waveform in memory as if it came from a file.
    public func preprocessed(_ wave: Waveform) throws -> Waveform {
        guard wave.rate > 0, !wave.samples.isEmpty else {
            throw InputError(
                "features", found: "\(wave.count) samples at \(wave.rate) Hz",
                allowed: "at least 1 sample, a sample rate above 0")
        }
        try PaddedWaveform.check(wave.samples, action: "features")
        var part = Crop()
        (part.offset, part.duration) = (offset, duration)
        let isWhole = offset == 0 && duration == nil
        return try applyingPreprocessing(
            (isWhole ? wave : part(wave)).resampled(to: sampleRate), clip: wave.duration)
    }
}
