import Autograd
import Glibc

/// A small source-filter speech synthesizer (after Klatt 1980): glottal pulses and noise through five resonances.
struct SpeechSynthesizer {
    static let rate = 16000

    let score: SpeechScore
    private let generator: RandomGenerator

    init(_ score: SpeechScore, _ generator: RandomGenerator) {
        self.score = score
        self.generator = generator
    }

    /// The number of samples of the waveform.
    var count: Int { score.frames.count * Self.perFrame }

    private static let perFrame = Int(Double(rate) / SpeechScore.frameRate)

    /// Synthesizes the waveform, with quiet room noise, below full scale.
    func wave() -> Waveform {
        let style = score.style
        let (count, perFrame) = (count, Self.perFrame)
        let noise = SyntheticNoise(generator.split("noise"), count: 2 * count)
        let room = SyntheticNoise(generator.split("room"), count: count)
        let irregular = generator.split("periods")

        var glottis = Glottis(style, irregular)
        var tract = (0..<5).map { _ in Resonator() }
        var mouth = Resonator()
        // A low-pass after the glottis; a brighter voice has a higher cutoff.
        let corner = min(7000, max(250, 1500 * exp2(0.42 * style.tilt)))
        let smoothing = 1 - exp(-2 * .pi * corner / Double(Self.rate))
        var smoothed = 0.0
        var samples = [Float](repeating: 0, count: count)
        for (index, frame) in score.frames.enumerated() {
            let next = score.frames[min(index + 1, score.frames.count - 1)]
            let higher = [3400.0, 4500].enumerated().map {
                $1 * score.speaker.tract * score.speaker.resonances[3 + $0]
            }
            for (place, frequency) in (frame.resonances + higher).enumerated() {
                tract[place].tune(frequency, width: [70, 95, 130, 220, 300][place] * (1 + style.breath))
            }
            mouth.tune(frame.noiseFrequency, width: 1400)
            for step in 0..<perFrame {
                let along = Double(step) / Double(perFrame)
                let voice = frame.voice + (next.voice - frame.voice) * along
                let place = index * perFrame + step
                let pulse = glottis.next(pitch: frame.pitch + (next.pitch - frame.pitch) * along)
                let breath = style.breath * (glottis.isOpen ? 1 : 0.35) * noise.values[2 * place]
                smoothed += smoothing * (voice * (pulse + 0.6 * breath) - smoothed)
                var sample = smoothed
                for resonator in tract.indices { sample = tract[resonator].next(sample) }
                let friction = mouth.next(frame.noise * noise.values[2 * place + 1])
                samples[place] = Float(sample + 0.5 * friction)
            }
        }
        return finished(samples, room, level: style.level)
    }

    private func finished(_ samples: [Float], _ room: SyntheticNoise, level: Double) -> Waveform {
        let gain = Float(0.11 * pow(10, (level + generator.split("distance").normal()) / 20))
        var samples = samples.map { gain * $0 }
        let loudest = samples.reduce(0) { max($0, abs($1)) }
        if loudest > 0.95 { samples = samples.map { $0 * 0.95 / loudest } }
        let floor = Float(0.0004 * exp2(generator.split("floor").uniform() * 2))
        return Waveform(
            zip(samples, room.values).map { min(0.999, max(-0.999, $0 + floor * Float($1))) }, rate: Self.rate
        )
    }
}

/// Uniform noise with mean 0 and standard deviation 1, drawn at once.
struct SyntheticNoise {
    let values: [Double]

    init(_ generator: RandomGenerator, count: Int) {
        values = (0..<count).map { _ in (generator.uniform() - 0.5) * 12.0.squareRoot() }
    }
}

/// The derivative of the glottal flow: a parabola while the glottis is open, 0 while it is closed.
private struct Glottis {
    private let roughness: Double
    private let generator: RandomGenerator
    private let openPart: Double
    private var phase = 0.0
    private var speed = 1.0
    private var strength = 1.0
    private var isSecond = false

    init(_ style: SyntheticEmotion.Style, _ generator: RandomGenerator) {
        roughness = style.roughness
        self.generator = generator
        openPart = min(0.8, max(0.4, 0.58 - 0.03 * style.tilt + 0.5 * style.breath))
    }

    var isOpen: Bool { phase < openPart }

    mutating func next(pitch: Double) -> Double {
        phase += speed * pitch / Double(SpeechSynthesizer.rate)
        if phase >= 1 {
            phase -= phase.rounded(.down)
            isSecond.toggle()
            // A rough voice has jitter, and every second period is weaker.
            speed = max(0.5, 1 + roughness * generator.normal())
            strength = max(0.2, 1 + 2 * roughness * generator.normal() - (isSecond ? 6 * roughness : 0))
        }
        guard phase < openPart else { return 0 }
        let open = phase / openPart
        return strength * open * (2 - 3 * open)
    }
}

/// A resonance: a second-order filter with gain 1 at 0 Hz.
private struct Resonator {
    private var a = 1.0
    private var b = 0.0
    private var c = 0.0
    private var last = 0.0
    private var beforeLast = 0.0

    mutating func tune(_ frequency: Double, width: Double) {
        let rate = Double(SpeechSynthesizer.rate)
        let frequency = min(frequency, 0.47 * rate)
        c = -exp(-2 * .pi * width / rate)
        b = 2 * exp(-.pi * width / rate) * cos(2 * .pi * frequency / rate)
        a = 1 - b - c
    }

    mutating func next(_ x: Double) -> Double {
        let y = a * x + b * last + c * beforeLast
        beforeLast = last
        last = y
        return y
    }
}
