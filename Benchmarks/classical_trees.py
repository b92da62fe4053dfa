"""Compares the speed of forests and boosting of the module Classical with scikit-learn and LightGBM on the same data.

    swift build -c release --build-tests
    python Benchmarks/classical_trees.py [--only forest] [--rounds 3]

Each round runs both alternately. The table shows medians over the rounds, and the ratio of their time to ours.
"""
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
FOREST = {"kind": "forest", "trees": 200, "repeats": 3}
JOBS = {
    "forest": [{**FOREST, "data": "small", "threads": t} for t in (1, 2)]
    + [{"kind": "extra", "trees": 200, "repeats": 3, "data": "small", "threads": 1}],
    "boosting": [{"kind": "boosting", "trees": 100, "repeats": 1, "data": "table", "threads": t} for t in (1, 2)],
    "boosting-large": [{"kind": "boosting", "trees": 100, "repeats": 1, "data": "large", "threads": 2}],
    "growth": [{"kind": "forest", "trees": 4, "repeats": 1, "data": f"rows{n}", "threads": 2}
               for n in (1000, 10_000, 100_000, 1_000_000)],
    "tree": [{"kind": "tree", "trees": 1, "repeats": 3, "data": "small", "threads": 1}],
}
SIZES = {"small": (1962, 80), "table": (2000, 105), "large": (100_000, 105)}


def make(name):
    rows, features = SIZES.get(name) or (int(name[4:]), 20)
    rng = np.random.default_rng(3)
    y = rng.integers(0, 8, rows)
    centers = rng.normal(0, 1, (8, features)) * (rng.uniform(size=features) < 0.5)
    x = rng.normal(0, 1.5, (rows, features)) + centers[y]
    x[:, ::3] = x[:, ::3] ** 2 + rng.normal(0, 1, (rows, len(range(0, features, 3))))
    return x.astype(np.float32), y


def peer(job, x, y):
    """Runs in a process of its own; prints the times."""
    threads = job["threads"]
    if job["kind"] == "boosting":
        import lightgbm as lgb
        model = lgb.LGBMClassifier(n_estimators=job["trees"], n_jobs=threads, verbosity=-1)
    else:
        from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
        from sklearn.tree import DecisionTreeClassifier
        if job["kind"] == "tree":
            model = DecisionTreeClassifier(random_state=0)
        else:
            kind = RandomForestClassifier if job["kind"] == "forest" else ExtraTreesClassifier
            model = kind(job["trees"], n_jobs=threads, random_state=0)
    fit, predict, row = [], [], []
    for _ in range(job["repeats"]):
        start = time.perf_counter()
        model.fit(x, y)
        fit.append(time.perf_counter() - start)
    for _ in range(5):
        start = time.perf_counter()
        model.predict_proba(x)
        predict.append(time.perf_counter() - start)
    for _ in range(10):
        start = time.perf_counter()
        model.predict_proba(x[:1])
        row.append(time.perf_counter() - start)
    return {"fit": np.median(fit), "predict": np.median(predict), "row": np.median(row),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="forest,tree,boosting", help="comma-separated: " + ", ".join(JOBS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        job, folder = json.loads(args.peer), Path(args.folder)
        print(json.dumps(peer(job, np.load(folder / f"{job['data']}-x.npy"), np.load(folder / f"{job['data']}-y.npy"))))
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for job in [job for group in args.only.split(",") for job in JOBS[group]]:
            job = {**job, "name": f"{job['kind']} {job['data']} {job['threads']} threads"}
            x, y = make(job["data"])
            np.save(folder / f"{job['data']}-x.npy", x)
            np.save(folder / f"{job['data']}-y.npy", y)
            (folder / "jobs.json").write_text(json.dumps([job]))
            ours, theirs = [], []
            for _ in range(args.rounds):
                text = subprocess.run(["swift", "test", "-c", "release", "--skip-build", "--disable-xctest", "--filter",
                                       "TreesBenchmark"], cwd=ROOT, env={**os.environ, "CLASSICAL_BENCHMARK": str(folder)},
                                      capture_output=True, text=True, check=True).stdout
                ours.append(json.loads(next(line for line in text.splitlines() if line.startswith("{"))))
                text = subprocess.run([sys.executable, __file__, "--peer", json.dumps(job), "--folder", str(folder)],
                                      capture_output=True, text=True, check=True).stdout
                theirs.append(json.loads(text))
            for key, unit, factor in (("fit", "ms", 1e3), ("predict", "ms", 1e3), ("row", "us", 1e6), ("peak_mb", "MB", 1)):
                a, b = (float(np.median([v[key] for v in side])) * factor for side in (ours, theirs))
                print(f"| {job['name']} | {key} | {a:.2f} {unit} | {b:.2f} {unit} | {b / a:.2f} |", flush=True)


if __name__ == "__main__":
    main()
