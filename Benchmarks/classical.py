"""Times the models of the module Classical next to scikit-learn and LightGBM on the same data.

    swift build -c release --build-tests
    python Benchmarks/classical.py [--only forest,SVC] [--rounds 5] [--out Benchmarks/results/classical.md]
    python Benchmarks/classical.py --growth [--out Benchmarks/results/classical-growth.md]
    python Benchmarks/classical.py --growth --cpu --rounds 1 --only ridge,LDA,boosting    # on a busy machine

--growth measures 1,000 to 1,000,000 rows of 20 columns, then 10 to 10,000 columns of 1,000 rows, small sizes first. It skips
jobs that would end after --minutes, and lists them. Without --cpu, it also times the large sizes on two threads.

Each round runs both sides in turn, each in a process of its own. The tables have medians over the rounds; the ratio is
the median over the rounds of theirs to ours, above 1 if ours is better. A file is written after each job, so that an
interrupted run keeps its rows. Needs numpy, scikit-learn and lightgbm.
"""
import argparse
import datetime
import json
import os
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
        # The most rows and columns: SVC is quadratic in rows, LDA cubic in columns.
        kinds = (("ridge", 0, 10**6, 10**4), ("LDA", 0, 10**6, 10**3), ("naive Bayes", 0, 10**6, 10**4),
                 ("logistic regression", 0, 10**6, 10**4), ("tree", 1, 10**6, 10**4), ("boosting", 5, 10**6, 10**4),
                 ("forest", 2, 10**6, 10**4), ("SVC", 0, 10**4, 10**4), ("linear SVC", 0, 10**5, 10**3))
        for rows, columns in [(10**n, 20) for n in (3, 4, 5, 6)] + [(1000, 10**n) for n in (1, 2, 3, 4)]:
            for kind, trees, most_rows, most_columns in kinds:
                if rows <= most_rows and columns <= most_columns:
                    for threads in (1, 2) if rows >= 10**5 else (1,):
                        yield {"kind": kind, "data": f"{rows}x{columns}", "threads": threads, "trees": trees, "repeats": 1}
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
            "peak_mb": peak()}


def peak():
    """The peak memory of this process in MiB. The figure of getrusage includes the process that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) // 1024


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


def exponents(results):
    """Returns the lines for the growth of the fitting times on one thread, between consecutive sizes of one kind."""
    for kind in dict.fromkeys(kind for kind, _, _ in results):
        for axis, fixed in ((0, 20), (1, 1000)):
            series = sorted((size[axis], [float(np.median([pair[side]["fit"] for pair in pairs])) for side in (0, 1)])
                            for own, size, pairs in results if own == kind and size[1 - axis] == fixed)
            for (small, before), (large, after) in zip(series, series[1:]):
                if large > 2 * small:
                    ours, theirs = (np.log(b / a) / np.log(large / small) for a, b in zip(before, after))
                    yield (f"| {kind} | {('rows', 'columns')[axis]} | {small:,} to {large:,} "
                           f"| {ours:.2f} | {theirs:.2f} |")


def measure(job, folder, rounds, tests):
    """Returns the results of both sides in each round, and the rows of the table for them."""
    size = folder / f"{job['data']}-x.npy"
    if not size.exists():
        # Consecutive jobs often have the same data.
        for old in folder.iterdir():
            old.unlink()
        x, y = make(job["data"])
        np.save(size, x)
        np.save(folder / f"{job['data']}-y.npy", y)
    (folder / "job.json").write_text(json.dumps(job))
    pairs = [(run_ours(folder, tests), run_peer(job, folder)) for _ in range(rounds)]
    size = " x ".join(f"{n:,}" for n in np.load(size, mmap_mode="r").shape)
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
    parser.add_argument("--growth", action="store_true", help="1,000 to 1,000,000 rows, 10 to 10,000 columns")
    parser.add_argument("--minutes", type=float, help="skip jobs that would end later (default: 15 for --growth)")
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
    minutes = args.minutes or (15 if args.growth else float("inf"))
    begin, results, growth, skipped, durations = time.monotonic(), [], [], [], {}
    with tempfile.TemporaryDirectory() as folder:
        for job in chosen:
            size = tuple(int(part) for part in job["data"].split("x")) if args.growth else (0, 0)
            # Ten times the data take about ten times as long, but a process takes a few seconds to start.
            seconds = 10 * max(durations.get((job["kind"], size[0] // 10, size[1])) or 0,
                               durations.get((job["kind"], size[0], size[1] // 10)) or 0)
            if (time.monotonic() - begin + seconds) / 60 > minutes and (seconds > 60 or time.monotonic() - begin > 60 * minutes):
                skipped.append(f"{job['kind']} {job['data'].replace('x', ' x ')}, {job['threads']} threads")
                continue
            start = time.monotonic()
            pairs, rows = measure(job, Path(folder), args.rounds, args.tests)
            durations[job["kind"], *size] = time.monotonic() - start
            print("\n".join(rows), flush=True)
            lines += rows
            if args.growth and job["threads"] == 1:
                results.append((job["kind"], size, pairs))
                growth = list(exponents(results))
            if args.out:
                write(args.out, args.growth, lines, growth, skipped)
    print("\n".join(growth + [f"skipped: {job}" for job in skipped]))
    if args.out:
        write(args.out, args.growth, lines, growth, skipped)


def write(path, growing, lines, growth, skipped):
    title = "# Growth of classical models" if growing else "# Classical models"
    if growth:
        lines = [*lines, "", "The time of fitting grows as this power of the size; 1 is linear, 2 is quadratic.", "",
                 "| model | size | from, to | Prosody | peer |", "| --- | --- | --- | ---: | ---: |", *growth]
    if skipped:
        lines = [*lines, "", f"Not measured, to keep within the time: {'; '.join(skipped)}."]
    path.write_text("\n".join([title, "", *lines, "", f"Load average at the end: {os.getloadavg()[0]:.1f}.", ""]))


if __name__ == "__main__":
    main()
