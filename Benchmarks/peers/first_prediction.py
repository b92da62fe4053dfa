#!/usr/bin/env python3
"""Time from the start of a program to its first prediction, with the model of train_cnn_gru_attn.py loaded from a file.

The file is written first, which is not timed. Then this script starts itself several times; each time it imports the
framework, loads the file and predicts one example. Prints one JSON line.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

import common

OPTIONS = argparse.Namespace(frames=200, mfcc=40, classes=8, pool="on", attention="on")


def make(framework, path):
    """Writes the model in the framework's own form; returns the framework's name and version."""
    import train_cnn_gru_attn as model
    if framework == "keras":
        import keras
        import tensorflow
        model.build_keras(OPTIONS).save_weights(path)
        return f"keras {keras.__version__} / tensorflow {tensorflow.__version__}"
    import torch
    net = model.build_torch(OPTIONS).eval()
    if framework == "torch":
        torch.save(net.state_dict(), path)
        return "torch " + torch.__version__
    import onnxruntime
    torch.onnx.export(net, (torch.randn(2, 200, 40),), path, dynamo=False, input_names=["x"], output_names=["y"],
                      dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, opset_version=17)
    return "onnxruntime " + onnxruntime.__version__


def predict(framework, path, threads):
    import numpy as np
    x = np.random.default_rng(1).standard_normal((1, 200, 40), dtype=np.float32)
    if framework == "onnxruntime":
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return int(session.run(None, {"x": x})[0].argmax())
    import train_cnn_gru_attn as model
    if framework == "torch":
        import torch
        torch.set_num_threads(threads)
        net = model.build_torch(OPTIONS).eval()
        net.load_state_dict(torch.load(path))
        with torch.inference_mode():
            return int(net(torch.from_numpy(x)).argmax())
    net = model.build_keras(OPTIONS)
    net.load_weights(path)
    return int(net(x, training=False).numpy().argmax())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--framework", choices=["torch", "keras", "onnxruntime"], default="torch")
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--from", dest="path", help="predict once from this file")
    args = p.parse_args()
    common.set_threads(args.threads)
    if args.path:
        print(predict(args.framework, args.path, args.threads))
        return
    suffix = {"torch": ".pt", "keras": ".weights.h5", "onnxruntime": ".onnx"}[args.framework]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model" + suffix)
        name = make(args.framework, path)
        command = [sys.executable, os.path.abspath(__file__), "--framework", args.framework, "--threads",
                   str(args.threads), "--from", path]

        def run():
            t = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            return time.perf_counter() - t

        run()
        times = [run() for _ in range(args.runs)]
    common.emit({"bench": "first_prediction", "framework": name, "threads": args.threads,
                 "first_prediction_ms": common.ms(common.median(times)), "runs": args.runs})


if __name__ == "__main__":
    main()
