import Autograd
import Configuration
import Foundation
import SpeechEmotion
import SpeechTestSupport
import Testing

@Suite struct CodecSimulationTests {
    private func coded(_ codec: AudioCodec, _ wave: Waveform, bitrate: Double? = nil, band: Bool = false)
        throws -> Waveform
    {
        var augmentation = CodecSimulation()
        augmentation.codecs = [codec]
        augmentation.bitrate = bitrate.map { Spread($0) }
        augmentation.telephoneBand = band
        return try augmentation(wave, RandomGenerator(seed: 1))
    }

    /// The 256 values of G.711, from the definitions of the recommendation.
    private func values(_ codec: AudioCodec) -> [Double] {
        (0..<128).flatMap { code -> [Double] in
            let (segment, step) = (code >> 4, code & 15)
            let size: Int =
                codec == .muLaw
                ? (((step << 3) + 0x84) << segment) - 0x84
                : segment == 0 ? (step << 4) + 8 : ((step << 4) + 0x108) << (segment - 1)
            return [Double(size) / 32768, -Double(size) / 32768]
        }
    }

    /// Every sample becomes one of the values of G.711, at most one step away.
    @Test(arguments: [AudioCodec.muLaw, .aLaw]) func companding(_ codec: AudioCodec) throws {
        let wave = Waveform((0..<4000).map { Float(sin(Double($0) * 0.7) * Double($0) / 4001) }, rate: 8000)
        let made = try coded(codec, wave)
        let known = values(codec).sorted()
        for (before, after) in zip(wave.samples, made.samples) {
            let nearest = known.min { abs($0 - Double(after)) < abs($1 - Double(after)) } ?? 0
            #expect(abs(nearest - Double(after)) < 1e-6)
            // Steps are 1/16 of the segment, whose values are below twice the smallest one.
            #expect(abs(before - after) <= max(abs(before) / 16, 0.001))
        }
        #expect(signalToNoise(made.samples, wave.samples) > 33)
    }

    /// A band-pass removes what a telephone does not transmit.
    @Test func telephoneBand() throws {
        let hum = TestSound.tone(60, rate: 16_000, count: 16_000)
        let voice = TestSound.tone(1000, rate: 16_000, count: 16_000)
        #expect(try coded(.muLaw, hum, band: true).rms < 0.02 * hum.rms)
        #expect(try abs(coded(.muLaw, voice, band: true).rms / voice.rms - 1) < 0.05)
        let high = TestSound.tone(5000, rate: 16_000, count: 16_000)
        #expect(try coded(.gsm, high, band: true).rms < 0.02 * high.rms)
    }

    /// Every codec keeps length, rate and time.
    @Test(arguments: AudioCodec.allCases.filter(\.isSupported), [8000, 16_000, 44_100])
    func nothingMoves(_ codec: AudioCodec, _ rate: Int) throws {
        let tone = TestSound.voice(rate: rate, count: rate)
        let made = try coded(codec, tone, bitrate: codec == .mp3 || codec == .opus ? 64 : nil)
        #expect(made.count == tone.count && made.rate == rate && made.isAllFinite)
        #expect(signalToNoise(made.samples, tone.samples) > 8)
        #expect(try coded(codec, tone, bitrate: codec == .mp3 || codec == .opus ? 64 : nil) == made)
    }

    @Test(arguments: [AudioCodec.mp3, .opus].filter(\.isSupported)) func bitrate(_ codec: AudioCodec) throws {
        let noise = TestSound.noise(3, rate: 16_000, count: 32_000)
        let (low, high) = (try coded(codec, noise, bitrate: 8), try coded(codec, noise, bitrate: 120))
        #expect(
            signalToNoise(high.samples, noise.samples) > signalToNoise(low.samples, noise.samples) + 3)
    }

    @Test func uselessOptionsAreNamed() {
        #expect(throws: ConfigurationError.self) { try CodecSimulation.decode(text: #"{"codecs": []}"#) }
        #expect(throws: ConfigurationError.self) { try CodecSimulation.decode(text: #"{"codecs": ["amr"]}"#) }
        #expect(throws: ConfigurationError.self) { try CodecSimulation.decode(text: #"{"bitrate": 32}"#) }
    }
}
