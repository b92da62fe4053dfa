"""Compares the features that exported programs compute with those of `Train features`, for pipelines of every supported kind.

usage: check_pipelines.py TRAIN_PROGRAM

The models have random weights. Both programs split recordings that are longer than the model's input into windows. Requires
`pip install numpy soundfile onnxruntime safetensors`. Exits with status 1 if a feature differs by more than 2e-3 of its
channel's largest value, or a probability by more than 1e-4.
"""

import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import soundfile
from safetensors.numpy import save_file

RATES = [8000, 16000, 22050, 44099, 96000]
STATISTICS = ["mean", "std", "min", "max", "median", "range", "skew", "kurtosis", "p10", "p90"]


def sequence(*features, **more):
    return {"layout": {"type": "sequence", "features": list(features), "frames": 120, **more}}


def prepared(*edits):
    return {"preprocessing": list(edits), **sequence({"type": "mfcc", "n_mfcc": 13, "n_fft": 512, "hop_length": 256, "n_mels": 40})}


MFCC = {"type": "mfcc", "n_mfcc": 13, "n_fft": 512, "hop_length": 128, "n_mels": 40}
FEATURES = ["mfcc", "mel", "spectrogram", "centroid", "bandwidth", "rolloff", "flatness", "rms", "zcr", "waveform"]
PIPELINES = {
    **{name: sequence({"type": name}) for name in FEATURES},
    **{f"summary of {n}": {"layout": {"type": "summary", "entries": [{"feature": {"type": n}, "statistics": STATISTICS}]}}
       for n in ["mfcc", "mel", "centroid", "rms"]},
    **{f"window {w}": sequence({**MFCC, "window": w, "win_length": 401, "periodic": w == "gaussian"})
       for w in ["hann", "hamming", "blackman", "rectangular", "bartlett", "kaiser", "gaussian"]},
    **{f"dct {t}, {o}": sequence({**MFCC, "dct_type": t, "orthonormal": o, "lifter": 22}) for t in "123" for o in [True, False]},
    **{f"mel in {u}": sequence({"type": "mel", "n_mels": 30, "scale": u, "mel_scale": "htk", "norm": "none", "fmin": 50, "fmax": 3000})
       for u in ["power", "db"]},
    "reference and no top_db": sequence({"type": "mel", "scale": "db", "ref": "max", "top_db": None, "amin": 1e-8}),
    "spectrogram in db": sequence({"type": "spectrogram", "scale": "db", "n_fft": 256, "hop_length": 128}),
    "padding and cutting": sequence(MFCC, deltas=2, delta_width=5, padding="both", truncating="front"),
    "not centered": sequence({**MFCC, "center": False}),
    **{f"padding {p}": sequence({**MFCC, "pad_mode": p}) for p in ["reflect", "edge"]},
    "deltas": sequence({"type": "delta", "of": MFCC, "order": 2, "width": 7}, {"type": "delta", "of": MFCC}),
    "linear contrast": sequence({"type": "contrast", "linear": True, "n_bands": 4, "quantile": 0.1}),
    "a part at 22050": {"sample_rate": 22050, "offset": 0.25, "duration": 0.7, **sequence(MFCC)},
    "trim, rms": prepared({"type": "trim", "top_db": 25}, {"type": "normalize_rms", "level": 0.2}),
    "voiced, gain": prepared({"type": "voiced", "top_db": 20, "margin": 0.02}, {"type": "gain", "decibels": -7}),
    "offset, preemphasis": prepared({"type": "remove_offset"}, {"type": "preemphasis", "first": "librosa"}),
    "preemphasis": prepared({"type": "preemphasis", "coefficient": 0.9}),
    "crop, length": prepared({"type": "crop", "offset": 0.1, "duration": 0.9}, {"type": "length", "seconds": 1.1, "padding": "both"}),
    "resample": prepared({"type": "resample", "rate": 11025}, {"type": "length", "samples": 9000, "truncating": "both"}),
}
VIEWS = [
    [{"type": "pitch_shift", "semitones": 2.5}], [{"type": "speed", "factor": 3.3}], [{"type": "speed", "factor": 0.4}],
    [{"type": "time_stretch", "rate": 1.3}, {"type": "gain", "decibels": 4}], [{"type": "time_stretch", "rate": 0.7}],
    [{"type": "time_shift", "seconds": 0.2}, {"type": "polarity_inversion", "probability": 1}],
    [{"type": "time_shift", "seconds": -0.1, "fill": "roll"}],
]


def write_recordings(folder):
    """Writes gliding tones with pauses and some noise, at several rates."""
    random = np.random.default_rng(2)
    for number, rate in enumerate(RATES):
        time = np.arange(int(rate * 1.4)) / rate
        phase = 2 * np.pi * np.cumsum(150 + 40 * np.sin(4 * time)) / rate
        sound = sum(np.sin(k * phase) / k for k in range(1, 12)) * np.maximum(0, np.sin(6 * time))
        sound = 0.3 * sound + 0.02 + random.normal(0, 0.002, time.size)
        soundfile.write(folder / f"{number}.wav", sound, rate, subtype="FLOAT")


def write_model(path, pipeline, views, shape):
    """A linear model of the mean frame."""
    random = np.random.default_rng(3)
    pool = [{"type": "global_pool"}] if len(shape) > 1 else []
    weight = random.normal(0, 1e-3, (shape[-1], 2)).astype(np.float32)
    place = len(pool)
    card = {"format": "prosody-model-1", "model": {"type": "sequential", "layers": pool + [{"type": "dense", "units": 2}]},
            "input": shape, "classes": ["a", "b"], "features": pipeline, "sample_rate": 16000}
    card |= {"tta": views} if views else {}
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in card.items()}
    save_file({f"{place}.weight": weight, f"{place}.bias": np.zeros(2, np.float32)}, path, texts)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)

    def train(*words):
        return subprocess.run([sys.argv[1], *map(str, words)], check=True, capture_output=True, text=True).stdout

    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_recordings(folder)
        files = sorted(folder.glob("*.wav"))
        cases = [(title, pipeline, []) for title, pipeline in PIPELINES.items()]
        cases += [("test-time augmentation", prepared({"type": "trim"}), VIEWS)]
        for number, (title, pipeline, views) in enumerate(cases):
            (folder / "p.json").write_text(json.dumps(pipeline))
            described = train("features", "--describe", "--pipeline", folder / "p.json")
            shape = json.loads(described.split("shape: ")[1].splitlines()[0])
            model, export = folder / f"{number}.safetensors", folder / str(number)
            write_model(model, pipeline, views, shape)
            train("export", model, "--out", export)
            spec = importlib.util.spec_from_file_location(f"features_{number}", export / "features.py")
            script = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(script)
            train("features", *files, "--model", model, "--out", folder / "x.npy")
            wanted = np.load(folder / "x.npy")
            found = np.stack([script.features(file)[0][0] for file in files])
            scale = np.abs(wanted).max(axis=tuple(range(wanted.ndim - 1)))
            gap = float((np.abs(found - wanted) / np.maximum(scale, 1e-9)).max())
            same = True
            if len(shape) > 1:
                lengths = [script.features(file)[1][0] for file in files]
                same = np.array_equal(lengths, np.load(folder / "x.lengths.npy"))
            lines = train("predict", *files, "--model", model, "--format", "json", "--no-cache").splitlines()
            said = np.array([list(json.loads(line)["probabilities"].values()) for line in lines])
            difference = float(np.abs(np.array([list(script.predict(file).values()) for file in files]) - said).max())
            fine = gap <= 2e-3 and difference <= 1e-4 and same
            failed |= not fine
            print(f"{'ok  ' if fine else 'FAIL'} {title}: features {gap:.1e}, probabilities {difference:.1e}" + ("" if same else ", lengths"))
    sys.exit(failed)


main()
