import SpeechEmotion

/// Bytes of sound files for tests.
enum WAVFile {
    /// A WAV file of 16 bits, one channel.
    static func bytes(_ wave: Waveform) -> [UInt8] {
        func number(_ value: Int, _ size: Int) -> [UInt8] {
            (0..<size).map { UInt8(value >> (8 * $0) & 255) }
        }
        let data = wave.samples.flatMap { sample -> [UInt8] in
            number(Int((max(-1, min(1, sample)) * 32767).rounded()) & 0xFFFF, 2)
        }
        return Array("RIFF".utf8) + number(36 + data.count, 4) + Array("WAVEfmt ".utf8) + number(16, 4)
            + number(1, 2) + number(1, 2) + number(wave.rate, 4) + number(2 * wave.rate, 4) + number(2, 2)
            + number(16, 2) + Array("data".utf8) + number(data.count, 4) + data
    }
}
