#!/usr/bin/env python3
"""Kills the program at random moments, and checks that the same command then ends with the files of an undisturbed run.

usage: random_kills.py PROGRAM [--kills N] [--seed N] [--scenario NAME]...

The scenarios are those of inject_faults.py, in turn: a run, a search, an ablation study, an export and a feature table. A
command is started again until it ends by itself, and is killed up to eight times. The same seed gives the same moments, as
fractions of the time of the undisturbed command. Prints a table; the exit status is 1 if a case failed.
"""
import argparse
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

from inject_faults import SCENARIOS, difference, digests, place_for

MOST_KILLS = 8


def start(program, place, command):
    return subprocess.Popen([program, *command], cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE)


def run(program, place, command):
    process = start(program, place, command)
    return process.communicate(timeout=120)[1].decode(errors="replace"), process.returncode


def case(program, folder, scenario, reference, length, draws, most):
    """Kills one command until it has ended; returns the number of kills, and what is wrong, or None."""
    place = place_for(scenario, folder, lambda place, command: run(program, place, command))
    kills = 0
    command = scenario.command
    while True:
        process = start(program, place, command)
        is_killed = False
        if kills < min(most, MOST_KILLS):
            time.sleep(draws.random() * length)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                is_killed = True
                kills += 1
        errors = process.communicate(timeout=120)[1].decode(errors="replace")
        if process.returncode == 0 or "finished" in errors:
            break
        if not is_killed:
            return kills, f"status {process.returncode}: {errors[-300:]}"
        command = scenario.again
    found = digests(place)
    if found != reference:
        return kills, f"other files: {difference(found, reference)}"
    return kills, None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--scenario", action="append", choices=[scenario.name for scenario in SCENARIOS])
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.program).resolve())
    scenarios = [one for one in SCENARIOS if not arguments.scenario or one.name in arguments.scenario]
    print(f"seed {arguments.seed}")
    failures = 0
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder).resolve()
        for number, scenario in enumerate(scenarios):
            place = place_for(scenario, folder, lambda place, command: run(program, place, command))
            begin = time.monotonic()
            errors, status = run(program, place, scenario.command)
            length = time.monotonic() - begin
            if status != 0:
                sys.exit(f"error: the undisturbed scenario \"{scenario.name}\" failed:\n{errors}")
            reference = digests(place)
            share = arguments.kills // len(scenarios) + (number < arguments.kills % len(scenarios))
            kills = cases = failed = 0
            draws = random.Random(f"{arguments.seed} {scenario.name}")
            while kills < share:
                done, complaint = case(program, folder, scenario, reference, length, draws, share - kills)
                kills += done
                cases += 1
                if complaint:
                    failed += 1
                    print(f"FAILED: {scenario.name}, case {cases}: {complaint}", flush=True)
            failures += failed
            rows.append(f"| {scenario.name} | {kills} | {cases} | {failed} |")
            print(f"{scenario.name}: {kills} kills, {cases} commands, {failed} failed", flush=True)
    print("\n| scenario | kills | commands | failed |\n| --- | ---: | ---: | ---: |")
    print("\n".join(rows))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
