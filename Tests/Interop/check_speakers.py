"""Compares speaker encoders with weights of SpeechBrain's names with PyTorch.

usage: check_speakers.py TRAIN_PROGRAM

Creates an x-vector network and an ECAPA-TDNN of the usual sizes with random weights, in the form of SpeechBrain's state_dicts, loads
them by `initialize`, and compares the embeddings of recordings of different lengths by `Train features --layer` with PyTorch. Exits
with status 1 if an embedding differs by more than 1e-4, relative to its largest value. Requires `pip install numpy torch
safetensors soundfile`.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import soundfile
import torch
from safetensors.torch import save_file

sys.path.append(str(pathlib.Path(__file__).parents[1] / "EncodersTests/Fixtures"))
from make_speakers import ECAPA, Xvector, randomize  # noqa: E402

TOLERANCE = 1e-4
MELS = 24
CASES = {"x_vector": (Xvector, {}), "ecapa_tdnn": (ECAPA, {"channels": 512})}


def check(name, program, folder):
    kind, options = CASES[name]
    torch.manual_seed(1)
    model = kind(MELS, **options).eval()
    randomize(model)
    weights = {key: value for key, value in model.state_dict().items() if "num_batches" not in key}
    save_file(weights, folder / "weights.safetensors")
    random = np.random.default_rng(2)
    for index in range(6):
        place = folder / "corpus" / "ab"[index % 2]
        place.mkdir(parents=True, exist_ok=True)
        noise = np.convolve(random.normal(0, 0.1, 8000 + 3000 * index), np.ones(index + 2) / (index + 2), "same")
        soundfile.write(place / f"{index}.wav", noise.astype(np.float32), 16000, subtype="FLOAT")
    mel = dict(type="mel", n_mels=MELS, n_fft=512, hop_length=160)
    config = dict(
        name="a", data=dict(source=dict(type="folders", folder=str(folder / "corpus"))),
        split=dict(type="random", test=0.34),
        features=dict(sample_rate=16000, layout=dict(type="sequence", features=[mel], frames=200)),
        model=[dict(type=name, **options), dict(type="dense", units="classes")],
        initialize={"from": str(folder / "weights.safetensors"), "format": "pytorch", "include": ["0.*"], "rename": {"*": "0.*"}},
        freeze=[dict(parameters="0.*")], training=dict(epochs=1, selection=dict(weights="last")))
    (folder / "a.json").write_text(json.dumps(config))

    def train(*words):
        subprocess.run([program, *map(str, words)], check=True, stdout=subprocess.DEVNULL)

    train("run", folder / "a.json", "--runs", folder / "runs", "--no-cache", "--quiet")
    files = sorted((folder / "corpus").glob("*/*.wav"))
    run = folder / "runs/a"
    train("features", *files, "--model", run, "--out", folder / "mel.npy")
    train("features", *files, "--model", run, "--layer", "0", "--out", folder / "embeddings.npy")
    features, found = np.load(folder / "mel.npy"), np.load(folder / "embeddings.npy")
    worst = 0
    for row, length in enumerate(np.load(folder / "mel.lengths.npy")):
        with torch.no_grad():
            expected = model(torch.tensor(features[row, :length]).T[None])[0].numpy()
        worst = max(worst, np.abs(found[row] - expected).max() / np.abs(expected).max())
    print(f"{name:12} {len(files)} recordings, largest relative error {worst:.1e}", flush=True)
    return worst <= TOLERANCE


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    passed = []
    for name in CASES:
        with tempfile.TemporaryDirectory() as folder:
            passed.append(check(name, sys.argv[1], pathlib.Path(folder)))
    sys.exit(0 if all(passed) else 1)


main()
