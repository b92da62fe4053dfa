import Autograd
import Configuration

/// A random change of a sound, as a config names it: `{"type": "noise", "amplitude": 0.005}`.
public protocol WaveAugmentation: TaggedOptions {
    /// How often the sound is changed, from 0 to 1.
    var probability: Double { get }
    /// The changed sound. All randomness comes from `generator`. Throws a `SoundProblem` where the sound does not allow
    /// the change.
    func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform
}

extension WaveAugmentation {
    /// The sound, changed as often as `probability` says. Takes one number from `generator`, whatever is done with it.
    public func callAsFunction(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        guard let own = generator.turn(probability) else { return wave }
        return try change(wave, own)
    }
}

/// The changes of sounds that a config may name.
public enum WaveAugmentationKinds: Registry {
    /// What stands in a config is a change of a sound.
    public typealias Value = any WaveAugmentation

    public static var noun: String { "wave augmentation" }
    public static var builtIn: [any TaggedOptions.Type] {
        [
            AddNoise.self, BackgroundSound.self, TimeStretch.self, PitchShift.self, SpeedChange.self,
            RandomGain.self, PolarityFlip.self, TimeShift.self, BandFilter.self, Reverberation.self,
        ]
    }
}

/// A change of a sound of any kind inside a config.
public typealias AnyWaveAugmentation = Tagged<WaveAugmentationKinds>
