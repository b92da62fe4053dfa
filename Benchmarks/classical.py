"""Times the models of the module Classical next to scikit-learn and LightGBM on the same data.

    swift build -c release --build-tests
    python Benchmarks/classical.py [--only forest,SVC] [--rounds 5] [--out Benchmarks/results/classical.md]
    python Benchmarks/classical.py --growth [--out Benchmarks/results/classical-growth.md]
    python Benchmarks/classical.py --growth --cpu --rounds 1 --only ridge,LDA,boosting    # on a busy machine

Each round runs both sides in turn, each in a process of its own. The tables have medians over the rounds; the ratio is
the median over the rounds of theirs to ours, above 1 if ours is better. A file is written after each job, so that an
interrupted run keeps its rows. Needs numpy, scikit-learn and lightgbm.
"""
import argparse
import datetime
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"small": (1962, 80), "table": (2000, 105), "large": (100_000, 105)}
LINEAR = ("linear SVC", "logistic regression", "ridge", "LDA", "neighbors")


def jobs(growth):
    if growth:
        sizes = [(10**n, 20) for n in (3, 4, 5, 6)] + [(10_000, c) for c in (10, 100, 1000)]
        for kind, trees, most in (("ridge", 0, 10**6), ("LDA", 0, 10**6), ("naive Bayes", 0, 10**6),
                                  ("logistic regression", 0, 10**6), ("boosting", 5, 10**6), ("tree", 1, 10**6),
                                  ("forest", 2, 10**6), ("linear SVC", 0, 10**5), ("SVC", 0, 10**4)):
            for rows, columns in sizes:
                if rows <= most:
                    yield {"kind": kind, "data": f"{rows}x{columns}", "threads": 1, "trees": trees, "repeats": 1}
        return
    for kind, data, trees, repeats in (
            ("forest", "small", 200, 3), ("extra trees", "small", 200, 3), ("tree", "small", 1, 3),
            ("boosting", "table", 100, 1), ("boosting", "large", 20, 1), ("SVC", "small", 0, 3),
            *((kind, "small", 0, 3) for kind in LINEAR)):
        for threads in (1, 2):
            yield {"kind": kind, "data": data, "threads": threads, "trees": trees, "repeats": repeats}


def make(name):
    rows, features = SIZES.get(name) or (int(part) for part in name.split("x"))
    rng = np.random.default_rng(3)
    y = rng.integers(0, 8, rows)
    centers = rng.normal(0, 1, (8, features)) * (rng.uniform(size=features) < 0.5)
    x = rng.normal(0, 1.5, (rows, features)) + centers[y]
    x[:, ::3] = x[:, ::3] ** 2 + rng.normal(0, 1, (rows, len(range(0, features, 3))))
    return ((x - x.mean(0)) / x.std(0)).astype(np.float32), y


def model(job):
    kind, trees, threads = job["kind"], job["trees"], job["threads"]
    if kind == "boosting":
        import lightgbm
        return lightgbm.LGBMClassifier(n_estimators=trees, n_jobs=threads, verbosity=-1)
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression, RidgeClassifier
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.svm import SVC, LinearSVC
    from sklearn.tree import DecisionTreeClassifier
    return {
        "forest": lambda: RandomForestClassifier(trees, n_jobs=threads, random_state=0),
        "extra trees": lambda: ExtraTreesClassifier(trees, n_jobs=threads, random_state=0),
        "tree": lambda: DecisionTreeClassifier(random_state=0),
        "SVC": lambda: SVC(C=10),
        "linear SVC": lambda: LinearSVC(),
        "logistic regression": lambda: LogisticRegression(),
        "ridge": lambda: RidgeClassifier(),
        "LDA": lambda: LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
        "naive Bayes": lambda: GaussianNB(),
        "neighbors": lambda: KNeighborsClassifier(algorithm="brute", n_jobs=threads),
    }[kind]()


def peer(job, x, y):
    """Runs in a process of its own; prints the times."""
    fitted = model(job)
    predict = getattr(fitted, "predict_proba", None) or fitted.decision_function
    fitted.fit(x, y)

    clock = time.process_time if job["cpu"] else time.perf_counter

    def median(run, count):
        times = []
        for _ in range(count):
            start = clock()
            run()
            times.append(clock() - start)
        return float(np.median(times))

    return {"fit": median(lambda: fitted.fit(x, y), job["repeats"]), "predict": median(lambda: predict(x), 5),
            "row": median(lambda: predict(x[:1]), 15),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def run_ours(folder, tests):
    command = ["swift", "test", "-c", "release", "--skip-build", "--disable-xctest"]
    command = ([tests, "--testing-library", "swift-testing"] if tests else command) + ["--filter", "ClassicalBenchmark"]
    text = subprocess.run(command, cwd=ROOT, env={**os.environ, "CLASSICAL_BENCHMARK": str(folder)},
                          capture_output=True, text=True, check=True).stdout
    return json.loads(next(line for line in text.splitlines() if line.startswith("{")))


def run_peer(job, folder):
    threads = {name: str(job["threads"]) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    text = subprocess.run([sys.executable, __file__, "--peer", json.dumps(job), "--folder", str(folder)],
                          env={**os.environ, **threads}, capture_output=True, text=True, check=True).stdout
    return json.loads(text)


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown processor")


def versions():
    for name in ("scikit-learn", "lightgbm", "numpy"):
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            pass


def exponent(job, sizes, before, after):
    """Returns the line for the growth of the fitting times between two jobs that differ in one size."""
    axis = 0 if sizes[0][1] == sizes[1][1] else 1
    fits = [[float(np.median([pair[side]["fit"] for pair in pairs])) for pairs in (before, after)] for side in (0, 1)]
    ours, theirs = (np.log(b / a) / np.log(sizes[1][axis] / sizes[0][axis]) for a, b in fits)
    return (f"| {job['kind']} | {('rows', 'columns')[axis]} | {sizes[0][axis]:,} to {sizes[1][axis]:,} "
            f"| {ours:.2f} | {theirs:.2f} |")


def measure(job, folder, rounds, tests):
    """Returns the results of both sides in each round, and the rows of the table for them."""
    x, y = make(job["data"])
    np.save(folder / f"{job['data']}-x.npy", x)
    np.save(folder / f"{job['data']}-y.npy", y)
    (folder / "job.json").write_text(json.dumps(job))
    pairs = [(run_ours(folder, tests), run_peer(job, folder)) for _ in range(rounds)]
    size = " x ".join(f"{n:,}" for n in x.shape)
    lines = []
    for key, name, factor, digits in (("fit", "fit, ms", 1e3, 1), ("predict", "predict all, ms", 1e3, 2),
                                      ("row", "predict one row, µs", 1e6, 0), ("peak_mb", "peak memory, MB", 1, 0)):
        a, b = (float(np.median([pair[side][key] for pair in pairs])) * factor for side in (0, 1))
        ratio = np.median([pair[1][key] / pair[0][key] for pair in pairs])
        lines.append(f"| {job['kind']} | {size} | {job['threads']} | {name} | {a:,.{digits}f} | {b:,.{digits}f} | {ratio:.2f} |")
    return pairs, lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="comma-separated kinds, such as forest,SVC")
    parser.add_argument("--growth", action="store_true", help="1,000 to 1,000,000 rows, 10 to 1,000 columns")
    parser.add_argument("--cpu", action="store_true", help="one thread, CPU time instead of wall time, for a busy machine")
    parser.add_argument("--tests", help="a built test program, to run it without swift test")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, help="a Markdown file to write")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        job, folder = json.loads(args.peer), Path(args.folder)
        print(json.dumps(peer(job, np.load(folder / f"{job['data']}-x.npy"), np.load(folder / f"{job['data']}-y.npy"))))
        return
    packages = ", ".join(versions())
    lines = [
        f"{datetime.date.today()}, {processor()}, {os.cpu_count()} cores. {packages}. {args.rounds} rounds, run in turn. "
        f"{'CPU' if args.cpu else 'Wall'} time. Medians, and the median of the ratios of the rounds, above 1 if Prosody is better. Generated by `classical.py`.",
        "", "| model | rows x columns | threads | | Prosody | peer | ratio |", "| --- | --- | ---: | --- | ---: | ---: | ---: |"]
    print("\n".join(lines), flush=True)
    chosen = [{**job, "cpu": args.cpu} for job in jobs(args.growth)
              if (not args.only or job["kind"] in args.only.split(",")) and not (args.cpu and job["threads"] > 1)]
    growth, previous = [], None
    for job in chosen:
        with tempfile.TemporaryDirectory() as folder:
            pairs, rows = measure(job, Path(folder), args.rounds, args.tests)
        print("\n".join(rows), flush=True)
        lines += rows
        if args.growth:
            size = tuple(int(part) for part in job["data"].split("x"))
            # A series of sizes continues while one of the two sizes grows and the other stays.
            if previous and previous[0] == job["kind"] and (
                    size[0] == previous[1][0] and size[1] > previous[1][1] or size[0] > previous[1][0] and size[1] == previous[1][1]):
                growth.append(exponent(job, (previous[1], size), previous[2], pairs))
                print(growth[-1], flush=True)
            previous = job["kind"], size, pairs
        if args.out:
            write(args.out, args.growth, lines, growth)


def write(path, growing, lines, growth):
    title = "# Growth of classical models" if growing else "# Classical models"
    if growth:
        lines = [*lines, "", "The time of fitting grows as this power of the size; 1 is linear, 2 is quadratic.", "",
                 "| model | size | from, to | Prosody | peer |", "| --- | --- | --- | ---: | ---: |", *growth]
    path.write_text("\n".join([title, "", *lines, "", f"Load average at the end: {os.getloadavg()[0]:.1f}.", ""]))


if __name__ == "__main__":
    main()
