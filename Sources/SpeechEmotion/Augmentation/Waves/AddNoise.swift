import Autograd
import Configuration
import Foundation

/// Adds noise to a sound.
public struct AddNoise: WaveAugmentation {
    /// What an amplitude is a part of.
    public enum Reference: String, CaseIterable, ConfigurationValue {
        /// Full scale, which is 1.
        case fullScale = "full_scale"
        /// The largest sample of the sound.
        case peak
    }

    /// Standard deviation of the noise; 0.005 where neither this nor `snr` is given.
    public var amplitude: Spread?
    /// What the amplitude is a part of.
    public var of = Reference.fullScale
    /// How many decibels the sound is above the noise, instead of an amplitude.
    public var snr: Spread?
    /// How strong low and high frequencies are.
    public var colour = NoiseColour.white
    public var probability = 1.0

    public static let type = "noise"
    public static let summary = "Adds noise of an amplitude or of a ratio to the sound (SNR)."
    public static let fields: [Field<Self>] = [
        .init("amplitude", \.amplitude, "Standard deviation; 0.005 unless given.", .range(0...1000)),
        .init("of", \.of, "What the amplitude is a part of: full scale, or the sound's largest sample."),
        .init(
            "snr", \.snr, "Decibels of the sound above the noise, instead of an amplitude.",
            .range(-100...200)),
        .init("color", \.colour, "White, or stronger in the low or the high frequencies."),
        .init("probability", \.probability, "How often it happens.", .range(0...1)),
    ]

    public var complaints: [Complaint] {
        let both =
            amplitude != nil && snr != nil
            ? [Complaint("snr", "there is an amplitude already; keep one of the two")] : []
        return both + (amplitude?.complaints("amplitude") ?? []) + (snr?.complaints("snr") ?? [])
    }

    /// White, 0.005 of full scale.
    public init() {}

    /// The sound with noise of its length. A silent sound has no ratio to noise: with `snr` it stays.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
        let ratio = snr?.draw(generator)
        let amplitude = ratio == nil ? (amplitude ?? Spread(0.005)).draw(generator) : 0
        let noise = colour.noise(wave.count, rate: wave.rate, generator)
        if let ratio { return wave.mixed(with: Waveform(noise, rate: wave.rate), snr: ratio) }
        let scale = Float(amplitude) * (of == .peak ? wave.peak : 1)
        return wave.adding(noise, times: scale)
    }
}

extension Waveform {
    /// This sound with so much of another of the same length that it is `snr` decibels below this one. Where either is
    /// silent there is no such ratio, and the sound stays.
    func mixed(with other: Waveform, snr: Double) -> Waveform {
        let (signal, noise) = (rms, other.rms)
        guard signal > 0, noise > 0 else { return self }
        let scale = signal / noise * pow(10, -snr / 20)
        return adding(other.samples, times: Float(min(scale, Double(Float.greatestFiniteMagnitude))))
    }

    /// The sum with the samples of another sound times a factor.
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
