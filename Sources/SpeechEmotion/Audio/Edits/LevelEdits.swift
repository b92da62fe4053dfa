import Configuration
import Foundation

/// Scales a sound so that its largest sample has a given size.
public struct PeakNormalization: WaveEdit {
    /// The size of the largest sample; 1 is full scale.
    public var level = 1.0

    public static let type = "normalize_peak"
    public static let summary = "Scales the sound so that its largest sample has a given size. Silence stays."
    public static let fields: [Field<Self>] = [
        .init("level", \.level, "Size of the largest sample; 1 is full scale.", .above(0))
    ]

    /// To full scale.
    public init() {}

    /// Silence stays as it is.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        let peak = wave.peak
        return peak > 0 ? wave.scaled(by: level / Double(peak)) : wave
    }
}

/// Scales a sound so that its root mean square has a given size.
public struct LoudnessNormalization: WaveEdit {
    /// The root of the mean square; 0.1 is 20 dB below full scale.
    public var level = 0.1

    public static let type = "normalize_rms"
    public static let summary =
        "Scales the sound so that the root of its mean square has a given size. Silence stays."
    public static let fields: [Field<Self>] = [
        .init("level", \.level, "Root of the mean square; 0.1 is 20 dB below full scale.", .above(0))
    ]

    /// To 0.1.
    public init() {}

    /// Silence stays as it is; samples may go beyond full scale.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        let rms = wave.rms
        return rms > 0 ? wave.scaled(by: level / rms) : wave
    }
}

/// Makes a sound louder or quieter.
public struct Gain: WaveEdit {
    /// 6 dB is about twice the size.
    public var decibels = 0.0

    public static let type = "gain"
    public static let summary = "Makes the sound louder (above 0 dB) or quieter."
    public static let fields: [Field<Self>] = [
        .init(
            "decibels", \.decibels, "Change of the level; 6 is about twice the size.", .required,
            .range(-200...200))
    ]

    /// No change.
    public init() {}
    /// A change by decibels.
    public init(decibels: Double) { self.decibels = decibels }

    /// Every sample times 10^(decibels / 20); nothing is clipped at full scale.
    public func callAsFunction(_ wave: Waveform) -> Waveform { wave.scaled(by: pow(10, decibels / 20)) }
}

/// Takes the mean away, which recordings of cheap microphones have and no sound needs.
public struct OffsetRemoval: WaveEdit {
    public static let type = "remove_offset"
    public static let summary = "Subtracts the mean of all samples."
    public static let fields: [Field<Self>] = []

    /// There is nothing to set.
    public init() {}

    /// Every sample less the mean of all.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        guard wave.count > 0 else { return wave }
        let mean = Float(wave.samples.reduce(0.0) { $0 + Double($1) } / Double(wave.count))
        return Waveform(wave.samples.map { $0 - mean }, rate: wave.rate)
    }
}

/// Lifts the high frequencies: every sample less a part of the one before.
public struct Preemphasis: WaveEdit {
    /// What becomes of the first sample, which has none before it.
    public enum First: String, CaseIterable, ConfigurationValue {
        /// It stays.
        case keep
        /// 3 y[0] - y[1], as librosa.effects.preemphasis does.
        case librosa
    }

    /// The part of the sample before.
    public var coefficient = 0.97
    /// What becomes of the first sample.
    public var first = First.keep

    public static let type = "preemphasis"
    public static let summary = "Lifts the high frequencies: y[n] - coefficient * y[n - 1]."
    public static let fields: [Field<Self>] = [
        .init("coefficient", \.coefficient, "Part of the sample before that is taken away.", .range(0...1)),
        .init("first", \.first, "The first sample: kept, or as librosa has it."),
    ]

    /// 0.97, the first sample kept.
    public init() {}

    /// As long as before; sounds of one sample or none stay.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        let x = wave.samples
        guard x.count > 1 else { return wave }
        let share = Float(coefficient)
        var y = x
        for i in 1..<x.count { y[i] = x[i] - share * x[i - 1] }
        if first == .librosa { y[0] = 3 * x[0] - x[1] }
        return Waveform(y, rate: wave.rate)
    }
}

extension Waveform {
    /// Every sample times a factor. What would be beyond the range of Float becomes its largest number.
    package func scaled(by factor: Double) -> Waveform {
        let largest = Double(Float.greatestFiniteMagnitude)
        guard Double(peak) * abs(factor) <= largest else {
            return Waveform(
                samples.map { Float(max(-largest, min(largest, Double($0) * factor))) }, rate: rate)
        }
        // A factor may be beyond the range of Float where the samples are tiny.
        guard abs(factor) <= largest else {
            return Waveform(samples.map { Float(Double($0) * factor) }, rate: rate)
        }
        let factor = Float(factor)
        return Waveform(samples.map { $0 * factor }, rate: rate)
    }
}
