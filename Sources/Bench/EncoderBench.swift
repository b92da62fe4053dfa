import Autograd
import Configuration
import Encoders
import Foundation
import Layers

/// Benchmarks the hidden states of wav2vec 2.0 base for clips of 3.5 s. Benchmarks/encoders.py does the same with
/// transformers.
enum EncoderBench {
    private static let samples = 56_000

    /// The encoder in the file named by the environment variable BENCH_ENCODER, or one with random weights.
    private static func encoder() throws -> SpeechEncoder {
        if let path = ProcessInfo.processInfo.environment["BENCH_ENCODER"] {
            return try EncoderSource(path).load().encoder
        }
        let config = try EncoderConfig(hub: ["model_type": "wav2vec2"])
        return SpeechEncoder(config, generator: RandomGenerator(seed: 0))
    }

    static func measure(batch: Int) throws -> Row {
        let clock = ContinuousClock()
        let begin = clock.now
        let encoder = try encoder()
        let build = (clock.now - begin).inSeconds
        let x = Tensor.normal([batch, samples], using: RandomGenerator(seed: 1))
        let forward = try Timing(warmUp: 2, warmUpSeconds: 0, runs: 5, seconds: 5) {
            withoutRecording { _ = encoder.hiddenStates(Signal(x)) }
        }
        var row = Row()
        row.add("batch", batch)
        row.add("parameters", encoder.parameterCount)
        row.add("forward_ms", forward.median * 1000, digits: 2)
        row.add("seconds_of_audio_per_s", Double(batch * samples) / 16000 / forward.median, digits: 2)
        row.add("build_s", build, digits: 3)
        return row
    }
}

extension Workload {
    /// A pretrained speech encoder.
    static let encoder = Workload(
        name: "encoder", summary: "Hidden states of wav2vec 2.0 base for clips of 3.5 s.", batch: 1
    ) { try EncoderBench.measure(batch: $0 ?? 1) }
}
