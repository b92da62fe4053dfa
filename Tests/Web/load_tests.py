#!/usr/bin/env python3
"""Tests `Train serve` under load and with malformed input: connects to the built program with the standard library and wrk.

usage: load_tests.py PROGRAM [--seconds N] [TEST ...]

Prints the measurements of every test, and exits with status 1 if one fails. The time limits assume an idle machine.
--seconds is the duration of the test with wrk (default: 60).
"""
import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import random
import re
import select
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import traceback

from browser_tests import ROOT, check, write_wav

MODEL = os.path.join(ROOT, "Models/speech-emotion.safetensors")


class Program:
    """A running `Train serve`, with folders of its own."""

    def __init__(self, program, folder):
        self.folder = tempfile.mkdtemp(dir=folder)
        for name in ("runs", "tmp"):
            os.mkdir(f"{self.folder}/{name}")
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            [program, "serve", "--model", MODEL, "--runs", self.folder + "/runs", "--port", "0"],
            stdout=subprocess.PIPE, text=True, cwd=self.folder, env={**os.environ, "TMPDIR": self.folder + "/tmp"})
        self.address = self.process.stdout.readline().strip()
        self.seconds_to_address = time.perf_counter() - begin
        self.port = int(re.search(r":(\d+)/", self.address).group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
        self.process.stdout.close()

    def connect(self, timeout=30):
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def ask(self, request):
        """Sends a request on a connection of its own, and returns the status and the body."""
        with self.connect() as link:
            link.sendall(request)
            return answer(link)

    def health(self):
        return json.loads(self.ask(get("/api/health"))[1])

    def memory(self):
        """The resident memory in MB."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024

    def files(self):
        """What is in the folders that the program could write to."""
        places = [self.folder, "/tmp", "/var/tmp", "/dev/shm"]
        return {place: sorted(os.listdir(place)) for place in places if os.path.isdir(place)} | {
            "below": sorted(os.path.join(parent, name) for parent, _, names in os.walk(self.folder) for name in names)}


def get(path, *fields):
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *fields, "", ""]).encode()


def post(path, body, kind="audio/wav", length=None):
    size = len(body) if length is None else length
    return (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {size}\r\n\r\n").encode() + body


def answer(link):
    """Reads an answer of known length, and returns its status and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = link.recv(1 << 16)
        if not part:
            raise ConnectionError(f"no answer: {data[:80]}")
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    size = int(re.search(rb"content-length: (\d+)", head, re.I).group(1))
    while len(body) < size:
        part = link.recv(1 << 16)
        if not part:
            raise ConnectionError("the response is incomplete")
        body += part
    return int(head.split()[1]), body


def milliseconds(seconds):
    """The median and the 99th percentile."""
    ordered = sorted(seconds)
    return statistics.median(ordered) * 1e3, ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1e3


def shown(name, seconds):
    median, high = milliseconds(seconds)
    return f"{name}: median {median:.1f} ms, p99 {high:.1f} ms"


class Context:
    def __init__(self, program, folder, seconds):
        self.program, self.folder, self.seconds = program, folder, seconds
        self.wav = {}
        for length in (0.5, 2.5):
            path = f"{folder}/{length}.wav"
            write_wav(path, length)
            with open(path, "rb") as file:
                self.wav[length] = file.read()
        # 10 minutes
        head, samples = self.wav[2.5][:44], self.wav[2.5][44:] * 240
        sizes = [(size + len(samples)).to_bytes(4, "little") for size in (36, 0)]
        self.wav[600] = head[:4] + sizes[0] + head[8:40] + sizes[1] + samples

    def start(self):
        server = Program(self.program, self.folder)
        server.ask(post("/api/predict", self.wav[2.5]))  # waits until the model is loaded
        return server


def startup(context):
    """From the start of the process to its address, to the first answer, and to the first prediction."""
    times = []
    for _ in range(20):
        begin = time.perf_counter()
        with Program(context.program, context.folder) as server:
            server.health()
            answered = time.perf_counter() - begin
            server.ask(post("/api/predict", context.wav[0.5]))
            times.append((server.seconds_to_address, answered, time.perf_counter() - begin))
    address, first, prediction = zip(*times)
    for name, values in (("address", address), ("first answer", first), ("first prediction", prediction)):
        print(f"  {name}: median {statistics.median(values) * 1e3:.1f} ms, maximum {max(values) * 1e3:.1f} ms")
    check(max(first) < 0.1, "the first answer takes 100 ms or more")


async def hold(port, opening, ended, count):
    """A client that sends a byte per second, and connects again when it is cut off."""
    while not ended.is_set():
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        count[0] += 1
        try:
            writer.write(opening)
            while not ended.is_set():
                writer.write(b"a")
                await writer.drain()
                await asyncio.sleep(1)
                if reader.at_eof():
                    break
        except OSError:
            pass
        finally:
            count[0] -= 1
            writer.close()


def slowloris(port, clients, connected, finish):
    """Runs in a process of its own."""
    async def main():
        ended, count = asyncio.Event(), [0]
        head = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "
        body = post("/api/predict", b"", length=1 << 20)
        tasks = []
        for number in range(clients):
            tasks.append(asyncio.create_task(hold(port, body if number % 2 else head, ended, count)))
            if number % 100 == 99:
                await asyncio.sleep(0.05)
        while not finish.is_set():
            connected.value = count[0]
            await asyncio.sleep(0.1)
        ended.set()
        await asyncio.gather(*tasks)
    asyncio.run(main())


def slow_clients(context):
    """2,000 connections of one client send a byte per second, in heads and in bodies; ordinary requests are not slowed down."""
    def measure(server, seconds):
        times = {"health": [], "prediction": []}
        requests = {"health": get("/api/health"), "prediction": post("/api/predict?attention=0", context.wav[0.5])}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for name, request in requests.items():
                begin = time.perf_counter()
                status, body = server.ask(request)
                times[name].append(time.perf_counter() - begin)
                check(status == 200, f"{name}: {status} {body[:200]}")
                time.sleep(0.02)
        return times

    with context.start() as server:
        quiet = measure(server, 10)
        connected, finish = multiprocessing.Value("i", 0), multiprocessing.Event()
        attack = multiprocessing.Process(target=slowloris, args=(server.port, 2000, connected, finish))
        attack.start()
        try:
            end = time.monotonic() + 15
            while server.health()["connections"] < 2000 and time.monotonic() < end:
                time.sleep(0.1)
            memory = server.memory()
            busy = measure(server, 25)  # longer than the time-outs, so that all connect again
            held = server.health()["connections"]
        finally:
            finish.set()
            attack.join(timeout=20)
            attack.kill()
        for name in quiet:
            print(f"  {shown(name, quiet[name])}; with {held - 1:,} slow connections {shown(name, busy[name])}")
        print(f"  memory with them: {memory:.0f} MB")
        check(held > 1900, f"only {held} connections")
        for name, values in busy.items():
            check(milliseconds(values)[1] < 50, f"{name}: the 99th percentile is 50 ms or more")


def wrk(server, script, path, connections, seconds):
    """Runs wrk and returns its report."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--latency", "--timeout", "30s"]
    command += ["-s", script] if script else []
    return subprocess.run([*command, server.address + path], capture_output=True, text=True, check=True).stdout


def full_load(context):
    """wrk keeps all workers and the queue busy; memory stays flat, and nothing but 429 is refused beyond the queue."""
    check(shutil.which("wrk"), "wrk is missing: apt-get install wrk")
    script = f"{context.folder}/post.lua"
    with open(script, "w") as file:
        file.write(f"""
            local file = io.open("{context.folder}/2.5.wav", "rb")
            wrk.body = file:read("*a")
            wrk.method = "POST"
            wrk.headers["Content-Type"] = "audio/wav"
            """)
    def summary(report):
        rate = re.search(r"Requests/sec:\s+([\d.]+)", report).group(1)
        latency = ", ".join(f"{share} {time_}" for share, time_ in re.findall(r"\s(50%|99%)\s+(\S+)", report))
        return f"{rate} requests/s, {latency}"

    with context.start() as server:
        wrk(server, script, "api/predict", 64, 10)
        idle(server)
        before = server.memory()
        report = wrk(server, script, "api/predict", 64, context.seconds)
        after = server.memory()
        print(f"  predictions, 64 connections, {context.seconds} s: {summary(report)}; memory {before:.1f} MB before, {after:.1f} MB after")
        check("Non-2xx" not in report and "Socket errors" not in report, report)
        check(after < before * 1.1 + 8, f"memory has grown from {before:.1f} to {after:.1f} MB")
        report = wrk(server, script, "api/predict", 400, 10)
        refused = int(re.search(r"Non-2xx or 3xx responses: (\d+)", report).group(1))
        total = int(re.search(r"(\d+) requests in", report).group(1))
        print(f"  400 connections: {total - refused} answered and {refused} refused with 429; memory {server.memory():.1f} MB")
        check("Socket errors" not in report and total > refused, report)
        check(server.memory() < before * 1.5 + 32, f"memory: {server.memory():.1f} MB")
        for path in ("api/health", "style.css"):
            report = wrk(server, None, path, 64, 5)
            print(f"  {path}, 64 connections: {summary(report)}")
            check("Non-2xx" not in report and "Socket errors" not in report, report)
        health = server.health()
        check(health["connections"] == 1 and health["queued_requests"] == 0, str(health))


def idle(server):
    """Waits until the requests of clients that are gone have left the queue."""
    end = time.monotonic() + 30
    while (health := server.health())["queued_requests"] or health["busy_workers"] > 1:
        check(time.monotonic() < end, f"the server is still busy: {health}")
        time.sleep(0.1)


def stop_under_load(context):
    """SIGTERM under load loses no answer to a request that the server has accepted."""
    rounds, clients = 10, 48
    total = {"answered": 0, "refused": 0, "lost": 0}

    async def client(server, number, counts):
        requests = [get("/api/health"), post("/api/predict?attention=0", context.wav[0.5]), get("/style.css")]
        reader = writer = None
        for turn in range(10_000):
            if writer is None:
                try:
                    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                except OSError:
                    return
            try:
                writer.write(requests[(number + turn) % 3])
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(re.search(rb"content-length: (\d+)", head, re.I).group(1)))
                status = int(head.split()[1])
                counts["answered" if status == 200 else "refused" if status == 429 else "lost"] += 1
                closes = b"connection: close" in head.lower()
            except (OSError, asyncio.IncompleteReadError) as error:
                counts["lost"] += 1
                counts.setdefault("errors", []).append(repr(error))
                return
            # Half of the clients keep their connections.
            if closes or number % 2:
                writer.close()
                writer = None

    async def one_round():
        with context.start() as server:
            counts = {"answered": 0, "refused": 0, "lost": 0}
            tasks = [asyncio.create_task(client(server, number, counts)) for number in range(clients)]
            await asyncio.sleep(1 + random.random() * 0.3)
            begin = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(asyncio.gather(*tasks), 30)
            status = await asyncio.to_thread(server.process.wait, 15)
            check(status == 0, f"the exit status is {status}")
            return counts, time.monotonic() - begin

    longest, errors = 0, []
    for _ in range(rounds):
        counts, seconds = asyncio.run(one_round())
        longest = max(longest, seconds)
        errors += counts.pop("errors", [])
        total = {name: total[name] + counts[name] for name in total}
    print(f"  {rounds} rounds, {clients} clients: {total['answered']:,} answered, {total['refused']} refused with 429, "
          f"{total['lost']} lost; at most {longest:.2f} s to the end")
    check(total["lost"] == 0, f"{total['lost']} answers are lost: {sorted(set(errors))}")


def kill_during_upload(context):
    """A program that is killed during uploads and predictions leaves no files, and its port is free at once."""
    with context.start() as server:
        before = server.files()
        links = []
        for number in range(8):
            link = server.connect()
            link.sendall(post("/api/predict", context.wav[600][: 9_000_000 if number % 2 else None], length=len(context.wav[600])))
            links.append(link)
        end = time.monotonic() + 10
        while server.health()["busy_workers"] < 2 and time.monotonic() < end:  # one is the question itself
            time.sleep(0.01)
        check(time.monotonic() < end, "no prediction has started")
        server.process.kill()
        server.process.wait()
        for link in links:
            link.close()
        after = server.files()
        check(before == after, f"files are left: {before} {after}")
        again = subprocess.Popen(
            [context.program, "serve", "--model", MODEL, "--port", str(server.port)], stdout=subprocess.PIPE, text=True, cwd=server.folder)
        check(again.stdout.readline().strip() == server.address, "the port is not free")
        again.kill()
        again.wait()
        again.stdout.close()
    print("  4 uploads and 4 predictions of 10 minutes killed: no files left in the temporary, shared-memory and working folders")


def early_end(context):
    """Clients that close their connections free their workers."""
    with context.start() as server:
        before, times = server.memory(), []
        for _ in range(5):
            links = [server.connect() for _ in range(16)]
            for link in links:
                link.sendall(post("/api/predict", context.wav[600]))
            end = time.monotonic() + 10
            while server.health()["busy_workers"] < 4 and time.monotonic() < end:
                time.sleep(0.01)
                check(time.monotonic() < end, "the workers are not busy")
            begin = time.perf_counter()
            for link in links:
                link.close()
            while True:
                health = server.health()
                if health["busy_workers"] <= 1 and health["queued_requests"] == 0:
                    break
                check(time.perf_counter() - begin < 10, f"after 10 s: {health}")
                time.sleep(0.005)
            times.append(time.perf_counter() - begin)
            status, _ = server.ask(post("/api/predict", context.wav[0.5]))
            check(status == 200, f"the next prediction has status {status}")
        open_files = len(os.listdir(f"/proc/{server.process.pid}/fd"))
        print(f"  all workers and the queue are free after {statistics.median(times):.2f} s, at most {max(times):.2f} s; "
              f"{open_files} open files; memory {before:.0f} MB before, {server.memory():.0f} MB after")
        check(max(times) < 4, "the workers stay busy")
        check(open_files < 40, f"{open_files} files are open")


def mutated(request, source):
    """Returns a request with bytes changed, removed, inserted, repeated or cut off."""
    data = bytearray(request)
    for _ in range(source.choice((1, 1, 2, 4, 16))):
        at, kind = source.randrange(len(data) + 1), source.randrange(7)
        if kind == 0 and at < len(data):
            data[at] = source.randrange(256)
        elif kind == 1:
            del data[at:at + source.randrange(1, 20)]
        elif kind == 2:
            data[at:at] = source.choice([b"\r\n", b"\n", b"\0", b"%00", b"..", b"/../", b"%2e%2e%2f", b":", b"-1", b"9" * 30, b"\xff" * 9, b"&", b"?"])
        elif kind == 3:
            data[at:at] = data[at:at + source.randrange(1, 200)]
        elif kind == 4 and at < len(data):
            data[at] ^= 1 << source.randrange(8)
        elif kind == 5:
            del data[at:]
        else:
            numbers = list(re.finditer(rb"\d+", data))
            if numbers:
                place = source.choice(numbers)
                data[place.start():place.end()] = source.choice([b"0", b"-1", b"1e308", b"nan", b"4294967296", b"18446744073709551616", b"0x10"])
        if not data:
            data = bytearray(b"G")
    return bytes(data)


def mutations(context):
    """10,000 mutated requests for all routes: no crash, no status 500, no growth."""
    form = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n" + context.wav[0.5] + b"\r\n--x\r\nContent-Disposition: form-data; name=\"window\"\r\n\r\n1.5\r\n--x--\r\n"
    socket_fields = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    frame = b"\x82\xfe\x10\x00abcd" + bytes(4096)
    corpus = [
        get("/"), get("/style.css", "If-None-Match: \"a\"", "Range: bytes=0-10"), get("/api/health"), get("/api/models"),
        get("/api/runs"), get("/api/runs/first"), get("/api/runs/first/events"), get("/api/runs/first/clips"),
        get("/api/openapi.json", "Accept-Encoding: gzip"), get("/api/predict?run=first&clip=a&attention=1"),
        post("/api/predict?name=a.wav&window=1.5&step=0.5&truncate=0&attention=1&model=speech-emotion", context.wav[0.5][:3000]),
        post("/api/predict?attention=0&saliency=gradient", context.wav[0.5]),
        post("/api/predict", form, "multipart/form-data; boundary=x"),
        post("/api/predict", context.wav[0.5]), post("/api/audio", context.wav[0.5]), post("/api/spectrogram", context.wav[0.5]), get("/api/differences?run=a&run=b"), get("/api/corpus?run=a"),
        get("/api/live?rate=16000&format=f32&model=speech-emotion", *socket_fields) + frame * 3,
        b"POST /api/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"10\r\n" + context.wav[0.5][:16] + b"\r\n0\r\n\r\n",
    ]
    source, statuses, failures = random.Random(1), {}, []
    with context.start() as server:
        for request in corpus:  # what is mutated is valid, or names what is missing
            server_answer = ask_whatever(server, request, patience=10)
            check(server_answer[:12] in (b"HTTP/1.1 200", b"HTTP/1.1 206", b"HTTP/1.1 404", b"HTTP/1.1 101", b"HTTP/1.1 422"), f"{request[:200]} {server_answer[:400]}")
        for _ in range(300):
            ask_whatever(server, mutated(source.choice(corpus), source))
        before, begin = server.memory(), time.monotonic()
        count = 10_000
        for number in range(count):
            request = mutated(source.choice(corpus), source)
            given = ask_whatever(server, request, gone=number % 8 == 0)
            status = given[9:12].decode() if given.startswith(b"HTTP/1.1 ") else "none"
            statuses[status] = statuses.get(status, 0) + 1
            # 501 and 505 name unknown methods and versions. 503: the client has ended its side, which cancels its work.
            if status.startswith("5") and status not in ("501", "503", "505"):
                failures.append((request[:300], given[:500]))
            check(server.process.poll() is None, f"the program has ended with {server.process.returncode} after {request[:2000]}")
        end, health = time.monotonic() + 30, server.health()
        while (health["connections"] > 1 or health["busy_workers"] > 1) and time.monotonic() < end:
            time.sleep(0.1)
            health = server.health()
        after = server.memory()
        status, _ = server.ask(post("/api/predict", context.wav[0.5]))
        print(f"  {count:,} requests in {time.monotonic() - begin:.0f} s; answers by status {dict(sorted(statuses.items()))}; "
              f"memory {before:.0f} MB before, {after:.0f} MB after")
        check(status == 200, f"the next prediction has status {status}")
        check(health["connections"] == 1 and health["busy_workers"] <= 1 and health["streams"] == 0, str(health))
        check(not failures, f"{len(failures)} failures inside the server, the first: {failures[:1]}")
        check(after < before * 1.25 + 16, "memory has grown")


def ask_whatever(server, request, gone=False, patience=0.02):
    """Sends what need not be a request, ends its side after `patience` seconds without an answer, and returns the beginning of
    what comes back."""
    data = b""
    with contextlib.suppress(OSError), server.connect(10) as link:
        link.sendall(request)
        if gone:
            return b""
        select.select([link], [], [], patience)
        link.shutdown(socket.SHUT_WR)
        while part := link.recv(1 << 16):
            if len(data) < 4096:
                data += part
    return data


TESTS = [startup, slow_clients, full_load, stop_under_load, kill_during_upload, early_end, mutations]


def processor():
    with open("/proc/cpuinfo") as file:
        name = re.search(r"model name\s*: (.*)", file.read())
    return f"{name.group(1) if name else 'unknown processor'}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("tests", nargs="*", metavar="TEST")
    args = parser.parse_intermixed_args()
    names = [test.__name__ for test in TESTS]
    for name in args.tests:
        if name not in names:
            parser.error(f"there is no test {name}; the tests are {', '.join(names)}")
    print(processor())
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        context = Context(os.path.abspath(args.program), folder, args.seconds)
        for test in TESTS:
            if args.tests and test.__name__ not in args.tests:
                continue
            print(f"{test.__name__}: {test.__doc__}", flush=True)
            try:
                test(context)
                print("  passed", flush=True)
            except Exception as error:
                failures += 1
                print(f"  FAILED: {error}", flush=True)
                if not isinstance(error, AssertionError):
                    traceback.print_exc()
    print(f"{failures} load tests failed." if failures else "All load tests passed.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
