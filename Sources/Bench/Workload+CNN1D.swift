extension ModelBench {
    /// Four convolutions with batch normalization on input [200, 40]; the model of train_cnn1d.py.
    static let cnn1d = ModelBench(
        json: "["
            + [64, 128, 256, 256].map { filters in
                """
                {"type": "conv1d", "filters": \(filters), "kernel_size": 5},
                {"type": "batch_norm"},
                {"type": "activation", "function": "relu"},
                {"type": "pool1d", "size": 2},
                {"type": "dropout", "rate": 0.3},

                """
            }.joined()
                + """
                {"type": "flatten"},
                {"type": "dense", "units": 256, "activation": "relu"},
                {"type": "dense", "units": 8}
                ]
                """, input: [200, 40])
}

extension Workload {
    static let cnn1d = Workload(
        name: "cnn1d",
        summary: "Training and inference of a 1D CNN: 4 blocks of 64 to 256 filters, dense 256, 8 classes.",
        batch: 64, .cnn1d)
}
