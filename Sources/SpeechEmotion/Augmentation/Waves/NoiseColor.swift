import Autograd
import Configuration

/// The spectrum of noise.
public enum NoiseColor: String, CaseIterable, ConfigurationValue {
    /// Flat.
    case white
    /// Falls by 3 dB per octave.
    case pink
    /// Falls by 6 dB per octave, down to 20 Hz.
    case brown
    /// Rises by 3 dB per octave.
    case blue
    /// Rises by 6 dB per octave.
    case violet

    /// Generates noise with a mean square of 1: approximately for white noise, exactly for the others.
    func noise(_ count: Int, rate: Int, _ generator: RandomGenerator) -> [Float] {
        guard count > 0 else { return [] }
        switch self {
        case .white: return generator.normals(count)
        case .violet: return Self.normalized(Self.slope(generator.normals(count + 1)))
        case .pink: return Self.normalized(Self.pink(count, generator))
        case .blue: return Self.normalized(Self.slope(Self.pink(count + 1, generator)))
        case .brown: return Self.normalized(Self.brown(count, rate: rate, generator))
        }
    }

    private static func slope(_ x: [Float]) -> [Float] { (1..<x.count).map { x[$0] - x[$0 - 1] } }

    private static func normalized(_ x: [Float]) -> [Float] {
        let rms = Waveform(x, rate: 1).rms
        return rms > 0 ? x.map { $0 / Float(rms) } : x
    }

    /// White noise through a filter that falls by 3 dB per octave, within 0.05 dB above 1/5000 of the sample rate
    /// (Kellet 2000).
    private static func pink(_ count: Int, _ generator: RandomGenerator) -> [Float] {
        let warmUp = 4096
        let white = generator.normals(count + warmUp)
        var b = (Float(0), Float(0), Float(0), Float(0), Float(0), Float(0), Float(0))
        var pink = [Float](repeating: 0, count: white.count)
        for (i, w) in white.enumerated() {
            b.0 = 0.99886 * b.0 + 0.0555179 * w
            b.1 = 0.99332 * b.1 + 0.0750759 * w
            b.2 = 0.96900 * b.2 + 0.1538520 * w
            b.3 = 0.86650 * b.3 + 0.3104856 * w
            b.4 = 0.55000 * b.4 + 0.5329522 * w
            b.5 = -0.7616 * b.5 - 0.0168980 * w
            pink[i] = b.0 + b.1 + b.2 + b.3 + b.4 + b.5 + b.6 + 0.5362 * w
            b.6 = 0.115926 * w
        }
        return Array(pink[warmUp...])
    }

    /// The cumulative sum of white noise, with a high-pass at 20 Hz against drift.
    private static func brown(_ count: Int, rate: Int, _ generator: RandomGenerator) -> [Float] {
        let keep = Float(max(0, 1 - 2 * Double.pi * 20 / Double(rate)))
        let warmUp = min(65536, 5 * Int(1 / (1 - keep)))
        var sum: Float = 0
        let walk = generator.normals(count + warmUp).map { step in
            sum = keep * sum + step
            return sum
        }
        return Array(walk[warmUp...])
    }
}
