import Autograd
import Configuration
import Foundation

/// Adds synthetic reverberation: exponentially decaying noise as room impulse response.
public struct Reverberation: WaveAugmentation, HasProbability {
    /// The reverberation time (RT60) in seconds.
    public var seconds = Spread(0.2, 0.6)
    /// The energy of the reverberation relative to the direct signal in dB.
    public var level = Spread(-15, -3)
    /// The delay of the first reflection in seconds.
    public var delay = Spread(0.002, 0.02)
    public var probability = 1.0

    public static let type = "reverb"
    public static let summary =
        "Adds synthetic reverberation, with decaying noise as room impulse response. The length is kept."
    public static let fields: [Field<Self>] = [
        .init("seconds", \.seconds, "Reverberation time (RT60) in seconds.", .range(0.01...10)),
        .init(
            "level", \.level, "Energy of the reverberation relative to the direct signal in dB.",
            .range(-100...40)),
        .init("delay", \.delay, "Delay of the first reflection in seconds.", .range(0...1)),
        probabilityField,
    ]

    public var validationIssues: [ValidationIssue] {
        seconds.validationIssues("seconds") + level.validationIssues("level")
            + delay.validationIssues("delay")
    }

    /// Reverberation times of 0.2 to 0.6 s.
    public init() {}

    /// Adds the reverberation of a random room; the length is kept, later reverberation is truncated.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
        let echoes = response(rate: wave.rate, most: wave.count, generator)
        return wave.adding(convolved(wave.samples, echoes), times: 1)
    }

    /// The impulse response of the reverberation, no longer than the waveform.
    func response(rate: Int, most: Int, _ generator: RandomGenerator) -> [Float] {
        let fade = seconds.draw(generator) * Double(rate)
        let energy = pow(10, level.draw(generator) / 10)
        let start = Int((delay.draw(generator) * Double(rate)).rounded()) + 1
        let count = min(most, 1 << 19, start + Int(fade.rounded(.up)))
        guard count > start else { return [0] }
        let noise = generator.normals(count - start)
        // 60 dB is a factor of 1000 in amplitude.
        var echoes = noise.enumerated().map { Double($1) * pow(1000, -Double($0) / fade) }
        let scale = (energy / max(echoes.reduce(0) { $0 + $1 * $1 }, 1e-30)).squareRoot()
        for i in echoes.indices { echoes[i] *= scale }
        return [Float](repeating: 0, count: start) + echoes.map { Float($0) }
    }
}
