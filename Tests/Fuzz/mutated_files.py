#!/usr/bin/env python3
"""Runs the program on mutated model files, encoders, ONNX models and run folders.

usage: mutated_files.py PROGRAM --run FOLDER [--kind model|encoder|onnx|run]... [--number N] [--seed S] [--keep FOLDER]

Bytes, JSON values, tensor shapes and tensor values are changed at random; checksums are computed again, so that the mutation
itself is read. --run is a finished run of the quickstart or a similar experiment. A case fails if the program ends with a
signal, takes 20 s of processor time or 2 GB of memory, fails without a message, or writes NaN or infinity with status 0.
Failing inputs are copied to FOLDER. The exit status is 1 if a case failed.
"""
import argparse
import glob
import hashlib
import json
import math
import os
import pathlib
import random
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import wave

TESTS = pathlib.Path(__file__).resolve().parent.parent
NUMBERS = [0, 1, -1, 3, 0.5, 1e-9, 5e-324, 1e308, -1e308, 2**31, 2**32, 2**62, 2**63 - 1, 2**63, 1000, 65536, 10**9]
VALUES = [math.nan, math.inf, -math.inf, 3e38, -3e38, 1e-45, 0, 1e10]
NOT_FINITE = re.compile(r"(?<![\w./-])-?(nan|inf)(?![\w./-])", re.IGNORECASE)


def nodes(value):
    """The containers and keys of all values inside a JSON value."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []:
        yield value, key
        yield from nodes(value[key])


def mutated_json(text, draw):
    value = json.loads(text)
    for _ in range(draw.choice((1, 1, 2, 4))):
        places = list(nodes(value))
        if not places:
            break
        parent, key = draw.choice(places)
        old = parent[key]
        if draw.random() < 0.15:
            del parent[key]
        elif isinstance(old, (int, float)):
            parent[key] = draw.choice(NUMBERS + [not old, old * 2, old + 1, -old])
        elif isinstance(old, str):
            parent[key] = draw.choice(["", "x" * 300, "../x", "\0", old + old, old[:-1], "/dev/zero"])
        elif isinstance(old, list):
            parent[key] = draw.choice([[], old * 2, old * 100, old[::-1], old[1:], None])
        else:
            parent[key] = draw.choice([None, {}, [], 0, "x"])
    return json.dumps(value).encode()


def mutated_bytes(data, draw):
    data = bytearray(data)
    for _ in range(draw.choice((1, 2, 4, 16))):
        if not data:
            break
        at, kind = draw.randrange(len(data)), draw.randrange(5)
        if kind == 0:
            data[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            data[at:at + 8] = struct.pack("<Q", draw.choice((0, 1, 2**63, 2**64 - 1, 2**32 - 1, len(data))))
        elif kind == 2:
            del data[at:at + draw.choice((1, 8, 100))]
        elif kind == 3:
            data[at:at] = draw.randbytes(draw.choice((1, 8, 64)))
        else:
            del data[at:]
    return bytes(data)


def mutated_tensors(data, draw):
    """A safetensors file with other shapes or types, texts in its metadata, or values."""
    size = struct.unpack("<Q", data[:8])[0]
    header, values = json.loads(data[8:8 + size]), bytearray(data[8 + size:])
    name = draw.choice(list(header))
    kind = draw.randrange(3)
    if kind == 0 and name != "__metadata__":
        header[name] = json.loads(mutated_json(json.dumps(header[name]), draw))
    elif kind == 1 and header.get("__metadata__"):
        key = draw.choice(list(header["__metadata__"]))
        try:
            header["__metadata__"][key] = mutated_json(header["__metadata__"][key], draw).decode()
        except ValueError:
            header["__metadata__"][key] = "x"
    else:
        for _ in range(draw.choice((1, 3, 20))):
            if len(values) >= 4:
                at = draw.randrange(len(values) // 4) * 4
                values[at:at + 4] = struct.pack("<f", draw.choice(VALUES))
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + values


def mutate(path, draw):
    data = path.read_bytes()
    change = mutated_bytes
    if draw.random() < 0.7:
        change = {".json": mutated_json, ".safetensors": mutated_tensors}.get(path.suffix, mutated_bytes)
    try:
        path.write_bytes(change(data, draw))
    except (ValueError, struct.error):
        path.write_bytes(mutated_bytes(data, draw))


def seal(run):
    """Computes the checksums of a run again."""
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in run.iterdir() if path.is_file()}
    try:
        card = json.loads((run / "model.json").read_text())
        card["sha256"] = digests["model.safetensors"]
        (run / "model.json").write_text(json.dumps(card))
        digests["model.json"] = hashlib.sha256((run / "model.json").read_bytes()).hexdigest()
    except (ValueError, TypeError, OSError):
        pass
    sums = run / "SHA256SUMS"
    names = [line.split("  ", 1)[1] for line in sums.read_text().splitlines() if "  " in line] if sums.exists() else []
    sums.write_text("".join(f"{digests[name]}  {name}\n" for name in names if name in digests))


def case(kind, options, place, draw):
    """Prepares an input; returns it, and the commands that read it."""
    sound = ["sound.wav", "--no-cache"]
    if kind in ("model", "run"):
        run = place / "run"
        shutil.copytree(options.run, run)
        files = [path for path in run.rglob("*") if path.suffix in (".json", ".jsonl", ".csv", ".safetensors", ".txt")]
        mutate(run / "model.safetensors" if kind == "model" else draw.choice(files), draw)
        if draw.random() < 0.85:
            seal(run)
        more = [[], ["--format", "json"], ["--format", "json", "--saliency", "gradient"], ["--timeline"]]
        if kind == "model":
            return run, [["predict", *sound, "--model", "run", *draw.choice(more)]]
        return run, [draw.choice([
            ["compare", "run", options.run], ["report", "run"], ["verify", "--quick", "run"], ["runs", "."],
            ["export", "run", "--out", "exported"], ["run", "--runs", ".", "--name", "run", "--resume", "--quiet"],
            ["evaluate", "run", "--out", "evaluation"], ["predict", *sound, "--model", "run"]])]
    if kind == "encoder":
        source = draw.choice(glob.glob(str(TESTS / "EncodersTests/Fixtures/*/config.json")))
        shutil.copytree(os.path.dirname(source), place / "encoder", ignore=shutil.ignore_patterns("golden*"))
        mutate(draw.choice(list((place / "encoder").iterdir())), draw)
        feature = {"type": "encoder", "weights": str(place / "encoder")}
        pipeline = {"sample_rate": 16000, "layout": {"type": "sequence", "frames": 20, "features": [feature]}}
        (place / "pipeline.json").write_text(json.dumps(pipeline))
        return place / "encoder", [["import", "encoder"], ["features", "sound.wav", "--pipeline", "pipeline.json"]]
    source = draw.choice(glob.glob(str(TESTS / "ONNXExportTests/Fixtures/*.onnx")))
    (place / "model.onnx").write_bytes(mutated_bytes(pathlib.Path(source).read_bytes(), draw))
    (place / "table.csv").write_text("path,a,b,c,d\nsound.wav,0.1,-2,0.3,1\n")
    return place / "model.onnx", [["import", "model.onnx", "--features", "table.csv", "--out", "m.safetensors", "--quiet"]]


def complaint(program, command, place):
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (20, 21))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen([program, *command], cwd=place, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   env={**os.environ, "SWIFT_BACKTRACE": "enable=no"}, preexec_fn=limit)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        text, errors = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    if status < 0 or status > 128 and status != 130:
        return f"ended with {status}: {errors.strip()[-200:]}", status
    if usage.ru_maxrss > 2 << 20:
        return f"{usage.ru_maxrss >> 10} MB of memory", status
    if status and not errors.strip():
        return f"status {status} without a message", status
    if status == 0 and NOT_FINITE.search(text):
        return "NaN or infinity with status 0", status
    return None, status


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--run", required=True)
    parser.add_argument("--kind", action="append", choices=["model", "encoder", "onnx", "run"])
    parser.add_argument("--number", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", default="failing-inputs")
    options = parser.parse_args()
    program, options.run = os.path.abspath(options.program), os.path.abspath(options.run)
    failures = 0
    for kind in options.kind or ["model", "encoder", "onnx", "run"]:
        accepted = failed = 0
        for index in range(options.number):
            draw = random.Random(f"{kind} {options.seed} {index}")
            with tempfile.TemporaryDirectory() as folder:
                place = pathlib.Path(folder)
                with wave.open(f"{folder}/sound.wav", "wb") as file:
                    file.setnchannels(1), file.setsampwidth(2), file.setframerate(16000)
                    file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(i * i / 40000))) for i in range(8000)))
                bad, commands = case(kind, options, place, draw)
                for command in commands:
                    problem, status = complaint(program, command, place)
                    accepted += status == 0
                    if problem:
                        failed += 1
                        kept = pathlib.Path(options.keep) / f"{kind}-{options.seed}-{index}{bad.suffix}"
                        kept.parent.mkdir(exist_ok=True)
                        shutil.copytree(bad, kept, dirs_exist_ok=True) if bad.is_dir() else shutil.copy(bad, kept)
                        print(f"{kind}-{options.seed}-{index}: {' '.join(command)}: {problem}", flush=True)
        failures += failed
        print(f"{kind}: {options.number} inputs with seed {options.seed}, {accepted} accepted, {failed} failures", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
