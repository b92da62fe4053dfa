import Autograd
import Foundation
import SpeechEmotion

extension Workload {
    /// Reading and resampling a clip.
    static let load = Workload(
        name: "load", summary: "Reading and resampling a WAV file of 3.7 s (48 kHz, 16 bits).", batch: nil
    ) { _ in
        let noise = Tensor.normal([177_600], deviation: 0.1, using: RandomGenerator(seed: 1))
        let clip = Waveform(noise.array.map { max(-1, min(1, Float($0))) }, rate: 48000)
        let path = NSTemporaryDirectory() + "/bench-\(getpid()).wav"
        try AudioFile.write(clip, to: path)
        defer { unlink(path) }
        let read = try Timing { _ = try? AudioFile.read(path) }
        var row = Row()
        row.add("read_ms", read.median * 1000, digits: 4)
        for rate in [22050, 16000] {
            let resample = try Timing { _ = try? clip.resampled(to: rate) }
            let load = try Timing { _ = try? AudioFile.read(path, rate: rate) }
            row.add("resample_\(rate)_ms", resample.median * 1000, digits: 4)
            row.add("load_\(rate)_ms", load.median * 1000, digits: 4)
        }
        return row
    }
}
