extension ModelBench {
    /// Experiments/models/efficientnet-b3.json on images of 300 x 300; the model of train_efficientnet.py.
    static let efficientNetB3 = ModelBench(
        json: #"{"type": "efficientnet", "variant": "b3", "classes": 8}"#, input: [300, 300, 3],
        examples: 16, steps: 4, warmUp: 1, latencyRuns: 8)

    /// The same with all blocks recomputed in the backward pass.
    static var checkpointedEfficientNetB3: ModelBench {
        var bench = efficientNetB3
        bench.checkpointed = ["features.*.*"]
        return bench
    }
}

extension Workload {
    static let efficientNet = Workload(
        name: "efficientnet",
        summary: "Training and inference of EfficientNet-B3 on 300 x 300 images, 8 classes.",
        batch: 8, .efficientNetB3)
    static let efficientNetCheckpointed = Workload(
        name: "efficientnet-checkpointed",
        summary: "The same with gradient checkpointing of all blocks.",
        batch: 8, .checkpointedEfficientNetB3)
}
