import Autograd
import Configuration
import Foundation

/// Adds the echoes of a room: noise that fades away, as the response of a room does.
public struct Reverberation: WaveAugmentation {
    /// Seconds until the echoes have lost 60 dB.
    public var seconds = Spread(0.2, 0.6)
    /// Decibels of the echoes' energy against that of the sound itself.
    public var level = Spread(-15, -3)
    /// Seconds until the first echo.
    public var delay = Spread(0.002, 0.02)
    public var probability = 1.0

    public static let type = "reverb"
    public static let summary = "Adds the echoes of a room, made of noise that fades away; the length stays."
    public static let fields: [Field<Self>] = [
        .init("seconds", \.seconds, "Time in which the echoes lose 60 dB.", .range(0.01...10)),
        .init("level", \.level, "Decibels of the echoes against the sound itself.", .range(-100...40)),
        .init("delay", \.delay, "Seconds until the first echo.", .range(0...1)),
        .init("probability", \.probability, "How often it happens.", .range(0...1)),
    ]

    public var complaints: [Complaint] {
        seconds.complaints("seconds") + level.complaints("level") + delay.complaints("delay")
    }

    /// Rooms of 0.2 to 0.6 s.
    public init() {}

    /// The sound with echoes of the room that is drawn; its length stays, echoes beyond the end are lost.
    public func change(_ wave: Waveform, _ generator: RandomGenerator) -> Waveform {
        let echoes = response(rate: wave.rate, most: wave.count, generator)
        return wave.adding(convolved(wave.samples, echoes), times: 1)
    }

    /// The echoes of a click, no longer than the sound is.
    func response(rate: Int, most: Int, _ generator: RandomGenerator) -> [Float] {
        let fade = seconds.draw(generator) * Double(rate)
        let energy = pow(10, level.draw(generator) / 10)
        let start = Int((delay.draw(generator) * Double(rate)).rounded()) + 1
        let count = min(most, 1 << 19, start + Int(fade.rounded(.up)))
        guard count > start else { return [0] }
        let noise = generator.normals(count - start)
        // 60 dB are a factor of 1000 in size.
        var echoes = noise.enumerated().map { Double($1) * pow(1000, -Double($0) / fade) }
        let scale = (energy / max(echoes.reduce(0) { $0 + $1 * $1 }, 1e-30)).squareRoot()
        for i in echoes.indices { echoes[i] *= scale }
        return [Float](repeating: 0, count: start) + echoes.map { Float($0) }
    }
}
