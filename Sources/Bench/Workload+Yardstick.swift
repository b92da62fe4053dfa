extension ModelBench {
    /// Two convolutions, a GRU and attention on input [200, 40]; the model of train_cnn_gru_attn.py.
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
        summary:
            "Training and inference of a CNN-GRU with attention: conv 64, conv 128, pool 2, GRU 128, 8 classes.",
        batch: 64, .yardstick)
}
