import Autograd
import Configuration
import Foundation

/// Adds noise to a waveform.
public struct AddNoise: WaveAugmentation, HasProbability {
    /// The reference of an amplitude.
    public enum Reference: String, CaseIterable, ConfigurationValue {
        /// Full scale, which is 1.
        case fullScale = "full_scale"
        /// The peak of the waveform.
        case peak
    }

    /// The standard deviation of the noise; 0.005 if neither this nor `snr` is given.
    public var amplitude: Spread?
    /// The reference of the amplitude.
    public var of = Reference.fullScale
    /// The signal-to-noise ratio in dB, instead of an amplitude.
    public var snr: Spread?
    /// The spectrum of the noise.
    public var color = NoiseColor.white
    public var probability = 1.0

    public static let type = "noise"
    public static let summary = "Adds noise with a given amplitude or signal-to-noise ratio (SNR)."
    public static let fields: [Field<Self>] = [
        .init(
            "amplitude", \.amplitude, "Standard deviation of the noise; 0.005 by default.", .range(0...1000)),
        .init("of", \.of, "Reference of the amplitude: `full_scale`, or the `peak` of the waveform."),
        .init(
            "snr", \.snr, "Signal-to-noise ratio (SNR) in dB, instead of an amplitude.",
            .range(-100...200)),
        .init("color", \.color, "Color of the noise: `white`, `pink`, `brown`, `blue` or `violet`."),
        probabilityField,
    ]

    public var validationIssues: [ValidationIssue] {
        let both =
            amplitude != nil && snr != nil
            ? [ValidationIssue("snr", "conflicts with \"amplitude\"; remove one of them")] : []
        return both + (amplitude?.validationIssues("amplitude") ?? []) + (snr?.validationIssues("snr") ?? [])
    }

    /// White noise with a standard deviation of 0.005.
    public init() {}

    /// Adds noise. A silent waveform has no SNR: with `snr` it is unchanged.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
        let ratio = snr?.draw(generator)
        let amplitude = ratio == nil ? (amplitude ?? Spread(0.005)).draw(generator) : 0
        let noise = color.noise(wave.count, rate: wave.rate, generator)
        if let ratio { return wave.mixed(with: Waveform(noise, rate: wave.rate), snr: ratio) }
        let scale = Float(amplitude) * (of == .peak ? wave.peak : 1)
        return wave.adding(noise, times: scale)
    }
}

extension Waveform {
    /// Mixes in another waveform of the same length with a signal-to-noise ratio of `snr` dB. If either is silent, the
    /// waveform is unchanged.
    func mixed(with other: Waveform, snr: Double) -> Waveform {
        let (signal, noise) = (rms, other.rms)
        guard signal > 0, noise > 0 else { return self }
        let scale = signal / noise * pow(10, -snr / 20)
        return adding(other.samples, times: Float(min(scale, Double(Float.greatestFiniteMagnitude))))
    }

    /// Adds the samples of another waveform, multiplied by a factor.
    func adding(_ other: [Float], times scale: Float) -> Waveform {
        var sum = samples
        sum.withUnsafeMutableBufferPointer { sum in
            other.withUnsafeBufferPointer { other in
                for i in 0..<min(sum.count, other.count) { sum[i] += scale * other[i] }
            }
        }
        return Waveform(sum, rate: rate)
    }
}
