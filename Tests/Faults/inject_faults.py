#!/usr/bin/env python3
"""Makes each file operation of the program fail once, or kills the program there, and checks that nothing is lost.

usage: inject_faults.py PROGRAM [--scenario NAME]... [--operation KIND]... [--every K] [--first I] [--kill] [--names]

A first, undisturbed run of a scenario counts its file operations: opening, creating, writing, flushing, naming, renaming,
removing. Then operation 1, 1 + K, 1 + 2 K, ... fails, each in a run of its own: no space left, an input/output error, no
permission, or a write that stops halfway, in turn. With --operation, only operations of a kind fail. With --kill, the program
is killed there instead. With --names, unnamed files (O_TMPFILE) are not supported. A case fails if

- the program ends with a signal, takes a minute and ten times as long as an undisturbed one, or fails without an error message,
- it ends with status 0 and other files than the undisturbed run,
- the same command (with the option that resumes, if it has one) does not end with the files of the undisturbed run,
- or a temporary file is left behind.

Requires a C compiler (cc, gcc or clang). Prints a table; the exit status is 1 if a case failed.
"""
import argparse
import errno
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
MODEL = """[{"type": "feature_norm"}, {"type": "gru", "units": 4}, {"type": "attention", "units": 4},
    {"type": "dense", "units": "classes"}]"""
CONFIG = """{
    "name": "tiny",
    "data": {"source": {"type": "synthetic", "speakers": 6, "repetitions": 1}},
    "split": {"type": "grouped", "by": "speaker", "test": 2, "validation": 1},
    "features": {"sample_rate": 8000, "layout": {"type": "sequence", "frames": 40,
        "features": [{"type": "mfcc", "n_mfcc": 8, "n_fft": 256, "hop_length": 256, "n_mels": 16}]}},
    "model": %s,
    "training": {"batch_size": 16, "epochs": 2, "save_every_seconds": 0.001}%s
}"""
SWEEP = ', "sweep": {"variants": {"wide": {"set": {"model[1].units": 5}}}}'
SEARCH = ', "search": {"method": {"type": "grid"}, "folds": 2, "parameters": {"model[1].units": [3, 4]}}'
KINDS = {
    "write": [errno.ENOSPC, errno.EIO, "short"],
    "create": [errno.ENOSPC, errno.EACCES, errno.EIO],
    "open": [errno.EACCES, errno.EIO],
    "mkdir": [errno.ENOSPC, errno.EACCES],
    "sync": [errno.EIO, errno.ENOSPC],
    "link": [errno.ENOSPC, errno.EIO],
    "rename": [errno.EIO, errno.ENOSPC],
    "truncate": [errno.EIO],
    "unlink": [errno.EACCES],
}
# Files whose contents depend on the time or on the machine.
VOLATILE = {"timing.jsonl", "environment.json", "test-reads.jsonl", "lock", "usage", "stamps", "report.html", "log.txt"}


class Scenario:
    """Commands of the program in a folder: what is prepared, what is disturbed, and what repeats it."""

    def __init__(self, name, config, command, again=None, prepare=None):
        self.name, self.config, self.command, self.again, self.prepare = name, config, command, again or command, prepare


RUN = ["run", "config.json", "--runs", "runs", "--cache", "cache", "--quiet", "--threads", "1"]
SCENARIOS = [
    Scenario("run", CONFIG % (MODEL, ""), RUN, RUN + ["--finish"]),
    Scenario("search", CONFIG % (MODEL, SEARCH), RUN, RUN + ["--finish"]),
    Scenario("ablate", CONFIG % (MODEL, SWEEP),
             ["ablate", "config.json", "--runs", "runs", "--cache", "cache", "--jobs", "1"],
             ["ablate", "config.json", "--runs", "runs", "--cache", "cache", "--jobs", "1"]),
    Scenario("export", CONFIG % (MODEL, ""), ["export", "runs/tiny", "--out", "exported"], None, RUN),
    Scenario("features", CONFIG % (MODEL, ""), ["features", "config.json", "--out", "x.npy", "--cache", "cache"]),
    Scenario("import", CONFIG % (MODEL, ""),
             ["import", str(HERE.parent / "EncodersTests/Fixtures/wav2vec2"), "--out", "encoder.safetensors"]),
]


def build(folder):
    compiler = next((c for c in ("cc", "gcc", "clang") if shutil.which(c)), None)
    if compiler is None:
        sys.exit("error: no C compiler found; install gcc or clang")
    library = folder / "faults.so"
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, HERE / "faults.c", "-ldl"], check=True)
    return library


def digests(folder):
    """The SHA-256 of each file below a folder that does not depend on the time, apart from the cache."""
    found = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if not path.is_file() or path.name in VOLATILE or relative.parts[0] == "cache" or "tfevents" in path.name:
            continue
        if "state" in relative.parts or "logs" in relative.parts or path.suffix in (".svg", ".html"):
            continue
        found[str(relative)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def place_for(scenario, folder, start):
    """A new folder in which the command of a scenario can be started. It is prepared once and then copied."""
    place, prepared = folder / "place", folder / f"prepared-{scenario.name}"
    shutil.rmtree(place, ignore_errors=True)
    if prepared.exists():
        shutil.copytree(prepared, place)
        return place
    place.mkdir()
    (place / "config.json").write_text(scenario.config)
    if scenario.prepare:
        start(place, scenario.prepare)
    shutil.copytree(place, prepared)
    return place


class Bench:
    def __init__(self, program, library, folder, needs_names):
        self.program, self.library, self.folder, self.needs_names = program, library, folder, needs_names
        self.seconds = None  # until the program is stopped

    def place(self, scenario):
        return place_for(scenario, self.folder, self.start)

    def start(self, place, command, at=0, kind=None, log=None):
        counter = self.folder / "counter"
        counter.write_bytes(bytes(8))
        surroundings = {**os.environ, "LD_PRELOAD": str(self.library), "FAULT_ROOT": str(place) + "/",
                        "FAULT_COUNTER": str(counter), "FAULT_AT": str(at), "SWIFT_BACKTRACE": "enable=no"}
        if kind is not None:
            surroundings["FAULT_KIND"] = str(kind)
        if self.needs_names:
            surroundings["FAULT_NAMES"] = "1"
        if log:
            surroundings["FAULT_LOG"] = str(log)
        return subprocess.run([self.program, *command], cwd=place, env=surroundings, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=self.seconds)

    def undisturbed(self, scenario):
        """The digests of an undisturbed run, and its operations: (kind, path)."""
        place, log = self.place(scenario), self.folder / "log"
        log.write_text("")
        self.seconds, begin = None, time.monotonic()
        done = self.start(place, scenario.command, log=log)
        self.seconds = max(60, 10 * (time.monotonic() - begin))
        if done.returncode != 0:
            sys.exit(f"error: the undisturbed scenario \"{scenario.name}\" failed:\n{done.stderr}")
        operations = [line.split(" ", 2)[1:] for line in log.read_text(errors="replace").splitlines()]
        return digests(place), [(operation, path.removeprefix(str(place) + "/")) for operation, path in operations]

    def complaint(self, scenario, reference, at, kind):
        """What is wrong after a fault; None if nothing. The second value tells whether the program went on."""
        place = self.place(scenario)
        try:
            done = self.start(place, scenario.command, at, kind)
        except subprocess.TimeoutExpired:
            return "no end", False
        if kind != "kill":
            if done.returncode < 0 or done.returncode > 128:
                return f"ended with {done.returncode}: {done.stderr[-300:]}", False
            if done.returncode == 0 and digests(place) != reference:
                return f"status 0 with other files: {difference(digests(place), reference)}", True
            if done.returncode != 0 and not done.stderr.strip():
                return f"status {done.returncode} without a message", False
        try:
            again = self.start(place, scenario.again)
        except subprocess.TimeoutExpired:
            return "repeated: no end", False
        if again.returncode != 0:
            if done.returncode != 0 or not refuses_finished(again.stderr + again.stdout):
                return f"repeated: status {again.returncode}: {again.stderr[-300:]}", False
        if digests(place) != reference:
            return f"repeated: other files: {difference(digests(place), reference)}", done.returncode == 0
        left = [str(path.relative_to(place)) for path in place.rglob(".writing-*") if "cache" not in path.parts]
        if left:
            return f"left behind: {', '.join(left)}", done.returncode == 0
        return None, done.returncode == 0


def refuses_finished(text):
    """Whether a command refused to begin again, because it had finished."""
    return "finished" in text or "found an existing file" in text


def difference(found, reference):
    names = sorted(name for name in found.keys() | reference.keys() if found.get(name) != reference.get(name))
    return ", ".join(f"{name} ({'missing' if name not in found else 'extra' if name not in reference else 'changed'})"
                     for name in names[:6])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--scenario", action="append", choices=[scenario.name for scenario in SCENARIOS])
    parser.add_argument("--operation", action="append", choices=list(KINDS))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--names", action="store_true")
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.program).resolve())
    rows, failures = [], 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder).resolve()
        bench = Bench(program, build(folder), folder, arguments.names)
        for scenario in SCENARIOS:
            if arguments.scenario and scenario.name not in arguments.scenario:
                continue
            reference, operations = bench.undisturbed(scenario)
            tried = failed = went_on = 0
            wanted = [at for at, (operation, _) in enumerate(operations, 1)
                      if at >= arguments.first and operation in (arguments.operation or KINDS)]
            for number, at in enumerate(wanted[::arguments.every]):
                operation, path = operations[at - 1]
                kinds = ["kill"] if arguments.kill else KINDS[operation]
                kind = kinds[number % len(kinds)]
                complaint, is_tolerated = bench.complaint(scenario, reference, at, kind)
                tried += 1
                went_on += is_tolerated
                if complaint:
                    failed += 1
                    word = kind if isinstance(kind, str) else errno.errorcode[kind]
                    print(f"{scenario.name} {at}: {operation} {path}, {word}: {complaint}", flush=True)
            failures += failed
            rows.append((scenario.name, len(operations), tried, went_on, failed))
            print(f"{scenario.name}: {len(operations)} operations, {tried} tried, {failed} failed", flush=True)
    print("\n| scenario | file operations | tried | program went on | failed |\n| --- | ---: | ---: | ---: | ---: |")
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
