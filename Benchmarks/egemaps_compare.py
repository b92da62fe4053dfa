"""Compares the module GeMAPS with opensmile (eGeMAPSv02) on recordings.

    python Benchmarks/egemaps_compare.py --count 200 FOLDER [FOLDER ...]

For each descriptor (all frames that exist in both) and each functional, prints the median and the 95th percentile of the
absolute difference divided by the standard deviation of the reference, and Pearson's correlation. Recordings are chosen
evenly from the sorted list. Requires opensmile, numpy and soundfile; the time of the reference is that of one thread without
startup.
"""

import argparse
import os
import subprocess
import tempfile
import time

import numpy as np
import opensmile
import soundfile


def recordings(folders, count):
    found = sorted(
        os.path.join(path, name)
        for folder in folders
        for path, _, names in os.walk(folder, followlinks=True)
        for name in names
        if name.lower().endswith((".wav", ".flac"))
    )
    if not found:
        raise SystemExit("no recordings (.wav, .flac) in " + ", ".join(folders))
    places = np.linspace(0, len(found) - 1, min(count, len(found))).astype(int)
    return [found[i] for i in places]


def row(name, ours, theirs):
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    scale = theirs.std() or 1
    differences = np.abs(ours - theirs) / scale
    r = np.corrcoef(ours, theirs)[0, 1] if ours.std() and theirs.std() else float("nan")
    return f"| {name} | {np.median(differences):.1e} | {np.percentile(differences, 95):.1e} | {r:.4f} |"


def table(title, names, ours, theirs):
    print(f"| {title} | median | 95th percentile | r |\n| --- | ---: | ---: | ---: |")
    for i, name in enumerate(names):
        print(row(name, ours[:, i], theirs[:, i]))
    print()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--count", type=int, default=200)
    arguments = parser.parse_args()
    chosen = recordings(arguments.folders, arguments.count)
    set_, level = opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel
    functionals = opensmile.Smile(set_, level.Functionals, num_workers=1)
    descriptors = opensmile.Smile(set_, level.LowLevelDescriptors, num_workers=1)
    names, reference, frames, seconds = [], [], [], 0.0
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with tempfile.TemporaryDirectory() as folder:
        for i, path in enumerate(chosen):
            samples, rate = soundfile.read(path, dtype="float32")
            samples = samples if samples.ndim == 1 else samples.mean(1)
            name = f"{i:05d}_{rate}"
            samples.astype("<f4").tofile(os.path.join(folder, name + ".samples"))
            start = time.perf_counter()
            reference.append(functionals.process_signal(samples, rate).values[0])
            seconds += time.perf_counter() - start
            frames.append(descriptors.process_signal(samples, rate).values)
            names.append(name)
        subprocess.run(
            ["swift", "test", "-c", "release", "--disable-xctest", "--filter", "CompareRun", "--skip-build"],
            cwd=root, env=dict(os.environ, EGEMAPS_FOLDER=folder), check=True, stdout=subprocess.DEVNULL)
        ours = [np.fromfile(os.path.join(folder, n + ".functionals"), "<f4") for n in names]
        tracks = [np.fromfile(os.path.join(folder, n + ".descriptors"), "<f4").reshape(-1, 25) for n in names]
        with open(os.path.join(folder, "seconds.txt")) as file:
            own = float(file.read())
    pairs = [(a[: len(b)], b[: len(a)]) for a, b in zip(tracks, frames)]
    a, b = np.concatenate([p for p, _ in pairs]), np.concatenate([q for _, q in pairs])
    agreement = ((a[:, 10] > 0) == (b[:, 10] > 0)).mean()
    both = (a[:, 10] > 0) & (b[:, 10] > 0)
    print(f"{len(chosen)} recordings, {len(a)} frames, frame counts equal in "
          f"{sum(len(x) == len(y) for x, y in zip(tracks, frames))}")
    print(f"voicing agrees in {agreement:.4f} of the frames; F0 within 0.1 semitones in "
          f"{(np.abs(a[both, 10] - b[both, 10]) < 0.1).mean():.4f} of the frames that both call voiced")
    print(f"functionals: opensmile {seconds:.2f} s, GeMAPS {own:.2f} s, ratio {seconds / own:.1f}\n")
    table("descriptor", descriptors.feature_names, a, b)
    table("descriptor, frames voiced in both", descriptors.feature_names[10:], a[both, 10:], b[both, 10:])
    table("functional", functionals.feature_names, np.array(ours), np.array(reference))


if __name__ == "__main__":
    main()
