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

    static func measure(batch: Int, isQuantized: Bool = false) throws -> Row {
        let clock = ContinuousClock()
        let begin = clock.now
        let encoder = try encoder()
        if isQuantized {
            encoder.quantize()
            Memory.releaseCached()
        }
        let build = (clock.now - begin).inSeconds
        let x = Tensor.normal([batch, samples], using: RandomGenerator(seed: 1))
        let forward = try Timing(warmUp: 2, warmUpSeconds: 0, runs: 5, seconds: 5) {
            withoutRecording { _ = encoder.hiddenStates(Signal(x)) }
        }
        var row = Row()
        row.add("batch", batch)
        row.add("parameters", encoder.config.parameters)
        row.add("forward_ms", forward.median * 1000, digits: 2)
        row.add("seconds_of_audio_per_s", Double(batch * samples) / 16000 / forward.median, digits: 2)
        row.add("build_s", build, digits: 3)
        return row
    }

    /// Computes the cosine distances between the hidden states with 8-bit and float32 weights.
    static func quantizationError(batch: Int) throws -> Row {
        let encoder = try encoder()
        let x = Tensor.normal([batch, samples], using: RandomGenerator(seed: 1))
        let exact = encoder.hiddenStates(of: x)
        encoder.quantize()
        let distances = zip(exact, encoder.hiddenStates(of: x)).map { a, b in
            1 - Double((a * b).sum().item())
                / (Double((a * a).sum().item()) * Double((b * b).sum().item())).squareRoot()
        }
        var row = Row()
        row.add("batch", batch)
        row.add("largest_cosine_distance", distances.max() ?? 0, digits: 6)
        row.add("last_cosine_distance", distances.last ?? 0, digits: 6)
        return row
    }

    /// A step of fine-tuning without dropout: all but the convolutions at the start, and a classifier on the mean over time.
    static func tune(batch: Int, checkpoints: Bool) throws -> Row {
        let encoder = try encoder()
        let names = (0..<10).map { "front_end.\($0).*" }
        for (name, parameter) in encoder.namedParameters where NamePatterns(names).match(name) {
            parameter.isFrozen = true
        }
        let head = Dense(units: 8, inputs: encoder.config.hidden, generator: RandomGenerator(seed: 0))
        let generator = RandomGenerator(seed: 1)
        let x = Signal(Tensor.normal([batch, samples], using: generator))
        let labels = Targets.classes(Indices((0..<batch).map { _ in generator.below(8) }))
        let optimizer = Optimizer(
            AdamW(learningRate: 1e-5), encoder.namedParameters + head.namedParameters)
        // No generator: no dropout.
        let pass = Pass(isTraining: true, generator: nil)
        let train = try Timing(warmUp: 2, warmUpSeconds: 0, runs: 5, seconds: 5) {
            let states = encoder.hiddenStates(x, pass, checkpoints: checkpoints)
            let outputs = head(states[states.count - 1].tensor.mean(axes: [1]))
            optimizer.move(CrossEntropyLoss().mean(outputs, labels).backward())
        }
        var row = Row()
        row.add("batch", batch)
        row.add("parameters", encoder.parameterCount)
        row.add("train_step_ms", train.median * 1000, digits: 1)
        row.add("train_p90_over_median", train.spread, digits: 3)
        return row
    }
}

extension Workload {
    /// A pretrained speech encoder.
    static let encoder = Workload(
        name: "encoder", summary: "Hidden states of wav2vec 2.0 base for clips of 3.5 s.", batch: 1
    ) { try EncoderBench.measure(batch: $0 ?? 1) }
    static let encoderInt8 = Workload(
        name: "encoder-int8", summary: "The same with 8-bit weights.", batch: 1
    ) { try EncoderBench.measure(batch: $0 ?? 1, isQuantized: true) }
    static let encoderInt8Error = Workload(
        name: "encoder-int8-error",
        summary: "Cosine distances between hidden states with 8-bit and float32 weights.", batch: 1
    ) { try EncoderBench.quantizationError(batch: $0 ?? 1) }
    /// Fine-tuning of a pretrained speech encoder.
    static let fineTuning = Workload(
        name: "fine-tuning", summary: "A training step of wav2vec 2.0 base for clips of 3.5 s.", batch: 4
    ) { try EncoderBench.tune(batch: $0 ?? 4, checkpoints: false) }
    static let fineTuningCheckpointed = Workload(
        name: "fine-tuning-checkpointed", summary: "The same with gradient checkpointing of all layers.",
        batch: 4
    ) { try EncoderBench.tune(batch: $0 ?? 4, checkpoints: true) }
}
