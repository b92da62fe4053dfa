"""Writes small models of scikit-learn as ONNX, and what scikit-learn predicts, to this folder.

usage: make_fixtures.py

Needs scikit-learn, skl2onnx and pandas; made with the versions that models.json names.
"""

import json
import pathlib
import warnings

import numpy as np
import pandas
import sklearn
import skl2onnx
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier, GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier,
    RandomForestRegressor)
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

warnings.filterwarnings("ignore")
folder = pathlib.Path(__file__).parent
rng = np.random.RandomState(7)
X = rng.randn(48, 4).astype(np.float32)
Y3 = np.array(["angry", "calm", "sad"])[(X[:, 0] > 0).astype(int) + (X[:, 1] + X[:, 2] > 0)]
Y2 = (X[:, 0] + X[:, 3] > 0).astype(int)
TARGET = X @ np.array([1, -2, 0.5, 0]) + X[:, 0] ** 2
Q = np.concatenate([X[:4], rng.randn(12, 4).astype(np.float32)])
scaled = lambda model: make_pipeline(StandardScaler(), model)
MODELS = {
    "tree3": (DecisionTreeClassifier(max_depth=3), Y3),
    "tree2": (DecisionTreeClassifier(max_depth=3), Y2),
    "forest3": (RandomForestClassifier(6, max_depth=3, random_state=1), Y3),
    "extra2": (ExtraTreesClassifier(5, max_depth=3, random_state=1), Y2),
    "boosting3": (GradientBoostingClassifier(n_estimators=4, max_depth=2, random_state=1), Y3),
    "boosting2": (GradientBoostingClassifier(n_estimators=6, max_depth=2, random_state=1), Y2),
    "svc3": (scaled(SVC()), Y3),
    "svc_probability3": (scaled(SVC(probability=True, random_state=1)), Y3),
    "svc_probability2": (scaled(SVC(kernel="poly", coef0=1, probability=True, random_state=1)), Y2),
    "svc_linear3": (make_pipeline(RobustScaler(), SVC(kernel="linear", probability=True, random_state=1)), Y3),
    "svc_sigmoid2": (scaled(SVC(kernel="sigmoid", gamma=0.1, probability=True, random_state=1)), Y2),
    "linear_svc3": (LinearSVC(), Y3),
    "linear_svc2": (LinearSVC(), Y2),
    "logistic3": (make_pipeline(MinMaxScaler((-1, 1), clip=True), LogisticRegression()), Y3),
    "logistic2": (scaled(LogisticRegression()), Y2),
    "logistic_double3": (scaled(LogisticRegression()), Y3),
    "logistic_double2": (scaled(LogisticRegression()), Y2),
    "logistic_frame3": (scaled(LogisticRegression()), Y3),
    "discriminant3": (LinearDiscriminantAnalysis(), Y3),
    "pca3": (make_pipeline(StandardScaler(), PCA(2, whiten=True), LogisticRegression()), Y3),
    "selection3": (make_pipeline(SelectKBest(k=2), scaled(LogisticRegression())), Y3),
    "bayes3": (GaussianNB(), Y3),
    "neighbors3": (KNeighborsClassifier(5), Y3),
    "neighbors_distance3": (scaled(KNeighborsClassifier(5, weights="distance")), Y3),
    "neighbors_manhattan2": (KNeighborsClassifier(4, p=1, weights="distance"), Y2),
    "neighbors_cosine3": (KNeighborsClassifier(3, metric="cosine"), Y3),
    "neighbors_cdist3": (KNeighborsClassifier(5), Y3),
    "forest_regression": (RandomForestRegressor(4, max_depth=3, random_state=1), TARGET),
    "boosting_regression": (GradientBoostingRegressor(n_estimators=4, max_depth=2, random_state=1), TARGET),
    "linear_regression": (LinearRegression(), TARGET),
    "unsupported3": (QuadraticDiscriminantAnalysis(), Y3),
}

expected = {}
for name, (model, y) in MODELS.items():
    options = {KNeighborsClassifier: {"optim": "cdist"}} if "cdist" in name else None
    if "frame" in name:
        columns = ["mfcc_0", "mfcc_1", "rms", "zcr"]
        model.fit(pandas.DataFrame(X, columns=columns), y)
        onnx = skl2onnx.to_onnx(model, pandas.DataFrame(X[:1], columns=columns), options=options)
        known = pandas.DataFrame(Q, columns=columns)
    else:
        model.fit(X, y)
        onnx = skl2onnx.to_onnx(model, X[:1].astype(np.float64 if "double" in name else np.float32), options=options)
        known = Q
    (folder / f"{name}.onnx").write_bytes(onnx.SerializeToString())
    entry = {}
    if hasattr(model, "classes_"):
        entry["classes"] = [str(label) for label in model.classes_]
        entry["labels"] = [str(label) for label in model.predict(known)]
        if hasattr(model, "predict_proba"):
            entry["probabilities"] = model.predict_proba(known).tolist()
    else:
        entry["values"] = model.predict(known).tolist()
    expected[name] = entry
(folder / "models.json").write_text(json.dumps({
    "versions": {"sklearn": sklearn.__version__, "skl2onnx": skl2onnx.__version__},
    "inputs": Q.astype(float).tolist(), "models": expected}) + "\n")
