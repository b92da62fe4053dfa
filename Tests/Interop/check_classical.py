"""Fits every classical model to the embedded corpus, with 2 and with 8 classes or with targets, and compares its ONNX export with `Train predict`.

usage: check_classical.py TRAIN_PROGRAM

Runs check_export.py for each model, which documents the requirements and the comparison. Exits with status 1 if a model
differs.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

FEATURES = {
    "sample_rate": 16000,
    "layout": {"type": "summary", "entries": [
        {"feature": {"type": "mfcc", "n_mfcc": 13}, "statistics": ["mean", "std"]}]},
}
SCALER = {"type": "standard_scaler"}
MODELS = [
    [SCALER, {"type": "svc"}],
    [{"type": "min_max_scaler", "feature_range": [-1, 1], "clip": True},
     {"type": "svc", "kernel": "poly", "degree": 2, "gamma": 0.1, "coef0": 1, "break_ties": True}],
    [{"type": "robust_scaler"}, {"type": "svc", "kernel": "linear", "C": 0.1}],
    [SCALER, {"type": "svc", "kernel": "sigmoid", "gamma": 0.01}],
    [SCALER, {"type": "svc", "probability": True}],
    [SCALER, {"type": "linear_svc"}],
    [{"type": "pca", "n_components": 10}, {"type": "logistic_regression", "C": 0.1}],
    [SCALER, {"type": "ridge_classifier"}],
    [SCALER, {"type": "linear_discriminant", "solver": "lsqr", "shrinkage": "auto"}],
    [{"type": "select_k_best", "k": 8}, {"type": "gaussian_nb"}],
    [SCALER, {"type": "k_neighbors"}],
    [SCALER, {"type": "k_neighbors", "weights": "distance"}],
    [SCALER, {"type": "k_neighbors", "weights": "distance", "metric": "manhattan"}],
    [SCALER, {"type": "k_neighbors", "metric": "cosine"}],
    {"type": "decision_tree", "max_depth": 5},
    {"type": "random_forest", "n_estimators": 30},
    [{"type": "select_from_model", "max_features": 10}, {"type": "extra_trees", "n_estimators": 30}],
    {"type": "gradient_boosting", "n_estimators": 20, "min_data_in_leaf": 5},
    {"type": "parallel", "join": "average", "branches": [
        {"type": "random_forest", "n_estimators": 5}, {"type": "gaussian_nb"}]},
    {"type": "voting", "weights": [2, 1], "estimators": [
        {"type": "random_forest", "n_estimators": 10},
        {"type": "sequential", "layers": [SCALER, {"type": "svc", "probability": True}]}]},
]

# Models of targets, which do not depend on the number of classes.
RATINGS = [{"type": "regression", "column": name, "range": [1, 5]} for name in ("arousal", "valence")]
TARGET_MODELS = [
    (RATINGS, [SCALER, {"type": "svr", "C": 10}]),
    (RATINGS, [SCALER, {"type": "svr", "kernel": "poly", "degree": 2, "gamma": 0.1, "coef0": 1}]),
    # No value is further from the middle of the range than epsilon, so that there is no support vector.
    (RATINGS, [SCALER, {"type": "svr", "epsilon": 9}]),
    (RATINGS, [SCALER, {"type": "ridge"}]),
    (RATINGS, [SCALER, {"type": "k_neighbors_regressor", "weights": "distance"}]),
    (RATINGS, [SCALER, {"type": "k_neighbors_regressor", "metric": "cosine"}]),
    (RATINGS, {"type": "decision_tree_regressor", "max_depth": 4}),
    (RATINGS, {"type": "random_forest_regressor", "n_estimators": 20}),
    (RATINGS, {"type": "extra_trees_regressor", "n_estimators": 20}),
    (RATINGS, {"type": "gradient_boosting_regressor", "n_estimators": 20, "min_data_in_leaf": 5}),
    (RATINGS[:1] + [{"type": "ordinal", "column": "statement", "levels": ["1", "2"]}, {"type": "classification"}],
     [SCALER, {"type": "parallel", "branches": [
         {"type": "svr", "units": "targets:arousal"},
         {"type": "multi_output", "units": "targets:statement", "estimator": {"type": "logistic_regression"}},
         {"type": "random_forest", "n_estimators": 5, "units": "targets:label"}]}]),
]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = str(pathlib.Path(sys.argv[1]).resolve())
    check = pathlib.Path(__file__).with_name("check_export.py")
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        cases = [({"classes": classes} if classes else {}, [], model)
                 for classes in (["angry", "sad"], None) for model in MODELS]
        cases += [({}, targets, model) for targets, model in TARGET_MODELS]
        for number, (options, targets, model) in enumerate(cases):
            source = {"type": "synthetic", "speakers": 6, "repetitions": 2}
            if targets:
                source["ratings"] = True
            run = str(number)
            config = {"name": run, "data": {"source": source, **options}, "split": {"type": "grouped", "test": 2},
                      "features": FEATURES, "model": model, "targets": targets}
            (folder / f"{run}.json").write_text(json.dumps(config))
            subprocess.run(
                [program, "run", f"{run}.json", "--no-cache", "--quiet"], cwd=folder, check=True,
                capture_output=True)
            result = subprocess.run(
                [sys.executable, check, folder / "runs" / run, program], capture_output=True, text=True)
            lines = (result.stdout + result.stderr).strip().splitlines()
            failures += result.returncode != 0
            print(f"{json.dumps(model)[:100]}: {lines[-1] if lines else 'no output'}", flush=True)
    print(f"{failures} models differ")
    sys.exit(1 if failures else 0)


main()
