import Foundation
import SpeechEmotion
import Testing

/// Recordings in which no word can be heard.
@Suite struct AudioWarningTests {
    private func tone(_ level: Double, seconds: Double = 1, rate: Int = 16000, offset: Float = 0) -> Waveform
    {
        let peak = pow(10, level / 20)
        return Waveform(
            (0..<Int(seconds * Double(rate))).map { offset + Float(peak * sin(0.3 * Double($0))) }, rate: rate
        )
    }

    private func texts(_ wave: Waveform) -> [String] { wave.warnings.map(\.description) }

    @Test func silenceAndShortClips() {
        #expect(texts(tone(-59)).isEmpty && texts(tone(-3)).isEmpty)
        #expect(texts(tone(-62)) == ["silent: the peak level is -62.0 dBFS (limit: -60 dBFS)"])
        #expect(texts(Waveform([Float](repeating: 0, count: 8000), rate: 8000)) == ["digital silence"])
        // An offset cannot be heard.
        #expect(texts(Waveform([Float](repeating: 0.25, count: 8000), rate: 8000)) == ["digital silence"])
        #expect(texts(tone(-70, offset: 0.1)).first?.hasPrefix("silent: the peak level is -70") == true)
        #expect(texts(tone(-3, seconds: 0.005)) == ["too short: 0.005 s (minimum: 0.1 s)"])
        #expect(texts(tone(-3, seconds: 0.1)).isEmpty)
        #expect(texts(tone(-90, seconds: 0.05)).count == 2)
    }

    /// A file is judged by the part that is used, and its end is not read if that is not needed.
    @Test func partsOfFiles() throws {
        let path = NSTemporaryDirectory() + "warnings-\(UUID().uuidString).wav"
        defer { unlink(path) }
        let silence = [Float](repeating: 0, count: 16000)
        try AudioFile.write(Waveform(silence + tone(-3).samples, rate: 16000), to: path)
        #expect(try AudioFile.warnings(path).isEmpty)
        #expect(try AudioFile.warnings(path, offset: 1).isEmpty)
        #expect(try AudioFile.warnings(path, duration: 1) == [.silent(peak: -.infinity)])
        #expect(try AudioFile.warnings(path, offset: 1.95).map(\.isSilent) == [false])
        #expect(throws: (any Error).self) { try AudioFile.warnings(path, offset: 3) }
        let clip = Clip(id: "a", source: .file(path: path, start: 0.5, end: 0.9), label: "calm")
        #expect(try clip.warnings() == [.silent(peak: -.infinity)])
    }
}
