#!/usr/bin/env python3
"""Compares a training step of wav2vec 2.0 base in `Train bench fine-tuning` with transformers on PyTorch.

usage: fine_tuning.py TRAIN_PROGRAM [--rounds N] [--threads 1 2] [--batch 4]

Both programs train everything but the convolutions at the start and a classifier on the mean over time, with AdamW, without
dropout, on clips of 3.5 s, with and without gradient checkpointing, in alternating order, each in its own process. Prints a
table with the medians of several rounds; ratios above 1 mean that Prosody is faster or needs less memory. Requires `pip
install torch transformers`.
"""

import argparse
import json
import statistics
import sys

from encoders import SAMPLES, peak_memory, run, timed


def peer(batch, threads, checkpointed):
    """Measures PyTorch in this process and prints the result as JSON."""
    import torch
    from encoder_models import transformers

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    rates = dict(hidden_dropout=0.0, attention_dropout=0.0, activation_dropout=0.0, layerdrop=0.0)
    config = transformers.Wav2Vec2Config(apply_spec_augment=False, **rates)
    model = transformers.Wav2Vec2Model(config).train()
    model.feature_extractor.requires_grad_(False)
    if checkpointed:
        model.gradient_checkpointing_enable()
    head = torch.nn.Linear(config.hidden_size, 8)
    parameters = [p for p in [*model.parameters(), *head.parameters()] if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=1e-5)
    x = torch.randn(batch, SAMPLES)
    labels = torch.randint(0, 8, (batch,))

    def step():
        loss = torch.nn.functional.cross_entropy(head(model(x).last_hidden_state.mean(1)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    print(json.dumps({"train_step_ms": timed(step), "peak_rss_mb": peak_memory()}))


def main():
    if sys.argv[1:2] == ["--peer"]:
        return peer(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--batch", type=int, default=4)
    options = parser.parse_args()
    print("| threads | checkpointing | | ms | MiB | speed ratio | memory ratio |")
    print("| ---: | --- | --- | ---: | ---: | ---: | ---: |")
    for threads in options.threads:
        for checkpointed in (False, True):
            name = "fine-tuning-checkpointed" if checkpointed else "fine-tuning"
            results = {"prosody": [], "torch": []}
            for _ in range(options.rounds):
                common = [str(options.batch), str(threads)]
                results["prosody"].append(
                    run([options.program, "bench", name, "--batch", common[0], "--threads", common[1], "--json"]))
                results["torch"].append(
                    run(
                        [sys.executable, __file__, "--peer", *common, str(int(checkpointed))],
                        {"OMP_NUM_THREADS": common[1]}))
            median = {
                name: {key: statistics.median(row[key] for row in rows) for key in ("train_step_ms", "peak_rss_mb")}
                for name, rows in results.items()
            }
            own = median["prosody"]
            for name, row in median.items():
                speed = row["train_step_ms"] / own["train_step_ms"]
                memory = row["peak_rss_mb"] / own["peak_rss_mb"]
                ratios = " | " if name == "prosody" else f"{speed:.2f} | {memory:.2f}"
                print(
                    f"| {threads} | {'yes' if checkpointed else 'no'} | {name} | {row['train_step_ms']:.0f} | {row['peak_rss_mb']:.0f} | {ratios} |",
                    flush=True)


main()
