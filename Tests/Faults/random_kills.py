#!/usr/bin/env python3
"""Kills the program at random moments, and checks that the same command then ends with the files of an undisturbed run.

usage: random_kills.py PROGRAM [--kills N] [--seed N] [--scenario NAME]...

The scenarios are those of inject_faults.py, in turn: a run, a search, an ablation study, an export, a feature table with the
feature cache, and an import. A command is started again until it ends by itself, and is killed up to eight times. The same
seed gives the same moments, as fractions of the time of the undisturbed command. The scenario "serve" kills the server while
it predicts: the next server must give the same prediction, the files of the run must be the same, and no decoder may be left.
Prints a table; the exit status is 1 if a case failed.
"""
import argparse
import http.client
import json
import math
import pathlib
import random
import re
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from inject_faults import CONFIG, MODEL, RUN, SCENARIOS, Scenario, difference, digests, place_for, refuses_finished

MOST_KILLS = 8
SERVE = Scenario("serve", CONFIG % (MODEL, ""),
                 ["serve", "--model", "runs/tiny", "--runs", "runs", "--port", "0", "--threads", "1"], None, RUN)


def start(program, place, command):
    return subprocess.Popen([program, *command], cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE)


def errors_of(process):
    """What a process that is no longer disturbed writes until it ends. The limit of an hour allows for a busy machine."""
    try:
        return process.communicate(timeout=3600)[1].decode(errors="replace")
    except subprocess.TimeoutExpired:
        process.kill()
        return f"no end: {process.communicate()[1].decode(errors='replace')}"


def run(program, place, command):
    process = start(program, place, command)
    errors = errors_of(process)
    return errors, process.returncode


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
        errors = errors_of(process)
        if process.returncode == 0 or refuses_finished(errors):
            break
        if not is_killed:
            return kills, f"status {process.returncode}: {errors[-300:]}"
        command = scenario.again
    found = digests(place)
    if found != reference:
        return kills, f"other files: {difference(found, reference)}"
    return kills, None


def sound():
    """An AU file of one second, which is decoded in a child process."""
    samples = b"".join(struct.pack(">h", int(9000 * math.sin(i * i / 40000))) for i in range(16000))
    return b".snd" + struct.pack(">5I", 24, len(samples), 3, 16000, 1) + samples


def predicted(address):
    request = urllib.request.Request(address + "api/predict?attention=0", sound(), {"Content-Type": "audio/basic"})
    with urllib.request.urlopen(request, timeout=120) as reply:
        return [one["probabilities"] for one in json.load(reply)["predictions"]]


def start_server(program, place):
    return subprocess.Popen([program, *SERVE.command], cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True)


def address_of(server):
    """The address that a server prints when it listens; None if it was killed before."""
    return next((found.group() for line in server.stdout if (found := re.search(r"http://\S+/", line))), None)


def running_decoders(*selection):
    """The process ids of decoders that have not ended."""
    lines = subprocess.run(["ps", "-o", "pid=,stat=,comm=", *selection], capture_output=True, text=True).stdout.splitlines()
    found = [line.split(None, 2) for line in lines]
    return [number for number, state, name in found if name.startswith("prosody-decoder") and state[0] != "Z"]


def serve_case(program, place, length, draws, expected):
    """Kills a server at a random moment, while it starts or predicts; returns what is wrong, or None."""
    before, decoders = digests(place), []
    server = start_server(program, place)

    def kill():
        time.sleep(draws.random() * length)
        decoders.extend(running_decoders("--ppid", str(server.pid)))
        server.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    address, complaint = address_of(server), None
    while address and not complaint:
        try:
            found = predicted(address)
        except (OSError, ValueError, http.client.HTTPException):
            break  # the server has been killed
        if found != expected:
            complaint = f"predicted {found}"
    killer.join()
    server.communicate()
    deadline = time.monotonic() + 60
    while decoders and (decoders := running_decoders("-p", ",".join(decoders))):
        if time.monotonic() > deadline:
            return f"left behind: decoder {', '.join(decoders)}"
        time.sleep(0.05)
    if digests(place) != before:
        return f"other files: {difference(digests(place), before)}"
    return complaint


def kill_servers(program, folder, kills, draws):
    """The number of cases that failed."""
    place = place_for(SERVE, folder, lambda place, command: run(program, place, command))
    begin = time.monotonic()
    server = start_server(program, place)
    expected = predicted(address_of(server))
    length = 2 * (time.monotonic() - begin)
    server.terminate()
    server.communicate(timeout=120)
    failed = 0
    for number in range(1, kills + 1):
        if complaint := serve_case(program, place, length, draws, expected):
            failed += 1
            print(f"FAILED: serve, case {number}: {complaint}", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--scenario", action="append", choices=[scenario.name for scenario in [*SCENARIOS, SERVE]])
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.program).resolve())
    scenarios = [one for one in [*SCENARIOS, SERVE] if not arguments.scenario or one.name in arguments.scenario]
    print(f"seed {arguments.seed}")
    failures = 0
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder).resolve()
        for number, scenario in enumerate(scenarios):
            share = arguments.kills // len(scenarios) + (number < arguments.kills % len(scenarios))
            draws = random.Random(f"{arguments.seed} {scenario.name}")
            if scenario is SERVE:
                failed = kill_servers(program, folder, share, draws)
                failures += failed
                rows.append(f"| {scenario.name} | {share} | {share} | {failed} |")
                print(f"{scenario.name}: {share} kills, {failed} failed", flush=True)
                continue
            place = place_for(scenario, folder, lambda place, command: run(program, place, command))
            begin = time.monotonic()
            errors, status = run(program, place, scenario.command)
            length = time.monotonic() - begin
            if status != 0:
                sys.exit(f"error: the undisturbed scenario \"{scenario.name}\" failed:\n{errors}")
            reference = digests(place)
            kills = cases = failed = 0
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
