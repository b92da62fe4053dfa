import Synchronization

/// The frames that the phase vocoder reads of one sound, made once for all changes of it that ask.
final class VocoderFrames: Sendable {
    private let samples: [Float]
    private let made = Mutex<ComplexFrames?>(nil)

    /// Of these samples, when they are first asked for.
    init(of samples: [Float]) { self.samples = samples }

    /// The frames; nil where `wanted` does not share its memory with the samples that they are of. Throws as `stft` does.
    func callAsFunction(_ wanted: [Float]) throws(SoundProblem) -> ComplexFrames? {
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
    /// The same sound, for several changes of its speed and pitch, which then take it apart once.
    package func sharingFrames() -> Waveform {
        var wave = self
        wave.vocoderFrames = VocoderFrames(of: samples)
        return wave
    }
}
