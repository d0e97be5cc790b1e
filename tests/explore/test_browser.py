"""The page in a real browser: a slider is moved, beds change, the file gives the same number."""

import base64
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("flask", reason="the extra `explore` is not installed")
pytest.importorskip("waitress", reason="the extra `explore` is not installed")

from ruamel.yaml import YAML

from projector.cli import explore
from projector.errors import UsageError
from projector.outputs.words import number
from projector.report.view import few
from projector.run import run
from projector.scenario import load_scenario
from tests.explore.browser import browser, chromium
from tests.explore.example import HOSTILE, OWN, scenario
from tests.processes import hear_ctrl_c

IDLE = "!document.body.hasAttribute('aria-busy')"
BEDS = """document.querySelector("#by-part tr[data-key=municipal_acute] td.changed")"""
SLIDER = """document.querySelector('[data-key="capacity/overflow/municipal_acute"] [type=range]')"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the scenario lies, and its page is served from."""
    folder = tmp_path_factory.mktemp("explore")
    YAML(typ="safe").dump(scenario(), folder / OWN)
    return folder


@pytest.fixture(scope="module")
def served(folder):
    """A page that the command line serves, on a port that is free, until Ctrl-C."""
    command = [sys.executable, "-m", "projector", "explore", OWN, "--port", "0", "--no-browser"]
    with subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_ctrl_c,  # noqa: PLW1509
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            found = re.search(r"http://127\.0\.0\.1:[0-9]+", line)
            assert found, line
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=60)
        assert process.returncode == 0
        assert told == ""


def answered(page, before):
    page.wait(f"Number(document.body.dataset.answered || 0) > {before} && {IDLE}")


@pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine")
def test_a_slider_moves_beds_and_the_file_gives_the_same(served, folder, tmp_path):
    with browser(tmp_path / "profile") as page:
        page.size(1400, 1000)
        page.open(f"{served}/?language=en")
        page.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
        assert page.run("document.querySelector('h1').textContent") == HOSTILE
        before = float(page.run(f"{BEDS}.dataset.value"))

        # With the keyboard, as with the mouse: the slider goes to its end.
        page.run(f"{SLIDER}.closest('details').open = true; {SLIDER}.focus()")
        page.press("End")
        answered(page, 0)
        after = float(page.run(f"{BEDS}.dataset.value"))
        text = page.run(f"{BEDS}.textContent")
        assert after < before
        assert page.run("document.querySelectorAll('#changed li').length") == 1

        page.run("document.getElementById('download').click()")
        path = folder / "own-what-if.yaml"
        for _ in range(500):
            if path.exists():
                break
            page.run("new Promise(done => setTimeout(done, 20))")
        need = run(load_scenario(path))["capacity/beds"].to_dataset()["need"]
        own = float(need.sel(year=2030, resource="municipal_acute").sum("region"))
        assert after == pytest.approx(own, rel=1e-9)
        assert text == number(own, "en", few(own))

        # What the language refuses is told, with its place, and the page goes on.
        page.run(
            f"(() => {{ const n = {SLIDER}.parentNode.querySelector('[type=number]');"
            "n.value = 170; n.dispatchEvent(new Event('change')); })()"
        )
        page.wait(f"!document.getElementById('problems').hidden && {IDLE}")
        assert "own-what-if.yaml:" in page.run("document.getElementById('problems').textContent")
        asked = int(page.run("Number(document.body.dataset.answered)"))
        page.run("document.getElementById('reset-all').click()")
        answered(page, asked)
        assert float(page.run(f"{BEDS}.dataset.value")) == before

        # Nothing of a hostile name acted, nothing was refused by the policy or came from elsewhere.
        faults = [one for one in page.faults() if "422" not in one]
        assert faults == []
        assert all(url.startswith((served, "blob:" + served)) for url in page.asked_of())
        assert path.read_text(encoding="utf-8").count("own.yaml") == 2


@pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine")
def test_the_page_fits_a_narrow_screen(served, tmp_path):
    with browser(tmp_path / "profile") as page:
        for language in ("nb", "en"):
            page.size(400, 800)
            page.open(f"{served}/?language={language}")
            for group in ("changes", "beds", "people", "staff"):
                page.run(f"document.querySelector('[data-group={group}]').open = true")
            assert page.run("document.documentElement.scrollWidth") <= 400
            shot = page.send("Page.captureScreenshot", format="png")
            assert len(base64.b64decode(shot["data"])) > 10_000


def test_the_real_server_is_of_this_address_and_refuses_what_is_large(served):
    port = int(served.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), timeout=10)
    told = []
    for request in (
        b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"POST /figures HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 99999999\r\n"
        b"Connection: close\r\n\r\n" % port,
        b"GET /../../own.yaml HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n" % port,
        b"nonsense\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(request)
            told.append(connection.recv(64).split(b" ")[1])
    assert told == [b"403", b"413", b"404", b"400"]


def test_a_port_that_is_taken_is_told(served, folder):
    port = served.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "projector", "explore", OWN, "--port", port, "--no-browser"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert told.stdout == ""
    assert (
        f"another program has this port (found {port}; expected another port, or 0" in told.stderr
    )


def test_without_what_it_takes_the_command_says_so(monkeypatch):
    monkeypatch.setattr(explore, "find_spec", lambda name: None if name == "waitress" else name)
    with pytest.raises(UsageError, match=r"projector\[explore\]"):
        explore.explore_scenario(Path(OWN), None, port=0, browser=False, language="nb")
