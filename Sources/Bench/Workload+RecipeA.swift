extension ModelBench {
    /// Experiments/models/cnn-bigru-attention.json; the model of train_recipe_a.py.
    static let recipeA = ModelBench(
        json: """
            [
              {"type": "conv1d", "filters": 64, "kernel_size": 5, "activation": "relu", "l2": 0.001},
              {"type": "batch_norm"},
              {"type": "pool1d", "size": 2},
              {"type": "dropout", "rate": 0.5},
              {"type": "conv1d", "filters": 128, "kernel_size": 3, "activation": "relu", "l2": 0.001},
              {"type": "batch_norm"},
              {"type": "pool1d", "size": 2},
              {"type": "dropout", "rate": 0.5},
              {"type": "gru", "units": 128, "bidirectional": true},
              {"type": "dropout", "rate": 0.5},
              {"type": "attention", "form": "reduced"},
              {"type": "dense", "units": 64, "activation": "relu", "l2": 0.001},
              {"type": "dropout", "rate": 0.5},
              {"type": "dense", "units": 8}
            ]
            """, input: [200, 40])
}

extension Workload {
    static let recipeA = Workload(
        name: "recipe-a",
        summary: "Training and inference of a CNN with bidirectional GRU 128 and attention, 8 classes.",
        batch: 32, .recipeA)
}
