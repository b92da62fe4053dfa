"""Makes boosting.json and boosting.safetensors: models of LightGBM with their scores and contributions, and bands of the
accuracy; forests of scikit-learn with the Shapley values of the package shap. Needs trees.safetensors and the golden group classical."""
import json
from pathlib import Path

import lightgbm as lgb
import numpy as np
import shap
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.inspection import permutation_importance
from sklearn.metrics import log_loss
from sklearn.tree import DecisionTreeClassifier

from tensor_file import load_file, save_file

here = Path(__file__).parent
data, golden = load_file(here / "trees.safetensors"), load_file(here / "../../Golden/classical.safetensors")
x, y, target = data["x"], data["y"], data["target"].astype(np.float64)
arrays, models = {}, []


def put(name, trees, features, outputs, extra, width):
    """Stores trees as the arrays of a fitted model. A node: (feature or -1, threshold, cover, left, right, values)."""
    out = {k: [] for k in ("tree_nodes", "tree_leaves", "feature", "threshold", "right", "cover", "leaf_values")}
    for nodes in trees:
        order, stack, leaves = [], [0], 0
        while stack:
            i = stack.pop()
            order.append(i)
            if nodes[i][0] >= 0:
                stack += [nodes[i][4], nodes[i][3]]
        at = {n: i for i, n in enumerate(order)}
        for i in order:
            feature, threshold, cover, _, right, values = nodes[i]
            out["feature"].append(feature)
            out["threshold"].append(threshold if feature >= 0 else 0)
            out["cover"].append(cover)
            out["right"].append(at[right] if feature >= 0 else leaves)
            if feature < 0:
                out["leaf_values"].append(values)
                leaves += 1
        out["tree_nodes"].append(len(order))
        out["tree_leaves"].append(leaves)
    out["leaf_values"] = np.reshape(out["leaf_values"], (-1, width))
    for key, value in {**out, "features": features, "outputs": outputs, **extra}.items():
        arrays[f"{name}/{key}"] = np.asarray(value, np.float64)
    models.append(name)


def sklearn_nodes(model):
    t = model.tree_
    return [(int(t.feature[i]) if t.children_left[i] >= 0 else -1, t.threshold[i], t.weighted_n_node_samples[i],
             t.children_left[i], t.children_right[i], t.value[i].ravel()) for i in range(t.node_count)]


def lightgbm_nodes(tree):
    nodes = []

    def walk(node):
        i = len(nodes)
        nodes.append(None)
        if "leaf_value" in node:
            nodes[i] = (-1, 0, node.get("leaf_count", 1), -1, -1, [node["leaf_value"]])
        else:
            left, right = walk(node["left_child"]), walk(node["right_child"])
            assert node["decision_type"] == "<="
            nodes[i] = (node["split_feature"], node["threshold"], node["internal_count"], left, right, None)
        return i

    walk(tree["tree_structure"])
    return nodes


probe = x[::12].copy()
arrays["x"] = probe
for name, model in (("tree", DecisionTreeClassifier(max_depth=5, random_state=0)),
                    ("forest", RandomForestClassifier(6, max_depth=7, random_state=1)),
                    ("extra_trees", ExtraTreesClassifier(4, min_samples_leaf=5, random_state=2))):
    model.fit(x, y)
    trees = [sklearn_nodes(m) for m in getattr(model, "estimators_", [model])]
    put(name, trees, 8, 4, {"feature_importances": model.feature_importances_}, 4)
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    arrays[f"{name}/shap"] = explainer.shap_values(probe, check_additivity=False).astype(np.float64)
    arrays[f"{name}/expected"] = np.asarray(explainer.expected_value, np.float64)
    arrays[f"{name}/output"] = model.predict_proba(probe)
    if name == "forest":
        found = permutation_importance(model, x, y, n_repeats=60, random_state=0)
        arrays["permutation/mean"], arrays["permutation/sd"] = found.importances_mean, found.importances_std
        arrays["permutation/baseline"] = np.array(model.score(x, y))
model = RandomForestRegressor(5, max_depth=5, random_state=3).fit(x, target)
put("forest_regressor", [sklearn_nodes(m) for m in model.estimators_], 8, 1,
    {"feature_importances": model.feature_importances_}, 1)
explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
arrays["forest_regressor/shap"] = explainer.shap_values(probe)[:, :, None].astype(np.float64)
arrays["forest_regressor/expected"] = np.reshape(explainer.expected_value, 1).astype(np.float64)
arrays["forest_regressor/output"] = model.predict(probe)[:, None]

common = dict(verbosity=-1, num_threads=1, deterministic=True, force_row_wise=True, num_leaves=7, min_data_in_leaf=10)
for name, label, options, outputs in (("boosting", y, {"objective": "multiclass", "num_class": 4}, 4),
                                      ("boosting_binary", (y >= 2).astype(int), {"objective": "binary"}, 1),
                                      ("boosting_regressor", target, {"objective": "regression"}, 1)):
    model = lgb.train({**common, **options}, lgb.Dataset(x, label), 8)
    put(name, [lightgbm_nodes(t) for t in model.dump_model()["tree_info"]], 8, outputs,
        {"baseline": np.zeros(outputs), "gain_importances": model.feature_importance("gain")}, 1)
    contributions = model.predict(probe, pred_contrib=True).reshape(len(probe), outputs, 9).transpose(0, 2, 1)
    arrays[f"{name}/shap"] = np.ascontiguousarray(contributions[:, :8])
    arrays[f"{name}/expected"] = contributions[0, 8].copy()
    arrays[f"{name}/output"] = model.predict(probe, raw_score=True).reshape(len(probe), outputs)

# Bands over random subsets of features and rows: the mean plus and minus four standard deviations.
gx, gy, fold = golden["x"], golden["y"], golden["fold"]
bands = []
for name, options in (("default", {}), ("regularized", {"num_leaves": 8, "lambda_l1": 0.5, "lambda_l2": 2.0, "max_depth": 4})):
    accuracy, loss = [], []
    for seed in range(10):
        proba = np.zeros((len(gy), 6))
        for i in range(5):
            model = lgb.train({"objective": "multiclass", "num_class": 6, "verbosity": -1, "num_threads": 1, "seed": seed,
                               "feature_fraction": 0.8, "bagging_fraction": 0.9, "bagging_freq": 1, **options},
                              lgb.Dataset(gx[fold != i], gy[fold != i]), 40)
            proba[fold == i] = model.predict(gx[fold == i])
        accuracy.append(np.mean(proba.argmax(1) == gy))
        loss.append(log_loss(gy, proba))
    band = lambda v: [float(np.mean(v) - 4 * np.std(v, ddof=1)), float(np.mean(v) + 4 * np.std(v, ddof=1))]
    bands.append({"name": name, "accuracy": band(accuracy), "loss": band(loss)})
errors = []
fold = np.arange(len(x)) % 5
for seed in range(10):
    found = np.zeros(len(x))
    for i in range(5):
        model = lgb.train({"objective": "regression", "verbosity": -1, "num_threads": 1, "seed": seed, "feature_fraction": 0.8,
                           "bagging_fraction": 0.9, "bagging_freq": 1}, lgb.Dataset(x[fold != i], target[fold != i]), 60)
        found[fold == i] = model.predict(x[fold == i])
    errors.append(np.mean((found - target) ** 2))
bands.append({"name": "regression", "accuracy": [0, 0], "loss": band(errors)})
(here / "boosting.json").write_text(json.dumps({"models": models, "bands": bands}))
save_file(arrays, here / "boosting.safetensors")
print(json.dumps(bands, indent=1))
