"""Fits scikit-learn models for recipe D to the features and splits of our ablations, and prints both results side by side.

usage: recipe_d_sklearn.py TRAIN_PROGRAM ABLATION_FOLDER...

Each ABLATION_FOLDER was written by `Train ablate Experiments/recipe-d-NAME.json --set 'sweep={"folds": "all", "seeds": 3}'`.
The features of every clip come from `Train features` (the same values that our models receive), the split from each run's
split.json, the model and its options from config.json. Requires `pip install numpy scikit-learn` and, for the features, the
data of the runs. Prints the mean accuracy and UAR, the standard deviations of the UAR between folds (averaged over seeds)
and between seeds (averaged over folds), and the number of predictions that differ.
"""

import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.svm import SVC


def features(program, config, folder):
    """Computes the features of all clips of an experiment, and returns the rows by clip id."""
    out = pathlib.Path(folder) / "x.npy"
    subprocess.run([program, "features", str(config), "--out", str(out)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(out.with_suffix(".csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    names = [row["id"] for row in rows]
    return dict(zip(names, np.load(out))), {name: row["label"] for name, row in zip(names, rows)}


def model(config, seed):
    """Creates scikit-learn's model from the options of a run."""
    spec = config["model"]
    if isinstance(spec, list):
        spec = spec[0]
    if spec["type"] == "random_forest":
        return RandomForestClassifier(
            n_estimators=spec["n_estimators"], max_depth=spec["max_depth"], bootstrap=spec["bootstrap"],
            random_state=seed, n_jobs=2)
    if spec["type"] == "svc":
        return SVC(C=spec["C"], gamma=spec["gamma"])
    raise SystemExit(f"no scikit-learn model for {spec['type']}")


def deviation(values, groups):
    """Returns the standard deviation of the means of groups as text."""
    means = [np.mean([value for value, own in zip(values, groups) if own == group]) for group in sorted(set(groups))]
    return f"{np.std(means, ddof=1):.3f}" if len(means) > 1 else "–"


def compare(program, ablation):
    runs = sorted(path.parent for path in pathlib.Path(ablation).glob("runs/*/result.json"))
    if not runs:
        raise SystemExit(f"{ablation}: no finished run")
    ours, theirs, folds, seeds, different, clips = [], [], [], [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        rows, labels = features(program, runs[0] / "config.json", folder)
    for run in runs:
        config = json.loads((run / "config.json").read_text())
        split = json.loads((run / "split.json").read_text())
        split = split["splits"][0] if "splits" in split else split
        train, test = split["train"], split["test"]
        folds.append(config["fold"])
        seeds.append(config["seed"])
        fitted = model(config, config["seed"]).fit(
            np.stack([rows[i] for i in train]), [labels[i] for i in train])
        predicted = fitted.predict(np.stack([rows[i] for i in test]))
        truth = [labels[i] for i in test]
        theirs.append((accuracy_score(truth, predicted), balanced_accuracy_score(truth, predicted)))
        result = json.loads((run / "result.json").read_text())["test"]
        ours.append((result["accuracy"], result["uar"]))
        with open(run / "predictions.csv", newline="") as file:
            own = {row["file"]: row["predicted"] for row in csv.DictReader(file)}
        different += sum(own[i] != p for i, p in zip(test, predicted))
        clips += len(test)
    ours, theirs = np.array(ours), np.array(theirs)
    name = pathlib.Path(ablation).name
    cells = [f"{values[:, metric].mean():.3f}" for metric in range(2) for values in (ours, theirs)]
    cells += [deviation(values[:, 1], groups) for groups in (folds, seeds) for values in (ours, theirs)]
    print(f"| {name} | {' | '.join(cells)} | {len(runs)} | {different} of {clips} |", flush=True)


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    columns = ["accuracy", "UAR", "SD over folds", "SD over seeds"]
    header = [text for column in columns for text in (f"{column}, ours", "scikit-learn")]
    print(f"| experiment | {' | '.join(header)} | runs | predictions that differ |")
    print("| --- " * (len(header) + 3) + "|")
    for ablation in sys.argv[2:]:
        compare(sys.argv[1], ablation)


if __name__ == "__main__":
    main()
