import Configuration

/// Numbers for each frame of a sound, as a config names them: `{"type": "mfcc", "n_mfcc": 40}`.
public protocol FrameFeature: TaggedOptions, Hashable {
    /// How many numbers each frame has.
    var width: Int { get }
    /// What each of them is called: `mfcc_0`.
    var names: [String] { get }
    /// Samples between the starts of two frames. Features side by side need the same.
    var hop: Int { get }
    /// How many frames a sound of so many samples has; nil where it is too short for one.
    func frames(of samples: Int) -> Int?
    /// Throws where the options make no sense for sounds of a rate.
    func check(rate: Int) throws(SoundProblem)
    /// The numbers, [frames, width]. Throws for sounds that are too short or hold what is no number.
    func table(of sound: SoundAnalysis) throws(SoundProblem) -> FrameTable
}

extension FrameFeature {
    /// The type, numbered from 0 where there are several: `rms`, `mfcc_0`.
    public var names: [String] {
        width == 1 ? [Self.type] : (0..<width).map { "\(Self.type)_\($0)" }
    }

    /// The feature of a sound by itself.
    public func callAsFunction(_ wave: Waveform) throws(SoundProblem) -> FrameTable {
        try table(of: SoundAnalysis(wave))
    }
}

/// The features of frames that a config may name.
public enum FeatureKinds: Registry {
    /// What stands in a config is a feature.
    public typealias Value = any FrameFeature

    public static var noun: String { "feature" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            MFCC.self, Mel.self, Chroma.self, Centroid.self, Bandwidth.self, Rolloff.self, Contrast.self,
            Flatness.self, ZeroCrossings.self, RMS.self, Tonnetz.self, Yin.self, ProbabilisticYin.self,
            Bins.self, Delta.self,
        ]
    }
}

/// A feature of any kind inside a config.
public typealias AnyFrameFeature = Tagged<FeatureKinds>
