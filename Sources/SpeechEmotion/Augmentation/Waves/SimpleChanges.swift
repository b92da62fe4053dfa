import Autograd
import Configuration

/// Changes the speed of a waveform: pitch and duration change together.
public struct SpeedChange: WaveAugmentation {
    /// The speed factor; below 1 is slower and lower.
    public var factor = Spread(0.9, 1.1)
    public var probability = 1.0

    public static let type = "speed"
    public static let summary = "Speed perturbation: resamples the waveform, so that pitch and duration change together."
    public static let fields: [Field<Self>] = [
        .init("factor", \.factor, "Speed factor; above 1 is faster.", .range(0.1...10)),
        .init("probability", \.probability, "Probability of applying the augmentation.", .range(0...1)),
    ]

    public var complaints: [Complaint] { factor.complaints("factor") }

    /// 0.9 to 1.1.
    public init() {}

    /// Resamples by a random factor: returns 1 / factor of the samples at the same sample rate.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        try wave.resampled(step: factor.draw(generator))
    }
}

/// Applies a random gain.
public struct RandomGain: WaveAugmentation {
    /// The gain in dB.
    public var decibels = Spread(-6, 6)
    public var probability = 1.0

    public static let type = "gain"
    public static let summary = "Applies a random gain."
    public static let fields: [Field<Self>] = [
        .init("decibels", \.decibels, "Gain in dB; 6 dB is about twice the amplitude.", .range(-200...200)),
        .init("probability", \.probability, "Probability of applying the augmentation.", .range(0...1)),
    ]

    public var complaints: [Complaint] { decibels.complaints("decibels") }

    /// A gain of -6 to 6 dB.
    public init() {}

    /// Every sample times 10^(decibels / 20); nothing is clipped at full scale.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
        Gain(decibels: decibels.draw(generator))(wave)
    }
}

/// Inverts the polarity of a waveform, which is inaudible.
public struct PolarityInversion: WaveAugmentation {
    public var probability = 0.5

    public static let type = "polarity_inversion"
    public static let summary = "Polarity inversion: changes the sign of every sample."
    public static let fields: [Field<Self>] = [
        .init("probability", \.probability, "Probability of applying the augmentation.", .range(0...1))
    ]

    /// A probability of 0.5.
    public init() {}

    /// Negates every sample; nothing is drawn.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
        Waveform(wave.samples.map { -$0 }, rate: wave.rate)
    }
}

/// Shifts a waveform in time and keeps its length.
public struct TimeShift: WaveAugmentation {
    /// What fills the gap.
    public enum Fill: String, CaseIterable, ConfigurationValue {
        /// Zeros.
        case zeros
        /// The samples shifted out at the other end.
        case roll
    }

    /// The shift in seconds; above 0 is later.
    public var seconds = Spread(-0.1, 0.1)
    /// What fills the gap.
    public var fill = Fill.zeros
    public var probability = 1.0

    public static let type = "time_shift"
    public static let summary = "Shifts the waveform in time; the length is kept."
    public static let fields: [Field<Self>] = [
        .init("seconds", \.seconds, "Shift in seconds; above 0 is later.", .range(-3600...3600)),
        .init("fill", \.fill, "What fills the gap: `zeros`, or `roll` for the samples shifted out at the other end."),
        .init("probability", \.probability, "Probability of applying the augmentation.", .range(0...1)),
    ]

    public var complaints: [Complaint] { seconds.complaints("seconds") }

    /// Up to 0.1 s earlier or later.
    public init() {}

    /// Shifts by whole samples; with zeros, samples beyond an end are lost.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
        let shift = Int((seconds.draw(generator) * Double(wave.rate)).rounded())
        let count = wave.count
        guard count > 0 else { return wave }
        switch fill {
        case .roll:
            let start = ((-shift % count) + count) % count
            return Waveform(Array(wave.samples[start...] + wave.samples[..<start]), rate: wave.rate)
        case .zeros:
            let zeros = [Float](repeating: 0, count: min(count, abs(shift)))
            let kept = count - zeros.count
            return Waveform(
                shift >= 0 ? zeros + wave.samples[..<kept] : wave.samples[(count - kept)...] + zeros,
                rate: wave.rate)
        }
    }
}
