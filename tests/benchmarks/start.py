"""How long a learner waits before the first picture."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests import browser, lab

REPEATS = 5
IMPORT = "import time; t = time.perf_counter(); import helpers; print(time.perf_counter() - t)"
FIRST = """\
from helpers.explorers import explore_filters
from helpers.models import load_trained
explore_filters(load_trained("fashion_cnn"))"""


def import_seconds() -> float:
    """Time ``import helpers`` in a new Python."""
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, check=True)
    return float(done.stdout)


def first_picture() -> dict[str, float]:
    """Start JupyterLab, run three lines, wait for the explorer; seconds since the start."""
    with tempfile.TemporaryDirectory() as name, browser.chromium() as window:
        home = Path(name)
        folder = home / "notebooks"
        folder.mkdir()
        lab.write(folder / "first.ipynb", [FIRST])
        begin = time.perf_counter()
        with browser.jupyterlab(folder, home) as server:
            served = time.perf_counter() - begin
            with lab.notebook(window, server, "first") as page:
                page.locator(".jp-OutputArea-output > .widget-vbox img").first.wait_for()
                return {"JupyterLab answers": served, "drawn": time.perf_counter() - begin}


def tables() -> Iterator[str]:
    rows = {"import helpers": statistics.median(import_seconds() for _ in range(REPEATS))}
    tries = [first_picture() for _ in range(REPEATS)]
    rows["JupyterLab answers"] = statistics.median(t["JupyterLab answers"] for t in tries)
    rows["the first explorer is drawn in the browser"] = statistics.median(
        t["drawn"] for t in tries
    )
    lines = ["### From the start of JupyterLab, all being installed", ""]
    lines += ["| until | median |", "|---|---|"]
    lines += [f"| {name} | {value:.2g} s |" for name, value in rows.items()]
    yield "\n".join(lines) + "\n"
