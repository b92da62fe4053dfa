import Autograd
import Foundation
import SpeechEmotion

/// Sounds made for tests.
package enum TestSound {
    /// A tone.
    package static func tone(_ frequency: Double, rate: Int, count: Int, amplitude: Double = 0.5) -> Waveform
    {
        Waveform(
            (0..<count).map { Float(amplitude * sin(2 * .pi * frequency * Double($0) / Double(rate))) },
            rate: rate)
    }

    /// Normal noise, the same for the same seed.
    package static func noise(_ seed: UInt64, rate: Int, count: Int, amplitude: Float = 0.1) -> Waveform {
        let noise = Tensor.normal([count], using: RandomGenerator(seed: seed)).array
        return Waveform(noise.map { max(-1, min(1, Float($0) * amplitude)) }, rate: rate)
    }

    /// A tone that swells and falls, with some noise.
    package static func voice(rate: Int = 16000, count: Int = 8000) -> Waveform {
        let noise = noise(1, rate: rate, count: count, amplitude: 0.01)
        return Waveform(
            (0..<count).map { i in
                let t = Double(i) / Double(rate)
                let swell = sin(.pi * Double(i) / Double(count))
                return noise.samples[i] + Float(0.4 * swell * (sin(1300 * t) + 0.5 * sin(2600 * t + 1)))
            }, rate: rate)
    }
}

/// A folder that is gone when the test ends.
package final class TestFolder {
    package let path: String

    package init() throws {
        path = NSTemporaryDirectory() + "/prosody-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    package func file(_ name: String) -> String { path + "/" + name }

    package func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }
}

extension Waveform {
    package var isAllFinite: Bool { samples.allSatisfy { $0.isFinite } }
}
