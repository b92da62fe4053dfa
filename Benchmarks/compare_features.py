#!/usr/bin/env python3
"""Compares the features of every audio file in a folder with librosa's, and exits with status 1 if one exceeds its tolerance.

    python Benchmarks/compare_features.py --train .build/release/Train FOLDER

Features are compared twice: from the same samples (librosa reads and resamples the file for both), and from the file (each
uses its own decoder and resampler). As a reference for the latter, librosa's features of every tenth file are also computed
with another of its resamplers. librosa computes in float64. Writes results/features-against-librosa.md and .json.
"""
import argparse
import concurrent.futures
import datetime
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
# One file of so many is the yardstick's.
YARDSTICK = 10
PIPELINES = ("mfcc40", "summary105", "summary80", "summary162")


class Group:
    """Some columns of a vector: `absolute` in decibels, or relative to the largest number of the group."""

    def __init__(self, name, width, unit, same, own):
        self.name, self.width, self.unit, self.same, self.own = name, width, unit, same, own


# The tolerances are those of the golden numbers (Tests/Golden). With another resampler the bands at the top differ by some
# decibels, as they hold the transition band, and with them everything that is made of decibels: 3 is allowed. What the hiss
# there does to the other features has no tolerance; how far librosa is from itself with another resampler stands beside it.
def db(name, width):
    return Group(name, width, "dB", 0.01, 3)


def ratio(name, width, same):
    return Group(name, width, "relative", same, None)


GROUPS = {
    "mfcc40": [db("mfcc 40, every frame", 40)],
    "summary105": [
        db("mfcc 13, mean", 13), db("mfcc 13, deviation", 13), db("delta 13, mean", 13), db("mel 48 in dB, mean", 48),
        ratio("centroid, mean", 1, 1e-5), ratio("centroid, deviation", 1, 1e-5),
        ratio("rolloff, mean", 1, 2e-3), ratio("rolloff, deviation", 1, 2e-3),
        ratio("zero crossings, mean", 1, 1e-6), ratio("zero crossings, deviation", 1, 1e-6),
        ratio("chroma 12, mean", 12, 1e-4)],
    "summary80": [db("mfcc 40, mean", 40), db("mfcc 40, deviation", 40)],
    "summary162": [
        ratio("zero crossings, mean", 1, 1e-6), ratio("chroma 12, mean", 12, 1e-4), db("mfcc 20, mean", 20),
        ratio("rms, mean", 1, 1e-5), ratio("mel 128, mean", 128, 1e-5)],
}


def pipeline(name):
    with open(os.path.join(HERE, "pipelines", name + ".json")) as file:
        return json.load(file)


def load(path, options, resampler="soxr_hq"):
    import librosa
    y, _ = librosa.load(path, sr=options["sample_rate"], offset=options.get("offset", 0), duration=options.get("duration"),
                        res_type=resampler)
    return y


def prepared(name, y, quiet=30):
    import librosa
    if name == "summary105":
        y = librosa.effects.trim(y, top_db=quiet)[0]
        y = librosa.util.fix_length(y, size=56000)
        y = y / np.abs(y).max()
    return y.astype(np.float64)


def features(name, y, rate, quiet=30):
    """The numbers of a pipeline as its recipe computes them, [rows, columns]; `quiet` is where it trims, in dB below the peak."""
    import librosa
    f = librosa.feature
    y = prepared(name, y, quiet)
    if name == "mfcc40":
        return f.mfcc(y=y, sr=rate, n_mfcc=40).T
    if name == "summary80":
        mfcc = f.mfcc(y=y, sr=rate, n_mfcc=40)
        parts = [mfcc.mean(1), mfcc.std(1)]
    elif name == "summary162":
        parts = [f.zero_crossing_rate(y).mean(1), f.chroma_stft(y=y, sr=rate).mean(1), f.mfcc(y=y, sr=rate, n_mfcc=20).mean(1),
                 f.rms(y=y).mean(1), f.melspectrogram(y=y, sr=rate).mean(1)]
    else:
        mfcc = f.mfcc(y=y, sr=rate, n_mfcc=13, n_fft=1024, hop_length=512)
        mel = librosa.power_to_db(f.melspectrogram(y=y, sr=rate, n_fft=1024, hop_length=512, n_mels=48), ref=np.max)
        shapes = [f.spectral_centroid(y=y, sr=rate), f.spectral_rolloff(y=y, sr=rate), f.zero_crossing_rate(y)]
        parts = [mfcc.mean(1), mfcc.std(1), librosa.feature.delta(mfcc).mean(1), mel.mean(1)]
        parts += [number for shape in shapes for number in (shape.mean(1), shape.std(1))]
        parts.append(f.chroma_stft(y=y, sr=rate, n_fft=1024, hop_length=512).mean(1))
    return np.concatenate(parts)[None]


def chroma_of_other_tunings(name, path):
    """Chroma of the file as librosa has it in float32, then with each tuning as common among its peaks, but for two of them.

    The tuning is the commonest of a hundred deviations. In a short sound few peaks decide, and one that lies on a border
    or at the threshold makes it another one: librosa's own differs between float32 and float64 then.
    """
    import librosa
    options = pipeline(name)
    y, rate, fft = prepared(name, load(path, options)), options["sample_rate"], 1024 if name == "summary105" else 2048
    yield librosa.feature.chroma_stft(y=y.astype(np.float32), sr=rate, n_fft=fft, hop_length=512).mean(1)
    power = np.abs(librosa.stft(y, n_fft=fft, hop_length=512)) ** 2
    pitches, sizes = librosa.piptrack(S=power, sr=rate, n_fft=fft)
    peaks = pitches[(sizes >= np.median(sizes[pitches > 0])) & (pitches > 0)]
    rest = np.mod(12 * librosa.hz_to_octs(peaks), 1.0)
    rest[rest >= 0.5] -= 1
    counts, edges = np.histogram(rest, np.linspace(-0.5, 0.5, 101))
    for tuning in edges[:-1][counts >= counts.max() - 2]:
        yield librosa.feature.chroma_stft(S=power, sr=rate, n_fft=fft, tuning=tuning).mean(1)


def other_decisions(name, path):
    """Features of the file where librosa decides the other way in what is close.

    soxr gives one sample fewer than librosa wants where that is nearer, and librosa appends a zero: the step is heard in the
    last frame of a sound that does not end in silence. And a click may be as loud as what is trimmed, to half a decibel.
    """
    import librosa
    options = pipeline(name)
    rate, part = options["sample_rate"], {"offset": options.get("offset", 0), "duration": options.get("duration")}
    y, own = librosa.load(path, sr=None, **part)
    whole = librosa.resample(np.pad(y, (0, own)), orig_sr=own, target_sr=rate)
    yield features(name, whole[:-(-len(y) * rate // own)], rate)
    if name == "summary105":
        for quiet in (29.5, 30.5):
            yield features(name, load(path, options), rate, quiet)


def reference(job):
    """librosa's features of a file; leaves the samples that they were made of. With another resampler where asked to."""
    import soundfile
    name, path, copy, other = job
    options = pipeline(name)
    y = load(path, options)
    soundfile.write(copy, y, options["sample_rate"], subtype="FLOAT")
    rate = options["sample_rate"]
    return features(name, y, rate), features(name, load(path, options, "polyphase"), rate) if other else None


def train(program, options, files, folder):
    """Our features of files, [files, ...]."""
    path, out = os.path.join(folder, "pipeline.json"), os.path.join(folder, "found.npy")
    with open(path, "w") as file:
        json.dump(options, file)
    done = subprocess.run([program, "features", *files, "--pipeline", path, "--out", out], capture_output=True, text=True)
    if done.returncode:
        sys.exit("error: Train features failed:\n" + done.stderr[-2000:])
    return np.load(out)


class Comparison:
    """The differences of one group over all files."""

    def __init__(self, group):
        self.group, self.largest, self.typical, self.outside, self.causes = group, 0.0, [], [], 0
        self.yardstick = None

    def add(self, path, ours, theirs, tolerance, alternatives):
        """Takes in a file. `alternatives` gives what librosa's numbers might be as well."""
        difference, scale = self.difference(ours, theirs)
        if tolerance and difference.max() > tolerance * scale:
            for theirs in alternatives():
                other, other_scale = self.difference(ours, theirs)
                if other.max() <= tolerance * other_scale:
                    difference, scale = other, other_scale
                    self.causes += 1
                    break
        self.typical.append(np.median(difference) / (np.abs(theirs).max() or 1))
        self.largest = max(self.largest, float(difference.max() / scale))
        if tolerance and not difference.max() <= tolerance * scale:
            self.outside.append(path)

    def measure(self, other, theirs):
        """Takes in how far librosa is from itself with another resampler."""
        difference, scale = self.difference(other, theirs)
        self.yardstick = max(self.yardstick or 0, float(difference.max() / scale))

    def difference(self, ours, theirs):
        return np.abs(ours - theirs), 1.0 if self.group.unit == "dB" else np.abs(theirs).max() or 1.0


def row(name, kind, c, tolerance):
    return {"pipeline": name, "samples": kind, "feature": c.group.name, "unit": c.group.unit, "largest": c.largest,
            "librosa_own": c.yardstick, "median_relative": float(np.median(c.typical)), "tolerance": tolerance,
            "with_a_cause": c.causes, "outside": len(c.outside), "such_as": c.outside[:3]}


def compare(program, paths, pool, names):
    """Rows of the table: pipeline, samples, comparison, tolerance."""
    rows = []
    for name in names:
        options = pipeline(name)
        with tempfile.TemporaryDirectory() as folder:
            copies = [os.path.join(folder, f"{i}.wav") for i in range(len(paths))]
            print(f"{name}: librosa", flush=True)
            jobs = [(name, p, c, i % YARDSTICK == 0) for i, (p, c) in enumerate(zip(paths, copies))]
            theirs, others = zip(*pool.map(reference, jobs, chunksize=8))
            whole = {key: value for key, value in options.items() if key not in ("offset", "duration")}
            for kind, settings, files in (("same samples", whole, copies), ("files", options, paths)):
                print(f"{name}: Train, {kind}", flush=True)
                found = train(program, settings, files, folder)
                comparisons = [Comparison(group) for group in GROUPS[name]]
                for path, ours, reference_, other in zip(paths, found, theirs, others):
                    ours = ours.reshape(-1, reference_.shape[1])[:len(reference_)].astype(np.float64)
                    reference_ = reference_[:len(ours)]
                    column = 0
                    for comparison in comparisons:
                        here = slice(column, column + comparison.group.width)
                        group = comparison.group
                        if kind == "files":
                            tolerance = group.own

                            def alternatives(here=here, rows=len(ours)):
                                return (numbers[:rows, here] for numbers in other_decisions(name, path))
                        else:
                            tolerance = group.same

                            def alternatives(name=name, path=path):
                                return chroma_of_other_tunings(name, path) if "chroma" in group.name else ()
                        comparison.add(path, ours[:, here], reference_[:, here], tolerance, alternatives)
                        if kind == "files" and other is not None:
                            comparison.measure(other[:len(reference_), here], reference_[:, here])
                        column = here.stop
                    if column != ours.shape[1]:
                        sys.exit(f"error: {name} has {ours.shape[1]} columns, not {column}")
                for c in comparisons:
                    print(f"  {c.group.name}: {c.largest:.2g}, {len(c.outside)} outside", flush=True)
                rows += [row(name, kind, c, c.group.same if kind == "same samples" else c.group.own) for c in comparisons]
    return rows


def sounds(folder):
    endings = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".au")
    return sorted(os.path.join(root, name) for root, _, names in os.walk(folder) for name in names
                  if name.lower().endswith(endings))


def main():
    import librosa
    import soundfile
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--train", required=True, help="the release build of Train")
    parser.add_argument("--jobs", type=int, default=2, help="number of processes that run librosa")
    parser.add_argument("--only", choices=PIPELINES, help="run one pipeline; the rows of the others are kept")
    parser.add_argument("--limit", type=int, help="maximum number of files, evenly spaced")
    args = parser.parse_args()
    paths = sounds(args.folder)
    if not paths:
        sys.exit(f"error: no audio files in {args.folder}")
    if args.limit:
        paths = [paths[i * len(paths) // args.limit] for i in range(min(args.limit, len(paths)))]
    stereo = sum(soundfile.info(path).channels > 1 for path in paths)
    with concurrent.futures.ProcessPoolExecutor(args.jobs) as pool:
        rows = compare(os.path.abspath(args.train), paths, pool, [args.only] if args.only else PIPELINES)
    path = os.path.join(HERE, "results", "features-against-librosa")
    if args.only:
        with open(path + ".json") as file:
            rows += [r for r in json.load(file)["rows"] if r["pipeline"] != args.only]
        rows.sort(key=lambda r: PIPELINES.index(r["pipeline"]))

    text = ["# Features compared with librosa", "",
            f"{datetime.date.today()}, librosa {librosa.__version__} in float64, {len(paths)} files, {stereo} of them stereo. "
            "Generated by `compare_features.py`.", "",
            "*Same samples*: librosa reads and resamples, and both compute features of its output. *Files*: each uses its own "
            "decoder and resampler. The largest difference is in dB, or relative to the largest value of the group in the file. "
            "The median is over files, of the relative median difference in each file. *With a cause* is the number of files outside "
            "the tolerance for a known reason. For chroma: librosa in float32 estimates a different tuning, or two tunings are equally "
            "common among the few peaks. For MFCCs of files: librosa appends a zero because soxr returned one sample less, or a click "
            "is within half a decibel of the trimming threshold. *librosa's own* is the largest difference between librosa with soxr, "
            f"its default, and librosa with SciPy's resampler, over every {YARDSTICK}th file: resamplers differ near the Nyquist "
            "frequency, where hiss has its energy. The golden data have a tolerance for different resamplers in decibels only."]
    for kind in ("same samples", "files"):
        text += ["", f"## {kind.capitalize()}", "",
                 "| pipeline | feature | largest difference | librosa's own | median relative | tolerance | with a cause | outside |",
                 "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
        for r in rows:
            if r["samples"] == kind:
                unit = " dB" if r["unit"] == "dB" else ""
                own, tolerance = ("" if n is None else f"{n:.2g}{unit}" for n in (r["librosa_own"], r["tolerance"]))
                text.append(f"| {r['pipeline']} | {r['feature']} | {r['largest']:.2g}{unit} | {own} | {r['median_relative']:.1e} | "
                            f"{tolerance or 'none'} | {r['with_a_cause'] or ''} | {r['outside'] if tolerance else ''} |")
    with open(path + ".md", "w") as file:
        file.write("\n".join(text) + "\n")
    with open(path + ".json", "w") as file:
        json.dump({"date": str(datetime.date.today()), "librosa": librosa.__version__, "files": len(paths), "stereo": stereo,
                   "rows": rows}, file, indent=1)
        file.write("\n")
    print("\n".join(text))
    outside = [r for r in rows if r["outside"]]
    for r in outside:
        print(f"outside: {r['pipeline']}, {r['samples']}, {r['feature']}: {r['outside']} files, such as {r.get('such_as')}",
              file=sys.stderr)
    sys.exit(1 if outside else 0)


if __name__ == "__main__":
    main()
