import Autograd
import Configuration

/// A random change of a sound, as a config names it: `{"type": "noise", "amplitude": 0.005}`.
public protocol WaveAugmentation: TaggedOptions {
    /// The changed sound. All randomness comes from `generator`.
    func callAsFunction(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform
}
