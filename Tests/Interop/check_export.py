"""Exports the model of a run to ONNX and compares the predictions of ONNX Runtime for some recordings with those of `Train predict`.

usage: check_export.py RUN_FOLDER TRAIN_PROGRAM

Requires `pip install numpy onnx onnxruntime`. Recordings that are longer than the model's input are truncated (`--truncate`).
Exits with status 1 if a probability differs by more than 1e-5.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import wave

import numpy as np
import onnx
import onnxruntime

TOLERANCE = 1e-5
SOUNDS = 6


def write_sounds(folder):
    """Writes gliding tones with overtones and some noise; some are so short that their features are padded."""
    random = np.random.default_rng(1)
    for number in range(SOUNDS):
        time = np.arange(int(16000 * random.uniform(1, 9))) / 16000
        pitch = random.uniform(90, 300) * (1 + 0.2 * np.sin(random.uniform(1, 9) * time))
        phase = 2 * np.pi * np.cumsum(pitch) / 16000
        sound = sum(np.sin(k * phase) / k for k in range(1, 9)) + random.normal(0, 0.02, time.size)
        with wave.open(str(folder / f"{number}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16000)
            file.writeframes((sound / np.abs(sound).max() * 30000).astype("<i2").tobytes())


def target_values(found, targets):
    """The values of regressions, and the probabilities of other targets, in the order of the outputs."""
    values = []
    for target in targets:
        own = found[target["name"]]
        if target["kind"] == "regression":
            values.append(own["value"] if isinstance(own, dict) else own)
        else:
            values += [own["probabilities"][name] for name in target["classes"]]
    return values


def interpreted(outputs, targets):
    """The same values from the outputs of the exported model."""
    values, start = [], 0
    for target in targets:
        kind, classes = target["kind"], target.get("classes", [])
        count = 1 if kind == "regression" else len(classes) - (kind == "ordinal")
        own = outputs[:, start:start + count].astype(float)
        start += count
        if kind == "regression":
            values.append(target.get("offset", 0) + target.get("scale", 1) * own)
        elif kind == "classification":
            powers = np.exp(own - own.max(axis=1, keepdims=True))
            values.append(powers / powers.sum(axis=1, keepdims=True))
        elif kind == "multi_label":
            values.append(1 / (1 + np.exp(-own)))
        else:
            higher = np.minimum.accumulate(1 / (1 + np.exp(-own)), axis=1)
            ends = [np.ones((len(own), 1)), higher, np.zeros((len(own), 1))]
            values.append(-np.diff(np.concatenate(ends, axis=1), axis=1))
    return np.concatenate(values, axis=1)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    run, program = pathlib.Path(sys.argv[1]), sys.argv[2]

    def train(*words):
        return subprocess.run([program, *map(str, words)], check=True, capture_output=True, text=True).stdout

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_sounds(folder)
        files = sorted(folder.glob("*.wav"))
        train("export", run, "--out", folder / "export")
        card = json.loads((folder / "export/model.json").read_text())
        train("features", *files, "--model", run, "--out", folder / "features.npy")
        words = ["predict", *files, "--model", run, "--tta", "[]", "--format", "json", "--no-cache"]
        try:
            lines = train(*words, "--truncate").splitlines()
        except subprocess.CalledProcessError as error:
            if error.returncode != 64:  # a model that takes recordings of any length has nothing to truncate
                raise
            lines = train(*words).splitlines()
        predictions = [json.loads(line) for line in lines]
        targets = card.get("targets")
        if targets:
            wanted = np.array([target_values(line["targets"], targets) for line in predictions])
        else:
            wanted = np.array([[line["probabilities"][name] for name in card["classes"]] for line in predictions])

        path = str(folder / "export/model.onnx")
        onnx.checker.check_model(path, full_check=True)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        inputs = {"features": np.load(folder / "features.npy")}
        if any(port.name == "lengths" for port in session.get_inputs()):
            inputs["lengths"] = np.load(folder / "features.lengths.npy")
        (found,) = session.run(["output" if targets else "probabilities"], inputs)
        if targets:
            found = interpreted(found, targets)
    difference = float(np.abs(found - wanted).max())
    print(f"{len(files)} recordings, {found.shape[1]} outputs: largest difference {difference:.1e}")
    sys.exit(0 if difference <= TOLERANCE else 1)


main()
