extension ModelBench {
    /// Experiments/models/dense-summary.json on 181 features; the model of train_mlp.py.
    static let mlp = ModelBench(
        json: """
            [
              {"type": "dense", "units": 512, "activation": "relu"},
              {"type": "batch_norm"},
              {"type": "dropout", "rate": 0.3},
              {"type": "dense", "units": 256, "activation": "relu"},
              {"type": "batch_norm"},
              {"type": "dropout", "rate": 0.3},
              {"type": "dense", "units": 128, "activation": "relu"},
              {"type": "batch_norm"},
              {"type": "dropout", "rate": 0.2},
              {"type": "dense", "units": 64, "activation": "relu"},
              {"type": "dropout", "rate": 0.2},
              {"type": "dense", "units": 7}
            ]
            """, input: [181], classes: 7, steps: 200, warmUp: 20)
}

extension Workload {
    static let mlp = Workload(
        name: "mlp",
        summary: "Training and inference of a dense network: 181-512-256-128-64-7, batch norm, dropout.",
        batch: 64, .mlp)
}
