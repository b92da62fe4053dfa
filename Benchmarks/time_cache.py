#!/usr/bin/env python3
"""Time features of all sound files of a folder with an empty cache and again with a full one.

    python3 Benchmarks/time_cache.py --train .build/release/Train FOLDER

Writes results/feature-cache.md.
"""
import argparse
import datetime
import os
import re
import resource
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def run(command):
    """Files, seconds of the clock and of the processors, and the peak memory in MB of one run."""
    def usage():
        return resource.getrusage(resource.RUSAGE_CHILDREN)
    before = usage()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit("error: " + done.stderr[-2000:])
    files, rate = map(int, re.search(r"(\d+) files, (\d+) a second", done.stderr).groups())
    after = usage()
    return files, rate, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss / 1024


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder")
    p.add_argument("--train", required=True, help="the program Train, built in release")
    p.add_argument("--threads", default="1,2", help="thread counts, with commas between")
    args = p.parse_args()
    pipeline = os.path.join(HERE, "pipelines", "sequence40x200.json")
    text = ["# Features with and without a cache", "", "",
            "| threads | cache | files a second | processor seconds | peak memory in MB | times the cold one |",
            "| ---: | --- | ---: | ---: | ---: | ---: |"]
    for threads in args.threads.split(","):
        with tempfile.TemporaryDirectory() as folder:
            command = [args.train, "features", args.folder, "--pipeline", pipeline, "--threads", threads,
                       "--cache", os.path.join(folder, "cache"), "--out", os.path.join(folder, "out.npy")]
            cold = None
            for state in ("cold", "warm"):
                files, rate, seconds, memory = run(command)
                cold = cold or rate
                text.append(f"| {threads} | {state} | {rate} | {seconds:.2f} | {memory:.0f} | {rate / cold:.1f} |")
                print(text[-1], flush=True)
    text[2] = (f"{datetime.date.today()}. `Train features --cache` over {files} files to MFCC 40 x 200 "
               "(`pipelines/sequence40x200.json`), written as one array. Made by `time_cache.py`.\n")
    with open(os.path.join(HERE, "results", "feature-cache.md"), "w") as file:
        file.write("\n".join(text) + "\n")


if __name__ == "__main__":
    main()
