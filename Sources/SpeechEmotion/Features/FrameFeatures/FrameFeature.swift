import Autograd
import Configuration

/// A frame-level feature, as a config names it: `{"type": "mfcc", "n_mfcc": 40}`.
public protocol FrameFeature: TaggedOptions, Hashable {
    /// The number of values per frame.
    var width: Int { get }
    /// The names of the values: `mfcc_0`.
    var names: [String] { get }
    /// The hop length in samples. Features in one sequence must have the same.
    var hop: Int { get }
    /// The sample in the center of the first frame; 0 unless a type tells.
    var firstCenter: Int { get }
    /// Returns the number of frames for a number of samples; nil if the waveform is too short for one.
    func frames(of samples: Int) -> Int?
    /// Throws if the options are invalid for a sample rate.
    func check(rate: Int) throws(InputError)
    /// Computes the feature, [frames, width]. Throws for waveforms that are too short or contain NaN or infinity.
    func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable
    /// About how many numbers of four bytes are in memory while the feature is computed, besides the result.
    func workingNumbers(samples: Int) -> Double
}

extension FrameFeature {
    public var firstCenter: Int { 0 }

    /// The type name, numbered from 0 if there are several values: `rms`, `mfcc_0`.
    public var names: [String] {
        width == 1 ? [Self.type] : (0..<width).map { "\(Self.type)_\($0)" }
    }

    /// One copy of the waveform.
    public func workingNumbers(samples: Int) -> Double { Double(samples) }

    /// Computes the feature of a waveform on its own.
    public func callAsFunction(_ wave: Waveform) throws(InputError) -> FrameTable {
        try table(of: WaveformAnalysis(wave))
    }
}

/// The registered frame-level features.
public enum FeatureKinds: Registry {
    /// The type of a decoded config entry.
    public typealias Value = any FrameFeature

    public static var noun: String { "feature" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            MFCC.self, Mel.self, Chroma.self, Centroid.self, Bandwidth.self, Rolloff.self, Contrast.self,
            Flatness.self, ZeroCrossings.self, RMS.self, Tonnetz.self, YIN.self, PYIN.self,
            EGeMAPSDescriptors.self, SpectrogramFeature.self, Delta.self, WaveformSamples.self,
        ]
    }
}

/// A feature of any registered type in a config.
public typealias AnyFrameFeature = Tagged<FeatureKinds>
