import Autograd

/// Computes the frames of a feature sequence while the samples of a recording arrive.
///
/// The frames are bit-identical to those of the whole recording, however the samples are divided. Memory does not grow with
/// the length of the recording, and the number of frames has no limit.
public struct FeatureStream: Sendable {
    /// The sample rate in Hz that the samples must have.
    public let rate: Int
    /// The number of values per frame.
    public let width: Int
    /// The hop length in samples.
    public let hop: Int
    private let features: [any SpectralFeature]
    private let length: Int
    private let edge: Int
    /// The samples of the next frames, with zeros before the first sample.
    private var samples: [Float]
    private var hasSamples = false
    /// The number of samples to come before the next frame, if frames do not overlap.
    private var skip = 0

    /// Creates a stream at the beginning of a recording. Throws if a step of the pipeline needs the whole recording.
    public init(_ pipeline: FeaturePipeline) throws(InputError) {
        func problem(_ found: String, _ allowed: String) -> InputError {
            InputError("a stream of features", found: found, allowed: allowed)
        }
        if let edit = pipeline.preprocessing.first {
            throw problem(
                "the preprocessing step \(edit.options.map { Swift.type(of: $0).type } ?? "")",
                "no preprocessing")
        }
        guard pipeline.offset == 0, pipeline.duration == nil else {
            throw problem("an offset or a duration", "whole recordings")
        }
        guard pipeline.normalize == .none else {
            throw problem("normalization by speaker", "\"normalize\": \"none\"")
        }
        guard let sequence = pipeline.layout.value as? FrameSequence, sequence.deltas == 0 else {
            throw problem("another layout, or deltas, which need later frames", "the layout \"sequence\"")
        }
        var features: [any SpectralFeature] = []
        var edges: [Int] = []
        for feature in sequence.features {
            guard var own = feature.value as? any SpectralFeature, own.isFramewise else {
                throw problem(
                    "the feature \(feature.options.map { Swift.type(of: $0).type } ?? "")",
                    "features of single frames: mel, mfcc and spectrogram (in dB, with a number as \"ref\" and \"top_db\": null), "
                        + "spectral centroid, bandwidth, roll-off and flatness")
            }
            guard own.stft.padding == .zeros || !own.stft.isCentered else {
                throw problem(
                    "centered frames with pad_mode \"\(own.stft.padding.rawValue)\"",
                    "\"pad_mode\": \"zeros\"")
            }
            edges.append(own.stft.isCentered ? own.stft.fft / 2 : 0)
            own.stft.isCentered = false
            features.append(own)
        }
        let (length, hop, edge) = (features[0].stft.fft, features[0].stft.hop, edges[0])
        guard features.allSatisfy({ $0.stft.fft == length && $0.stft.hop == hop }),
            edges.allSatisfy({ $0 == edge })
        else { throw problem("features with different frames", "equal n_fft, hop_length and center") }
        try pipeline.layout.value.check(rate: pipeline.sampleRate)
        (rate, width) = (pipeline.sampleRate, features.reduce(0) { $0 + $1.width })
        (self.features, self.length, self.hop, self.edge) = (features, length, hop, edge)
        samples = [Float](repeating: 0, count: edge)
    }

    /// Adds samples. Returns the frames that are now complete, which may be none: [frames * width] values.
    public mutating func push(_ new: [Float]) throws(InputError) -> [Float] {
        let gone = min(skip, new.count)
        skip -= gone
        samples += new[gone...]
        hasSamples = hasSamples || !new.isEmpty
        guard samples.count >= length else { return [] }
        let frames = 1 + (samples.count - length) / hop
        let analysis = WaveformAnalysis(
            Waveform(Array(samples[..<((frames - 1) * hop + length)]), rate: rate))
        var values = [Float](repeating: 0, count: frames * width)
        var channel = 0
        for feature in features {
            let table = try analysis(feature)
            for frame in 0..<frames {
                for i in 0..<table.width {
                    values[frame * width + channel + i] = table.values[frame * table.width + i]
                }
            }
            channel += table.width
        }
        skip = max(0, frames * hop - samples.count)
        samples.removeFirst(min(samples.count, frames * hop))
        return values
    }

    /// Ends the recording. Returns the last frames, which reach beyond its end.
    public mutating func finish() throws(InputError) -> [Float] {
        guard hasSamples else { return [] }
        return try push([Float](repeating: 0, count: edge))
    }
}

extension SpectralFeature {
    /// Whether the values of a frame depend on this frame alone.
    fileprivate var isFramewise: Bool {
        switch self {
        case let mel as Mel: mel.unit != .decibels || mel.decibels.isFramewise
        case let mfcc as MFCC: mfcc.decibels.isFramewise
        case let bins as SpectrogramFeature: bins.unit != .decibels || bins.decibels.isFramewise
        case is Centroid, is Bandwidth, is Rolloff, is Flatness: true
        default: false
        }
    }
}

extension Decibels {
    /// Whether neither the reference nor the dynamic range depends on the maximum of the recording.
    fileprivate var isFramewise: Bool {
        if case .largest = reference { return false }
        return topDb == nil
    }
}
