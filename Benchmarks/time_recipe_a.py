#!/usr/bin/env python3
"""Times the whole job of Experiments/recipe-a.json, from sound files to the report, beside the same job in librosa and Keras.

    Benchmarks/time_recipe_a.py --train .build/release/Train --python VENV/bin/python RAVDESS_FOLDER

Both start from the files, which the system has in memory then, and with empty caches of their own. The run of Train stays in --runs, a new folder.
Writes results/recipe-a-job.json and .md.
"""
import argparse
import datetime
import json
import os
import subprocess
import time

from compare import machine

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)


def ours(args):
    """Seconds to the end of the first epoch, of an epoch and of the whole run, and its test accuracy."""
    command = [
        os.path.abspath(args.train), "run", os.path.join(ROOT, "Experiments/recipe-a.json"), "--name", "recipe-a",
        "--runs", args.runs, "--threads", str(args.threads), "--no-cache", "--quiet",
    ]
    run = os.path.join(args.runs, "recipe-a")
    lines, first = os.path.join(run, "metrics.jsonl"), None
    begin = time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, "RAVDESS": args.folder})
    while process.poll() is None:
        if first is None and os.path.exists(lines) and os.path.getsize(lines) > 0:
            first = time.monotonic() - begin
        time.sleep(0.02)
    whole = time.monotonic() - begin
    if process.returncode:
        raise SystemExit(process.returncode)
    with open(os.path.join(run, "timing.jsonl")) as f:
        seconds = [json.loads(line)["seconds"] for line in f]
    with open(os.path.join(run, "result.json")) as f:
        accuracy = json.load(f)["test"]["accuracy"]
    return {
        "first_epoch_s": round(first, 1), "epoch_s": round(sum(seconds) / len(seconds), 2),
        "whole_s": round(whole, 1), "epochs": len(seconds), "accuracy": round(accuracy, 4),
    }, run


def warm(folder):
    """Reads every file once: whoever runs first would otherwise wait for the disk, and the other would not."""
    for root, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(root, name), "rb") as f:
                while f.read(1 << 20):
                    pass


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder", help="RAVDESS")
    p.add_argument("--train", default=os.path.join(ROOT, ".build/release/Train"))
    p.add_argument("--python", required=True, help="the peers' Python")
    p.add_argument("--runs", default="recipe-a-job", help="a folder for the run, which must not hold one yet")
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--epochs", type=int, default=100, help="epochs of the peer; fewer are scaled up")
    args = p.parse_args()
    if os.path.exists(os.path.join(args.runs, "recipe-a")):
        raise SystemExit(f"{args.runs}/recipe-a is there already: name another folder with --runs")
    warm(args.folder)
    own, run = ours(args)
    print(json.dumps(own), flush=True)
    out = subprocess.run(
        [args.python, os.path.join(HERE, "peers/recipe_a_job.py"), "--data", args.folder, "--run", run,
         "--epochs", str(args.epochs), "--threads", str(args.threads)],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    peer = json.loads(out.strip().splitlines()[-1])
    result = {"date": str(datetime.date.today()), "machine": machine(), "threads": args.threads, "prosody": own, "librosa_keras": peer}
    with open(os.path.join(HERE, "results/recipe-a-job.json"), "w") as f:
        json.dump(result, f, indent=1)
        f.write("\n")
    rows = [
        ("to the end of the first epoch", own["first_epoch_s"], peer["first_epoch_s"]),
        ("an epoch", own["epoch_s"], peer["epoch_s"]),
        ("the whole job, 100 epochs", own["whole_s"], peer["hundred_epochs_s"]),
    ]
    text = [
        f"# Recipe A, from sound files to the report, on {args.threads} threads", "",
        f"{datetime.date.today()}, {machine()}. One round.", "", "| seconds | ours | librosa and Keras | ratio |", "| --- | ---: | ---: | ---: |",
        *(f"| {name} | {a} | {b} | {b / a:.1f} |" for name, a, b in rows), "",
        f"Test accuracy {own['accuracy']} after {own['epochs']} epochs"
        + (f", and {peer['accuracy']} of the peer, on the same split. " if args.epochs == own["epochs"] else
           f". The peer ran {args.epochs} epochs, scaled up to 100; its accuracy after so few says nothing. ")
        + "`Benchmarks/time_recipe_a.py` says how.", "",
    ]
    with open(os.path.join(HERE, "results/recipe-a-job.md"), "w") as f:
        f.write("\n".join(text))
    print("\n".join(text))


if __name__ == "__main__":
    main()
