#!/usr/bin/env python3
"""Compares `Train serve` with the same model behind FastAPI and Gradio, both with ONNX Runtime.

usage: compare_serve.py --train PROGRAM --venv FOLDER [--rounds N] [--seconds S] [--model FILE]

The peers use the files of `Train export`: model.onnx, and features.py for the features. FOLDER is their Python environment,
which is created if it does not exist. All servers predict the same recording of 2.5 s for the same client, which runs on the
same cores. In each round, every server is started in turn. Writes results/serve.md.
"""
import argparse
import datetime
import http.client
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(ROOT, "Tests/Web"))

from browser_tests import write_wav


def free_port():
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        return link.getsockname()[1]


class Client:
    """A connection that is kept open."""

    def __init__(self, port):
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, method, path, body=None, **fields):
        self.link.request(method, path, body, {name.replace("_", "-"): value for name, value in fields.items()})
        answer = self.link.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {data[:300]}")
        return data


def predict_ours(client, wav):
    return json.loads(client.ask("POST", "/api/predict?attention=0", wav, Content_Type="audio/wav"))["predictions"][0]["probabilities"]


def predict_fastapi(client, wav):
    return json.loads(client.ask("POST", "/predict", wav, Content_Type="audio/wav"))


def predict_gradio(client, wav):
    """The three requests of Gradio's API: the file, the call, and its events."""
    form = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n' + wav + b"\r\n--x--\r\n"
    path = json.loads(client.ask("POST", "/gradio_api/upload", form, Content_Type="multipart/form-data; boundary=x"))[0]
    call = json.dumps({"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}]})
    event = json.loads(client.ask("POST", "/gradio_api/call/predict", call, Content_Type="application/json"))["event_id"]
    text = client.ask("GET", f"/gradio_api/call/predict/{event}").decode()
    result = json.loads(re.search(r"event: complete\s*\ndata: (.*)", text).group(1))[0]
    return {one["label"]: one["confidence"] for one in result["confidences"]}


def tree(pid):
    """A process and all its descendants."""
    found = [pid]
    for parent in found:
        for task in os.listdir(f"/proc/{parent}/task"):
            with open(f"/proc/{parent}/task/{task}/children") as file:
                found += [int(word) for word in file.read().split()]
    return found


def memory(pid, name):
    """The memory of a process tree in MB: Rss; Pss, which divides shared pages; or Private_.*, those that no other process uses."""
    total = 0
    for one in tree(pid):
        with open(f"/proc/{one}/smaps_rollup") as file:
            total += sum(int(size) for size in re.findall(rf"^{name}:\s+(\d+)", file.read(), re.M))
    return total / 1024


def load(port, predict, wav, clients, seconds):
    """Predictions per second, and all latencies, of clients that ask one after another."""
    times, failures, end = [], [], time.monotonic() + seconds

    def work():
        client = Client(port)
        try:
            while time.monotonic() < end:
                begin = time.perf_counter()
                predict(client, wav)
                times.append(time.perf_counter() - begin)
        except Exception as error:
            failures.append(error)

    begin = time.monotonic()
    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return len(times) / (time.monotonic() - begin), sorted(times)


def measure(command, page, predict, wav, seconds, environment):
    port = free_port()
    begin = time.perf_counter()
    process = subprocess.Popen(
        [word.replace("PORT", str(port)) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, **environment}, start_new_session=True)
    threading.Thread(target=process.stderr.read, daemon=True).start()
    try:
        while True:
            try:
                Client(port).ask("GET", page)
                break
            except OSError:
                if process.poll() is not None:
                    sys.exit(f"error: {' '.join(command)} exited with status {process.returncode}")
                time.sleep(0.002)
        start = time.perf_counter() - begin
        probabilities = predict(Client(port), wav)
        first = time.perf_counter() - begin
        load(port, predict, wav, 4, 3)
        _, single = load(port, predict, wav, 1, seconds)
        rate, many = load(port, predict, wav, 8, seconds)
        result = {
            "requests_per_s": rate, "start_ms": start * 1e3, "first_ms": first * 1e3,
            "rss_mb": memory(process.pid, "Rss"), "pss_mb": memory(process.pid, "Pss"),
            "uss_mb": memory(process.pid, "Private_(?:Clean|Dirty)"),
        }
        time.sleep(4)
        result["idle_mb"] = memory(process.pid, "Rss")
        for name, values in (("one", single), ("eight", many)):
            result[f"median_{name}_ms"] = statistics.median(values) * 1e3
            result[f"p99_{name}_ms"] = values[min(len(values) - 1, int(len(values) * 0.99))] * 1e3
        return result, probabilities
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


ROWS = [
    ("requests_per_s", "predictions per second, 8 clients", True, 1), ("median_eight_ms", "median latency, 8 clients, ms", False, 0),
    ("p99_eight_ms", "p99 latency, 8 clients, ms", False, 0), ("median_one_ms", "median latency, 1 client, ms", False, 1),
    ("p99_one_ms", "p99 latency, 1 client, ms", False, 1), ("rss_mb", "memory (RSS of all processes), MB", False, 0),
    ("pss_mb", "memory (PSS), MB", False, 0), ("uss_mb", "memory (USS), MB", False, 0),
    ("idle_mb", "memory 4 s after the load (RSS), MB", False, 0), ("start_ms", "start to the first answer, ms", False, 0),
    ("first_ms", "start to the first prediction, ms", False, 0),
]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--train", required=True, help="the release build of Train")
    p.add_argument("--venv", required=True, help="the Python environment of the peers")
    p.add_argument("--model", default=os.path.join(ROOT, "Models/speech-emotion.safetensors"))
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--seconds", type=float, default=15)
    args = p.parse_args()
    python = os.path.join(args.venv, "bin/python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", args.venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", f"{HERE}/peers/requirements-serve.txt"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        write_wav(folder + "/a.wav", 2.5)
        with open(folder + "/a.wav", "rb") as file:
            wav = file.read()
        subprocess.run([args.train, "export", args.model, "--out", folder + "/export"], check=True, stdout=subprocess.DEVNULL)
        servers = {
            "Train serve": ([args.train, "serve", "--model", args.model, "--runs", folder + "/runs", "--port", "PORT"], "/api/health", predict_ours),
            **{
                f"FastAPI, {workers}": ([python, f"{HERE}/peers/serve_fastapi.py", folder + "/export", "PORT", workers[0]], "/health", predict_fastapi)
                for workers in ("1 worker", "2 workers")
            },
            "Gradio": ([python, f"{HERE}/peers/serve_gradio.py", folder + "/export", "PORT"], "/", predict_gradio),
        }
        environment = {"GRADIO_TEMP_DIR": folder + "/gradio"}
        results = {name: [] for name in servers}
        for number in range(args.rounds):
            for name, (command, page, predict) in servers.items():
                result, probabilities = measure(command, page, predict, wav, args.seconds, environment)
                if name == "Train serve":
                    expected = probabilities
                difference = max(abs(expected[key] - probabilities[key]) for key in expected)
                if difference > 1e-4:
                    sys.exit(f"error: {name} predicts {probabilities}, not {expected}")
                results[name].append(result)
                print(f"round {number + 1}, {name}: " + ", ".join(f"{key} {value:.1f}" for key, value in result.items()), flush=True)
    medians = {name: {key: statistics.median(one[key] for one in values) for key, *_ in ROWS} for name, values in results.items()}
    with open("/proc/cpuinfo") as file:
        processor = re.search(r"model name\s*: (.*)", file.read()).group(1)
    listing = subprocess.run([python, "-m", "pip", "list", "--format", "json"], capture_output=True, text=True, check=True).stdout
    versions = {one["name"].lower(): one["version"] for one in json.loads(listing)}
    lines = [
        "# Serving a model", "",
        f"{datetime.date.today()}, {os.cpu_count()} cores, {processor}. Medians of {args.rounds} rounds, run in turn; "
        f"{args.seconds:.0f} s for each number of clients. "
        + ", ".join(f"{name} {versions[name]}" for name in ("fastapi", "uvicorn", "gradio", "onnxruntime", "numpy")) + ".", "",
        "The bundled model: three networks, each evaluated on a recording of 2.5 s and four augmented copies. The peers run `model.onnx` "
        "and `features.py` of `Train export`. The ratio is that of the best peer to `Train serve`, above 1 if `Train serve` is better.", "",
        "| | " + " | ".join(medians) + " | ratio |", "| --- |" + " ---: |" * (len(medians) + 1),
    ]
    for key, text, is_more, digits in ROWS:
        values = [medians[name][key] for name in medians]
        ratio = values[0] / max(values[1:]) if is_more else min(values[1:]) / values[0]
        lines.append(f"| {text} | " + " | ".join(f"{value:,.{digits}f}" for value in values) + f" | {ratio:.1f} |")
    with open(os.path.join(HERE, "results/serve.md"), "w") as file:
        file.write("\n".join(lines) + "\n")
    print("\n".join(lines[6:]))


if __name__ == "__main__":
    main()
