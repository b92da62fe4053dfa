"""Times scikit-learn's SVC on the data of the Swift benchmark in Tests/ClassicalTests/SupportVectors/SVMBenchmark.swift.

    python Benchmarks/classical_svm.py data FOLDER     writes the data
    python Benchmarks/classical_svm.py time FOLDER     prints the median times of fit and decision function

The data are 1962 rows of 80 features and 8 overlapping classes, standardized. Run both programs in turn on a quiet
machine and compare medians. libsvm uses one thread.
"""

import sys
import time

import numpy as np


def data(folder):
    random = np.random.default_rng(7)
    rows, features, classes = 1962, 80, 8
    y = np.arange(rows) % classes
    x = random.normal(size=(classes, features))[y] * 0.35 + random.normal(size=(rows, features))
    x = ((x - x.mean(0)) / x.std(0)).astype(np.float32)
    np.save(f"{folder}/svm_x.npy", x)
    np.save(f"{folder}/svm_y.npy", y.astype(np.int32))


def measure(folder, repeats=7):
    from sklearn.svm import SVC

    x = np.load(f"{folder}/svm_x.npy").astype(np.float64)
    y = np.load(f"{folder}/svm_y.npy")
    fits, decisions = [], []
    for _ in range(repeats):
        start = time.perf_counter()
        model = SVC(C=10).fit(x, y)
        middle = time.perf_counter()
        values = model.decision_function(x)
        end = time.perf_counter()
        fits.append(middle - start)
        decisions.append(end - middle)
    print(f"scikit-learn fit {np.median(fits) * 1e3:.1f} ms, decision function {np.median(decisions) * 1e3:.1f} ms, "
          f"support vectors {model.n_support_.sum()}, steps {model.n_iter_.sum()}, "
          f"training accuracy {np.mean(model.predict(x) == y):.4f}, sum of decisions {values.sum():.6f}")


{"data": data, "time": measure}[sys.argv[1]](sys.argv[2])
