import Autograd
import Configuration

/// A random change of a sound, as a config names it: `{"type": "noise", "amplitude": 0.005}`.
public protocol WaveAugmentation: TaggedOptions {
    /// The changed sound. All randomness comes from `generator`.
    func callAsFunction(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform
}

/// The changes of sounds that a config may name.
public enum WaveAugmentationKinds: Registry {
    public typealias Value = any WaveAugmentation

    public static var noun: String { "wave augmentation" }
    public static var kinds: [any TaggedOptions.Type] {
        []
    }
}

/// A change of a sound of any kind inside a config.
public typealias AnyWaveAugmentation = Tagged<WaveAugmentationKinds>
