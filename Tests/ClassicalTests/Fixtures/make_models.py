"""Makes models.json: what scikit-learn computes for the models and steps of Classical.

    python make_models.py

Data have three decimals, so that the file is small and exact. All expected values are written with full precision.
Iterative models are run to convergence (tol 1e-10 or below).
"""

import json
import os
import warnings

import numpy as np
import scipy.optimize
import sklearn
from sklearn.covariance import LedoitWolf
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_selection import (
    SelectKBest, SelectPercentile, VarianceThreshold, f_classif, mutual_info_classif)
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC

warnings.filterwarnings("ignore")
random = np.random.default_rng(20)
ROWS, TESTS, FEATURES, CLASSES = 120, 30, 8, 4


def rounded(values):
    return np.round(values, 3)


centers = random.normal(size=(CLASSES, FEATURES))
mixing = random.normal(size=(FEATURES, FEATURES)) / 2 + np.eye(FEATURES)
y = np.concatenate([np.arange(CLASSES), random.choice(CLASSES, ROWS + TESTS - CLASSES, p=[0.4, 0.3, 0.2, 0.1])])
data = rounded((centers[y] + random.normal(size=(len(y), FEATURES)) * 1.3) @ mixing)
x, test, labels = data[:ROWS], data[ROWS:], y[:ROWS]
binary = labels >= 2
weights = np.round(random.uniform(0.2, 3, ROWS), 2)
targets = rounded(np.sin(x[:, 0]) + 0.5 * x[:, 1] + 0.2 * random.normal(size=ROWS))
# More columns than rows.
wide = rounded(random.normal(size=(24, 40)) + np.arange(24)[:, None] % 3 * random.normal(size=40) / 2)
wide_labels = np.arange(24) % 3
wide_test = rounded(random.normal(size=(6, 40)))
# A constant column, one with a large offset, one with few values, an exact multiple.
columns = np.column_stack([
    x[:, 0], np.full(ROWS, 0.1), 1e6 + x[:, 1], np.round(x[:, 2]), x[:, 3] * 1e-3, np.zeros(ROWS), 2 * x[:, 0],
    np.repeat([0.0, 1.0], ROWS // 2)])
# Many equal rows, so that distances tie.
coarse = np.round(x[:, :3])
coarse_test = np.round(test[:, :3])

cases = {}


def case(name, **values):
    cases[name] = {key: np.asarray(value, dtype=float).ravel().tolist() for key, value in values.items()}


def linear(name, model, inputs=None, probability=False, **fit):
    if not hasattr(model, "coef_"):
        model.fit(x if inputs is None else inputs[0], **fit)
    rows = test if inputs is None else inputs[1]
    values = dict(weight=model.coef_, bias=model.intercept_, decision=model.decision_function(rows),
                  predict=model.predict(rows))
    if probability:
        values["probability"] = model.predict_proba(rows)
    case(name, **values)


# Support vector machines
svm = dict(tol=1e-10, cache_size=200)


def svc(name, y=labels, sample_weight=None, **options):
    shaped = {}
    for shape in ["ovr", "ovo"]:
        model = SVC(**{**svm, **options}, decision_function_shape=shape).fit(x, y, sample_weight)
        shaped[shape] = model.decision_function(test)
    coefficients = np.abs(model.dual_coef_).sum()
    ties = SVC(**{**svm, **options}, break_ties=True).fit(x, y, sample_weight).predict(test)
    case(name, predict=model.predict(test), break_ties=ties, intercept=model.intercept_, sum=coefficients,
         support=model.n_support_, **shaped)


svc("svc_rbf")
svc("svc_rbf_default_tol", tol=1e-3)
svc("svc_rbf_C10", C=10, gamma=0.05)
svc("svc_rbf_C1000", C=1000, gamma="auto")
svc("svc_linear", kernel="linear", C=0.5)
svc("svc_poly", kernel="poly", degree=3, coef0=1, gamma=0.05)
svc("svc_sigmoid", kernel="sigmoid", coef0=0.1, gamma=0.01, C=2)
svc("svc_balanced", class_weight="balanced")
svc("svc_class_weight", class_weight={0: 1, 1: 2, 2: 0.5, 3: 4})
svc("svc_sample_weight", sample_weight=weights)
svc("svc_no_shrinking", shrinking=False, C=100)
svc("svc_two_classes", y=binary.astype(int), C=2)
probabilities = [SVC(probability=True, random_state=seed).fit(x, labels).predict_proba(test) for seed in range(20)]
case("svc_probability", mean=np.mean(probabilities, 0), sd=np.std(probabilities, 0))
probabilities = [SVC(probability=True, random_state=seed).fit(x, binary).predict_proba(test) for seed in range(20)]
case("svc_probability_two_classes", mean=np.mean(probabilities, 0), sd=np.std(probabilities, 0))


def platt(decisions, positive):
    high, low = (positive.sum() + 1) / (positive.sum() + 2), 1 / ((~positive).sum() + 2)
    t = np.where(positive, high, low)
    loss = lambda ab: np.sum(t * (ab[0] * decisions + ab[1]) + np.logaddexp(0, -(ab[0] * decisions + ab[1])))
    return scipy.optimize.minimize(loss, [0, 0], method="Nelder-Mead",
                                   options=dict(xatol=1e-11, fatol=1e-13, maxiter=10000, maxfev=10000)).x


decisions = rounded(random.normal(size=60) + np.where(np.arange(60) < 25, 0.8, -0.5))
case("platt", decisions=decisions, ab=platt(decisions, np.arange(60) < 25))


def coupled(pairs):
    k = len(pairs)
    q = np.diag([sum(pairs[j, i] ** 2 for j in range(k) if j != i) for i in range(k)]) - \
        np.where(np.eye(k), 0, pairs * pairs.T)
    system = np.block([[q, np.ones((k, 1))], [np.ones((1, k)), np.zeros((1, 1))]])
    return np.linalg.solve(system, np.append(np.zeros(k), 1))[:k]


upper = np.triu(random.uniform(0.1, 0.9, (5, 5)), 1)
pairs = upper + np.tril(1 - upper.T, -1)
case("coupling", pairs=pairs, probability=coupled(pairs))


def svr(name, sample_weight=None, **options):
    model = SVR(tol=1e-10, **options).fit(x, targets, sample_weight)
    case(name, predict=model.predict(test), intercept=model.intercept_, support=len(model.support_))


svr("svr_rbf")
svr("svr_linear", kernel="linear", C=0.3, epsilon=0.2)
svr("svr_sample_weight", sample_weight=weights, C=3, epsilon=0.05)


def linear_svc(name, y=labels, sample_weight=None, inputs=None, **options):
    rows = (x, test) if inputs is None else inputs
    model = LinearSVC(tol=1e-12, max_iter=10_000_000, dual=inputs is not None, **options)
    linear(name, model.fit(rows[0], y, sample_weight), rows)


linear_svc("linear_svc")
linear_svc("linear_svc_balanced", class_weight="balanced", C=0.1)
linear_svc("linear_svc_sample_weight", sample_weight=weights, intercept_scaling=5)
linear_svc("linear_svc_two_classes", y=binary.astype(int), class_weight={0: 2, 1: 1})
linear_svc("linear_svc_no_intercept", fit_intercept=False)
linear_svc("linear_svc_wide", y=wide_labels, inputs=(wide, wide_test))


# Linear models
def logistic(name, y=labels, sample_weight=None, inputs=None, solver="newton-cholesky", **options):
    rows = (x, test) if inputs is None else inputs
    model = LogisticRegression(solver=solver, tol=1e-12, max_iter=200_000, **options)
    linear(name, model.fit(rows[0], y, sample_weight), rows, probability=True)


logistic("logistic")
logistic("logistic_C0.1_balanced", C=0.1, class_weight="balanced")
logistic("logistic_sample_weight", sample_weight=weights)
logistic("logistic_balanced_sample_weight", sample_weight=weights, class_weight="balanced")
logistic("logistic_no_intercept", fit_intercept=False)
logistic("logistic_two_classes", y=binary.astype(int), C=3)
logistic("logistic_none_two_classes", y=binary.astype(int), C=np.inf)
logistic("logistic_wide", y=wide_labels, inputs=(wide, wide_test))
logistic("logistic_l1", solver="saga", l1_ratio=1, C=0.2)
logistic("logistic_elastic_net", solver="saga", l1_ratio=0.4, C=0.3)
logistic("logistic_l1_two_classes", y=binary.astype(int), solver="saga", l1_ratio=1, C=0.1)
for name, alpha, options in [("ridge_classifier", 1, {}), ("ridge_classifier_balanced", 10, dict(class_weight="balanced")),
                             ("ridge_classifier_no_intercept", 0.5, dict(fit_intercept=False))]:
    linear(name, RidgeClassifier(alpha=alpha, solver="cholesky", **options), y=labels)
linear("ridge_classifier_sample_weight", RidgeClassifier().fit(x, labels, weights))
linear("ridge_classifier_two_classes", RidgeClassifier().fit(x, binary.astype(int)))
linear("ridge_classifier_wide", RidgeClassifier().fit(wide, wide_labels), (wide, wide_test))
for name, model, fit in [("ridge", Ridge(), {}), ("ridge_sample_weight", Ridge(alpha=2), dict(sample_weight=weights)),
                         ("ridge_alpha0", Ridge(alpha=0), {}), ("ridge_no_intercept", Ridge(fit_intercept=False), {})]:
    model.fit(x, targets, **fit)
    case(name, weight=model.coef_, intercept=model.intercept_, predict=model.predict(test))

lda = LinearDiscriminantAnalysis
priors = [0.1, 0.2, 0.3, 0.4]
for name, options in [("lda_svd", {}), ("lda_svd_priors", dict(priors=priors)), ("lda_lsqr", dict(solver="lsqr")),
                      ("lda_lsqr_auto", dict(solver="lsqr", shrinkage="auto")),
                      ("lda_lsqr_0.3", dict(solver="lsqr", shrinkage=0.3, priors=priors)),
                      ("lda_eigen", dict(solver="eigen")), ("lda_eigen_auto", dict(solver="eigen", shrinkage="auto"))]:
    linear(name, lda(**options).fit(x, labels), probability=True)
linear("lda_two_classes", lda().fit(x, binary.astype(int)), probability=True)
linear("lda_wide", lda().fit(wide, wide_labels), (wide, wide_test), probability=True)
linear("lda_wide_auto", lda(solver="lsqr", shrinkage="auto").fit(wide, wide_labels), (wide, wide_test), probability=True)
doubled = np.column_stack([x, x[:, 0] * 2, np.full(ROWS, 3.0)])
doubled_test = np.column_stack([test, test[:, 0] * 2, np.full(TESTS, 3.0)])
linear("lda_collinear", lda().fit(doubled, labels), (doubled, doubled_test), probability=True)

# Naive Bayes and neighbors
for name, options, fit in [("bayes", {}, {}), ("bayes_priors", dict(priors=priors, var_smoothing=0.01), {}),
                           ("bayes_sample_weight", {}, dict(sample_weight=weights))]:
    model = GaussianNB(**options).fit(x, labels, **fit)
    case(name, theta=model.theta_, var=model.var_, log=model.predict_log_proba(test), probability=model.predict_proba(test))
for metric in ["euclidean", "manhattan", "cosine"]:
    for weighting in ["uniform", "distance"]:
        options = dict(n_neighbors=7, metric=metric, weights=weighting, algorithm="brute")
        classifier = KNeighborsClassifier(**options).fit(x, labels)
        regressor = KNeighborsRegressor(**options).fit(x, targets)
        case(f"neighbors_{metric}_{weighting}", probability=classifier.predict_proba(test),
             predict=classifier.predict(test), regression=regressor.predict(test))
# As many neighbors as there are within a distance that no row ties with are unambiguous even with equal rows.
model = KNeighborsClassifier(n_neighbors=ROWS, weights="distance", algorithm="kd_tree").fit(coarse, labels)
case("neighbors_zero_distance", probability=model.predict_proba(coarse_test))
model = KNeighborsClassifier(n_neighbors=2).fit(x, labels)
case("neighbors_vote_tie", predict=model.predict(test), probability=model.predict_proba(test))

# Steps
for name, model in [("standard", StandardScaler()), ("standard_no_mean", StandardScaler(with_mean=False)),
                    ("standard_no_std", StandardScaler(with_std=False)), ("minmax", MinMaxScaler()),
                    ("minmax_range_clip", MinMaxScaler((-1, 2), clip=True)), ("robust", RobustScaler()),
                    ("robust_options", RobustScaler(quantile_range=(10, 80), unit_variance=True)),
                    ("robust_no_scaling", RobustScaler(with_scaling=False))]:
    fitted = model.fit(columns[:90])
    case(name, result=fitted.transform(columns[85:95]))


def pca(name, rows, tests, **options):
    model = PCA(svd_solver="full", **options).fit(rows)
    case(name, result=model.transform(tests), components=model.components_, variance=model.explained_variance_,
         ratio=model.explained_variance_ratio_)


pca("pca_all", x, test)
pca("pca_3", x, test, n_components=3)
pca("pca_share", x, test, n_components=0.9)
pca("pca_whiten", x, test, n_components=4, whiten=True)
pca("pca_wide", wide, wide_test, n_components=20)
scores = f_classif(np.column_stack([x, columns[:, 2]]), labels)[0]
case("f_classif", scores=scores)
# Without ties, on which the estimate depends through random noise.
untied = np.column_stack([x[:, :3] + random.uniform(-5e-4, 5e-4, (ROWS, 3)), random.normal(size=ROWS)])
case("mutual_info", x=untied, scores=mutual_info_classif(untied, labels, random_state=0),
     five=mutual_info_classif(untied, labels, n_neighbors=5, random_state=0))
tied = np.column_stack([x[:, 0], x[:, 1], x[:, 0], x[:, 2], x[:, 1], x[:, 3]])
case("select_k", **{f"k{k}": np.flatnonzero(SelectKBest(k=k).fit(tied, labels).get_support()) for k in range(1, 7)})
case("select_percentile", **{
    f"p{p}": np.flatnonzero(SelectPercentile(percentile=p).fit(tied, labels).get_support()) for p in [20, 35, 50, 70, 100]})
case("variance_threshold", **{
    f"t{t}": np.flatnonzero(VarianceThreshold(t).fit(columns).get_support()) for t in [0, 0.2, 1.5]})
standardized = (x - x.mean(0)) / x.std(0)
case("ledoit_wolf", covariance=LedoitWolf().fit(standardized).covariance_)

# Linear algebra
symmetric = rounded(random.normal(size=(12, 12)))
symmetric = symmetric + symmetric.T
tall = rounded(random.normal(size=(15, 6)) @ np.diag([100, 10, 1, 0.1, 0.01, 0.003]) @ random.normal(size=(6, 6)))
case("algebra", symmetric=symmetric, eigenvalues=np.linalg.eigvalsh(symmetric)[::-1], tall=tall,
     singular=np.linalg.svd(tall)[1])

result = dict(
    versions=dict(sklearn=sklearn.__version__, numpy=np.__version__), x=x.tolist(), test=test.tolist(),
    labels=labels.tolist(), weights=weights.tolist(), targets=targets.tolist(), wide=wide.tolist(),
    wide_labels=wide_labels.tolist(), wide_test=wide_test.tolist(), columns=columns.tolist(), coarse=coarse.tolist(),
    coarse_test=coarse_test.tolist(), cases=cases)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models.json")
with open(path, "w") as file:
    json.dump(result, file, separators=(",", ":"), allow_nan=False)
print(len(cases), "cases,", os.path.getsize(path), "bytes")
