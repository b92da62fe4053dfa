import Autograd
import Layers

/// A model that is timed in training and in inference, on random numbers: Adam at 0.001 on softmax cross-entropy and
/// the model's penalties, as bench_torch and bench_keras in Benchmarks/peers/common.py do it.
struct ModelBench: Sendable {
    /// The model as JSON.
    let json: String
    /// The shape of one example.
    let input: [Int]
    var classes = 8
    /// How many examples there are; the batches are cut from them in turn.
    var examples = 1024
    /// Training steps that are timed, and those before.
    var steps = 30, warmUp = 5
    var latencyRuns = 50

    /// The model with its first weights.
    func make() throws -> Model {
        try Model(
            text: json, source: "the benchmark's model", input: input, generator: RandomGenerator(seed: 0))
    }

    /// Makes the model and times it. Latency is that of a single example.
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
    /// A model as a workload.
    init(name: String, summary: String, batch: Int, _ model: ModelBench) {
        self.init(name: name, summary: summary, batch: batch) { try model.measure(batch: $0 ?? batch) }
    }
}
