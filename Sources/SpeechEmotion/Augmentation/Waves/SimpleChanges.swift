import Autograd
import Configuration

/// Plays a sound faster or slower: pitch and length change together.
public struct SpeedChange: WaveAugmentation {
    /// How much faster; below 1 is slower and lower.
    public var factor = Spread(0.9, 1.1)
    public var probability = 1.0

    public static let type = "speed"
    public static let summary = "Plays the sound faster or slower: pitch and length change together."
    public static let fields: [Field<Self>] = [
        .init("factor", \.factor, "How much faster.", .range(0.1...10)),
        .init("probability", \.probability, "How often it happens.", .range(0...1)),
    ]

    public var complaints: [Complaint] { factor.complaints("factor") }

    /// 0.9 to 1.1.
    public init() {}

    /// Resampled by the factor that is drawn: 1 / factor of the samples at the same rate.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        try wave.resampled(step: factor.draw(generator))
    }
}

/// Makes a sound louder or quieter by a random amount.
public struct RandomGain: WaveAugmentation {
    /// Change of the level.
    public var decibels = Spread(-6, 6)
    public var probability = 1.0

    public static let type = "gain"
    public static let summary = "Makes the sound louder or quieter."
    public static let fields: [Field<Self>] = [
        .init("decibels", \.decibels, "Change of the level; 6 is about twice the size.", .range(-200...200)),
        .init("probability", \.probability, "How often it happens.", .range(0...1)),
    ]

    public var complaints: [Complaint] { decibels.complaints("decibels") }

    /// Up to 6 dB down or up.
    public init() {}

    /// Every sample times 10^(decibels / 20); nothing is clipped at full scale.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
        Gain(decibels: decibels.draw(generator))(wave)
    }
}

/// Turns a sound upside down, which no one hears.
public struct PolarityFlip: WaveAugmentation {
    public var probability = 0.5

    public static let type = "polarity_inversion"
    public static let summary = "Changes the sign of every sample."
    public static let fields: [Field<Self>] = [
        .init("probability", \.probability, "How often it happens.", .range(0...1))
    ]

    /// Every second time.
    public init() {}

    /// Every sample with the other sign; nothing is drawn.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
        Waveform(wave.samples.map { -$0 }, rate: wave.rate)
    }
}

/// Moves a sound in time; its length stays.
public struct TimeShift: WaveAugmentation {
    /// What comes in where the sound has gone.
    public enum Fill: String, CaseIterable, ConfigurationValue {
        /// Silence.
        case zeros
        /// What went out at the other end.
        case roll
    }

    /// How far; above 0 is later.
    public var seconds = Spread(-0.1, 0.1)
    /// What comes in where the sound has gone.
    public var fill = Fill.zeros
    public var probability = 1.0

    public static let type = "time_shift"
    public static let summary = "Moves the sound in time; its length stays."
    public static let fields: [Field<Self>] = [
        .init("seconds", \.seconds, "How far; above 0 is later.", .range(-3600...3600)),
        .init("fill", \.fill, "What comes in: silence, or what went out at the other end."),
        .init("probability", \.probability, "How often it happens.", .range(0...1)),
    ]

    public var complaints: [Complaint] { seconds.complaints("seconds") }

    /// Up to 0.1 s sooner or later.
    public init() {}

    /// Moved by whole samples; with zeros, what goes beyond an end is lost.
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
