import Layers

/// The default experiment of `Train run`. A test keeps it equal to `Experiments/quickstart.json`.
enum Quickstart {
    static let json = #"""
        {
            "name": "quickstart",
            "description": "A small CNN + GRU + attention model on the built-in corpus of synthetic speech: a first experiment that needs no data.",
            "data": {"source": {"type": "synthetic", "speakers": 24, "repetitions": 2}},
            "split": {"type": "grouped", "by": "speaker", "test": 0.25, "validation": 0.25},
            "features": {
                "sample_rate": 16000,
                "layout": {
                    "type": "sequence",
                    "features": [{"type": "mfcc", "n_mfcc": 40, "n_fft": 512, "hop_length": 256, "n_mels": 64}],
                    "frames": 200
                }
            },
            "model": [
                {"type": "feature_norm"},
                {"type": "conv1d", "filters": 48, "kernel_size": 5, "padding": "same", "activation": "relu"},
                {"type": "batch_norm", "momentum": 0.9},
                {"type": "pool1d", "size": 2},
                {"type": "dropout", "rate": 0.3},
                {"type": "gru", "units": 48, "bidirectional": true},
                {"type": "dropout", "rate": 0.3},
                {"type": "attention", "units": 48},
                {"type": "dense", "units": "classes"}
            ],
            "optimizer": {"type": "adam", "learning_rate": 0.002},
            "training": {"batch_size": 32, "epochs": 25, "selection": {"monitor": "validation_uar"}}
        }

        """#
}
