import Autograd
import Layers

/// A model that is timed in training and in inference, on random numbers: Adam at 0.001 on softmax cross-entropy,
/// as bench_torch and bench_keras in Benchmarks/peers/common.py do it.
struct TrainingBench {
    let parameters: [Parameter]
    /// The shape of one example.
    let example: [Int]
    let classes: Int
    /// The scores of a batch, [batch, classes], and whether it is called in training.
    let scores: (_ batch: Tensor, _ isTraining: Bool) -> Tensor

    /// Makes the model with `build` and times it. Latency is that of a single example.
    static func measure(batch: Int, build: (RandomGenerator) -> TrainingBench) throws -> Row {
        let clock = ContinuousClock()
        let begin = clock.now
        let bench = build(RandomGenerator(seed: 0))
        let buildTime = (clock.now - begin).seconds
        var row = try bench.measure(batch: batch)
        row.add("build_s", buildTime, digits: 3)
        return row
    }

    private func measure(batch: Int) throws -> Row {
        let generator = RandomGenerator(seed: 1)
        let batches = (0..<max(1, 1024 / batch)).map { _ in
            (
                x: Tensor.normal([batch] + example, using: generator),
                y: Indices((0..<batch).map { _ in generator.below(classes) })
            )
        }
        let optimizer = Optimizer(Adam(), parameters)
        var losses: [Real] = []
        func step() {
            let (x, y) = batches[losses.count % batches.count]
            let loss = softmaxCrossEntropy(scores(x, true), targets: y)
            optimizer.move(loss.backward())
            losses.append(loss.item())
        }
        let first = try Timing(warmUp: 0, warmUpSeconds: 0, runs: 1, seconds: 0, step)
        let train = try Timing(warmUp: 5, warmUpSeconds: 0, runs: 30, seconds: 0.5, step)
        let (infer, latency) = try withoutRecording {
            let one = Tensor.normal([1] + example, using: generator)
            return (
                try Timing(warmUp: 3, warmUpSeconds: 0, runs: 15) { _ = scores(batches[0].x, false) },
                try Timing(warmUp: 3, warmUpSeconds: 0, runs: 50) { _ = scores(one, false) }
            )
        }

        var row = Row()
        row.add("batch", batch)
        row.add("parameters", parameters.reduce(0) { $0 + $1.value.count })
        row.add("train_samples_per_s", Double(batch) / train.median, digits: 1)
        row.add("train_step_ms", train.median * 1000, digits: 3)
        row.add("train_p90_over_median", train.spread, digits: 3)
        row.add("first_step_ms", first.median * 1000, digits: 3)
        row.add("infer_samples_per_s", Double(batch) / infer.median, digits: 1)
        row.add("latency_b1_ms", latency.median * 1000, digits: 3)
        row.add("timed_steps", train.runs)
        row.add("loss_first", Double(losses[0]), digits: 4)
        row.add("loss_last", Double(losses[losses.count - 1]), digits: 4)
        return row
    }
}
