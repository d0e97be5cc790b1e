"""A headless Chromium driven by the DevTools protocol over its pipe: nothing but the browser."""

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["Browser", "browser", "chromium"]

_SECONDS = 60.0
_PAUSE = 0.02


def chromium() -> str | None:
    """The browser of this machine, or None where there is none."""
    return next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


class Browser:
    """One page of a browser."""

    def __init__(self, into: int, out: int) -> None:
        self._into, self._out = into, out
        self._sent = 0
        self._rest = b""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = {"sessionId": attached["sessionId"]}
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Ask the browser itself."""
        return self._asked(method, parameters, {})

    def send(self, method: str, **parameters: object) -> dict[str, Any]:
        """Ask the page."""
        return self._asked(method, parameters, self._session)

    def _asked(
        self, method: str, parameters: dict[str, object], session: dict[str, str]
    ) -> dict[str, Any]:
        self._sent += 1
        message = {"id": self._sent, "method": method, "params": parameters} | session
        os.write(self._into, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + _SECONDS
        while True:
            got = self._next(until)
            if got.get("id") == self._sent:
                assert "error" not in got, got["error"]
                return dict(got["result"])
            self.events.append(got)

    def _next(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._out], [], [], max(until - time.monotonic(), 0.0))
            assert ready, "the browser does not answer"
            more = os.read(self._out, 1 << 20)
            assert more, "the browser has gone"
            self._rest += more
        message, self._rest = self._rest.split(b"\0", 1)
        return dict(json.loads(message))

    def run(self, expression: str) -> Any:
        """What a line of script gives."""
        told = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def wait(self, expression: str) -> Any:
        """Wait until a line of script gives something that is true."""
        until = time.monotonic() + _SECONDS
        while not (value := self.run(expression)):
            assert time.monotonic() < until, expression
            time.sleep(_PAUSE)
        return value

    def open(self, url: str) -> None:
        """Load a page."""
        self.send("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def size(self, width: int, height: int) -> None:
        """How large the window is."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def press(self, key: str) -> None:
        """A key, pressed where the focus is."""
        for kind in ("rawKeyDown", "keyUp"):
            code = {"ArrowRight": 39, "ArrowLeft": 37, "Tab": 9, "End": 35}[key]
            self.send(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key,
                windowsVirtualKeyCode=code,
            )  # fmt: skip

    def faults(self) -> list[str]:
        """What the browser has complained of: scripts, refused content, failed requests."""
        self.run("1")
        said = []
        for event in self.events:
            if event.get("method") == "Log.entryAdded":
                said.append(str(event["params"]["entry"]["text"]))
            if event.get("method") == "Runtime.exceptionThrown":
                said.append(str(event["params"]["exceptionDetails"]["text"]))
        return said

    def asked_of(self) -> set[str]:
        """Every address that the page has asked."""
        return {
            str(event["params"]["request"]["url"])
            for event in self.events
            if event.get("method") == "Network.requestWillBeSent"
        }


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser with a profile of its own, ended afterwards."""
    program = chromium()
    assert program is not None
    theirs_in, into = os.pipe()
    out, theirs_out = os.pipe()
    options = [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--hide-scrollbars", "--remote-debugging-pipe", f"--user-data-dir={profile}",
    ]  # fmt: skip
    # The protocol speaks on the descriptors 3 and 4, whatever numbers ours have.
    script = f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}'
    process = subprocess.Popen(
        ["/bin/bash", "-c", script, program, *options],
        pass_fds=(theirs_in, theirs_out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        page = Browser(into, out)
        yield page
        page.call("Browser.close")
        process.wait(timeout=_SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(into)
        os.close(out)
