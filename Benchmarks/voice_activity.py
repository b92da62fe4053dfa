"""Evaluates voice activity detection in noise: the unweighted average recall (UAR) of speech and non-speech over frames of 10 ms.

usage: voice_activity.py TRAIN_PROGRAM RAVDESS_FOLDER [URDU_FOLDER] [--models NAME ...]

Compares the energy-based detector of `Train segments` with each model (default: the bundled one), on the speech of RAVDESS actors 19 and
20, on these clips joined with pauses of 1 to 5 seconds, and on every third clip of URDU, with white, pink and babble noise (six other clips
of the same corpus). The signal-to-noise ratio is computed over whole recordings, including pauses.

The reference labels are derived from the level of the clean recordings, not annotated by humans: a frame is speech if its level is at most
30 dB below the 95th percentile and at least 10 dB above the minimum; gaps shorter than 0.2 s are filled. For URDU, which has background
noise and few pauses, this is a poor reference. Requires `pip install numpy soundfile`.
"""

import argparse
import csv
import pathlib
import subprocess
import tempfile

import numpy as np
import soundfile

HOP = 100  # frames per second
SNRS = [20, 10, 5, 0]
VOICES = 6


def level(sound, rate, reach):
    """Returns the level in dB of every frame, averaged over neighboring frames."""
    hop = rate // HOP
    count = len(sound) // hop
    power = np.square(sound[: count * hop].reshape(count, hop)).mean(axis=1)
    sums = np.concatenate([[0], np.cumsum(power)])
    first = np.maximum(np.arange(count) - reach, 0)
    end = np.minimum(np.arange(count) + reach + 1, count)
    return 10 * np.log10(np.maximum((sums[end] - sums[first]) / (end - first), 10**-7.5))


def reference(sound, rate):
    """Returns whether each frame of a clean recording is speech."""
    levels = level(sound, rate, 1)
    threshold = max(np.percentile(levels, 95) - 30, level(sound, rate, 5).min() + 10)
    is_speech = np.zeros(len(levels), bool)
    # Hysteresis of 4 dB, segments of at least 0.1 s, and a margin of 0.05 s.
    segments = []
    for start, end in runs(levels >= threshold - 4):
        if (levels[start:end] >= threshold).any():
            if segments and start - segments[-1][1] < 0.2 * HOP:
                segments[-1][1] = end
            else:
                segments.append([start, end])
    for start, end in segments:
        if end - start >= 0.1 * HOP:
            is_speech[max(0, start - 5) : end + 5] = True
    return is_speech


def runs(values):
    """Returns the start and the end of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], values.astype(int), [0]])))
    return list(zip(edges[::2], edges[1::2]))


def noise(kind, count, clips, own, random):
    """Returns noise of a kind. Babble consists of random clips other than the one with the index `own`."""
    if kind == "babble":
        total = np.zeros(count)
        others = [index for index in range(len(clips)) if index != own]
        for index in random.choice(others, VOICES, replace=False):
            voice = clips[index]
            part = np.resize(np.roll(voice, -random.integers(len(voice))), count)
            total += part / (np.sqrt(np.square(part).mean()) + 1e-9)
        return total
    white = random.standard_normal(count)
    if kind == "white":
        return white
    spectrum = np.fft.rfft(white)
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    return np.fft.irfft(spectrum, count)


def noisy(sound, kind, snr, clips, own, random):
    """Returns a recording with added noise."""
    if kind is None:
        return sound
    other = noise(kind, len(sound), clips, own, random)
    scale = np.sqrt(np.square(sound).mean() / np.square(other).mean()) * 10 ** (-snr / 20)
    mixed = sound + scale * other
    return mixed * min(1, 0.95 / np.abs(mixed).max())


def uar(found, truth):
    """Returns the mean of the recalls of speech and non-speech."""
    return (found[truth].mean() + (~found[~truth]).mean()) / 2


def segments(program, folder, model):
    """Returns the segments that `Train segments` finds in each file of a folder."""
    words = [program, "segments", folder, "--format", "csv", "--threads", "1"] + (["--model", model] if model else [])
    text = subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(pathlib.Path(row["file"]).stem, []).append((float(row["start"]), float(row["end"])))
    return found


def frames(found, count):
    """Returns whether each frame is in a segment."""
    is_speech = np.zeros(count, bool)
    centers = (np.arange(count) + 0.5) / HOP
    for start, end in found:
        is_speech |= (centers >= start) & (centers < end)
    return is_speech


def joined(sounds, truths, rate, random):
    """Returns recordings of ten clips each, with pauses."""
    longer, marks = [], []
    for start in range(0, len(sounds), 10):
        parts, own = [], []
        for sound, truth in zip(sounds[start : start + 10], truths[start : start + 10]):
            pause = int(random.uniform(1, 5) * HOP)
            parts += [sound[: len(truth) * (rate // HOP)], np.zeros(pause * (rate // HOP))]
            own += [truth, np.zeros(pause, bool)]
        longer.append(np.concatenate(parts))
        marks.append(np.concatenate(own))
    return longer, marks


def measure(title, sounds, truths, clips, rate, program, models):
    """Prints a row for each condition."""
    truth = np.concatenate(truths)
    print(f"\n{title}: {len(sounds)} recordings, {len(truth) / HOP:.0f} s, {truth.mean():.0%} speech")
    print("| noise | SNR | energy | " + " | ".join(models) + " |")
    for kind, snr in [(None, None)] + [(kind, snr) for kind in ("white", "pink", "babble") for snr in SNRS]:
        random = np.random.default_rng(7)
        with tempfile.TemporaryDirectory() as folder:
            for index, sound in enumerate(sounds):
                own = index if len(clips) == len(sounds) else None
                changed = noisy(sound, kind, snr, clips, own, random)
                soundfile.write(f"{folder}/{index}.wav", changed, rate)
            scores = []
            for model in [None] + models:
                found = segments(program, folder, model)
                own = [frames(found.get(str(index), []), len(mark)) for index, mark in enumerate(truths)]
                scores.append(uar(np.concatenate(own), truth))
        print(f"| {kind or 'none'} | {'' if snr is None else snr} | " + " | ".join(f"{x:.3f}" for x in scores) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("ravdess", type=pathlib.Path)
    parser.add_argument("urdu", type=pathlib.Path, nargs="?")
    parser.add_argument("--models", nargs="*", default=["bundled"])
    options = parser.parse_args()
    corpora = {"RAVDESS": sorted(f for a in ("19", "20") for f in options.ravdess.rglob(f"03-01-*-{a}.*"))}
    if options.urdu:
        corpora["URDU"] = sorted(options.urdu.rglob("S*.*"))[::3]
    for name, files in corpora.items():
        sounds, truths, rate = [], [], None
        for file in files:
            sound, rate = soundfile.read(file, always_2d=True)
            sounds.append(sound.mean(axis=1))
            truths.append(reference(sounds[-1], rate))
        measure(name, sounds, truths, sounds, rate, options.program, options.models)
        if name == "RAVDESS":
            longer, marks = joined(sounds, truths, rate, np.random.default_rng(1))
            measure(f"{name}, joined", longer, marks, sounds, rate, options.program, options.models)


main()
