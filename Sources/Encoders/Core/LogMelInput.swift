import Autograd
import Foundation
import SpeechEmotion

/// The log-mel spectrogram that Whisper's encoder takes: 30 s at 16 kHz.
public enum LogMelInput {
    /// The frame length in samples.
    public static let frameLength = 400
    /// The hop length in samples.
    public static let hop = 160

    /// Scales the powers of mel bands as Whisper does, in place: log10, at most 8 below the maximum, shifted and divided
    /// by 4.
    public static func scale(_ powers: inout [Float]) {
        var top = -Float.infinity
        for i in powers.indices {
            powers[i] = log10(max(powers[i], 1e-10))
            top = max(top, powers[i])
        }
        for i in powers.indices { powers[i] = (max(powers[i], top - 8) + 4) / 4 }
    }
}

extension Waveform {
    /// The log-mel spectrogram of Whisper, [frames, bands]: padded with zeros to `frames` frames of 10 ms, with 25 ms windows.
    package func whisperInput(bands: Int, frames: Int) throws(InputError) -> [Float] {
        var stft = STFT(fft: LogMelInput.frameLength, hop: LogMelInput.hop)
        stft.padding = .reflect
        var padded = samples
        padded += [Float](repeating: 0, count: max(0, frames * LogMelInput.hop - samples.count))
        let table = try Spectrogram(powersOf: Waveform(padded, rate: rate), stft)
            .mel(MelBands(count: bands)).table
        var powers = Array(table.values.prefix(frames * bands))
        LogMelInput.scale(&powers)
        return powers
    }
}
