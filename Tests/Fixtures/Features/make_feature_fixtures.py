#!/usr/bin/env python3
"""Write features.json and features.safetensors: options that the golden files leave out, computed by librosa 0.11.

    python make_feature_fixtures.py

Each case has the feature as a config names it, the tolerance, and the tensor of its numbers, [frames, width].
"""
import json
import os
import sys

import librosa
import numpy as np
import scipy.stats
from safetensors.numpy import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "../../../Benchmarks/peers"))
import recipes  # noqa: E402

RATE = 16000


def sound():
    """A voice that glides, with pauses and some noise; 0.9 s."""
    rng = np.random.default_rng(7)
    t = np.arange(int(0.9 * RATE)) / RATE
    f0 = 130 * 2 ** (0.5 * np.sin(2 * np.pi * 0.9 * t))
    phase = 2 * np.pi * np.cumsum(f0) / RATE
    y = sum(np.sin(k * phase + k * k) / k for k in range(1, 12))
    y *= (np.sin(2 * np.pi * 2.2 * t) > -0.4) * 0.2
    return (y + 0.003 * rng.standard_normal(len(t))).astype(np.float32)


def main():
    y32 = sound()
    y = y32.astype(np.float64)
    f = librosa.feature
    tensors, cases = {"sound": y32}, []

    def case(name, feature, numbers, relative=None, absolute=None):
        tensors[name] = np.ascontiguousarray(np.atleast_2d(numbers).T.astype(np.float32))
        cases.append({"name": name, "feature": feature, "relative": relative, "absolute": absolute})

    small = {"n_fft": 600, "hop_length": 200}
    stft = {"n_fft": 600, "hop_length": 200}
    for kind in (1, 2, 3):
        for norm in ("ortho", None):
            case(f"mfcc_dct{kind}_{norm}", {"type": "mfcc", "n_mfcc": 20, "n_mels": 20, "dct_type": str(kind), "orthonormal": norm == "ortho", **small},
                 f.mfcc(y=y, sr=RATE, n_mfcc=20, n_mels=20, dct_type=kind, norm=norm, **stft), absolute=0.05 if norm is None else 0.01)
    case("mfcc_top_db", {"type": "mfcc", "n_mfcc": 13, "n_mels": 40, "top_db": None, "ref": "max", "amin": 1e-6, **small},
         f.mfcc(S=librosa.power_to_db(f.melspectrogram(y=y, sr=RATE, n_mels=40, **stft), ref=np.max, amin=1e-6, top_db=None), n_mfcc=13), absolute=0.01)
    case("mel_htk_plain", {"type": "mel", "n_mels": 30, "mel_scale": "htk", "norm": "none", "scale": "magnitude", "fmin": 100, "fmax": 5000, **small},
         f.melspectrogram(y=y, sr=RATE, n_mels=30, htk=True, norm=None, power=1, fmin=100, fmax=5000, **stft), relative=1e-5)
    case("mel_odd", {"type": "mel", "n_mels": 20, "n_fft": 601, "hop_length": 77}, f.melspectrogram(y=y, sr=RATE, n_mels=20, n_fft=601, hop_length=77), relative=1e-5)
    case("mel_reflect", {"type": "mel", "n_mels": 20, "pad_mode": "reflect", "window": "blackman", "win_length": 400, **small},
         f.melspectrogram(y=y, sr=RATE, n_mels=20, pad_mode="reflect", window="blackman", win_length=400, **stft), relative=1e-5)
    case("mel_kaiser", {"type": "mel", "n_mels": 20, "pad_mode": "edge", "window": "kaiser", "window_shape": 12, **small},
         f.melspectrogram(y=y, sr=RATE, n_mels=20, pad_mode="edge", window=("kaiser", 12.0), **stft), relative=1e-5)
    case("mel_empty_bands", {"type": "mel", "n_mels": 128, "n_fft": 256, "hop_length": 128, "scale": "db"},
         librosa.power_to_db(f.melspectrogram(y=y, sr=RATE, n_mels=128, n_fft=256, hop_length=128)), absolute=0.01)
    case("spectrogram_db", {"type": "spectrogram", "scale": "db", "ref": "max", "top_db": 60, "n_fft": 200, "hop_length": 200},
         librosa.power_to_db(np.abs(librosa.stft(y, n_fft=200, hop_length=200)) ** 2, ref=np.max, top_db=60), absolute=0.01)
    case("chroma_24", {"type": "chroma", "n_chroma": 24, "norm": "euclid", "tuning": 0.3, **small},
         f.chroma_stft(y=y, sr=RATE, n_chroma=24, norm=2, tuning=0.3, **stft), relative=1e-4)
    case("chroma_sizes", {"type": "chroma", "norm": "sum", "magnitude": True}, f.chroma_stft(S=np.abs(librosa.stft(y)), sr=RATE, norm=1), relative=1e-4)
    case("chroma_plain", {"type": "chroma", "norm": "none"}, f.chroma_stft(y=y, sr=RATE, norm=None), relative=1e-4)
    case("contrast_linear", {"type": "contrast", "n_bands": 4, "fmin": 100, "quantile": 0.1, "linear": True},
         f.spectral_contrast(y=y, sr=RATE, n_bands=4, fmin=100, quantile=0.1, linear=True), relative=1e-4)
    case("contrast_many", {"type": "contrast", "n_bands": 3, "fmin": 400, "quantile": 0.3, "n_fft": 4096},
         f.spectral_contrast(y=y, sr=RATE, n_bands=3, fmin=400, quantile=0.3, n_fft=4096), relative=1e-4)
    case("rolloff_half", {"type": "rolloff", "roll_percent": 0.5, **small}, f.spectral_rolloff(y=y, sr=RATE, roll_percent=0.5, **stft), absolute=RATE / 600 * 1.01)
    case("flatness_open", {"type": "flatness", "center": False, **small}, f.spectral_flatness(y=y, center=False, **stft), relative=1e-4)
    case("delta_5", {"type": "delta", "width": 5, "order": 2, "of": {"type": "rms"}}, f.delta(f.rms(y=y, dtype=np.float64), width=5, order=2), relative=1e-4)
    case("rms_open", {"type": "rms", "frame_length": 1000, "hop_length": 300, "center": False}, f.rms(y=y, frame_length=1000, hop_length=300, center=False), relative=1e-5)
    case("zcr_odd", {"type": "zcr", "frame_length": 333, "hop_length": 100}, f.zero_crossing_rate(y, frame_length=333, hop_length=100), relative=1e-7)
    pitch = {"fmin": 80, "fmax": 400, "frame": 1024, "hop": 160}
    search = {"sr": RATE, "fmin": 80, "fmax": 400, "frame_length": 1024, "hop_length": 160}
    case("yin", {"type": "yin", **pitch}, librosa.yin(y, **search), absolute=0.1)
    case("yin_open", {"type": "yin", "trough_threshold": 0.3, "fmin": 70, "fmax": 500, "center": False},
         librosa.yin(y, sr=RATE, fmin=70, fmax=500, trough_threshold=0.3, center=False), absolute=0.1)
    f0, voiced, probability = librosa.pyin(y, fill_na=0, **search)
    case("pyin", {"type": "pyin", **pitch}, np.stack([f0, voiced.astype(float), probability]), absolute=0.01)
    # The vectors of Benchmarks/pipelines, of the sound as it is.
    for name in ("summary80", "summary105", "summary162"):
        tensors[name] = recipes.VECTORS[name](y, RATE).astype(np.float32)
    # Statistics of the MFCC, [statistic, channel].
    m = f.mfcc(y=y, sr=RATE, n_mfcc=13, **stft).T
    tensors["statistics"] = np.stack([m.mean(0), m.std(0), m.min(0), m.max(0), np.median(m, 0), np.ptp(m, 0), scipy.stats.skew(m),
                                      scipy.stats.kurtosis(m), np.percentile(m, 10, axis=0), np.percentile(m, 75, axis=0)]).astype(np.float32)
    save_file(tensors, os.path.join(HERE, "features.safetensors"))
    with open(os.path.join(HERE, "features.json"), "w") as out:
        out.write('{"rate": %d, "cases": [\n' % RATE + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n")


if __name__ == "__main__":
    main()
