#!/usr/bin/env python3
"""Runs `Train bench` and the same workloads in other frameworks alternately, in several rounds, and writes tables of medians.

Called by Scripts/bench, which builds Train first. Writes results/NAME.md and results/NAME.json next to this file.
A ratio above 1 means that Prosody is faster.
"""
import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, "peers")

# What `Train bench` calls a workload, and the commands that do the same elsewhere. A new model joins here.
COMPARISONS = {
    "operations": {"torch": ["operations_torch.py"]},
    "yardstick": {"torch": ["train_cnn_gru_attn.py", "--framework", "torch"],
                  "keras": ["train_cnn_gru_attn.py", "--framework", "keras"],
                  "onnxruntime": ["infer_onnxruntime.py", "--model", "cnn_gru_attn"]},
    "recipe-a": {"torch": ["train_recipe_a.py", "--framework", "torch"],
                 "keras": ["train_recipe_a.py", "--framework", "keras"],
                 "onnxruntime": ["infer_onnxruntime.py", "--model", "recipe_a"]},
    "cnn1d": {"torch": ["train_cnn1d.py", "--framework", "torch"],
              "keras": ["train_cnn1d.py", "--framework", "keras"],
              "onnxruntime": ["infer_onnxruntime.py", "--model", "cnn1d"]},
    "mlp": {"torch": ["train_mlp.py", "--framework", "torch"],
            "keras": ["train_mlp.py", "--framework", "keras"],
            "onnxruntime": ["infer_onnxruntime.py", "--model", "mlp"]},
    "efficientnet": {"torch": ["train_efficientnet.py"],
                     "onnxruntime": ["infer_onnxruntime.py", "--model", "efficientnet"]},
    "features": {"librosa": ["features.py"]},
    "first-prediction": {framework: ["first_prediction.py", "--framework", framework]
                         for framework in ("torch", "keras", "onnxruntime")},
}
# Where another program holds a core: the workload, and the script that trains the same in PyTorch.
BUSY = "busy-core"
BUSY_WORKLOAD, BUSY_PEER = "yardstick", ["train_cnn_gru_attn.py", "--framework", "torch"]
# Numbers worth a line in the table, and whether more is better.
NUMBERS = {
    "train_samples_per_s": True, "infer_samples_per_s": True, "latency_b1_ms": False, "forward_ms": False,
    "backward_ms": False, "first_prediction_ms": False, "startup_s": False, "peak_rss_mb": False,
    "clip_ms": False,
}
# PyTorch's threads spin or sleep while they wait, and which is better depends on the machine: the better one counts.
POLICIES = ("ACTIVE", "PASSIVE")


def run(command, environment=None):
    """The JSON object that a command prints as its last line."""
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    if done.returncode:
        sys.exit(f"error: {' '.join(command)} failed:\n{done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def rows(result):
    return {row["bench"]: row for row in result["rows"]} if "rows" in result else {result["bench"]: result}


class Numbers:
    """Every measured number: by who, threads, variant, workload and key a list over the rounds."""

    def __init__(self):
        self.lists = {}

    def add(self, who, threads, variant, result, name):
        for workload, row in rows(result).items():
            workload = workload if "rows" in result else name
            for key in NUMBERS:
                if key in row:
                    self.lists.setdefault((who, threads, workload, key), {}).setdefault(variant, []).append(row[key])

    def median(self, who, threads, workload, key):
        """The median over the rounds, of the better variant."""
        variants = self.lists.get((who, threads, workload, key))
        if not variants:
            return None
        medians = [statistics.median(v) for v in variants.values()]
        return max(medians) if NUMBERS[key] else min(medians)


def measure(name, args):
    numbers, frameworks = Numbers(), {}
    peers = COMPARISONS.get(name)
    if peers is None:
        peers = {"torch": ["operations_torch.py", "--only", name]}
    for number in range(args.rounds):
        sound = {"BENCH_SOUND": args.audio[number % len(args.audio)]} if args.audio else {}
        for threads in args.threads:
            print(f"{name}, round {number + 1} of {args.rounds}, {threads} thread{'s' if threads > 1 else ''}: Train", end="", flush=True)
            result = run([args.train, "bench", name, "--threads", str(threads), "--json"], sound)
            numbers.add("Train", threads, "", result, name)
            for peer, (script, *options) in peers.items():
                print(f", {peer}", end="", flush=True)
                command = [sys.executable, os.path.join(PEERS, script), *options, "--threads", str(threads)]
                for policy in POLICIES if threads > 1 and peer == "torch" else POLICIES[:1]:
                    result = run(command, {"OMP_WAIT_POLICY": policy, **sound})
                    numbers.add(peer, threads, policy, result, name)
                    frameworks[peer] = result["framework"]
            print(flush=True)
    return numbers, frameworks


def busy_core(args):
    """The workload on as many threads as cores, on a quiet machine and with a busy loop on the last core, in turn."""
    cores = sorted(os.sched_getaffinity(0))
    threads = ["--threads", str(len(cores))]
    trains = {"Prosody": ([args.train, "bench", BUSY_WORKLOAD, *threads, "--json"], {})}
    for policy in POLICIES:
        trains[f"torch, {policy}"] = ([sys.executable, os.path.join(PEERS, BUSY_PEER[0]), *BUSY_PEER[1:], *threads],
                                      {"OMP_WAIT_POLICY": policy})
    found = {}
    for number in range(args.rounds):
        for who, (command, environment) in trains.items():
            print(f"{BUSY}, round {number + 1} of {args.rounds}: {who}", flush=True)
            for state in ("quiet", "busy"):
                loop = None
                if state == "busy":
                    loop = subprocess.Popen([sys.executable, "-c", "while True: pass"])
                    os.sched_setaffinity(loop.pid, {cores[-1]})
                try:
                    result = run(command, environment)
                finally:
                    if loop:
                        loop.kill()
                        loop.wait()
                for key in ("train_samples_per_s", "infer_samples_per_s"):
                    found.setdefault((who, key, state), []).append(result[key])
    rows = []
    for who, key in dict.fromkeys((who, key) for who, key, _ in found):
        quiet, busy = (statistics.median(found[who, key, state]) for state in ("quiet", "busy"))
        rows.append({"who": who, "number": key, "quiet": quiet, "busy": busy, "kept": round(busy / quiet, 2)})
    text = [f"# {BUSY}", "",
            f"{datetime.date.today()}, {machine()}. Medians of {rounds(args)}, run in turn. {BUSY_WORKLOAD} on "
            f"{len(cores)} threads, on a quiet machine and while a busy loop occupies one core.", "",
            "| | metric | quiet | one core busy | ratio |", "| --- | --- | ---: | ---: | ---: |"]
    text += [f"| {r['who']} | {r['number']} | {shown(r['quiet'])} | {shown(r['busy'])} | {r['kept']} |" for r in rows]
    return rows, "\n".join(text) + "\n"


def rounds(args):
    return f"{args.rounds} round{'s' if args.rounds > 1 else ''}"


def machine():
    """The processor, with its family and instruction set, because a model name such as AMD EPYC says neither."""
    about = {}
    with open("/proc/cpuinfo") as f:
        for line in f:
            key, _, value = line.partition(":")
            about.setdefault(key.strip(), value.strip())
    flags = about.get("flags", "").split()
    level = os.environ.get("AUTOGRAD_ISA") or ("avx512" if "avx512f" in flags else "avx2" if "avx2" in flags else "baseline")
    return (f"{about.get('model name', 'unknown processor')} (family {about.get('cpu family', '?')}, model "
            f"{about.get('model', '?')}, {level}), {len(os.sched_getaffinity(0))} cores, "
            f"load average {os.getloadavg()[0]:.2f} at the end")


def shown(value):
    return "" if value is None else f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def report(name, args, numbers, frameworks):
    """The results as rows of a dictionary and as Markdown."""
    out = []
    workloads = list(dict.fromkeys((workload, key) for _, _, workload, key in numbers.lists))
    for threads in args.threads:
        for workload, key in sorted(workloads, key=lambda w: list(dict.fromkeys(x for x, _ in workloads)).index(w[0])):
            ours = numbers.median("Train", threads, workload, key)
            row = {"workload": workload, "number": key, "threads": threads, "train": ours}
            for peer in frameworks:
                theirs = numbers.median(peer, threads, workload, key)
                row[peer] = theirs
                if ours and theirs:
                    row[peer + "_ratio"] = round(ours / theirs if NUMBERS[key] else theirs / ours, 2)
            out.append(row)
    text = [f"# {name}", "",
            f"{datetime.date.today()}, {machine()}. Medians of {rounds(args)}, run in turn. "
            "A ratio above 1 means that Prosody is faster."
            + (f" Audio files: {', '.join(map(os.path.basename, args.audio))}." if args.audio and name == "features" else ""),
            "Prosody compared with " + ", ".join(frameworks.values()) + "; with more than one thread, torch uses the better of "
            "OMP_WAIT_POLICY=ACTIVE and PASSIVE."]
    for threads in args.threads:
        text += ["", f"## {threads} thread{'s' if threads > 1 else ''}", ""]
        head = ["workload", "metric", "Prosody"] + [c for peer in frameworks for c in (peer, "ratio")]
        text += ["| " + " | ".join(head) + " |", "| --- | --- |" + " ---: |" * (len(head) - 2)]
        for row in out:
            if row["threads"] == threads:
                cells = [row["workload"], row["number"], shown(row["train"])]
                for peer in frameworks:
                    cells += [shown(row[peer]), shown(row.get(peer + "_ratio"))]
                text.append("| " + " | ".join(cells) + " |")
    return out, "\n".join(text) + "\n"


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--train", required=True, help="the release build of Train")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--threads", default="1,2", help="thread counts, separated by commas")
    p.add_argument("--only", help="workloads, separated by commas: " + ", ".join([*COMPARISONS, BUSY])
                   + ", or operations")
    p.add_argument("--audio", default="", help="audio files, separated by commas, one per round, for `features`; otherwise "
                   "each side makes a clip up")
    p.add_argument("--out", default=os.path.join(HERE, "results"), help="folder of the tables (default: results)")
    args = p.parse_args()
    args.audio = [os.path.abspath(path) for path in args.audio.split(",") if path]
    args.threads = [int(t) for t in args.threads.split(",")]
    for name in args.only.split(",") if args.only else [*COMPARISONS, BUSY]:
        frameworks = {}
        if name == BUSY:
            out, text = busy_core(args)
        else:
            numbers, frameworks = measure(name, args)
            out, text = report(name, args, numbers, frameworks)
        os.makedirs(args.out, exist_ok=True)
        path = os.path.join(args.out, name)
        with open(path + ".md", "w") as f:
            f.write(text)
        with open(path + ".json", "w") as f:
            json.dump({"date": str(datetime.date.today()), "machine": machine(), "rounds": args.rounds,
                       "frameworks": frameworks, "rows": out}, f, indent=1)
            f.write("\n")
        print("\n" + text + f"\nWritten: {path}.md and .json")


if __name__ == "__main__":
    main()
