import Autograd
import Configuration
import Foundation

/// Lets a band of frequencies through, or all but a band.
public struct BandFilter: WaveAugmentation {
    /// The lower edge in Hz; nil for a low pass.
    public var low: Spread?
    /// The upper edge in Hz; nil for a high pass.
    public var high: Spread?
    /// Whether the band is taken out instead of kept.
    public var stop = false
    /// Hz from what passes to what does not.
    public var transition = 200.0
    public var probability = 1.0

    public static let type = "filter"
    public static let summary =
        "Low pass (high), high pass (low), band pass (both) or band stop (both and stop), without delay."
    public static let fields: [Field<Self>] = [
        .init("low", \.low, "Lower edge of the band in Hz; null for a low pass.", .range(0...500_000)),
        .init("high", \.high, "Upper edge of the band in Hz; null for a high pass.", .range(1...500_000)),
        .init("stop", \.stop, "Takes the band out instead of keeping it."),
        .init("transition", \.transition, "Hz from what passes to what does not.", .range(5...50_000)),
        .init("probability", \.probability, "How often it happens.", .range(0...1)),
    ]

    public var complaints: [Complaint] {
        let none = low == nil && high == nil ? [Complaint(nil, "expected \"low\", \"high\" or both")] : []
        let crossed =
            if let low, let high, low.second >= high.first {
                [Complaint("high", "\(high.first) Hz is not above the lower edge of \(low.second) Hz")]
            } else {
                [Complaint]()
            }
        return none + crossed + (low?.complaints("low") ?? []) + (high?.complaints("high") ?? [])
    }

    /// Without an edge: nothing is filtered.
    public init() {}

    /// The sound filtered without delay, as long as before. Throws where the lower edge is not below half the rate.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) throws -> Waveform {
        let nyquist = Double(wave.rate) / 2
        let low = low?.draw(generator) ?? 0
        let high = high?.draw(generator) ?? nyquist
        guard low < nyquist else {
            throw SoundProblem(
                "filter", found: "a lower edge of \(low) Hz at \(wave.rate) samples a second",
                allowed: "below \(nyquist) Hz, or nothing would be left")
        }
        if low <= 0, high >= nyquist, !stop { return wave }
        let taps = response(from: low, to: high, rate: wave.rate)
        return Waveform(convolved(wave.samples, taps, skip: taps.count / 2), rate: wave.rate)
    }

    /// A sinc for each edge under a Blackman window, 74 dB down outside.
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
