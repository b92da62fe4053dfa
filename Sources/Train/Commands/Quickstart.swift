/// The experiment of `Train run` alone: `Experiments/quickstart.json`, which a test keeps equal.
enum Quickstart {
    static let json = #"""
        {
            "name": "quickstart",
            "about": "A small CNN + GRU + attention on the embedded corpus of a speech synthesiser: a first experiment that needs no data.",
            "data": {"source": {"type": "synthetic", "speakers": 24, "repetitions": 2}},
            "split": {"type": "grouped", "by": "speaker", "test": 0.25, "validation": 0.25},
            "features": {
                "rate": 16000,
                "layout": {
                    "type": "sequence",
                    "features": [{"type": "mfcc", "count": 40, "fft": 512, "hop": 256, "mels": 64}],
                    "frames": 200
                }
            },
            "model": [
                {"type": "feature_norm"},
                {"type": "conv1d", "filters": 48, "kernel": 5, "padding": "same", "activation": "relu"},
                {"type": "batch_norm", "momentum": 0.9},
                {"type": "pool1d", "size": 2},
                {"type": "dropout", "rate": 0.3},
                {"type": "gru", "units": 48, "bidirectional": true},
                {"type": "dropout", "rate": 0.3},
                {"type": "attention", "units": 48},
                {"type": "dense", "units": "classes"}
            ],
            "optimizer": {"type": "adam", "learning_rate": 0.002},
            "training": {"batch": 32, "epochs": 25, "selection": {"monitor": "validation_uar"}}
        }

        """#
}
