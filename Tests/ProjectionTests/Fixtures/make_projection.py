"""Makes projection.safetensors with results of scikit-learn and umap-learn. Run it in this folder."""

import json
import struct
import warnings

import numpy as np
import umap
from scipy.sparse import csr_array
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities, _joint_probabilities_nn
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors
from scipy.spatial.distance import squareform
from umap.umap_ import find_ab_params, fuzzy_simplicial_set

warnings.filterwarnings("ignore")
x = load_digits().data[:600].astype(np.float64)
# With noise, because digits have many equal distances, which libraries order differently.
small = (x[:100] + np.random.RandomState(0).rand(100, 64) / 4).astype(np.float32)
out = {"digits": x.astype(np.uint8), "small": small}
small = small.astype(np.float64)


def nn_probabilities(data, perplexity, metric):
    count = min(len(data) - 1, int(3 * perplexity + 1))
    graph = NearestNeighbors(n_neighbors=count, metric=metric).fit(data).kneighbors_graph(mode="distance")
    graph.data **= 2
    return _joint_probabilities_nn(graph, perplexity, 0).toarray()


out["p.nn"] = nn_probabilities(small, 12.0, "euclidean").astype(np.float32)
out["p.cosine"] = nn_probabilities(small, 12.0, "cosine").astype(np.float32)
squared = pairwise_distances(small, squared=True)
out["p.exact"] = squareform(_joint_probabilities(squared.astype(np.float32), 30.0, 0)).astype(np.float32)

pca = PCA(n_components=2, svd_solver="full").fit_transform(x)
out["pca"] = pca.astype(np.float32)
out["trust.pca"] = np.float32(
    [trustworthiness(x, pca, n_neighbors=k, metric=m) for m in ("euclidean", "cosine") for k in (5, 12)]
)

trust, divergence = [], []
for metric in ("euclidean", "cosine"):
    model = TSNE(init="pca", random_state=0, metric=metric)
    trust.append(trustworthiness(x, model.fit_transform(x), n_neighbors=12, metric=metric))
    divergence.append(model.kl_divergence_)
model = TSNE(init="pca", random_state=0, method="exact")
trust.append(trustworthiness(x, model.fit_transform(x), n_neighbors=12))
divergence.append(model.kl_divergence_)
out["tsne.trust"] = np.float32(trust)
out["tsne.kl"] = np.float32(divergence)

out["umap.trust"] = np.float32(
    [
        np.mean(
            [
                trustworthiness(
                    x, umap.UMAP(metric=m, random_state=s).fit_transform(x), n_neighbors=12, metric=m
                )
                for s in range(3)
            ]
        )
        for m in ("euclidean", "cosine")
    ]
)


def fuzzy(data, **options):
    return fuzzy_simplicial_set(data, random_state=np.random.RandomState(0), **options)[0].toarray()


out["fuzzy.digits"] = fuzzy(small, n_neighbors=15, metric="euclidean").astype(np.float32)
# With a connectivity that is not a whole number.
out["fuzzy.mixed"] = fuzzy(
    small, n_neighbors=6, metric="euclidean", local_connectivity=1.5, set_op_mix_ratio=0.4
).astype(np.float32)
# Each row: spread, min_dist, a, b.
out["curves"] = np.float32(
    [[s, d, *find_ab_params(s, d)] for s, d in ((1, 0.1), (1, 0), (1, 0.5), (2, 0.25), (0.5, 0.5))]
)

print({name: np.round(a, 4) for name, a in out.items() if a.size < 30})
names = {"float32": "F32", "uint8": "U8"}
header, at = {}, 0
for name, array in out.items():
    header[name] = {
        "dtype": names[str(array.dtype)],
        "shape": list(array.shape),
        "data_offsets": [at, at + array.nbytes],
    }
    at += array.nbytes
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open("projection.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + b"".join(a.tobytes() for a in out.values()))
