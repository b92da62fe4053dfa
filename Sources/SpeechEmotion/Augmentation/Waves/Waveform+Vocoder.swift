import Autograd
import CKernels
import Configuration
import Foundation

extension Waveform {
    /// Stretches the waveform in time by a phase vocoder with frame length 2048 and hop length 512, as
    /// librosa.effects.time_stretch: returns `round(count / rate)` samples at the same pitch.
    ///
    /// Throws an `InputError` for rates that are not above 0 and below 1000, and for waveforms that are empty or too
    /// long.
    public func stretched(rate speed: Double) throws -> Waveform {
        guard speed > 0.001, speed < 1000 else {
            throw InputError("stretch", found: "a rate of \(speed)", allowed: "0.001 to 1000")
        }
        let length = (Double(count) / speed).rounded(.toNearestOrEven)
        try Self.check(Int(min(length, 1e15)), "stretch")
        let frames = try (shared as? VocoderFrames)?(samples) ?? stft(samples)
        let outputs = Int((Double(frames.frames) / speed).rounded(.up))
        let bins = frames.bins
        // One table of frames may have as many values as a waveform has samples.
        try Self.check(outputs * bins, "stretch")
        let samples = try istft(frames.stretched(step: speed, outputs: outputs), length: Int(length))
        return Waveform(samples, rate: rate)
    }

    /// Shifts the pitch at the same duration, as librosa.effects.pitch_shift: stretches by 2^(-semitones / 12),
    /// resamples by the inverse, and truncates or pads with zeros.
    public func pitchShifted(semitones: Double) throws -> Waveform {
        let speed = pow(2, -semitones / 12)
        let moved = try stretched(rate: speed).resampled(step: 1 / speed)
        return try FixedLength(samples: max(1, count))(moved)
    }
}

extension ComplexFrames {
    /// Samples the frames at intervals of `step`, with phase continuation.
    fileprivate func stretched(step: Double, outputs: Int) -> ComplexFrames {
        let phases = LaneMemory(count: 2 * bins)
        return ComplexFrames(frames: outputs, bins: bins) {
            ck_phase_vocoder(memory.start, frames, bins, step, outputs, $0, phases.start)
        }
    }
}
