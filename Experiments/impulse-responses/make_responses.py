#!/usr/bin/env python3
"""Writes synthetic impulse responses: a direct sound, then noise that decays exponentially (Polack 1988).

Requires numpy and soundfile. Without an argument, writes into its own folder.
"""
import pathlib
import sys

import numpy
import soundfile

RATE = 16_000
# Reverberation time (RT60) and delay of the reverberation in seconds, and its energy relative to the direct sound.
ROOMS = {"office": (0.3, 0.005, 0.5), "classroom": (0.5, 0.01, 1.0), "hall": (0.9, 0.02, 0.7)}


def response(rt60, delay, energy, seed):
    time = numpy.arange(int(0.8 * rt60 * RATE)) / RATE
    noise = numpy.random.default_rng(seed).standard_normal(time.size)
    tail = noise * 10 ** (-3 * time / rt60)
    tail *= (energy / (tail**2).sum()) ** 0.5
    samples = numpy.concatenate([[1.0], numpy.zeros(int(delay * RATE)), tail])
    return 0.9 * samples / abs(samples).max()


folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
for seed, (name, room) in enumerate(ROOMS.items()):
    soundfile.write(folder / f"{name}.flac", response(*room, seed), RATE, subtype="PCM_16")
