#!/usr/bin/env python3
"""Compares the speed and memory of wav2vec 2.0 base in `Train bench encoder` with transformers on PyTorch and ONNX Runtime.

usage: encoders.py TRAIN_PROGRAM [--rounds N] [--threads 1 2] [--batches 1 8]

All programs compute all hidden states of clips of 3.5 s with the same random weights, in alternating order, each in its own
process. Prints a table with the medians of several rounds; ratios above 1 mean that Prosody with float32 weights is faster or
needs less memory. The row "prosody int8" is Prosody with 8-bit weights.
Requires `pip install numpy torch transformers safetensors onnx onnxruntime onnxscript`.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "Tests/EncodersTests/Fixtures"))

SAMPLES = 56000


def peak_memory():
    """Returns the peak memory of this process in MiB."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))


def timed(work, warm_up=2, runs=5, seconds=5):
    """Returns the median time of some work in milliseconds, measured as `Train bench` does."""
    for _ in range(warm_up):
        work()
    times = []
    begin = time.perf_counter()
    while len(times) < runs or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def make(folder):
    """Writes the model for transformers and for ONNX Runtime."""
    import torch
    from encoder_models import transformers

    torch.manual_seed(0)
    model = transformers.Wav2Vec2Model(transformers.Wav2Vec2Config(layerdrop=0.0)).eval()
    model.save_pretrained(folder)

    class States(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, x):
            return torch.stack(self.model(x, output_hidden_states=True).hidden_states)

    torch.nn.utils.parametrize.remove_parametrizations(model.encoder.pos_conv_embed.conv, "weight")
    torch.onnx.export(
        States(), (torch.zeros(1, SAMPLES),), f"{folder}/model.onnx", input_names=["x"], output_names=["states"],
        dynamic_axes={"x": {0: "batch"}, "states": {1: "batch"}}, opset_version=17, dynamo=False)


def peer(framework, folder, batch, threads):
    """Measures another framework in this process and prints the result as JSON."""
    import numpy

    x = numpy.random.default_rng(1).normal(size=(batch, SAMPLES)).astype(numpy.float32)
    if framework == "torch":
        import torch
        from encoder_models import transformers

        torch.set_num_threads(threads)
        model = transformers.Wav2Vec2Model.from_pretrained(folder).eval()
        inputs = torch.tensor(x)
        with torch.inference_mode():
            milliseconds = timed(lambda: model(inputs, output_hidden_states=True))
    else:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(f"{folder}/model.onnx", options, ["CPUExecutionProvider"])
        milliseconds = timed(lambda: session.run(None, {"x": x}))
    print(json.dumps({"forward_ms": milliseconds, "peak_rss_mb": peak_memory()}))


def run(command, environment=None):
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    if done.returncode:
        sys.exit(f"error: {' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    if sys.argv[1:2] == ["--peer"]:
        return peer(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make(folder)
        converted = f"{folder}/converted.safetensors"
        subprocess.run([options.program, "import", folder, "--out", converted], check=True, stdout=subprocess.DEVNULL)
        print("| batch | threads | | ms | MiB | speed ratio | memory ratio |")
        print("| ---: | ---: | --- | ---: | ---: | ---: | ---: |")
        for batch in options.batches:
            for threads in options.threads:
                results = {"prosody": [], "prosody int8": [], "torch": [], "onnxruntime": []}
                for _ in range(options.rounds):
                    for name, workload in (("prosody", "encoder"), ("prosody int8", "encoder-int8")):
                        results[name].append(
                            run(
                                [options.program, "bench", workload, "--batch", str(batch), "--threads", str(threads), "--json"],
                                {"BENCH_ENCODER": converted}))
                    for framework in ("torch", "onnxruntime"):
                        results[framework].append(
                            run(
                                [sys.executable, __file__, "--peer", framework, folder, str(batch), str(threads)],
                                {"OMP_NUM_THREADS": str(threads)}))
                median = {
                    name: {key: statistics.median(row[key] for row in rows) for key in ("forward_ms", "peak_rss_mb")}
                    for name, rows in results.items()
                }
                own = median["prosody"]
                for name, row in median.items():
                    speed = row["forward_ms"] / own["forward_ms"]
                    memory = row["peak_rss_mb"] / own["peak_rss_mb"]
                    ratios = " | " if name == "prosody" else f"{speed:.2f} | {memory:.2f}"
                    print(
                        f"| {batch} | {threads} | {name} | {row['forward_ms']:.0f} | {row['peak_rss_mb']:.0f} | {ratios} |",
                        flush=True)


if __name__ == "__main__":
    main()
