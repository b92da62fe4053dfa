/// An experiment that takes a moment, on the embedded corpus, for the tests of several modules. The state is saved after every
/// step.
package let smallExperiment = """
    {
        "name": "small",
        "data": {"source": {"type": "synthetic", "speakers": 4, "repetitions": 1}},
        "split": {"type": "grouped", "by": "speaker", "test": 0.25, "validation": 0.25},
        "features": {
            "sample_rate": 8000,
            "layout": {
                "type": "sequence", "frames": 40,
                "features": [{"type": "mfcc", "n_mfcc": 8, "n_fft": 512, "hop_length": 256, "n_mels": 20}]
            }
        },
        "augmentation": {"copies": [[], [{"type": "noise", "amplitude": 0.01}]]},
        "model": [
            {"type": "feature_norm"},
            {"type": "conv1d", "filters": 6, "kernel_size": 3, "padding": "same", "activation": "relu"},
            {"type": "dropout", "rate": 0.2},
            {"type": "gru", "units": 6},
            {"type": "attention", "units": 4},
            {"type": "dense", "units": 8}
        ],
        "training": {"batch_size": 8, "epochs": 4, "save_every_seconds": 0}
    }
    """
