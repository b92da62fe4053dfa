"""A WebDriver client for headless Chromium, with the standard library only."""
import base64
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request

KEYS = {"tab": "\ue004", "enter": "\ue007", "space": " ", "left": "\ue012", "right": "\ue014", "shift": "\ue008"}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class WebDriverError(Exception):
    """An error of the driver or of the page."""


class Browser:
    """A Chromium that ends with the `with` block."""

    def __init__(self, width=1280, height=900, dark=False, microphone=None, downloads=None):
        self.driver = subprocess.Popen(
            [shutil.which("chromedriver") or "/usr/bin/chromedriver", "--port=0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = None
        for line in self.driver.stdout:
            if "successfully on port" in line:
                self.port = int(line.split("successfully on port")[1].strip().rstrip("."))
                break
        if self.port is None:
            raise WebDriverError("chromedriver has not started")
        arguments = [
            "--headless=new", "--disable-gpu", "--no-first-run", "--no-proxy-server", "--mute-audio",
            "--autoplay-policy=no-user-gesture-required", "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream", "--hide-scrollbars", f"--window-size={width},{height}",
        ]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        if microphone:
            arguments.append(f"--use-file-for-fake-audio-capture={microphone}")
        options = {"args": arguments}
        self.session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "timeouts": {"script": 150000}, "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})["sessionId"]
        if downloads:
            self.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=downloads)
        scheme = "dark" if dark else "light"
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.size = width, height
        self.resize(width, height)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("DELETE", f"/session/{self.session}")
        finally:
            self.driver.terminate()
            self.driver.wait()

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=180) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise WebDriverError(json.load(error)["value"]["message"].splitlines()[0]) from None

    def command(self, method, path, body=None):
        return self.call(method, f"/session/{self.session}{path}", body)

    def cdp(self, name, **parameters):
        return self.command("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def resize(self, width, height):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def open(self, address):
        self.command("POST", "/url", {"url": address})

    def script(self, code, *arguments):
        """Runs JavaScript and returns the value that it returns; promises are awaited."""
        return self.command("POST", "/execute/sync", {"script": code, "args": list(arguments)})

    def element(self, selector):
        return self.command("POST", "/element", {"using": "css selector", "value": selector})

    def click(self, selector):
        self.command("POST", f"/element/{self.element(selector)[ELEMENT]}/click", {})

    def type(self, selector, text):
        self.command("POST", f"/element/{self.element(selector)[ELEMENT]}/value", {"text": text})

    def press(self, *names):
        """Presses keys one after another on the focused element."""
        keys = [KEYS.get(name, name) for name in names]
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.command("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def text(self, selector="body"):
        return self.script("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def wait(self, code, seconds=20, message=None):
        """Waits until JavaScript returns a true value, and returns it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = self.script(code)
            if value:
                return value
            time.sleep(0.05)
        raise WebDriverError(f"waited {seconds} s in vain for: {message or code}\n{self.text('main')[:1500]}")

    def wait_for_text(self, text, selector="main", seconds=20):
        code = f"return (document.querySelector({json.dumps(selector)})?.innerText ?? '').includes({json.dumps(text)})"
        self.wait(code, seconds, f"the text {text!r}")

    def console(self):
        """The messages of the console that are errors or warnings, since the last call."""
        entries = self.command("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]

    def screenshot(self, path, whole=True):
        """Saves the whole page, or what can be seen of it. Frames are painted only where they can be seen."""
        width, height = self.size
        if whole:
            content = self.cdp("Page.getLayoutMetrics")["cssContentSize"]["height"]
            self.resize(width, min(max(height, round(content)), 6000))
            time.sleep(0.3)
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.cdp("Page.captureScreenshot", format="png")["data"]))
        if whole:
            self.resize(width, height)
