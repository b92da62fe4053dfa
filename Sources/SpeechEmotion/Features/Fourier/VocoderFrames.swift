import Autograd
import Synchronization

/// The STFT frames of a waveform for the phase vocoder, computed once and shared by all augmentations of it.
final class VocoderFrames: Sendable {
    private let samples: [Float]
    private let made = Mutex<ComplexFrames?>(nil)

    /// The frames of these samples, computed on first use.
    init(of samples: [Float]) { self.samples = samples }

    /// Returns the frames; nil if `wanted` does not share its memory with the samples they belong to. Throws as `stft`
    /// does.
    func callAsFunction(_ wanted: [Float]) throws(InputError) -> ComplexFrames? {
        let isSame = samples.withUnsafeBufferPointer { own in
            wanted.withUnsafeBufferPointer { $0.baseAddress == own.baseAddress && $0.count == own.count }
        }
        guard isSame else { return nil }
        if let frames = made.withLock({ $0 }) { return frames }
        let frames = try stft(samples)
        made.withLock { $0 = frames }
        return frames
    }
}

extension Waveform {
    /// Returns the same waveform, for several changes of speed and pitch that then share one transform.
    package func sharingFrames() -> Waveform {
        var wave = self
        wave.shared = VocoderFrames(of: samples)
        return wave
    }
}
