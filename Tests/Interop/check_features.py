"""Exports a model and compares what features.py and ONNX Runtime predict from recordings with `Train predict`.

usage: check_features.py MODEL TRAIN_PROGRAM [FOLDER [COUNT]]

MODEL is the folder of a run, or a model file. Without FOLDER, 50 recordings are generated: mono and stereo, WAV and FLAC, at
common sample rates, some of them longer than the model's input. Otherwise, COUNT (default: 50) audio files of FOLDER are
used, evenly spaced. Requires `pip install numpy soundfile onnxruntime`. Compares windows of longer recordings, their
beginnings (`--truncate`), the predicted classes and labels, and the behavior for an unreadable file. Exits with status 1 if a
probability differs by more than 1e-4, or a predicted class or label is another one. Also reports the difference if padding is treated as audio.
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
    """Writes gliding tones with overtones and some noise, with silence at both ends; every fifth lasts 10 to 25 seconds."""
    random = np.random.default_rng(1)
    for number in range(COUNT):
        rate = RATES[number % len(RATES)]
        seconds = random.uniform(10, 25) if number % 5 == 4 else random.uniform(0.8, 6)
        time = np.arange(int(rate * seconds)) / rate
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
        def wanted(*words):
            lines = train("predict", *files, "--model", model, "--format", "json", "--no-cache", *words).splitlines()
            lines = [json.loads(line) for line in lines]
            decisions = [decided(line) for line in lines]  # before the numbers, which replace parts of the lines
            return np.array([numbers(line) for line in lines]), decisions

        def numbers(line):
            if not hasattr(script, "TARGETS"):
                return [line["probabilities"][c] for c in script.CLASSES]
            found = line["targets"]
            for name, value in found.items():
                if isinstance(value, dict):
                    found[name] = value["value"] if "value" in value else value["probabilities"]
            return list(script.flat(found).values())

        def decided(line):
            if not hasattr(script, "TARGETS"):
                return line["label"]
            return {
                name: value["label"] if "label" in value else value["labels"]
                for name, value in line["targets"].items()
                if isinstance(value, dict) and "probabilities" in value
            }

        def predicted(answer):
            return list(script.flat(answer).values() if hasattr(script, "TARGETS") else answer.values())

        def report(found, wanted, what):
            difference = float(np.abs(found - wanted).max())
            print(f"{len(files)} recordings, {what}: largest difference {difference:.1e}")
            return difference

        def truncated(path):
            return predicted(script.answer(script.logits(*script.features(path))))

        answers = [script.predict(file) for file in files]
        made = [predicted(answer) for answer in answers]
        truth, decisions = wanted()
        others = sum(script.decide(answer) != decision for answer, decision in zip(answers, decisions))
        print(f"{len(files)} recordings: {others} with another class or label")
        differences = [report(np.array(made), truth, "windows of longer recordings")]
        if hasattr(script, "WINDOW"):
            differences.append(report(np.array([truncated(file) for file in files]), wanted("--truncate")[0], "truncated"))
        if any(port.name == "lengths" for port in script.session().get_inputs()):
            model_input = script.model_input

            def padded(sound, rate):
                inputs, _ = model_input(sound, rate)
                return inputs, np.full(inputs.shape[:1], inputs.shape[1])

            script.model_input = padded
            made = [predicted(script.predict(file)) for file in files]
            report(np.array(made), truth, "padding taken for audio")

        (folder / "broken.wav").write_text("not audio")
        words = [sys.executable, str(folder / "export/features.py"), str(folder / "broken.wav"), str(files[0])]
        ending = subprocess.run(words, capture_output=True, text=True)
        refuses = (
            ending.returncode == 1
            and ending.stderr.startswith(f"error: {folder / 'broken.wav'}: ")
            and "Traceback" not in ending.stderr
            and ending.stdout.startswith(str(files[0]))
        )
        print("a file that cannot be read:", "an error, and the next file is predicted" if refuses else ending)
    sys.exit(0 if max(differences) <= TOLERANCE and others == 0 and refuses else 1)


main()
