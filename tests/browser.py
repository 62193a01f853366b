"""A real browser, and a real JupyterLab for it to drive."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCREENSHOTS = ROOT / "build" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
FOLDERS = ("CONFIG_DIR", "RUNTIME_DIR")
TOKEN = "course"
PATIENCE = 60  # seconds for the server to start


def without(what: str) -> NoReturn:
    """Skip a test for want of a program, or fail where ``CNN_COURSE_BROWSER=1`` asks for all."""
    stop = pytest.fail if os.environ.get("CNN_COURSE_BROWSER") == "1" else pytest.skip
    stop(what)


def program() -> str:
    """Find Chromium or Chrome; without it, or without Playwright, the test is skipped.

    ``CNN_COURSE_BROWSER=1`` makes it fail instead.
    """
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    missing = [] if found else ["Chromium (set CHROMIUM to its path)"]
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        missing.append("Python's package playwright")
    if missing:
        without(f"tests in a browser need {' and '.join(missing)}")
    return found


@contextmanager
def chromium() -> Iterator:
    """Start a browser without a window, and close it in the end."""
    path = program()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def opened(browser, url: str, name: str, **options) -> Iterator:
    """Open a page in a context of its own; where the test fails a screenshot is kept."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, **options)
    page = context.new_page()
    try:
        page.goto(url)
        yield page
    except BaseException:
        screenshot(page, f"failed-{name}")
        raise
    finally:
        context.close()


def screenshot(shown, name: str) -> None:
    """Keep a picture of a page, or of a part of it, in ``build/screenshots``."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    shown.screenshot(path=SCREENSHOTS / f"{name}.png")


def _surroundings(home: Path) -> dict[str, str]:
    """Environment of a JupyterLab that shares no settings with the user's own."""
    places = {f"JUPYTER_{name}": home / name.lower() for name in FOLDERS}
    places |= {f"JUPYTERLAB_{n}_DIR": home / n.lower() for n in ("SETTINGS", "WORKSPACES")}
    places["IPYTHONDIR"] = home / "ipython"
    for name, settings in SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(settings))
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, **{k: str(v) for k, v in places.items()}, "PYTHONPATH": path}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def jupyterlab(folder: Path, home: Path) -> Iterator[str]:
    """Serve a folder; gives the address before which ``/doc/tree/X.ipynb`` is set."""
    port, log = _free_port(), home / "server.log"
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"]
    command += ["--LabApp.expose_app_in_browser=True"]
    with log.open("w") as out:
        server = subprocess.Popen(
            command, cwd=folder, env=_surroundings(home), stdout=out, stderr=out
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(PATIENCE)


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            return urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")
