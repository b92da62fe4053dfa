import Autograd
import Configuration

/// A random augmentation of a waveform, as a config names it: `{"type": "noise", "amplitude": 0.005}`.
public protocol WaveAugmentation: TaggedOptions {
    /// The probability of applying the augmentation.
    var probability: Double { get }
    /// Whether the augmentation needs files or clips besides the waveform. False by default.
    var needsFiles: Bool { get }
    /// Returns the augmented waveform. All randomness comes from `generator`. Throws an `InputError` if the
    /// augmentation cannot be applied.
    func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform
}

extension WaveAugmentation {
    public var needsFiles: Bool { false }

    /// Applies the augmentation with its `probability`. Draws exactly one number from `generator`.
    public func callAsFunction(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        guard let own = generator.turn(probability) else { return wave }
        return try change(wave, own)
    }
}

/// The registered wave augmentations.
public enum WaveAugmentationKinds: Registry {
    /// The type of a decoded config entry.
    public typealias Value = any WaveAugmentation

    public static var noun: String { "waveform augmentation" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            AddNoise.self, BackgroundNoise.self, TimeStretch.self, PitchShift.self, SpeedChange.self,
            RandomGain.self, PolarityInversion.self, TimeShift.self, BandFilter.self, Reverberation.self,
            RoomSimulation.self, ImpulseResponse.self, CodecSimulation.self, Babble.self,
        ]
    }
}

/// A wave augmentation of any registered type in a config.
public typealias AnyWaveAugmentation = Tagged<WaveAugmentationKinds>
