#!/usr/bin/env python3
"""Times the start of the program, and the overhead of the training loop over the bare training step.

    python3 Benchmarks/time_program.py --train .build/release/Train [--python PYTHON] [--rounds N]

With a Python environment that contains torch, keras, librosa and scikit-learn, their imports are timed between the calls.
Writes results/program.md.
"""
import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
RECIPE = os.path.join(HERE, "..", "Experiments", "recipe-a.json")
# Recipe A needs RAVDESS; how long a step takes depends on the shapes alone.
EMBEDDED = [
    "--set", 'data.source={"type": "synthetic", "speakers": 16, "repetitions": 8}',
    "--set", "training.epochs=4", "--no-cache", "--quiet",
]


def timed(command):
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"error: {' '.join(command)}\n{done.stderr[-2000:]}")
    return time.perf_counter() - begin, done.stdout


def loop(train, threads):
    """What the loop adds to forward and backward passes and the optimiser, as a share of these, and samples per second."""
    with tempfile.TemporaryDirectory() as folder:
        timed([train, "run", RECIPE, *EMBEDDED, "--threads", str(threads), "--runs", folder, "--name", "x"])
        with open(os.path.join(folder, "x", "timing.jsonl")) as lines:
            epochs = [json.loads(line) for line in lines]
    share = sum(e["training_seconds"] for e in epochs) / sum(e["computing_seconds"] for e in epochs) - 1
    return share, statistics.median(e["samples_per_second"] for e in epochs)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--train", required=True, help="the release build of Train")
    p.add_argument("--python", help="Python interpreter of the peers' environment (peers/setup.sh)")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--threads", default="1,2", help="thread counts, separated by commas")
    args = p.parse_args()
    os.environ.setdefault("RAVDESS", "/data/RAVDESS")

    starts = {
        "Train --help": [args.train, "--help"],
        "Train run --help": [args.train, "run", "--help"],
        "Train check Experiments/recipe-a.json": [args.train, "check", RECIPE],
    }
    if args.python:
        for module in ["torch", "keras", "librosa.feature.spectral", "sklearn.svm"]:
            starts[f'python -c "import {module}"'] = [args.python, "-c", f"import {module}"]
    times = {name: [] for name in starts}
    for command in starts.values():
        timed(command)
    for _ in range(args.rounds):
        for name, command in starts.items():
            times[name].append(timed(command)[0])

    text = ["# Startup and training loop", "",
            f"{datetime.date.today()}, {os.cpu_count()} cores, {platform.machine()}. Medians of {args.rounds} rounds, run in turn.",
            "", "## Process start to exit", "", "| command | ms |", "| --- | ---: |"]
    text += [f"| `{name}` | {statistics.median(values) * 1000:,.0f} |" for name, values in times.items()]
    text += ["", "## Overhead of the training loop", "",
             "Recipe A with batch size 32, in a run: the time that batching, shuffling, metrics, gradient checks, checkpoints and progress "
             "add to the forward pass, the backward pass and the optimizer.", "",
             "| threads | samples per second | overhead |", "| ---: | ---: | ---: |"]
    for threads in map(int, args.threads.split(",")):
        runs = [loop(args.train, threads) for _ in range(args.rounds)]
        share, rate = (statistics.median(values) for values in zip(*runs))
        text.append(f"| {threads} | {rate:,.0f} | {share * 100:.1f} % |")
    text = "\n".join(text) + "\n"
    with open(os.path.join(HERE, "results", "program.md"), "w") as file:
        file.write(text)
    print(text, end="")


if __name__ == "__main__":
    main()
