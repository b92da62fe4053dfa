import Autograd
import CKernels
import Configuration
import Foundation

/// Changes the speed of a waveform without changing its pitch.
public struct TimeStretch: WaveAugmentation {
    /// The stretch factor; above 1 is faster.
    public var rate = Spread(0.8, 1.25)
    public var probability = 1.0

    public static let type = "time_stretch"
    public static let summary =
        "Time stretching by a phase vocoder: changes the speed without changing the pitch, as librosa.effects.time_stretch."
    public static let fields: [Field<Self>] = [
        .init("rate", \.rate, "Stretch factor; above 1 is faster.", .range(0.1...10)),
        .init("probability", \.probability, "Probability of applying the augmentation.", .range(0...1)),
    ]

    public var complaints: [Complaint] { rate.complaints("rate") }

    /// 0.8 to 1.25.
    public init() {}

    /// Changes the duration at the same pitch, see `Waveform.stretched`. Throws for an empty waveform.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        try wave.stretched(rate: rate.draw(generator))
    }
}

/// Shifts the pitch of a waveform without changing its duration.
public struct PitchShift: WaveAugmentation {
    /// The shift in semitones; 12 are an octave.
    public var semitones = Spread(-2, 2)
    public var probability = 1.0

    public static let type = "pitch_shift"
    public static let summary = "Shifts the pitch without changing the duration, as librosa.effects.pitch_shift."
    public static let fields: [Field<Self>] = [
        .init("semitones", \.semitones, "Shift in semitones; above 0 is up.", .range(-36...36)),
        .init("probability", \.probability, "Probability of applying the augmentation.", .range(0...1)),
    ]

    public var complaints: [Complaint] { semitones.complaints("semitones") }

    /// Up to two semitones down or up.
    public init() {}

    /// Shifts the pitch at the same duration, see `Waveform.pitchShifted`. Throws for an empty waveform.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        try wave.pitchShifted(semitones: semitones.draw(generator))
    }
}

extension Waveform {
    /// Stretches the waveform in time by a phase vocoder with frame length 2048 and hop length 512, as
    /// librosa.effects.time_stretch: returns `round(count / rate)` samples at the same pitch.
    ///
    /// Throws a `DataError` for rates that are not above 0 and below 1000, and for waveforms that are empty or too
    /// long.
    public func stretched(rate speed: Double) throws -> Waveform {
        guard speed > 0.001, speed < 1000 else {
            throw DataError("stretch", found: "a rate of \(speed)", allowed: "0.001 to 1000")
        }
        let length = (Double(count) / speed).rounded(.toNearestOrEven)
        try Self.check(Int(min(length, 1e15)), "stretch")
        let frames = try vocoderFrames?(samples) ?? stft(samples)
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
