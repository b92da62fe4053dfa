"""Exports a model and compares what features.py and ONNX Runtime predict from recordings with `Train predict`.

usage: check_features.py MODEL TRAIN_PROGRAM [FOLDER [COUNT]]

MODEL is the folder of a run, or a model file. Without FOLDER, 50 recordings are generated: mono and stereo, WAV and FLAC, at
usual rates; else COUNT (50) of its audio files are taken, spread evenly. Needs `pip install numpy soundfile onnxruntime`. Ends
with status 1 where a probability differs by more than 1e-4. Also reports what differs when all frames count, padding too.
"""

import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import soundfile

TOLERANCE = 1e-4
COUNT = 50
RATES = [8000, 16000, 22050, 44100, 48000]
ENDINGS = {".wav", ".flac", ".ogg", ".mp3"}


def write_recordings(folder):
    """Voices of a kind, with silence at both ends: tones with overtones that glide, and some noise."""
    random = np.random.default_rng(1)
    for number in range(COUNT):
        rate = RATES[number % len(RATES)]
        time = np.arange(int(rate * random.uniform(0.8, 6))) / rate
        pitch = random.uniform(90, 300) * (1 + 0.2 * np.sin(random.uniform(1, 9) * time))
        phase = 2 * np.pi * np.cumsum(pitch) / rate
        sound = sum(np.sin(k * phase) / k for k in range(1, 9)) * np.sin(np.pi * time / time[-1]) ** 2
        sound = np.pad(sound, rate // 5) + random.normal(0, 0.0005, len(sound) + 2 * (rate // 5))
        sound *= random.uniform(0.1, 0.9) / np.abs(sound).max()
        channels = [sound, np.roll(sound, rate // 100)] if number % 3 == 0 else [sound]
        soundfile.write(folder / f"{number}{'.flac' if number % 2 else '.wav'}", np.stack(channels, axis=1), rate)


def recordings(folder, count):
    """Returns audio files of a folder, spread evenly over all of them."""
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS)
    return [files[i] for i in np.unique(np.linspace(0, len(files) - 1, count).astype(int))] if files else []


def main():
    if not 3 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    model, program = sys.argv[1:3]

    def train(*words):
        return subprocess.run([program, *map(str, words)], check=True, stdout=subprocess.PIPE, text=True).stdout

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if len(sys.argv) > 3:
            files = recordings(pathlib.Path(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else COUNT)
        else:
            write_recordings(folder)
            files = recordings(folder, COUNT)
        if not files:
            sys.exit(f"error: no audio files in {sys.argv[3]}")
        train("export", model, "--out", folder / "export")
        spec = importlib.util.spec_from_file_location("features", folder / "export/features.py")
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        lines = train("predict", *files, "--model", model, "--format", "json", "--no-cache").splitlines()
        wanted = np.array([[json.loads(line)["probabilities"][c] for c in script.CLASSES] for line in lines])

        def predict(files):
            return np.array([[script.predict(file)[c] for c in script.CLASSES] for file in files])

        def report(found, what):
            labels = int((found.argmax(axis=1) != wanted.argmax(axis=1)).sum())
            difference = float(np.abs(found - wanted).max())
            print(f"{len(files)} recordings, {what}: {labels} labels differ, largest difference {difference:.1e}")
            return difference

        made = {file: script.features(file) for file in files}
        script.features = made.get
        difference = report(predict(files), "true lengths")
        if any(port.name == "lengths" for port in script.session().get_inputs()):
            for file, (inputs, _) in made.items():
                made[file] = inputs, np.full(inputs.shape[:1], inputs.shape[1])
            report(predict(files), "padding taken for sound")
    sys.exit(0 if difference <= TOLERANCE else 1)


main()
