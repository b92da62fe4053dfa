"""Makes trees.json and trees.safetensors with scikit-learn: trees, forests, and options beyond the golden files."""
import json
from pathlib import Path

import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import (ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier,
                              RandomForestRegressor)
from sklearn.metrics import r2_score
from sklearn.model_selection import cross_val_predict
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from tensor_file import save_file

here = Path(__file__).parent
rng = np.random.default_rng(11)
n, f, k = 300, 8, 4
x, y = make_classification(n, f, n_informative=5, n_redundant=2, n_classes=k, n_clusters_per_class=1, class_sep=0.8,
                           flip_y=0.05, random_state=5)
x = (x * rng.uniform(0.2, 20, f) + rng.uniform(-5, 5, f)).astype(np.float32)
keep = (y != 0) | (rng.uniform(size=n) < 0.4)
x, y = x[keep], y[keep].astype(np.int64)
target = (3 * np.sin(x[:, 0] / 5) + 0.1 * x[:, 3] * np.abs(x[:, 1]) ** 0.5 + rng.normal(0, 0.5, len(x)) + 10)
target = target.astype(np.float32)
weight = rng.uniform(0.1, 3, len(x)).astype(np.float32)
weight[rng.uniform(size=len(x)) < 0.1] = 0
arrays = {"x": x, "y": y, "target": target, "weight": weight}
cases = []


def same(a, b):
    return (a.node_count == b.node_count and np.array_equal(a.children_left, b.children_left)
            and np.array_equal(a.feature, b.feature) and np.allclose(a.threshold, b.threshold))


def preorder(t):
    order, stack = [], [0]
    while stack:
        i = stack.pop()
        order.append(i)
        if t.children_left[i] >= 0:
            stack += [t.children_right[i], t.children_left[i]]
    return order


def add(name, kind, options, weighted=False):
    """A tree on which no split is tied: the same for many seeds."""
    made = []
    for seed in range(20):
        model = (DecisionTreeClassifier if kind == "classifier" else DecisionTreeRegressor)(random_state=seed, **options)
        model.fit(x, y if kind == "classifier" else target.astype(np.float64), sample_weight=weight if weighted else None)
        made.append(model)
    if not all(same(m.tree_, made[0].tree_) for m in made):
        print(f"{name}: ties")
    t = made[0].tree_
    order = preorder(t)
    position = {node: i for i, node in enumerate(order)}
    child = lambda a: [position[c] if c >= 0 else -1 for c in a[order]]
    cases.append({
        "name": name, "kind": kind, "weighted": weighted, "options": options, "left": child(t.children_left),
        "right": child(t.children_right),
        "feature": [int(v) for v in t.feature[order]], "threshold": [float(v) for v in t.threshold[order]],
        "cover": [float(v) for v in t.weighted_n_node_samples[order]],
        "value": [[float(v) for v in t.value[i].ravel()] for i in order],
        "importances": [float(v) for v in made[0].feature_importances_]})


add("max_leaf_nodes", "classifier", {"max_leaf_nodes": 9, "min_samples_leaf": 5})
add("min_impurity_decrease", "classifier", {"min_impurity_decrease": 0.01, "min_samples_leaf": 6})
add("sample_weight", "classifier", {"max_depth": 4, "min_samples_leaf": 7}, weighted=True)
add("sample_weight_entropy_balanced", "classifier",
    {"max_depth": 4, "min_samples_leaf": 7, "criterion": "entropy", "class_weight": "balanced"}, weighted=True)
add("class_weight", "classifier", {"max_depth": 4, "min_samples_leaf": 7, "class_weight": {0: 2.5, 1: 1.0, 2: 0.7, 3: 1.3}})
add("min_weight_fraction_leaf", "classifier", {"max_depth": 5, "min_weight_fraction_leaf": 0.06}, weighted=True)
add("fractions", "classifier", {"min_samples_split": 0.2, "min_samples_leaf": 0.03})
add("ccp_alpha", "classifier", {"ccp_alpha": 0.008, "min_samples_leaf": 5})
add("log_loss", "classifier", {"criterion": "log_loss", "max_depth": 3, "min_samples_leaf": 8})
add("regressor", "regressor", {"max_depth": 4, "min_samples_leaf": 5})
add("regressor_weighted_leaves", "regressor", {"max_leaf_nodes": 12, "min_samples_leaf": 3}, weighted=True)
add("regressor_deep", "regressor", {"max_depth": 7, "min_samples_leaf": 6, "ccp_alpha": 0.003})
add("regressor_decrease", "regressor", {"min_impurity_decrease": 0.02, "min_samples_split": 12, "min_samples_leaf": 4})

# Bands of five-fold scores over seeds: the mean plus and minus six standard deviations of the mean of five seeds (there
# are about fifty bands).
fold = np.arange(len(x)) % 5
arrays["fold"] = fold
cut = [(np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(5)]
bands = []
for name, make, options in (
        ("random_forest", RandomForestClassifier, {"n_estimators": 60}),
        ("random_forest_balanced_subsample", RandomForestClassifier,
         {"n_estimators": 60, "class_weight": "balanced_subsample", "max_depth": 4}),
        ("random_forest_half", RandomForestClassifier, {"n_estimators": 60, "max_samples": 0.5, "criterion": "entropy"}),
        ("extra_trees", ExtraTreesClassifier, {"n_estimators": 60}),
        ("extra_trees_depth", ExtraTreesClassifier, {"n_estimators": 60, "max_depth": 4, "max_features": "log2"}),
        ("random_forest_regressor", RandomForestRegressor, {"n_estimators": 60}),
        ("extra_trees_regressor", ExtraTreesRegressor, {"n_estimators": 60, "max_features": 0.5})):
    classify = "Regressor" not in make.__name__
    scores, oob, importances = [], [], []
    for seed in range(24):
        model = make(random_state=seed, n_jobs=1, **options)
        found = cross_val_predict(model, x, y if classify else target.astype(np.float64), cv=cut)
        scores.append(np.mean(found == y) if classify else r2_score(target, found))
        if "forest" in name:
            model.set_params(oob_score=True)
        model.fit(x, y if classify else target.astype(np.float64))
        importances.append(model.feature_importances_)
        if "forest" in name:
            oob.append(model.oob_score_)
    half = lambda v: 6 * np.std(v, ddof=1) / 5 ** 0.5
    band = lambda v: [float(np.mean(v) - half(v)), float(np.mean(v) + half(v))]
    bands.append({"name": name, "score": band(scores), "oob": band(oob) if oob else None,
                  "importances": [band(v) for v in np.array(importances).T]})
(here / "trees.json").write_text(json.dumps({"cases": cases, "bands": bands}))
save_file(arrays, here / "trees.safetensors")
print({c["name"]: len(c["left"]) for c in cases})
print(json.dumps([{k: v for k, v in b.items() if k != "importances"} for b in bands], indent=1))
