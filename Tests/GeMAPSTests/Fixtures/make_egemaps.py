"""Writes egemaps.safetensors: synthetic signals (16 bits) and what opensmile computes from them.

    python Tests/GeMAPSTests/Fixtures/make_egemaps.py
"""

import json
import os
import struct

import numpy as np
import opensmile


def train(rate, seconds, pitch, jitter=0.0, seed=0):
    """Glottal pulses with the pitch contour `pitch(t)` and random changes of the period."""
    random = np.random.default_rng(seed)
    pulses, place = np.zeros(int(rate * seconds)), 0.0
    while place < len(pulses) - 2:
        i = int(place)
        pulses[i] += 1 - (place - i)
        pulses[i + 1] += place - i
        place += rate / pitch(place / rate) * (1 + jitter * random.standard_normal())
    return pulses


def resonances(x, rate, formants):
    for frequency, bandwidth in formants:
        r = np.exp(-np.pi * bandwidth / rate)
        a1, a2 = 2 * r * np.cos(2 * np.pi * frequency / rate), -r * r
        y, y1, y2 = np.zeros_like(x), 0.0, 0.0
        for i, value in enumerate(x):
            y1, y2 = value + a1 * y1 + a2 * y2, y1
            y[i] = y1
        x = y
    return x


def vowel(rate, seconds, pitch, formants, jitter, noise, seed):
    random = np.random.default_rng(seed)
    pulses = train(rate, seconds, pitch, jitter, seed)
    x = resonances(np.convolve(pulses, [1, 0.9, 0.7, 0.4, 0.1]), rate, formants)[: int(rate * seconds)]
    x = x / np.abs(x).max() * 0.6 + noise * random.standard_normal(len(x))
    edge = int(0.2 * rate)
    x[:edge] *= 0.002
    x[-edge:] *= 0.002
    return x


A = [(730, 90), (1090, 110), (2440, 160), (3400, 200), (4500, 250)]
I = [(300, 60), (2250, 120), (3000, 160), (3600, 200), (4500, 250)]
rate = 16000
noise = np.random.default_rng(5)
signals = {
    "a_16000": vowel(16000, 1.0, lambda t: 120 + 40 * t, A, 0.0, 0.001, 1),
    "i_16000": vowel(16000, 1.0, lambda t: 220 - 30 * t, I, 0.01, 0.004, 2),
    "a_48000": vowel(48000, 0.6, lambda t: 180 + 20 * np.sin(9 * t), A, 0.0, 0.002, 3),
    "i_8000": vowel(8000, 0.6, lambda t: 150.0, I[:3], 0.005, 0.002, 4),
    "glide_16000": 0.4 * np.sin(2 * np.pi * np.cumsum(150 + 250 * np.arange(rate) / rate) / rate),
    "noise_16000": 0.1 * noise.standard_normal(8000),
    "noise_22050": 0.1 * noise.standard_normal(11025),
    "noise_11025": 0.1 * noise.standard_normal(5512),
    "silence_16000": np.zeros(4000),
    "step_16000": np.r_[np.zeros(2400), np.full(2400, 0.3), np.zeros(2400)],
}
set_, level = opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel
functionals, descriptors = opensmile.Smile(set_, level.Functionals), opensmile.Smile(set_, level.LowLevelDescriptors)
tensors = {}
for name, x in signals.items():
    sample_rate = int(name.split("_")[1])
    words = np.clip(np.round(x * 32768), -32767, 32767).astype("<i2")
    samples = words.astype(np.float32) / 32768
    tensors[name + ".samples"] = words
    tensors[name + ".descriptors"] = descriptors.process_signal(samples, sample_rate).values.astype("<f4")
    tensors[name + ".functionals"] = functionals.process_signal(samples, sample_rate).values[0].astype("<f4")
header, at = {}, 0
for name, x in sorted(tensors.items()):
    kind = "I16" if x.dtype.itemsize == 2 else "F32"
    header[name] = {"dtype": kind, "shape": list(x.shape), "data_offsets": [at, at + x.nbytes]}
    at += x.nbytes
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "egemaps.safetensors")
with open(path, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text)
    for _, x in sorted(tensors.items()):
        file.write(np.ascontiguousarray(x).tobytes())
