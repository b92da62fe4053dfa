#!/usr/bin/env python3
"""Measures whether memory stays flat: in a long training, in many predictions, and in a server with many requests.

usage: flat_memory.py --train PROGRAM [--count N] [--only training|predictions|requests]

N is the number of training steps, predictions and requests (default: 100,000), each of a tiny model. The resident size is
read while the program works. It is flat if the largest size from 50% to 90% of the time is at most 5% plus 2 MB above the
largest in the second tenth. The last tenth does not count, because a run then writes its report. Writes
results/flat-memory.md; the exit status is 1 if a size is not flat.
"""
import argparse
import datetime
import http.client
import json
import math
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import wave

HERE = pathlib.Path(__file__).resolve().parent
CONFIG = """{
    "name": "tiny",
    "data": {"source": {"type": "synthetic", "speakers": 6, "repetitions": 1}},
    "split": {"type": "grouped", "by": "speaker", "test": 2, "validation": 1},
    "features": {"sample_rate": 8000, "layout": {"type": "sequence", "frames": 20,
        "features": [{"type": "mfcc", "n_mfcc": 8, "n_fft": 256, "hop_length": 256, "n_mels": 16}]}},
    "model": [{"type": "feature_norm"}, {"type": "gru", "units": 4, "output": "last"}, {"type": "dense", "units": "classes"}],
    "training": {"batch_size": 1, "epochs": %d, "early_stopping": null}
}"""


def resident(process):
    """The resident size of a process in MB."""
    try:
        with open(f"/proc/{process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024
    except (OSError, AttributeError):
        return None


class Watch:
    """The resident size of a process, ten times per second."""

    def __init__(self, process):
        self.sizes, self.process, self.is_over = [], process, False
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        while not self.is_over and self.process.poll() is None:
            size = resident(self.process)
            if size:
                self.sizes.append(size)
            time.sleep(0.1)

    def row(self, name, count, seconds):
        self.is_over = True
        self.thread.join()
        sizes = self.sizes
        tenth = max(1, len(sizes) // 10)
        early, late = max(sizes[tenth:2 * tenth] or sizes), max(sizes[5 * tenth:9 * tenth] or sizes)
        is_flat = late <= early * 1.05 + 2
        print(f"{name}: {count} in {seconds:.0f} s, {early:.1f} MB early, {late:.1f} MB late, {len(sizes)} samples", flush=True)
        return (name, count, seconds, early, late, is_flat)


def write_wav(path, pitch):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(index * pitch))) for index in range(1600)))


def checked(process):
    errors = process.communicate()[1]
    if process.returncode != 0:
        sys.exit(f"error: {' '.join(process.args[:3])} ended with status {process.returncode}: {errors.decode()[-500:]}")


def start(words, **options):
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)


def training(program, folder, count, epochs):
    (folder / "long.json").write_text(CONFIG % epochs)
    begin = time.monotonic()
    process = start([program, "run", str(folder / "long.json"), "--runs", str(folder / "runs"), "--name", "long", "--no-cache",
                     "--quiet", "--threads", "1"])
    watch = Watch(process)
    checked(process)
    return watch.row("training steps", count, time.monotonic() - begin)


def predictions(program, folder, model, count):
    sounds = folder / "sounds"
    sounds.mkdir()
    for number in range(10):
        write_wav(folder / f"{number}.wav", 0.1 + 0.02 * number)
    for number in range(count):
        os.link(folder / f"{number % 10}.wav", sounds / f"{number:06}.wav")
    begin = time.monotonic()
    process = start([program, "predict", str(sounds), "--model", model, "--no-cache"])
    watch = Watch(process)
    checked(process)
    return watch.row("predictions", count, time.monotonic() - begin)


def requests(program, folder, model, count):
    write_wav(folder / "asked.wav", 0.15)
    body = (folder / "asked.wav").read_bytes()
    process = subprocess.Popen([program, "serve", "--model", model, "--runs", str(folder / "none"), "--port", "0"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    port = int(re.search(rb":(\d+)/", process.stdout.readline()).group(1))
    failures = []

    def work(share):
        try:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            for _ in range(share):
                link.request("POST", "/api/predict?attention=0", body, {"Content-Type": "audio/wav"})
                answer = link.getresponse()
                text = answer.read()
                if answer.status != 200:
                    raise RuntimeError(f"status {answer.status}: {text[:200]}")
        except Exception as error:
            failures.append(error)

    begin = time.monotonic()
    watch = Watch(process)
    threads = [threading.Thread(target=work, args=(count // 4,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = watch.row("requests", count, time.monotonic() - begin)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)
    if failures:
        raise failures[0]
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", required=True)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--only", choices=["training", "predictions", "requests"])
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.train).resolve())
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "tiny.json").write_text(CONFIG % 1)
        run = [program, "run", str(folder / "tiny.json"), "--runs", str(folder / "runs"), "--name", "tiny", "--no-cache", "--quiet"]
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
        model = str(folder / "runs/tiny")
        splits = json.loads((folder / "runs/tiny/split.json").read_text())
        steps = len(splits["splits"][0]["train"])
        if arguments.only in (None, "training"):
            rows.append(training(program, folder, arguments.count // steps * steps, arguments.count // steps))
        if arguments.only in (None, "predictions"):
            rows.append(predictions(program, folder, model, arguments.count))
        if arguments.only in (None, "requests"):
            rows.append(requests(program, folder, model, arguments.count))
    lines = [
        "# Memory over time", "",
        f"{datetime.date.today()}. Tiny models. The largest resident size from 10% to 20% (\"early\") and from 50% to 90% (\"late\") of the time.", "",
        "| | count | seconds | early, MB | late, MB | flat |", "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for name, count, seconds, early, late, is_flat in rows:
        lines.append(f"| {name} | {count:,} | {seconds:.0f} | {early:.1f} | {late:.1f} | {'yes' if is_flat else 'NO'} |")
    if arguments.only is None:
        (HERE / "results/flat-memory.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines[4:]))
    return 0 if all(row[-1] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
