#!/usr/bin/env python3
"""Times single operations of PyTorch, with the names of `Train bench operations`.

If PyTorch can do an operation in several ways (memory layouts, implementations), the fastest way counts.
Inputs are float32 and random, gradients are recorded. Prints one JSON line with a row for each operation.
"""
import argparse
import time

import common


def timed(fn, warm_up=3, warm_up_s=0.1, runs=10, seconds=0.5):
    """Seconds of each run, after a warm-up; the same rule as Timing.swift in Sources/Train/Bench."""
    clock, count, begin = time.perf_counter, 0, time.perf_counter()
    while count < warm_up or clock() - begin < warm_up_s:
        fn()
        count += 1
    out, begin = [], clock()
    while len(out) < runs or clock() - begin < seconds:
        t = clock()
        fn()
        out.append(clock() - t)
    return out


def differentiated(function, *inputs):
    """Forward, and the pull-back of a random cotangent to every input and parameter of `function`."""
    import torch
    wanted = list(inputs) + (list(function.parameters()) if isinstance(function, torch.nn.Module) else [])
    for x in inputs:
        x.requires_grad_()

    def run():
        y = function(*inputs)
        return y[0] if isinstance(y, tuple) else y

    output = run()
    cotangent = torch.randn_like(output)
    return run, lambda: torch.autograd.grad(output, wanted, cotangent, retain_graph=True)


def forward_only(function, *inputs):
    return lambda: function(*inputs), None


def operations():
    """Name, usual batch, and for each way to do it a function of the batch that gives (forward, backward or None)."""
    import torch
    from torch import nn
    from torch.nn import functional as F
    randn = torch.randn

    def conv1d(steps, channels, filters, kernel):
        def make(batch):
            x, w, b = randn(batch, channels, steps), randn(filters, channels, kernel), randn(filters)
            return differentiated(lambda x, w, b: F.conv1d(x, w, b, padding=kernel // 2), x, w, b)
        return [make]

    def depthwise(layout):
        def make(batch):
            x = randn(batch, 144, 56, 56).contiguous(memory_format=layout)
            w = randn(144, 1, 3, 3)
            return differentiated(lambda x, w: F.conv2d(x, w, padding=1, groups=144), x, w)
        return make

    def gru(batch_first):
        def make(batch):
            layer = nn.GRU(128, 128, batch_first=batch_first)
            return differentiated(layer, randn(batch, 100, 128) if batch_first else randn(100, batch, 128))
        return make

    def cross_entropy(batch):
        labels = torch.randint(0, 512, (batch,))
        return differentiated(lambda x: F.cross_entropy(x, labels), randn(batch, 512))

    def batch_norm(make_input):
        return lambda batch: differentiated(nn.BatchNorm1d(64), make_input(batch))

    def adam(**options):
        def make(_):
            p = nn.Parameter(randn(1 << 20))
            p.grad = randn(1 << 20)
            return torch.optim.Adam([p], **options).step, None
        return make

    def tiny(_):
        x = torch.tensor([1.0, 2.0], requires_grad=True)

        def run():
            for _ in range(1000):
                x * x
        return run, None

    return [
        ("op-matmul-1024", None, [lambda _: forward_only(torch.matmul, randn(1024, 1024), randn(1024, 1024))]),
        ("op-matmul-small", None, [lambda _: forward_only(torch.matmul, randn(64, 128), randn(128, 384))]),
        ("op-conv1d-a1", 32, conv1d(200, 40, 64, 5)),
        ("op-conv1d-a2", 32, conv1d(100, 64, 128, 3)),
        ("op-conv1d-wide", 64, conv1d(200, 64, 128, 5)),
        ("op-conv2d-depthwise", 8, [depthwise(torch.contiguous_format), depthwise(torch.channels_last)]),
        ("op-gru-32", 32, [gru(True), gru(False)]),
        ("op-gru-64", 64, [gru(True), gru(False)]),
        ("op-tanh", None, [lambda _: forward_only(torch.tanh, randn(4 << 20))]),
        ("op-add", None, [lambda _: forward_only(torch.add, randn(4096, 1024), randn(1024))]),
        ("op-cross-entropy", 4096, [cross_entropy]),
        ("op-batch-norm", 32, [batch_norm(lambda n: randn(n, 64, 200)), batch_norm(lambda n: randn(n * 200, 64))]),
        ("op-adam", None, [adam(), adam(foreach=True), adam(fused=True)]),
        ("op-tiny", None, [tiny]),
    ]


def measure(ways, batch):
    """The numbers of the fastest way."""
    best, best_time = None, None
    for make in ways:
        forward, backward = make(batch)
        f = timed(forward)
        b = timed(backward) if backward else None
        total = common.median(f) + (common.median(b) if b else 0)
        if best is not None and total >= best_time:
            continue
        best_time = total
        best = {"forward_ms": round(1000 * common.median(f), 4)}
        if b:
            best["backward_ms"] = round(1000 * common.median(b), 4)
        best["forward_p90_over_median"] = common.spread(f)
        if b:
            best["backward_p90_over_median"] = common.spread(b)
    return best


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--only", help="name of a single operation")
    p.add_argument("--batch", type=int, help="batch size, with --only (default: that of the operation)")
    args = p.parse_args()
    common.set_threads(args.threads)
    import torch
    startup = common.process_age()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    rows = []
    for name, batch, ways in operations():
        if args.only in (None, name):
            batch = args.batch if args.batch and batch else batch
            rows.append({"bench": name, **({"batch": batch} if batch else {}), **measure(ways, batch)})
    if not rows:
        p.error(f"unknown operation {args.only}")
    common.emit({"bench": args.only or "operations", "framework": "torch " + torch.__version__,
                 "threads": args.threads, "rows": rows, "peak_rss_mb": common.peak_rss_mb(),
                 "startup_s": round(startup, 2)})


if __name__ == "__main__":
    main()
