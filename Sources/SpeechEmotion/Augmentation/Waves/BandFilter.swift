import Autograd
import Configuration
import Foundation

/// A band-pass or band-stop filter.
public struct BandFilter: WaveAugmentation, HasProbability {
    /// The lower cutoff in Hz; nil for a low-pass filter.
    public var low: Spread?
    /// The upper cutoff in Hz; nil for a high-pass filter.
    public var high: Spread?
    /// Whether the band is removed instead of kept.
    public var stop = false
    /// The width of the transition band in Hz.
    public var transition = 200.0
    public var probability = 1.0

    public static let type = "filter"
    public static let summary =
        "Linear-phase filter without delay: low-pass (`high`), high-pass (`low`), band-pass (both) or band-stop (both with `stop`)."
    public static let fields: [Field<Self>] = [
        .init(
            "low", \.low, "Lower cutoff frequency in Hz; `null` for a low-pass filter.", .range(0...500_000)),
        .init(
            "high", \.high, "Upper cutoff frequency in Hz; `null` for a high-pass filter.",
            .range(1...500_000)),
        .init("stop", \.stop, "Whether the band is removed instead of kept."),
        .init("transition", \.transition, "Width of the transition band in Hz.", .range(5...50_000)),
        probabilityField,
    ]

    public var validationIssues: [ValidationIssue] {
        let none =
            low == nil && high == nil ? [ValidationIssue(nil, "expected \"low\", \"high\" or both")] : []
        let crossed =
            if let low, let high, low.second >= high.first {
                [
                    ValidationIssue(
                        "high", "\(high.first) Hz is not above the lower cutoff of \(low.second) Hz")
                ]
            } else {
                [ValidationIssue]()
            }
        return none + crossed + (low?.validationIssues("low") ?? []) + (high?.validationIssues("high") ?? [])
    }

    /// Without cutoffs: no filter.
    public init() {}

    /// Filters the waveform without delay and keeps its length. Throws if the lower cutoff is not below half the sample
    /// rate.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        let nyquist = Double(wave.rate) / 2
        let low = low?.draw(generator) ?? 0
        let high = high?.draw(generator) ?? nyquist
        guard low < nyquist else {
            throw InputError(
                "filter", found: "a lower cutoff of \(low) Hz at \(wave.rate) Hz",
                allowed: "below \(nyquist) Hz, or nothing would pass")
        }
        if low <= 0, high >= nyquist, !stop { return wave }
        let taps = response(from: low, to: high, rate: wave.rate)
        return Waveform(convolved(wave.samples, taps, skip: taps.count / 2), rate: wave.rate)
    }

    /// The impulse response: a sinc for each cutoff under a Blackman window, with 74 dB stopband attenuation.
    private func response(from low: Double, to high: Double, rate: Int) -> [Float] {
        let half = min(1 << 17, Int((5.5 * Double(rate) / transition / 2).rounded(.up)))
        let (low, high) = (low / Double(rate), min(high / Double(rate), 0.5))
        return (-half...half).map { n -> Float in
            let x = Double.pi * Double(n)
            let window = 0.42 + 0.5 * cos(x / Double(half)) + 0.08 * cos(2 * x / Double(half))
            let band = n == 0 ? 2 * (high - low) : (sin(2 * x * high) - sin(2 * x * low)) / x
            let kept = stop ? (n == 0 ? 1 : 0) - band * window : band * window
            return Float(kept)
        }
    }
}
