"""Times scikit-learn's SVC and other models on the data of the Swift benchmark in
Tests/ClassicalTests/SupportVectors/SVMBenchmark.swift.

    python Benchmarks/classical_svm.py data FOLDER [ROWS FEATURES CLASSES]     writes the data
    python Benchmarks/classical_svm.py time FOLDER                             prints median times in milliseconds
    SVM_BENCHMARK=FOLDER swift test -c release --disable-xctest --filter SVMBenchmark

By default, the data are 1962 rows of 80 features and 8 overlapping classes, standardized. Run both programs alternately on
an idle machine and compare medians. libsvm uses one thread; set OPENBLAS_NUM_THREADS and OMP_NUM_THREADS for the others.
"""

import sys
import time

import numpy as np


def data(folder, rows=1962, features=80, classes=8):
    rows, features, classes = int(rows), int(features), int(classes)
    random = np.random.default_rng(7)
    y = np.arange(rows) % classes
    x = random.normal(size=(classes, features))[y] * 0.35 + random.normal(size=(rows, features))
    x = ((x - x.mean(0)) / x.std(0)).astype(np.float32)
    np.save(f"{folder}/svm_x.npy", x)
    np.save(f"{folder}/svm_y.npy", y.astype(np.int32))


def measure(folder):
    from sklearn.decomposition import PCA
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.linear_model import LogisticRegression, RidgeClassifier
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.svm import SVC, LinearSVC

    x = np.load(f"{folder}/svm_x.npy").astype(np.float64)
    y = np.load(f"{folder}/svm_y.npy")

    def median(name, run):
        times = []
        while len(times) < 7 and sum(times) < 20:
            start = time.perf_counter()
            result = run()
            times.append(time.perf_counter() - start)
        print(f"scikit-learn {name}: {np.median(times) * 1e3:.1f} ms", flush=True)
        return result

    model = median("SVC fit", lambda: SVC(C=10).fit(x, y))
    decisions = median("SVC decision function", lambda: model.decision_function(x))
    print(f"support vectors {model.n_support_.sum()}, steps {model.n_iter_.sum()}, sum of decisions {decisions.sum()}")
    median("LogisticRegression", lambda: LogisticRegression().fit(x, y))
    median("LinearSVC", lambda: LinearSVC().fit(x, y))
    median("RidgeClassifier", lambda: RidgeClassifier().fit(x, y))
    median("LDA svd", lambda: LinearDiscriminantAnalysis().fit(x, y))
    median("LDA lsqr auto", lambda: LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(x, y))
    median("PCA", lambda: PCA(svd_solver="full").fit(x))
    neighbors = KNeighborsClassifier(algorithm="brute").fit(x, y)
    median("KNeighbors", lambda: neighbors.predict_proba(x))


{"data": data, "time": measure}[sys.argv[1]](*sys.argv[2:])
