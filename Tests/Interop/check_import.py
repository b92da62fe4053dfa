"""Imports models of scikit-learn and compares them with scikit-learn and ONNX Runtime.

usage: check_import.py TRAIN_PROGRAM [MODEL ...]

Every model is fitted to every data set and converted with skl2onnx. Then

- `Train import` writes a model file, whose `Train predict` is compared with predict_proba (or with predict, if the
  model has no probabilities), to 1e-5;
- `Train export` writes the imported model as ONNX, whose output in ONNX Runtime is compared with `Train predict`, to
  1e-5.

Discriminant analysis with two classes is compared with ONNX Runtime's output for the imported file, because the
probabilities in files of skl2onnx differ from scikit-learn's. Exits with status 1 if a model differs. Requires numpy,
scikit-learn, skl2onnx and onnxruntime.
"""

import csv
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from sklearn.datasets import load_breast_cancer, load_iris, load_wine, make_blobs, make_classification
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_selection import SelectFromModel, SelectKBest
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

warnings.filterwarnings("ignore")
onnxruntime.set_default_logger_severity(4)
TOLERANCE = 1e-5


def scaled(*steps):
    return make_pipeline(StandardScaler(), *steps)


MODELS = {
    "decision_tree": lambda: DecisionTreeClassifier(max_depth=5, random_state=0),
    "random_forest": lambda: RandomForestClassifier(30, random_state=0),
    "extra_trees": lambda: ExtraTreesClassifier(30, random_state=0),
    "gradient_boosting": lambda: GradientBoostingClassifier(n_estimators=20, random_state=0),
    "svc": lambda: scaled(SVC()),
    "svc_probability": lambda: scaled(SVC(probability=True, random_state=0)),
    "svc_poly": lambda: scaled(SVC(kernel="poly", degree=2, coef0=1, probability=True, random_state=0)),
    "svc_linear": lambda: scaled(SVC(kernel="linear", C=0.1, probability=True, random_state=0)),
    "svc_sigmoid": lambda: scaled(SVC(kernel="sigmoid", gamma=0.01, probability=True, random_state=0)),
    "linear_svc": lambda: LinearSVC(),
    "logistic_regression": lambda: make_pipeline(MinMaxScaler(clip=True), LogisticRegression()),
    "ridge": lambda: scaled(RidgeClassifier()),
    "discriminant": lambda: make_pipeline(RobustScaler(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")),
    "naive_bayes": lambda: scaled(GaussianNB(var_smoothing=1e-3)),
    "neighbors": lambda: scaled(KNeighborsClassifier()),
    "neighbors_distance": lambda: scaled(KNeighborsClassifier(weights="distance")),
    "neighbors_manhattan": lambda: scaled(KNeighborsClassifier(p=1, weights="distance")),
    "neighbors_cosine": lambda: scaled(KNeighborsClassifier(metric="cosine")),
    "pca": lambda: scaled(PCA(3, whiten=True), LogisticRegression()),
    "select_k_best": lambda: make_pipeline(SelectKBest(k=3), scaled(SVC(probability=True, random_state=0))),
    "select_from_model": lambda: make_pipeline(
        SelectFromModel(RandomForestClassifier(10, random_state=0)), GradientBoostingClassifier(n_estimators=5)),
    "scaled_select_from_model": lambda: scaled(
        SelectFromModel(ExtraTreesClassifier(10, random_state=0), max_features=3, threshold=-np.inf),
        SVC(probability=True, random_state=0)),
}


def data_sets():
    for name, load in (("iris", load_iris), ("wine", load_wine), ("cancer", load_breast_cancer)):
        yield name, *load(return_X_y=True)
    for classes, values, seed in ((2, 6, 0), (3, 8, 1), (8, 20, 2)):
        yield f"made{classes}", *make_classification(
            300, values, n_informative=values // 2, n_classes=classes, n_clusters_per_class=1, random_state=seed)
    yield "blobs", *make_blobs(240, 5, centers=4, cluster_std=4, random_state=3)
    rng = np.random.RandomState(4)
    x = np.round(rng.randn(300, 5), 1)  # many equal values and distances
    yield "grid", x, (x[:, 0] + x[:, 1] > 0).astype(int) + (x[:, 2] > 0.5)


class Checker:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.failures = 0

    def train(self, *words):
        return subprocess.run(
            [self.program, *map(str, words)], cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def predictions(self, model, clips):
        rows = list(csv.DictReader(self.train("predict", *clips, "--model", model, "--format", "csv", "--no-cache").splitlines()))
        classes = json.loads((self.folder / model).with_suffix(".json").read_text())["classes"]
        label = next(name for name in rows[0] if rows[0][name] in classes)
        columns = {c: next(k for k in rows[0] if k in (c, "probability_" + c, "p_" + c)) for c in classes}
        return classes, np.array([[float(row[columns[c]]) for c in classes] for row in rows]), [row[label] for row in rows]

    def check(self, name, model, data, x, y):
        """Returns the differences from scikit-learn and of the own export."""
        train = np.arange(len(x)) % 3 != 0
        labels = np.array([f"class{number}" for number in range(10)])[y]
        model.fit(x[train], labels[train])
        (self.folder / "model.onnx").write_bytes(to_onnx(model, x[:1]).SerializeToString())
        for file in ("imported.safetensors", "imported.json"):
            (self.folder / file).unlink(missing_ok=True)
        self.train("import", "model.onnx", "--features", f"{data}.npy", "--out", "imported.safetensors")
        clips = [f"{data}-{number}.wav" for number in range(len(x))]
        classes, probabilities, predicted = self.predictions("imported.safetensors", clips)
        if list(model.classes_) != classes:
            return float("inf"), float("inf")
        if not hasattr(model, "predict_proba"):
            difference = float(np.mean(np.array(predicted) != model.predict(x)))
        elif "discriminant" in name and len(classes) == 2:
            rows = self.run_onnx("model.onnx", x, "X")[1]
            difference = np.abs(np.array([[row[c] for c in classes] for row in rows]) - probabilities).max()
        else:
            difference = np.abs(model.predict_proba(x) - probabilities).max()
        self.train("export", "imported.safetensors", "--out", "exported")
        own = self.run_onnx("exported/model.onnx", x, "features")[0]
        return difference, np.abs(own - probabilities).max()

    def run_onnx(self, file, x, name):
        session = onnxruntime.InferenceSession(self.folder / file, providers=["CPUExecutionProvider"])
        return session.run(None, {name: x})


def write(folder, name, x):
    np.save(folder / f"{name}.npy", x)
    (folder / f"{name}.csv").write_text(
        "path\n" + "".join(f"{name}-{number}.wav\n" for number in range(len(x))))


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program = str(pathlib.Path(sys.argv[1]).resolve())
    names = sys.argv[2:] or list(MODELS)
    with tempfile.TemporaryDirectory() as name:
        checker = Checker(program, pathlib.Path(name))
        sets = [(data, x.astype(np.float32), y) for data, x, y in data_sets()]
        for data, x, _ in sets:
            write(checker.folder, data, x)
        failures = 0
        for model in names:
            worst = [(0.0, "", ""), (0.0, "", "")]
            for data, x, y in sets:
                result = checker.check(model, MODELS[model](), data, x, y)
                worst = [max(old, (float(new), data)) for old, new in zip(worst, result)]
            differs = not all(value[0] <= TOLERANCE for value in worst)
            failures += differs
            print(f"{model:20} scikit-learn {worst[0][0]:.1e} ({worst[0][1] or 'all'}), "
                  f"export {worst[1][0]:.1e} ({worst[1][1] or 'all'}){'  DIFFERS' if differs else ''}", flush=True)
    print(f"{failures} of {len(names)} models differ")
    sys.exit(1 if failures else 0)


main()
