"""Reads the model of a run, and its checkpoints if it has any, with the Python package safetensors.

usage: check_safetensors.py RUN_FOLDER

Requires `pip install safetensors numpy`. Exits with status 1 if a file cannot be read or contains values that are not finite.
"""

import json
import pathlib
import sys

import numpy as np
from safetensors import safe_open


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    files = [folder / "model.safetensors", *sorted(folder.glob("state/*.safetensors"))]
    problems, tensors, numbers = [], 0, 0
    for path in files:
        try:
            with safe_open(str(path), "numpy") as file:
                metadata = file.metadata() or {}
                for name in file.keys():
                    tensor = file.get_tensor(name)
                    tensors += 1
                    numbers += tensor.size
                    if not np.isfinite(tensor).all():
                        problems.append(f"{path}: {name} has numbers that are not finite")
        except Exception as error:
            problems.append(f"{path}: {error}")
            continue
        if path.name == "model.safetensors":
            # Everything that prediction needs is in the file.
            missing = {"classes", "features", "model"} - set(metadata)
            if missing:
                problems.append(f"{path}: its metadata have no {', '.join(sorted(missing))}")
            else:
                json.loads(metadata["model"])
    for problem in problems:
        print(problem)
    print(f"{len(files)} files, {tensors} tensors, {numbers} numbers: {len(problems)} problems")
    sys.exit(1 if problems or not tensors else 0)


main()
