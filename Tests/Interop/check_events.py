"""Reads the TensorBoard events of a run with TensorBoard's own readers and compares them with metrics.jsonl.

usage: check_events.py RUN_FOLDER

Requires `pip install tensorboard numpy`. Exits with status 1 and lists the differences, if any. Use a run that was
stopped and resumed: each epoch must appear exactly once.
"""

import json
import pathlib
import sys

import numpy as np
from tensorboard.backend.event_processing import plugin_event_accumulator
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util


def tag(name):
    for part in ("train", "validation", "test"):
        if name.startswith(part + "_"):
            return name[len(part) + 1 :] + "/" + part
    return name


def expected(folder):
    curves = {}
    for line in (folder / "metrics.jsonl").read_text().splitlines():
        metrics = json.loads(line)
        epoch = metrics.pop("epoch")
        for name, value in metrics.items():
            value = np.float32(np.nan if value is None else value)
            curves.setdefault(tag(name), []).append((epoch, value))
    return curves


def by_scripts(folder):
    """The reader that scripts use."""
    reader = EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
    return {
        name: [(event.step, np.float32(event.value)) for event in reader.Scalars(name)]
        for name in reader.Tags()["scalars"]
    }


def by_pages(folder):
    """The reader behind TensorBoard's pages."""
    reader = plugin_event_accumulator.EventAccumulator(str(folder), size_guidance={"tensors": 0}).Reload()
    return {
        name: [(event.step, tensor_util.make_ndarray(event.tensor_proto)) for event in reader.Tensors(name)]
        for name in reader.Tags()["tensors"]
    }


def differences(found, wanted):
    for name in sorted(set(found) | set(wanted)):
        steps = [step for step, _ in found.get(name, [])]
        wanted_steps = [step for step, _ in wanted.get(name, [])]
        if steps != wanted_steps:
            yield f"{name}: found steps {steps}, wanted {wanted_steps}"
            continue
        for (step, value), (_, number) in zip(found[name], wanted[name]):
            # JSON has null for infinity too.
            same = not np.isfinite(value) if np.isnan(number) else value == number
            if not same:
                yield f"{name}: step {step}: found {value}, wanted {number}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    wanted = expected(folder)
    problems = [
        f"{reader.__name__}: {problem}"
        for reader in (by_scripts, by_pages)
        for problem in differences(reader(folder), wanted)
    ]
    for problem in problems:
        print(problem)
    files = len(list(folder.glob("events.out.tfevents.*")))
    points = sum(len(curve) for curve in wanted.values())
    print(f"{files} event files, {len(wanted)} curves, {points} points: {len(problems)} differences")
    sys.exit(1 if problems or not points else 0)


main()
