import Configuration
import Foundation

/// Scales a waveform to a given peak amplitude.
public struct PeakNormalization: WaveEdit {
    /// The peak amplitude; 1 is full scale.
    public var level = 1.0

    public static let type = "normalize_peak"
    public static let summary = "Scales the waveform to a given peak amplitude. Silence is left unchanged."
    public static let fields: [Field<Self>] = [
        .init("level", \.level, "Peak amplitude; 1 is full scale.", .above(0))
    ]

    /// Normalizes to full scale.
    public init() {}

    /// Leaves silence unchanged.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        let peak = wave.peak
        return peak > 0 ? wave.scaled(by: level / Double(peak)) : wave
    }
}

/// Scales a waveform to a given root mean square (RMS).
public struct LoudnessNormalization: WaveEdit {
    /// The RMS; 0.1 is 20 dB below full scale.
    public var level = 0.1

    public static let type = "normalize_rms"
    public static let summary =
        "Scales the waveform to a given root mean square (RMS). Silence is left unchanged."
    public static let fields: [Field<Self>] = [
        .init("level", \.level, "RMS; 0.1 is 20 dB below full scale.", .above(0))
    ]

    /// Normalizes to an RMS of 0.1.
    public init() {}

    /// Leaves silence unchanged; samples may exceed full scale.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        let rms = wave.rms
        return rms > 0 ? wave.scaled(by: level / rms) : wave
    }
}

/// Applies a fixed gain.
public struct Gain: WaveEdit {
    /// The gain in dB; 6 dB is about twice the amplitude.
    public var decibels = 0.0

    public static let type = "gain"
    public static let summary = "Applies a fixed gain."
    public static let fields: [Field<Self>] = [
        .init(
            "decibels", \.decibels, "Gain in dB; 6 dB is about twice the amplitude.", .required,
            .range(-200...200))
    ]

    /// A gain of 0 dB.
    public init() {}
    /// A gain in decibels.
    public init(decibels: Double) { self.decibels = decibels }

    /// Every sample times 10^(decibels / 20); nothing is clipped at full scale.
    public func callAsFunction(_ wave: Waveform) -> Waveform { wave.scaled(by: pow(10, decibels / 20)) }
}

/// Removes the DC offset.
public struct OffsetRemoval: WaveEdit {
    public static let type = "remove_offset"
    public static let summary = "Removes the DC offset: subtracts the mean of all samples."
    public static let fields: [Field<Self>] = []

    /// There are no options.
    public init() {}

    /// Subtracts the mean of all samples from each.
    public func callAsFunction(_ wave: Waveform) -> Waveform {
        guard wave.count > 0 else { return wave }
        let mean = Float(wave.samples.reduce(0.0) { $0 + Double($1) } / Double(wave.count))
        return Waveform(wave.samples.map { $0 - mean }, rate: wave.rate)
    }
}

/// Emphasizes high frequencies: subtracts a fraction of the previous sample from every sample.
public struct Preemphasis: WaveEdit {
    /// How the first sample is treated, which has no previous one.
    public enum First: String, CaseIterable, ConfigurationValue {
        /// It is kept.
        case keep
        /// 3 y[0] - y[1], as librosa.effects.preemphasis does.
        case librosa
    }

    /// The fraction of the previous sample that is subtracted.
    public var coefficient = 0.97
    /// How the first sample is treated.
    public var first = First.keep

    public static let type = "preemphasis"
    public static let summary = "Emphasizes high frequencies: y[n] - coefficient * y[n - 1]."
    public static let fields: [Field<Self>] = [
        .init("coefficient", \.coefficient, "Pre-emphasis coefficient: the fraction of the previous sample that is subtracted.", .range(0...1)),
        .init("first", \.first, "First sample: `keep`, or `librosa` for 3 y[0] - y[1] as librosa.effects.preemphasis computes it."),
    ]

    /// A coefficient of 0.97, with the first sample kept.
    public init() {}

    /// Returns a waveform of the same length; waveforms of one sample or none are unchanged.
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
    /// Multiplies every sample by a factor. Results beyond the range of Float are clamped to it.
    package func scaled(by factor: Double) -> Waveform {
        let largest = Double(Float.greatestFiniteMagnitude)
        guard Double(peak) * abs(factor) <= largest else {
            return Waveform(
                samples.map { Float(max(-largest, min(largest, Double($0) * factor))) }, rate: rate)
        }
        // A factor may be beyond the range of Float if the samples are tiny.
        guard abs(factor) <= largest else {
            return Waveform(samples.map { Float(Double($0) * factor) }, rate: rate)
        }
        let factor = Float(factor)
        return Waveform(samples.map { $0 * factor }, rate: rate)
    }
}
