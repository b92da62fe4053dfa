extension ModelBench {
    /// Two convolutions, a GRU and attention over 200 steps of 40 numbers; the model of train_cnn_gru_attn.py.
    static let yardstick = ModelBench(
        json: """
            [
              {"type": "conv1d", "filters": 64, "kernel_size": 5, "activation": "relu"},
              {"type": "conv1d", "filters": 128, "kernel_size": 5, "activation": "relu"},
              {"type": "pool1d", "size": 2},
              {"type": "gru", "units": 128},
              {"type": "attention"},
              {"type": "dense", "units": 8}
            ]
            """, input: [200, 40])
}

extension Workload {
    static let yardstick = Workload(
        name: "yardstick",
        summary: "Trains and runs a model: conv 64, conv 128, pool 2, GRU 128, attention, 8 classes.",
        batch: 64, .yardstick)
}
