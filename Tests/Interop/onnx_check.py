"""Runs exported ONNX files in ONNX Runtime and compares their outputs with those of the library for the same inputs. See
README.md next to this file."""

import argparse
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from safetensors import safe_open

TOLERANCE = 1e-5


def load(path):
    with safe_open(str(path), "numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}


def differences(session, path):
    """The difference of each output of a run, and the model's label. Absolute for probabilities and weights of attention,
    which are at most 1; else in parts of the largest number."""
    tensors, metadata = load(path)
    known = {value.name for value in session.get_inputs()}
    inputs = tensors["features"]
    # Without lengths all steps count, as those of whole sequences.
    tensors.setdefault("lengths", np.full(inputs.shape[:1], inputs.shape[1], np.int64))
    feeds = {name: tensors[name] for name in ("features", "lengths") if name in known}
    names = [value.name for value in session.get_outputs()]
    wanted = [name for name in ("output", "probabilities", "attention") if name in tensors]
    missing = [name for name in wanted if name not in names]
    if missing:
        raise ValueError(f"the file has the outputs {names}, not {missing}")
    found = session.run(wanted, feeds)
    result = {}
    for name, actual in zip(wanted, found):
        expected = tensors[name]
        if actual.shape != expected.shape:
            raise ValueError(f"{name} has the shape {actual.shape}, expected {expected.shape}")
        if name != "attention" and "output_lengths" in tensors:
            # Only valid steps have to be the same.
            steps = np.arange(expected.shape[1])[None, :] < tensors["output_lengths"][:, None]
            actual, expected = actual[steps], expected[steps]
        if not np.isfinite(expected).all():
            # A sequence without steps may have no result; the others have to be right.
            rows = np.isfinite(expected.reshape(len(expected), -1)).all(axis=1)
            actual, expected = actual[rows], expected[rows]
        if expected.size == 0:
            continue
        if not np.isfinite(actual).all():
            raise ValueError(f"{name} has values that are not finite")
        scale = np.abs(expected).max() if name == "output" else 1.0
        result[name] = float(np.abs(actual.astype(np.float64) - expected).max() / max(scale, 1e-30))
    return result, metadata.get("label", "")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path, help="folder of the files (ONNX_FILES)")
    parser.add_argument("--verbose", action="store_true", help="print a line for every file")
    arguments = parser.parse_args()

    worst, failures, runs = {}, [], 0
    files = sorted(arguments.folder.glob("*.onnx"))
    for file in files:
        try:
            onnx.checker.check_model(str(file), full_check=True)
            session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        except Exception as error:
            failures.append(f"{file.name}: {error}")
            continue
        paths = sorted(arguments.folder.glob(f"{file.stem}.[0-9].safetensors"))
        if not paths:
            failures.append(f"{file.name}: no inputs to run it with")
        for path in paths:
            try:
                found, label = differences(session, path)
            except Exception as error:
                failures.append(f"{path.name}: {error}")
                continue
            runs += 1
            kind = file.stem.removesuffix("-any")
            kind = kind.split("-", 1)[1] if kind[:3].isdigit() else kind
            for name, difference in found.items():
                worst[kind, name] = max(worst.get((kind, name), 0.0), difference)
                if arguments.verbose:
                    print(f"{difference:9.2e}  {path.name}  {name}  {label}")
                if not difference <= TOLERANCE:
                    failures.append(f"{path.name}: {name} differs by {difference:.2e}  {label}")
    for (kind, name), difference in sorted(worst.items(), key=lambda item: -item[1]):
        print(f"{difference:9.2e}  {kind}  {name}")
    print(f"{len(files)} files, {runs} runs, {len(failures)} failures")
    for failure in failures:
        print("FAILED", failure)
    return 1 if failures or not files else 0


if __name__ == "__main__":
    sys.exit(main())
