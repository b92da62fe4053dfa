"""Tests the pages of `Train serve` in headless Chromium, as a user would operate them.

usage: browser_tests.py [--axe FILE] PROGRAM FOLDER [TEST ...]

PROGRAM is the built Train, and the screenshots are written to FOLDER. FILE is axe.min.js of axe-core, whose accessibility
rules are checked on every page; without it, this test is skipped. An error or warning in the browser console fails the test.
"""
import argparse
import contextlib
import json
import math
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request
import wave

from webdriver import Browser

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WIDE, NARROW = (1280, 900), (390, 844)


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def write_wav(path, seconds, rate=16000):
    """Writes a voice-like sweep."""
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        samples = []
        for index in range(int(seconds * rate)):
            time_ = index / rate
            pitch = 2 * math.pi * (140 * time_ + 12 * math.sin(2.2 * time_))
            value = sum(math.sin(n * pitch) / n for n in range(1, 9)) * (0.55 + 0.45 * math.sin(7 * time_))
            samples.append(int(9000 * value))
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


class Lab:
    """A server with two finished runs, and the files to drop."""

    def __init__(self, program, folder, screenshots, axe=None):
        self.program, self.folder, self.screenshots, self.axe = program, folder, screenshots, axe
        self.runs = folder + "/runs"
        self.model = os.path.join(ROOT, "Models/speech-emotion.safetensors")
        for name, changes in (("first", []), ("second", ["model[5].units=24"])):
            self.train(name, 4, changes).check_returncode()
        self.server = subprocess.Popen(
            [program, "serve", "--model", self.model, "--runs", self.runs, "--port", "0"],
            stdout=subprocess.PIPE, text=True)
        self.address = self.server.stdout.readline().strip()
        self.wav, self.long, self.mp3, self.broken = (f"{folder}/{name}" for name in ("a.wav", "long.wav", "a.mp3", "broken.wav"))
        write_wav(self.wav, 2.5)
        write_wav(self.long, 14)
        with open(self.broken, "wb") as file:
            file.write(b"RIFF\x24\x10\x00\x00WAVEfmt broken")
        shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tone.mp3"), self.mp3)

    def words(self, name, epochs, changes=()):
        settings = ["data.source.speakers=4", "data.source.repetitions=1", f"training.epochs={epochs}", *changes]
        words = [self.program, "run", "--runs", self.runs, "--name", name, "--no-cache", "--quiet"]
        return words + [word for setting in settings for word in ("--set", setting)]

    def train(self, name, epochs, changes=()):
        return subprocess.run(self.words(name, epochs, changes), stdout=subprocess.DEVNULL)

    def close(self):
        self.server.send_signal(signal.SIGINT)
        check(self.server.wait(timeout=15) == 0, "the server did not end cleanly after Ctrl-C")

    @contextlib.contextmanager
    def browser(self, page="", size=WIDE, **options):
        with Browser(*size, microphone=self.long, downloads=self.folder, **options) as browser:
            browser.open(self.address + page)
            yield browser
            check(not (messages := browser.console()), f"the console: {messages}")
            excess = browser.script("return document.documentElement.scrollWidth - innerWidth")
            check(excess <= 0, f"the page is {excess} pixels too wide")

    def keep(self, browser, name):
        browser.script("scrollTo(0, 0)")
        time.sleep(0.4)
        browser.screenshot(os.path.join(self.screenshots, name + ".png"))


def ready(browser):
    browser.wait("return document.querySelectorAll('#listen select option').length > 3 && document.querySelector('#listen fieldset')")


def drop(browser, path):
    """Drops a file on the page."""
    browser.script("""
        const input = document.createElement('input');
        input.type = 'file'; input.id = 'dropped'; document.body.append(input);""")
    browser.type("#dropped", path)
    browser.script("""
        const input = document.getElementById('dropped'), data = new DataTransfer();
        data.items.add(input.files[0]); input.remove();
        for (const name of ['dragenter', 'dragover', 'drop'])
          document.querySelector('.drop').dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));""")


def answered(browser):
    return browser.wait("return document.querySelector('#listen .answer')?.innerText", message="a prediction")


def drop_files(lab):
    """A WAV, an MP3 and a broken file are dropped; the bars are those of the API."""
    with lab.browser() as browser:
        ready(browser)
        drop(browser, lab.wav)
        answered(browser)
        with open(lab.wav, "rb") as file:
            request = urllib.request.Request(lab.address + "api/predict", file.read(), {"Content-Type": "audio/wav"})
        expected = json.load(urllib.request.urlopen(request))["predictions"][0]
        bars = browser.script("return [...document.querySelectorAll('#listen .bars tbody tr')].map((row) => [row.cells[0].innerText, row.cells[2].innerText])")
        shown = [[name, f"{100 * value:.1f}%"] for name, value in expected["probabilities"].items()]
        check(len(bars) == 8 and all(abs(float(a[1][:-1]) - float(b[1][:-1])) < 0.11 for a, b in zip(bars, shown)), f"{bars} {shown}")
        check(browser.script("return document.querySelector('.player .key').innerText").startswith("Attention"), "no attention")
        drop(browser, lab.mp3)
        browser.wait_for_text("a.mp3", "#listen figcaption")
        answered(browser)
        drop(browser, lab.broken)
        browser.wait_for_text("broken.wav: ", "#listen .error")
        # The browser itself logs the refusal; anything else is an error.
        check(all("status of 422" in message for message in browser.console()), "the console after a broken file")
        drop(browser, lab.wav)
        answered(browser)


def long_recordings(lab):
    """A long file has a timeline of windows; two models stand side by side; the prediction can be saved."""
    with lab.browser() as browser:
        ready(browser)
        browser.script("document.querySelector('#listen fieldset input[value=first]').click()")
        drop(browser, lab.long)
        browser.wait("return document.querySelectorAll('#listen .cards .card').length === 2")
        browser.wait_for_text("averaged over", "#listen .cards")
        browser.click("#listen .cards details summary")
        browser.click("#listen .cards details tbody tr:nth-child(2) button")
        at = browser.script("return Number(document.querySelector('#listen input[type=range]').value)")
        check(at > 0, "the window does not seek")
        lab.keep(browser, "listen-long")
        for name in ("JSON", "CSV"):
            browser.script("[...document.querySelectorAll('#listen button')].find((one) => one.innerText === arguments[0]).click()", f"Download {name}")
        end = time.monotonic() + 10
        while not (os.path.exists(lab.folder + "/long.csv") and os.path.exists(lab.folder + "/long.json")):
            check(time.monotonic() < end, "no download")
            time.sleep(0.1)
        with open(lab.folder + "/long.json") as file:
            check(len(json.load(file)["predictions"]) == 2, "the saved JSON")


def saliency(lab):
    """Saliency replaces attention over the spectrogram, and attention comes back."""
    with lab.browser() as browser:
        ready(browser)
        drop(browser, lab.wav)
        answered(browser)
        menu = "document.querySelector('#listen .drawing')"
        names = browser.script(f"return [...{menu}.options].map((one) => one.innerText)")
        check(names == ["attention of speech-emotion", "saliency of speech-emotion"], f"the menu has {names}")
        picture = "return document.querySelector('#listen canvas.mel').toDataURL()"
        before = browser.script(picture)
        choose = f"{menu}.selectedIndex = arguments[0]; {menu}.dispatchEvent(new Event('change'))"
        browser.script(choose, 1)
        browser.wait_for_text("Integrated gradients of speech-emotion for", "#listen .key", 60)
        check(browser.script(picture) != before, "no saliency is drawn")
        lab.keep(browser, "listen-saliency")
        browser.script(choose, 0)
        browser.wait_for_text("Attention of speech-emotion", "#listen .key")
        check(browser.script(picture) == before, "the saliency stays")


def play_and_seek(lab):
    """The play head moves with the sound, and a click moves it."""
    with lab.browser() as browser:
        ready(browser)
        drop(browser, lab.long)
        answered(browser)
        head = "return parseFloat(document.querySelector('#listen .head').style.left)"
        browser.click("#listen .controls button")
        browser.wait(f"{head.replace('return ', 'return (')}) > 3", message="a play head that moves")
        check(browser.text("#listen .controls button") == "Pause", "the button says Pause")
        browser.script("""
            const stage = document.querySelector('#listen .stage'), box = stage.getBoundingClientRect();
            stage.dispatchEvent(new PointerEvent('pointerdown', { clientX: box.left + box.width * 0.75, clientY: box.top + 20, bubbles: true }));""")
        at = browser.script(head)
        check(74 < at < 80, f"the play head is at {at}%")
        browser.click("#listen .controls button")


def microphone(lab):
    """The microphone is recorded as WAV, and predicted live."""
    with lab.browser() as browser:
        ready(browser)
        record = "[...document.querySelectorAll('#listen .drop button')].find((one) => /Record|Stop/.test(one.innerText))"
        browser.script(f"{record}.click()")
        browser.wait(f"return /Stop .0:0[1-9]/.test({record}.innerText)", message="a recording of a second")
        browser.script(f"{record}.click()")
        answered(browser)
        browser.wait_for_text("microphone.wav", "#listen figcaption")
        browser.open(lab.address + "#live")
        browser.wait("return document.querySelector('#live option')")
        browser.click("#live button")
        browser.wait("return /latency \\d+ ms/.test(document.querySelector('#live .note')?.innerText)", message="a live prediction")
        time.sleep(3)
        lab.keep(browser, "live")
        latency = float(re.search(r"latency (\d+) ms", browser.text("#live")).group(1))
        check(latency < 2000, f"a latency of {latency} ms")
        browser.click("#live button")
        check(browser.text("#live button") == "Start", "the stream has not stopped")


def keyboard_only(lab):
    """An example is chosen, played and sought with the keyboard alone."""
    with lab.browser() as browser:
        ready(browser)
        focused = "return document.activeElement.innerText || document.activeElement.getAttribute('aria-label') || document.activeElement.type"
        browser.press("tab")
        check("Skip" in browser.script(focused), "the first stop is the skip link")
        for _ in range(20):
            browser.press("tab")
            if browser.script("return document.activeElement.tagName") == "SELECT":
                break
        browser.press("h")
        answered(browser)
        for _ in range(40):
            browser.press("tab")
            if browser.script(focused) == "Play":
                break
        check(browser.script(focused) == "Play", "Play cannot be reached")
        check(browser.script("return getComputedStyle(document.activeElement).outlineStyle") != "none", "the focus cannot be seen")
        browser.press("space")
        browser.wait("return document.querySelector('#listen .controls button').innerText === 'Pause'")
        browser.press("tab", "right", "right")
        check(browser.script("return document.activeElement.getAttribute('aria-valuetext')"), "the position has no text")
        nameless = browser.script("""
            return [...document.querySelectorAll('button, a, input, select, canvas[role], [role=img], iframe')]
              .filter((one) => one.checkVisibility())
              .filter((one) => !(one.innerText || one.getAttribute('aria-label') || one.labels?.length || one.title || one.querySelector?.('img')))
              .map((one) => one.outerHTML.slice(0, 120));""")
        check(nameless == [], f"elements without a name: {nameless}")


def a_run_that_trains(lab):
    """The curves of a run move while it trains, and its result appears at the end."""
    process = subprocess.Popen(lab.words("training", 400), stdout=subprocess.DEVNULL)
    try:
        config = lab.runs + "/training/config.json"
        while not os.path.exists(config):
            time.sleep(0.05)
        with lab.browser("#runs/training") as browser:
            points = "(document.querySelector('#runs .curve')?.getAttribute('points') ?? '').split(' ').length"
            browser.wait(f"return {points} >= 2", 60, "the first epochs")
            before = browser.script(f"return {points}")
            browser.wait(f"return {points} > {before} + 2", 60, "more epochs")
            browser.wait("return document.querySelector('#runs .tile')", 300, "the result")
            browser.wait_for_text("finished after 400 epochs", "#runs")
            check(process.wait(timeout=60) == 0, "the run failed")
    finally:
        process.kill()


def runs(lab):
    """The list is sorted; two runs are compared; the report is shown in a frame."""
    with lab.browser("#runs") as browser:
        browser.wait("return document.querySelectorAll('#runs tbody tr').length >= 2")
        browser.click("[data-focus=sort-name]")
        names = browser.script("return [...document.querySelectorAll('#runs tbody th')].map((one) => one.innerText)")
        check(names == sorted(names), f"sorted by name: {names}")
        check("%" in browser.text("#runs tbody tr"), "no metric is in percent")
        browser.type("#runs input[type=search]", "units finished")
        browser.wait("return document.querySelectorAll('#runs tbody tr').length === 1")
        check("second" in browser.text("#runs tbody tr"), "the filter shows another run")
        browser.script("const box = document.querySelector('#runs input[type=search]'); box.value = ''; box.dispatchEvent(new Event('input'))")
        browser.click("[data-focus=pick-first]")
        browser.click("[data-focus=pick-second]")
        browser.click("[data-focus=compare]")
        browser.wait_for_text("model[5].units", "#runs")
        browser.wait("return document.querySelectorAll('#runs .chart .curve').length >= 8")
        browser.wait("return document.activeElement.innerText === 'Comparison of first, second'", message="the focus on the comparison")
        check("accuracy" in browser.text("#runs [aria-label='Test metrics']"), "the metrics of the runs are not compared")
        lab.keep(browser, "runs-compared")
        browser.script("document.querySelector('#runs .plot').focus()")
        browser.press("right", "left")
        check(browser.text("#runs .chart .epoch") == "epoch 3", "the keys do not show an epoch")
        check(browser.script("return document.querySelectorAll('#runs .chart .reading').length") == 4, "the values of the epoch are not marked")
        browser.script("document.activeElement.blur()")
        check(browser.text("#runs .chart .epoch") == "epoch 4", "the last epoch is not shown again")
        browser.script("scrollTo(0, 0)")
        browser.click("[data-focus=open-first]")
        browser.wait("return document.querySelector('#runs iframe')")
        browser.script("document.querySelector('#runs iframe').scrollIntoView()")
        time.sleep(1)
        frame = browser.element("#runs iframe")
        browser.command("POST", "/frame", {"id": frame})
        check("Confusion matrix" in browser.text(), "the report is empty")
        browser.command("POST", "/frame", {"id": None})
        lab.keep(browser, "runs-one")


def mistakes(lab):
    """A cell of the confusion matrix lists its clips, and a clip plays with the predictions of the models."""
    with lab.browser("#mistakes/first") as browser:
        browser.wait("return document.querySelector('#mistakes .matrix button')")
        count = browser.script("""
            const cell = [...document.querySelectorAll('#mistakes .matrix button')].find((one) => one.ariaLabel.match(/of (\\w+) predicted as (?!\\1)/));
            cell.click(); return Number(cell.innerText);""")
        browser.wait(f"return document.querySelectorAll('#mistakes .clips tbody tr').length === {count}")
        # axe-core does not know the contrast of mixed colors.
        contrast = browser.script("""
            const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
            const luminance = (color) => {
              context.fillStyle = color; context.fillRect(0, 0, 1, 1);
              const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map((value) => value / 255).map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
              return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
            };
            return Math.min(...[...document.querySelectorAll('#mistakes .matrix button')].map((cell) => {
              const { color, backgroundColor } = getComputedStyle(cell), [a, b] = [luminance(color), luminance(backgroundColor)];
              return Math.max(a, b) / Math.min(a, b);
            }));""")
        check(contrast >= 4.5, f"the contrast of a cell is {contrast}")
        browser.click("#mistakes .clips button")
        browser.wait("return document.querySelectorAll('#mistakes .cards .card').length === 2")
        lab.keep(browser, "mistakes")
        browser.script("document.querySelector('#mistakes [aria-pressed=true]').click()")
        browser.script("document.querySelector('#mistakes .clips button').click()")
        first = browser.wait("return /^1 of/.test(document.querySelector('#mistakes .steps').innerText) && document.querySelector('#mistakes figcaption').innerText")
        browser.click("#mistakes [data-step=Next]")
        browser.wait(f"return document.querySelector('#mistakes figcaption').innerText !== {json.dumps(first)}", message="the next clip")
        check(browser.text("#mistakes .steps").startswith("2 of"), "the place of the next clip")
        check(browser.script("return document.activeElement.dataset.step") == "Next", "the focus has left the button")


def corpus(lab):
    """The corpus has its counts, durations and audit."""
    with lab.browser("#corpus/first") as browser:
        browser.wait_for_text("No leak into the test set was found.")
        browser.wait_for_text("Durations by class")
        lab.keep(browser, "corpus")


def an_ablation(lab):
    """The table of a cross-validation fills up, and its runs and their mistakes open."""
    folder = lab.folder + "/sweep.json"
    with open(os.path.join(ROOT, "Experiments/quickstart.json")) as file:
        config = json.load(file)
    config["name"] = "sweep"
    config["data"]["source"].update(speakers=4, repetitions=1)
    config["split"] = {"type": "k_fold", "by": "speaker", "folds": 2, "validation": 0.25}
    config["training"]["epochs"] = 2
    config["sweep"] = {"folds": "all", "seeds": 2}
    with open(folder, "w") as file:
        json.dump(config, file)
    subprocess.run([lab.program, "ablate", folder, "--runs", lab.runs], stdout=subprocess.DEVNULL, check=True)
    with lab.browser("#runs/sweep") as browser:
        browser.wait_for_text("4 of 4 runs have finished.")
        browser.wait("return document.querySelectorAll('#runs [aria-label^=\"Members\"] tbody tr').length === 1")
        check(browser.script("return document.querySelector('#runs .interval-bar .estimate')"), "no interval is drawn")
        lab.keep(browser, "runs-sweep")
        browser.click("#runs .over")
        browser.wait_for_text("Comparison of 4 runs")
        browser.wait("return document.querySelectorAll('#runs .chart .curve').length >= 8")
        browser.open(lab.address + "#runs/sweep")
        browser.wait("return document.querySelector('#runs .chips a')")
        browser.click("#runs [aria-label='Runs of each member'] a")
        browser.wait("return document.querySelectorAll('#runs .chart .curve').length > 3")
        browser.click("#runs a[href^='#corpus']")
        browser.wait_for_text("No leak into the test set was found.")
        browser.open(lab.address + "#mistakes/sweep")
        browser.wait("return document.querySelector('#mistakes .clips button')")
        menus = "return [...document.querySelectorAll('#mistakes .row select')].slice(0, 2).map((menu) => menu.selectedOptions[0].text)"
        shown = "return Number(document.querySelector('#mistakes .split .note')?.innerText.match(/\\d+/)?.[0])"
        check(browser.script(menus) == ["sweep", "all finished folds"], f"the menus show {browser.script(menus)}")
        browser.wait_for_text("Pooled test predictions: 2-fold", "#mistakes")
        everything = browser.script(shown)
        folds = browser.script("""
            document.querySelector('#mistakes .split input[type=checkbox]').click();
            return [...new Set([...document.querySelectorAll('#mistakes .clips tbody tr')].map((row) => row.lastChild.innerText))].sort()""")
        check(folds == ["1", "2"], f"the list has clips of the folds {folds}")
        lab.keep(browser, "mistakes-pooled")
        browser.script("const menu = [...document.querySelectorAll('#mistakes .row select')][2]; menu.value = '2'; menu.dispatchEvent(new Event('change'))")
        browser.wait("return location.hash === '#mistakes/sweep/2/base' && [...document.querySelectorAll('#mistakes .row select')][2]?.value === '2'", message="the other seed")
        check(browser.script(shown) == everything, "the other seed has other clips")
        browser.script("document.querySelector('#mistakes .split input[type=checkbox]').click()")
        # A clip is predicted by the model of its own fold.
        browser.script("[...document.querySelectorAll('#mistakes .clips tbody tr')].find((row) => row.lastChild.innerText === '2').querySelector('button').click()")
        browser.wait_for_text("sweep/base-seed2-fold2", "#mistakes .cards")
        browser.script("const menu = document.querySelectorAll('#mistakes .row select')[1]; menu.value = 'base-seed1-fold1'; menu.dispatchEvent(new Event('change'))")
        browser.wait(f"{shown} * 2 === {everything}", message="the clips of one fold are half of all")
        browser.click("#mistakes .clips button")
        browser.wait_for_text("sweep/base-seed1-fold1", "#mistakes .cards")


def every_size(lab):
    """Every page fits on narrow and wide screens, in light and dark."""
    pages = {"listen": "#listen .answer", "live": "#live option", "runs/first": "#runs iframe", "mistakes/first": "#mistakes .matrix button", "corpus/first": "#corpus .tile"}
    for size, dark in ((NARROW, False), (NARROW, True), (WIDE, True), ((360, 740), False), ((2560, 1300), False)):
        with lab.browser(size=size, dark=dark) as browser:
            for page, selector in pages.items():
                browser.open(f"{lab.address}#{page}")
                if page == "listen":
                    ready(browser)
                    browser.script("const menu = document.querySelector('#listen select'); menu.selectedIndex = 3; menu.dispatchEvent(new Event('change'))")
                browser.wait(f"return document.querySelector('{selector}')")
                time.sleep(0.3)
                excess = browser.script("return document.documentElement.scrollWidth - innerWidth")
                check(excess <= 0, f"{page} is {excess} pixels too wide at {size[0]}")
                lab.keep(browser, f"{page.split('/')[0]}-{size[0]}-{'dark' if dark else 'light'}")


def accessibility(lab):
    """axe-core finds nothing on any page, in light and dark, narrow and wide."""
    if lab.axe is None:
        return "without axe-core"
    with open(lab.axe) as file:
        axe = file.read()
    example = "const menu = document.querySelector('#listen select'); menu.selectedIndex = 3; menu.dispatchEvent(new Event('change'))"
    cell = "[...document.querySelectorAll('#mistakes .matrix button')].at(-1).click()"
    # The page, a script that fills it, and what then appears.
    views = [
        ("listen", "", "#listen option:nth-child(4)"), ("listen", example, "#listen .answer"), ("live", "", "#live option"),
        ("runs", "", "#runs tbody tr"), ("runs/first", "", "#runs iframe"), ("mistakes", "", "#mistakes a, #mistakes select"),
        ("mistakes/first", cell, "#mistakes .clips tbody tr"), ("corpus/first", "", "#corpus .tile"),
        ("runs/no-such-run", "", "#runs .error"), (f"file://{lab.runs}/first/report.html", "", "h1"),
    ]
    found = {}
    for size in (WIDE, NARROW):
        for dark in (False, True):
            with lab.browser(size=size, dark=dark) as browser:
                for page, code, selector in views:
                    browser.open(page if page.startswith("file:") else f"{lab.address}#{page}")
                    if code:
                        browser.wait("return document.querySelectorAll('#listen:not([hidden]) option, #mistakes:not([hidden]) .matrix button').length > 3")
                        browser.script(code)
                    browser.wait(f"return document.querySelector('{selector}')")
                    time.sleep(0.3)
                    browser.script(axe)
                    result = browser.script("return axe.run(document, { resultTypes: ['violations'], iframes: false, preload: false })")
                    for violation in result["violations"]:
                        for node in violation["nodes"]:
                            key = (violation["impact"], violation["id"], page.split("/")[-1] if ":" in page else page, node["html"][:160])
                            found.setdefault(key, []).append(f"{size[0]} {'dark' if dark else 'light'}: {node.get('failureSummary', '')[:300]}")
                browser.console()  # a run that does not exist has status 404
    for key, places in found.items():
        print("  ", *key, places[0], flush=True)
    check(not found, f"axe-core has {len(found)} findings")


def examples_of_the_manual(lab):
    """The examples in curl and Python of the documentation work as they stand, with another port."""
    with open(os.path.join(ROOT, "Documentation/web-lab.md")) as file:
        text = file.read()
    for language, program in (("sh", ["bash", "-euc"]), ("python", [sys.executable, "-c"])):
        blocks = re.findall(rf"```{language}\n(.*?)```", text, re.S)
        check(blocks, f"there is no example for {language}")
        for block in blocks:
            code = block.replace("http://127.0.0.1:8080/", lab.address).replace("some.wav", lab.wav)
            ending = subprocess.run(program + [code], capture_output=True, text=True)
            check(ending.returncode == 0 and "angry" in ending.stdout, f"{block}\n{ending.stdout}\n{ending.stderr}")


TESTS = [drop_files, long_recordings, saliency, play_and_seek, microphone, keyboard_only, runs, a_run_that_trains, mistakes, corpus,
         an_ablation, every_size, accessibility, examples_of_the_manual]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--axe", metavar="FILE")
    parser.add_argument("program")
    parser.add_argument("screenshots", metavar="folder")
    parser.add_argument("tests", metavar="TEST", nargs="*")
    args = parser.parse_args()
    names = [test.__name__ for test in TESTS]
    for name in args.tests:
        if name not in names:
            parser.error(f"there is no test {name}; the tests are {', '.join(names)}")
    os.makedirs(args.screenshots, exist_ok=True)
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(os.path.abspath(args.program), folder, args.screenshots, args.axe)
        try:
            for test in TESTS:
                if args.tests and test.__name__ not in args.tests:
                    continue
                start = time.monotonic()
                try:
                    skipped = test(lab)
                    outcome = f"skipped {test.__name__}: {skipped}" if skipped else f"passed  {test.__name__}"
                    print(f"{outcome} ({time.monotonic() - start:.1f} s)", flush=True)
                except Exception as error:
                    failures += 1
                    print(f"FAILED  {test.__name__}: {error}", flush=True)
                    if not isinstance(error, AssertionError):
                        traceback.print_exc()
        finally:
            lab.close()
    print(f"{failures} browser tests failed." if failures else "All browser tests passed.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
