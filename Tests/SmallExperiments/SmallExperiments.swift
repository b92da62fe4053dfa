/// An experiment that takes a moment, on the embedded corpus, for the tests of several modules. The state is saved after every
/// step.
package let smallExperiment = """
    {
        "name": "small",
        "data": {"source": {"type": "synthetic", "speakers": 4, "repetitions": 1}},
        "split": {"type": "grouped", "by": "speaker", "test": 0.25, "validation": 0.25},
        "features": {
            "rate": 8000,
            "layout": {
                "type": "sequence", "frames": 40,
                "features": [{"type": "mfcc", "count": 8, "fft": 512, "hop": 256, "mels": 20}]
            }
        },
        "augmentation": {"rows": [[], [{"type": "noise", "amplitude": 0.01}]]},
        "model": [
            {"type": "feature_norm"},
            {"type": "conv1d", "filters": 6, "kernel": 3, "padding": "same", "activation": "relu"},
            {"type": "dropout", "rate": 0.2},
            {"type": "gru", "units": 6},
            {"type": "attention", "units": 4},
            {"type": "dense", "units": 8}
        ],
        "training": {"batch": 8, "epochs": 4, "save_seconds": 0}
    }
    """
