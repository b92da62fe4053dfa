"""Compares the fine-tuning of pretrained speech encoders with transformers and PyTorch.

usage: check_finetuning.py TRAIN_PROGRAM [ARCHITECTURE ...]

Creates a small encoder of each architecture with random weights and trains it with a classifier for ten steps, by `Train run`
on a corpus of noise and by PyTorch with AdamW; dropout is off, and the convolutions at the start are frozen. Encoders with
an attention mask get recordings of different lengths. Then compares the exported model in ONNX Runtime with `Train predict`, by
`check_export.py`. Exits with status 1 if a loss differs by more than 1e-3, relative to the reference, or a probability by more
than 1e-5. Requires `pip install numpy torch transformers safetensors soundfile onnx onnxruntime`.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import soundfile
import torch
from check_encoders import CASES, build, randomize, transformers

TOLERANCE = 1e-3
STEPS = 10
SAMPLES = 16000
NO_DROPOUT = ["hidden_dropout", "attention_dropout", "activation_dropout", "feat_proj_dropout", "layerdrop"]
OPTIMIZER = dict(type="adamw", defaults="pytorch", learning_rate=5e-4, weight_decay=0.01)


def write_corpus(folder, masked):
    """Writes six recordings of noise in three classes."""
    random = np.random.default_rng(2)
    for index in range(6):
        place = folder / "corpus" / "abc"[index % 3]
        place.mkdir(parents=True, exist_ok=True)
        count = SAMPLES - 1500 * index if masked else SAMPLES
        noise = np.convolve(random.normal(0, 0.1, count), np.ones(index + 2) / (index + 2), "same")
        soundfile.write(place / f"{index}.wav", noise.astype(np.float32), 16000, subtype="FLOAT")


def run(program, folder):
    """Trains with `Train run`. Returns the losses, and the training clips in any order."""
    encoder = dict(type="encoder", weights=str(folder / "encoder")) | {key: 0 for key in NO_DROPOUT}
    waveform = dict(type="sequence", features=[dict(type="waveform")], frames=SAMPLES)
    config = dict(
        name="a", data=dict(source=dict(type="folders", folder=str(folder / "corpus"))),
        split=dict(type="random", test=0.34), features=dict(sample_rate=16000, layout=waveform),
        model=[encoder, dict(type="global_pool"), dict(type="dense", units="classes", kernel_initializer="zeros")],
        optimizer=OPTIMIZER,
        training=dict(batch_size=64, epochs=STEPS, selection=dict(weights="last")))
    (folder / "a.json").write_text(json.dumps(config))
    subprocess.run(
        [program, "run", folder / "a.json", "--runs", folder / "runs", "--no-cache", "--quiet"], check=True,
        stdout=subprocess.DEVNULL)
    lines = (folder / "runs/a/metrics.jsonl").read_text().splitlines()
    split = json.loads((folder / "runs/a/split.json").read_text())
    clips = (split["splits"][0] if "splits" in split else split)["train"]
    return [json.loads(line)["train_loss"] for line in lines], clips


def reference(model, masked, folder, clips):
    """Trains with PyTorch on a batch of the same clips. Returns the losses."""
    waves, labels = [], []
    for path in sorted((folder / "corpus").glob("*/*.wav")):
        name = f"{path.parent.name}/{path.name}"
        if name in clips or path.stem in clips or name[:-4] in clips:
            waves.append(soundfile.read(path, dtype="float32")[0])
            labels.append("abc".index(path.parent.name))
    assert len(waves) == len(clips), clips
    classes = sorted(set(labels) | {0, 1, 2})
    whisper = model.config.model_type == "whisper"
    lengths = [len(wave) for wave in waves]
    mask = None
    if whisper:
        extractor = transformers.WhisperFeatureExtractor(feature_size=model.config.num_mel_bins)
        inputs = extractor(waves, sampling_rate=16000, return_tensors="pt").input_features
        model = model.encoder
        frozen = [model.conv1, model.conv2, model.embed_positions]
        steps = torch.tensor([-(-length // 320) for length in lengths])
    else:
        inputs = torch.zeros(len(waves), max(lengths))
        for row, wave in enumerate(waves):
            inputs[row, : len(wave)] = torch.tensor((wave - wave.mean()) / np.sqrt(wave.var() + 1e-7))
        if masked:
            mask = (torch.arange(inputs.shape[1]) < torch.tensor(lengths)[:, None]).long()
        for module in model.modules():
            if torch.nn.utils.parametrize.is_parametrized(module):
                torch.nn.utils.parametrize.remove_parametrizations(module, "weight")
        frozen = [model.feature_extractor]
        steps = model._get_feat_extract_output_lengths(torch.tensor(lengths))
    for part in frozen:
        part.requires_grad_(False)
    head = torch.nn.Linear(model.config.hidden_size, len(classes))
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    parameters = [p for p in [*model.parameters(), *head.parameters()] if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=OPTIMIZER["learning_rate"], weight_decay=OPTIMIZER["weight_decay"])
    losses = []
    for _ in range(STEPS):
        states = (model(inputs) if mask is None else model(inputs, attention_mask=mask)).last_hidden_state
        valid = (torch.arange(states.shape[1]) < steps[:, None]).float()[..., None]
        logits = head((states * valid).sum(1) / valid.sum(1))
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def check(name, program, folder):
    torch.manual_seed(1)
    model, masked = build(name, "tiny")
    randomize(model)
    model.save_pretrained(folder / "encoder")
    write_corpus(folder, masked)
    found, clips = run(program, folder)
    # Inference mode: no dropout, and no masks in time.
    expected = reference(model.eval(), masked, folder, set(clips))
    error = max(abs(a - b) / b for a, b in zip(found, expected, strict=True))
    print(f"{name:16} loss {expected[0]:.4f} to {expected[-1]:.4f}, largest relative error {error:.1e}", flush=True)
    if model.config.model_type != "whisper":
        script = pathlib.Path(__file__).with_name("check_export.py")
        exported = subprocess.run([sys.executable, script, folder / "runs/a", program]).returncode == 0
        return error <= TOLERANCE and exported
    return error <= TOLERANCE


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    passed = []
    for name in sys.argv[2:] or CASES:
        with tempfile.TemporaryDirectory() as folder:
            passed.append(check(name, sys.argv[1], pathlib.Path(folder)))
    sys.exit(0 if all(passed) else 1)


main()
