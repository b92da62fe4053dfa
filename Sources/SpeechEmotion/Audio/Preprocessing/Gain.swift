import Configuration
import Foundation

/// Applies a fixed gain.
public struct Gain: PreprocessingStep {
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
