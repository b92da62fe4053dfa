import Autograd
import CKernels
import Configuration
import Foundation

/// Makes a sound faster or slower at the same pitch.
public struct TimeStretch: WaveAugmentation {
    /// How much faster; below 1 is slower.
    public var rate = Spread(0.8, 1.25)
    public var probability = 1.0

    public static let type = "time_stretch"
    public static let summary =
        "Makes the sound faster (above 1) or slower at the same pitch: a phase vocoder."
    public static let fields: [Field<Self>] = [
        .init("rate", \.rate, "How much faster.", .range(0.1...10)),
        .init("probability", \.probability, "How often it happens.", .range(0...1)),
    ]

    public var complaints: [Complaint] { rate.complaints("rate") }

    /// 0.8 to 1.25.
    public init() {}

    /// Another length at the same pitch, see `Waveform.stretched`. Throws for an empty sound.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        try wave.stretched(rate: rate.draw(generator))
    }
}

/// Moves the pitch of a sound without changing its length.
public struct PitchShift: WaveAugmentation {
    /// How far, in semitones; 12 are an octave.
    public var semitones = Spread(-2, 2)
    public var probability = 1.0

    public static let type = "pitch_shift"
    public static let summary = "Moves the pitch by semitones; the length stays."
    public static let fields: [Field<Self>] = [
        .init("semitones", \.semitones, "How far up, or down below 0.", .range(-36...36)),
        .init("probability", \.probability, "How often it happens.", .range(0...1)),
    ]

    public var complaints: [Complaint] { semitones.complaints("semitones") }

    /// Up to two semitones down or up.
    public init() {}

    /// Another pitch at the same length, see `Waveform.pitchShifted`. Throws for an empty sound.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        try wave.pitchShifted(semitones: semitones.draw(generator))
    }
}

extension Waveform {
    /// The sound `rate` times as fast, its pitch kept by a phase vocoder over frames of 2048 samples every 512, as
    /// librosa.effects.time_stretch: `round(count / rate)` samples.
    ///
    /// Throws a `SoundProblem` for rates that are not above 0 and below 1000, and for sounds that are empty or too long.
    public func stretched(rate speed: Double) throws -> Waveform {
        guard speed > 0.001, speed < 1000 else {
            throw SoundProblem("stretch", found: "a rate of \(speed)", allowed: "0.001 to 1000")
        }
        let length = (Double(count) / speed).rounded(.toNearestOrEven)
        try Self.check(Int(min(length, 1e15)), "stretch")
        let frames = try vocoderFrames?(samples) ?? stft(samples)
        let outputs = Int((Double(frames.frames) / speed).rounded(.up))
        let bins = frames.bins
        // As many numbers in one table of frames as there may be samples.
        try Self.check(outputs * bins, "stretch")
        let samples = try istft(frames.stretched(step: speed, outputs: outputs), length: Int(length))
        return Waveform(samples, rate: rate)
    }

    /// The sound with another pitch and the same length, as librosa.effects.pitch_shift: stretched by 2^(-semitones / 12),
    /// resampled by the inverse, and cut or padded with zeros.
    public func pitchShifted(semitones: Double) throws -> Waveform {
        let speed = pow(2, -semitones / 12)
        let moved = try stretched(rate: speed).resampled(step: 1 / speed)
        return try FixedLength(samples: max(1, count))(moved)
    }
}

extension ComplexFrames {
    /// Frames read `step` apart, with phases that go on as those of the sound.
    fileprivate func stretched(step: Double, outputs: Int) -> ComplexFrames {
        let phases = LaneMemory(count: 2 * bins)
        return ComplexFrames(frames: outputs, bins: bins) {
            ck_phase_vocoder(memory.start, frames, bins, step, outputs, $0, phases.start)
        }
    }
}
