import Configuration
import Foundation

/// Emphasizes high frequencies: subtracts a fraction of the previous sample from every sample.
public struct Preemphasis: PreprocessingStep {
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
        .init(
            "coefficient", \.coefficient,
            "Pre-emphasis coefficient: the fraction of the previous sample that is subtracted.", .range(0...1)
        ),
        .init(
            "first", \.first,
            "First sample: `keep`, or `librosa` for 3 y[0] - y[1] as librosa.effects.preemphasis computes it."
        ),
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
