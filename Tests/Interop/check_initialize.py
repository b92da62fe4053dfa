"""Fine-tunes torchvision's EfficientNet-B3 with this package and with PyTorch, from the same weights.

usage: check_initialize.py TRAIN_PROGRAM [VARIANT]

Compares the predictions of the initialized model, and losses and predictions of ten steps of training: all weights, and
with frozen features for the first five steps. Fails above 1e-3. Then checks that Experiments/recipe-c-pretrained.json
takes all weights of a file like torchvision's except the last layer. The weights are random, and the training set has 12
images, so the rate is small: at 1e-3, PyTorch's own trajectories in float and double differ by 0.03 after five steps.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import wave

import numpy as np
import torch
from safetensors.torch import save_file
from torchvision import models

SIDE, CLASSES, TRAINING, TEST, STEPS, LIMIT = 64, 4, 12, 8, 10, 1e-3


def network(variant, classes):
    torch.manual_seed(1)
    build = getattr(models, f"efficientnet_{variant}")
    return build(weights=None, num_classes=classes, dropout=0, stochastic_depth_prob=0)


def calibrated(variant, images):
    """A network with 1000 classes whose running statistics fit the images."""
    net = network(variant, 1000)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None  # the mean over all batches
    net.train()
    with torch.no_grad():
        for _ in range(2):
            net(images)
    return net


def write_corpus(folder, images, labels, names):
    np.save(folder / "images.npy", images.reshape(len(images), -1).astype(np.float32))
    with open(folder / "images.csv", "w", newline="") as file:
        csv.writer(file).writerows([["path"], *([name] for name in names)])
    with open(folder / "clips.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "label", "speaker"])
        for index, (name, label) in enumerate(zip(names, labels)):
            rows.writerow([name, f"class{label}", "train" if index < TRAINING else "test"])
    for index, name in enumerate(names):
        with wave.open(str(folder / name), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes((np.arange(800) * (index + 3) % 251).astype("<i2").tobytes())


def experiment(folder, variant, name, rate, epochs, freeze):
    return {
        "name": name,
        "data": {"source": {"type": "manifest", "file": str(folder / "clips.csv")}},
        "split": {"type": "listed", "by": "speaker", "test": ["test"]},
        "features": {"sample_rate": 8000, "layout": {"type": "table", "file": str(folder / "images.npy")}},
        "model": [
            {"type": "reshape", "shape": [SIDE, SIDE, 3]},
            {"type": "efficientnet", "variant": variant, "classes": CLASSES, "dropout": 0, "drop_path": 0},
        ],
        "initialize": {"from": str(folder / "source.safetensors"), "format": "torchvision"},
        "freeze": freeze,
        "optimizer": {"type": "sgd", "learning_rate": rate, "momentum": 0.9, "defaults": "pytorch"},
        "training": {"batch_size": TRAINING, "epochs": epochs, "selection": {"weights": "last"}},
        "evaluation": {"resamples": 10},
    }


def ours(program, folder, config):
    file = folder / (config["name"] + ".json")
    file.write_text(json.dumps(config))
    subprocess.run(
        [program, "run", str(file), "--runs", str(folder / "runs"), "--no-cache", "--quiet"],
        check=True, stdout=subprocess.DEVNULL)
    run = folder / "runs" / config["name"]
    losses = [json.loads(line)["train_loss"] for line in (run / "metrics.jsonl").read_text().splitlines()]
    rows = {pathlib.Path(row["file"]).stem: row for row in csv.DictReader(open(run / "predictions.csv"))}
    names = [f"class{index}" for index in range(CLASSES)]
    return losses, np.array([[float(rows[f"test{i}"][name]) for name in names] for i in range(TEST)])


def theirs(net, images, labels, rate, steps, frozen_steps):
    optimizer = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9)
    losses = []
    for step in range(steps):
        net.train()
        frozen = step < frozen_steps
        net.features.train(not frozen)
        net.features.requires_grad_(not frozen)
        optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(net(images[:TRAINING]), labels[:TRAINING])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    net.eval()
    with torch.no_grad():
        return losses, torch.softmax(net(images[TRAINING:]), 1).numpy()


def check_config(program, folder):
    """Whether the config of recipe C loads a file with the names and shapes of torchvision's IMAGENET1K_V1 weights."""
    state = {key: value.contiguous() for key, value in network("b3", 1000).state_dict().items()}
    file = folder / "b3.safetensors"
    save_file(state, file)
    config = pathlib.Path(__file__).parents[2] / "Experiments/recipe-c-pretrained.json"
    output = subprocess.run(
        [program, "check", str(config)], check=True, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "RAVDESS": "/nowhere", "EFFICIENTNET_B3": str(file)}).stdout
    count = sum(not key.endswith("num_batches_tracked") for key in state)
    line = next((line for line in output.splitlines() if line.startswith("initialized ")), "no weights loaded")
    good = line.startswith(f"initialized {count - 2} of {count} weights") and "classifier.1" in line
    print(f"{config.name}: {line}: {'ok' if good else 'FAILED'}")
    return good


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    variant = sys.argv[2] if len(sys.argv) > 2 else "b3"
    rng = np.random.default_rng(1)
    count = TRAINING + TEST
    labels = np.arange(count) % CLASSES
    images = rng.normal(size=(count, SIDE, SIDE, 3)) + labels[:, None, None, None] * rng.normal(size=(1, SIDE, SIDE, 3))
    images = images.astype(np.float32)
    tensor = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    source = calibrated(variant, tensor)
    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        names = [f"train{i}.wav" if i < TRAINING else f"test{i - TRAINING}.wav" for i in range(count)]
        write_corpus(folder, images, labels, names)
        state = {key: value.contiguous() for key, value in source.state_dict().items()}
        save_file(state, folder / "source.safetensors")
        features = [{"parameters": "1.features.*"}]
        cases = [
            ("predictions", 0.0, 1, features, 1),
            ("all", 1e-5, STEPS, [], 0),
            ("unfreezing", 1e-5, STEPS, [dict(features[0], until_epoch=STEPS // 2)], STEPS // 2),
        ]
        # The head is new: both sides start from the same one, a copy of the first classes.
        state["classifier.1.weight"] = state["classifier.1.weight"][:CLASSES].clone()
        state["classifier.1.bias"] = state["classifier.1.bias"][:CLASSES].clone()
        save_file(state, folder / "source.safetensors")
        for case, rate, steps, freeze, frozen in cases:
            losses, predictions = ours(program, folder, experiment(folder, variant, case, rate, steps, freeze))
            net = network(variant, CLASSES)
            net.load_state_dict(state)
            expected, probabilities = theirs(net, tensor, torch.from_numpy(labels), rate, steps, frozen)
            of_losses = max(abs(a - b) for a, b in zip(losses, expected))
            of_outputs = float(np.abs(predictions - probabilities).max())
            good = len(losses) == steps and of_losses < LIMIT and of_outputs < LIMIT
            failed |= not good
            print(
                f"{case:12} largest difference of {steps} losses {of_losses:.1e} (from {expected[0]:.4f} to "
                f"{expected[-1]:.4f}), of {TEST} predictions {of_outputs:.1e}: {'ok' if good else 'FAILED'}")
        failed |= not check_config(program, folder)
    sys.exit(failed)


if __name__ == "__main__":
    main()
