#!/usr/bin/env python3
"""Runs `Train features` with random feature pipelines, drawn from the program's own schema, on random recordings.

usage: random_pipelines.py PROGRAM [--number N] [--seed S] [--seconds S] [--memory GB] [--keep FOLDER]

Each number is drawn from its range in the schema, from its default, or from the extremes of what JSON can express. A case
fails if the program ends with a signal, writes a number that is not finite, takes longer than the limit, or fails without
an error message. Failing pipelines are written to FOLDER. The exit status is 1 if a case failed.
"""
import argparse
import array
import json
import math
import os
import random
import resource
import struct
import subprocess
import sys
import tempfile
import wave

EXTREMES = [0, 1, -1, 2, 3, 7, 0.5, 1e-9, 5e-324, 1e308, -1e308, 2**31, 2**53, 2**62, 2**63 - 1, -(2**62), 1e19, 0.1, 1000]


class Generator:
    def __init__(self, schema, draw):
        self.definitions = schema["$defs"]
        self.draw = draw
        self.boldness = 0.3

    def resolve(self, schema):
        while "$ref" in schema:
            schema = {**self.definitions[schema["$ref"].rsplit("/", 1)[1]], **{k: v for k, v in schema.items() if k != "$ref"}}
        return schema

    def value(self, schema, depth=0):
        schema = self.resolve(schema)
        draw = self.draw
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                options = [one for one in schema[choice] if one.get("type") != "null" or draw.random() < 0.3]
                return self.value(draw.choice(options or schema[choice]), depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return draw.choice(schema["enum"])
        if "allOf" in schema:
            return self.tagged(schema, depth)
        kind = schema.get("type", "null")
        if isinstance(kind, list):
            kind = draw.choice(kind)
        if kind == "object":
            return self.object(schema, depth)
        if kind == "array":
            low, high = schema.get("minItems", 0), schema.get("maxItems", schema.get("minItems", 0) + 2)
            return [self.value(schema.get("items", {"type": "number"}), depth + 1) for _ in range(draw.randint(low, max(low, min(high, low + 2))))]
        if kind in ("integer", "number"):
            return self.number(schema, kind)
        if kind == "boolean":
            return draw.random() < 0.5
        if kind == "string":
            return schema.get("default") or "hann"
        return None

    def number(self, schema, kind):
        draw = self.draw
        if draw.random() < self.boldness:
            extreme = draw.choice(EXTREMES)
            return int(extreme) if kind == "integer" and abs(extreme) < 1e30 else extreme
        low = schema.get("minimum", schema.get("exclusiveMinimum"))
        high = schema.get("maximum", schema.get("exclusiveMaximum"))
        if draw.random() < 0.3:
            edges = [edge for edge in (low, high, schema.get("default")) if isinstance(edge, (int, float))]
            if edges:
                return draw.choice(edges)
        base = schema.get("default")
        base = base if isinstance(base, (int, float)) and base else 10
        found = abs(base) * 10 ** draw.uniform(-1.5, 1.5)
        found = max(found, low) if low is not None else found
        found = min(found, high) if high is not None else found
        return int(found) if kind == "integer" else found

    def object(self, schema, depth):
        found = {}
        for key, value in schema.get("properties", {}).items():
            if key in schema.get("required", []) or self.draw.random() < 0.35:
                found[key] = self.value(value, depth + 1)
        return found

    def tagged(self, schema, depth):
        """An object whose keys depend on its "type"."""
        branches = [branch["then"] for branch in schema["allOf"] if "then" in branch]
        tests = [branch["if"] for branch in schema["allOf"] if "if" in branch]
        index = self.draw.randrange(len(branches))
        names = tests[index]["properties"]["type"]
        return {"type": names["const"] if "const" in names else self.draw.choice(names["enum"]), **self.object(self.resolve(branches[index]), depth + 1)}


def recordings(folder, draw):
    """Recordings that are usual, silent, constant, a single sample, and full of clipped noise."""
    for index, (rate, samples) in enumerate([
        (16000, [int(8000 * math.sin(i * 0.06) * math.sin(i * 0.001)) for i in range(24000)]),
        (16000, [0] * 8000), (8000, [1000] * 3000), (16000, [5]),
        (22050, [draw.choice((-32768, 32767)) for _ in range(20000)]),
    ]):
        with wave.open(f"{folder}/{index}.wav", "wb") as file:
            file.setnchannels(1), file.setsampwidth(2), file.setframerate(rate)
            file.writeframes(array.array("h", samples).tobytes())


def holds_numbers_that_are_not_finite(path):
    with open(path, "rb") as file:
        data = file.read()
    start = 10 + struct.unpack("<H", data[8:10])[0]
    return not all(map(math.isfinite, array.array("f", data[start:])))


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:], add_help=True)
    parser.add_argument("program")
    parser.add_argument("--number", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--memory", type=float, default=6)
    parser.add_argument("--keep", default="failing-pipelines")
    options = parser.parse_args()
    program = os.path.abspath(options.program)
    schema = json.loads(subprocess.run([program, "schema"], capture_output=True, check=True).stdout)
    limit = int(options.memory * 2**30)
    failures, accepted = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/sounds")
        recordings(f"{folder}/sounds", random.Random(options.seed))
        for index in range(options.number):
            draw = random.Random(options.seed * 1_000_003 + index)
            generator = Generator(schema, draw)
            generator.boldness = draw.choice((0, 0.05, 0.3))
            pipeline = generator.value({"$ref": "#/$defs/FeaturePipeline"})
            with open(f"{folder}/p.json", "w") as file:
                json.dump(pipeline, file)
            out = f"{folder}/x.npy"
            if os.path.exists(out):
                os.remove(out)
            try:
                done = subprocess.run(
                    [program, "features", f"{folder}/sounds", "--pipeline", f"{folder}/p.json", "--out", out],
                    capture_output=True, timeout=options.seconds,
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
                text = done.stderr.decode(errors="replace")
                problem = None
                if done.returncode < 0 or done.returncode >= 128 or "Fatal error" in text:
                    problem = f"ended with {done.returncode}: {text.strip()[-200:]}"
                elif done.returncode and "error" not in text:
                    problem = f"status {done.returncode} without an error message"
                elif done.returncode == 0 and os.path.exists(out) and holds_numbers_that_are_not_finite(out):
                    problem = "numbers that are not finite"
                accepted += os.path.exists(out)
            except subprocess.TimeoutExpired:
                problem = f"takes longer than {options.seconds:g} s"
            if problem:
                failures += 1
                os.makedirs(options.keep, exist_ok=True)
                with open(f"{options.keep}/{options.seed}-{index}.json", "w") as file:
                    json.dump(pipeline, file)
                print(f"{options.seed}-{index}: {problem}: {json.dumps(pipeline)[:400]}", flush=True)
    print(f"{options.number} pipelines with seed {options.seed}, {accepted} computed, {failures} failures")
    sys.exit(1 if failures else 0)


main()
