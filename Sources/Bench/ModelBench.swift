import Autograd
import Layers

/// Benchmarks training and inference of a model on random data, with Adam at 0.001 and softmax cross-entropy plus the model's
/// penalties, like bench_torch and bench_keras in Benchmarks/peers/common.py.
struct ModelBench: Sendable {
    /// The model as JSON.
    let json: String
    /// The shape of one example.
    let input: [Int]
    var classes = 8
    /// The number of examples, from which batches are taken in turn.
    var examples = 1024
    /// The number of timed training steps, and of warm-up steps.
    var steps = 30, warmUp = 5
    var latencyRuns = 50
    /// The layers that are recomputed in the backward pass.
    var checkpointed: NamePatterns = []

    /// Creates the model with initial weights.
    func make() throws -> Model {
        try Model(
            text: json, source: "the benchmark's model", input: input, generator: RandomGenerator(seed: 0))
    }

    /// Creates and benchmarks the model. Latency is measured with a single example.
    func measure(batch: Int) throws -> Row {
        let clock = ContinuousClock()
        let begin = clock.now
        let model = try make()
        let buildTime = (clock.now - begin).inSeconds
        let generator = RandomGenerator(seed: 1)
        let batches = (0..<max(1, examples / batch)).map { _ in
            (
                x: Tensor.normal([batch] + input, using: generator),
                y: Indices((0..<batch).map { _ in generator.below(classes) })
            )
        }
        let optimizer = Optimizer(Adam(), model.namedParameters)
        let pass = Pass.training(generator.split("dropout"))
            .checkpointing(CheckpointedLayers(checkpointed, of: model))
        var losses: [Real] = []
        func step() {
            let (x, y) = batches[losses.count % batches.count]
            let loss = softmaxCrossEntropy(model(x, pass), targets: y)
            optimizer.move((model.penalty().map { loss + $0 } ?? loss).backward())
            losses.append(loss.item())
        }
        let first = try Timing(warmUp: 0, warmUpSeconds: 0, runs: 1, seconds: 0, step)
        let train = try Timing(warmUp: warmUp, warmUpSeconds: 0, runs: steps, step)
        let (infer, latency) = try withoutRecording {
            let one = Tensor.normal([1] + input, using: generator)
            let warm = min(warmUp, 3)
            return (
                try Timing(warmUp: warm, warmUpSeconds: 0, runs: max(steps / 2, 3)) {
                    _ = model(batches[0].x)
                },
                try Timing(warmUp: warm, warmUpSeconds: 0, runs: latencyRuns) { _ = model(one) }
            )
        }

        var row = Row()
        row.add("batch", batch)
        row.add("parameters", model.parameterCount)
        row.add("train_samples_per_s", Double(batch) / train.median, digits: 3)
        row.add("train_step_ms", train.median * 1000, digits: 3)
        row.add("train_p90_over_median", train.spread, digits: 3)
        row.add("first_step_ms", first.median * 1000, digits: 3)
        row.add("infer_samples_per_s", Double(batch) / infer.median, digits: 3)
        row.add("latency_b1_ms", latency.median * 1000, digits: 3)
        row.add("build_s", buildTime, digits: 3)
        row.add("timed_steps", train.runs)
        row.add("loss_first", Double(losses[0]), digits: 4)
        row.add("loss_last", Double(losses[losses.count - 1]), digits: 4)
        return row
    }
}

extension Workload {
    /// Creates a workload from a model.
    init(name: String, summary: String, batch: Int, _ model: ModelBench) {
        self.init(name: name, summary: summary, batch: batch) { try model.measure(batch: $0 ?? batch) }
    }
}
