import Autograd
import Configuration
import Foundation
import SpeechEmotion

/// The mean Teager energy of each frame in decibels: x[n]^2 - x[n-1] x[n+1].
public struct TeagerEnergy: FrameFeature {
    public var frameLength = 512
    public var hop = 256

    public static let type = "teager_energy"
    public static let summary = "Mean Teager energy of each frame in dB."
    public static let fields: [Field<Self>] = [
        .init("frame_length", \.frameLength, "Length of a frame in samples.", .range(3...65536)),
        .init("hop_length", \.hop, "Samples between successive frames.", .range(1...65536)),
    ]

    public init() {}

    public var width: Int { 1 }

    /// Frames are centered at multiples of the hop length.
    public func frames(of samples: Int) -> Int? { samples > 0 ? 1 + samples / hop : nil }

    public func check(rate: Int) throws(InputError) {}

    public func table(of analysis: WaveformAnalysis) throws(InputError) -> FrameTable {
        let x = analysis.wave.samples
        guard let count = frames(of: x.count) else {
            throw InputError(Self.type, found: "an empty waveform", allowed: "1 sample or more")
        }
        let values = (0..<count).map { frame in
            let start = max(frame * hop - frameLength / 2, 1)
            let end = min(frame * hop + frameLength / 2, x.count - 1)
            var sum: Float = 0
            for n in start..<max(start, end) { sum += abs(x[n] * x[n] - x[n - 1] * x[n + 1]) }
            return 10 * log10(max(sum / Float(frameLength), 1e-10))
        }
        return FrameTable(frames: count, width: 1, values: values)
    }
}
