"""Whether nbval still calls what the course has put into it: each fault is seen in a real run."""

import base64
import subprocess
import sys
from pathlib import Path

import cv2
import nbformat
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
SHOW = """\
import base64
from IPython.display import HTML, display
display(HTML("<img src='data:image/png;base64,{code}'>"))"""


def picture(turned: bool) -> str:
    blocks = np.random.default_rng(0).integers(0, 256, (8, 8), np.uint8)
    pixels = np.kron(blocks.T if turned else blocks, np.ones((20, 20), np.uint8))
    return base64.b64encode(cv2.imencode(".png", pixels)[1].tobytes()).decode()


def run(folder: Path, *, stored: str, drawn: str, says: str = "1.5 GB of memory") -> str:
    """Run a lesson of one picture as the tests run lessons; returns what pytest printed."""
    cell = nbformat.v4.new_code_cell(SHOW.format(code=drawn), execution_count=1)
    html = {"text/html": f"<img src='data:image/png;base64,{stored}'>"}
    html["text/plain"] = "<IPython.core.display.HTML object>"
    cell.outputs = [nbformat.v4.new_output("display_data", html)]
    cells = [nbformat.v4.new_markdown_cell(says), cell]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "lesson.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-n0"]
    command += ["-p", "tests.nbval_plugin", "-p", "no:cacheprovider", f"--rootdir={folder}"]
    done = subprocess.run(
        [*command, "-c", "/dev/null", str(path)], cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout


def test_the_same_picture_passes(tmp_path):
    assert "1 passed" in run(tmp_path, stored=picture(False), drawn=picture(False))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"stored": picture(False), "drawn": picture(True)}, "of 64 steps"),
        ({"stored": picture(False), "drawn": picture(False), "says": "no word"}, "does not say"),
        (
            {"stored": picture(False), "drawn": picture(False), "says": "0.01 GB of memory"},
            "GB, says 0.01 GB",
        ),
    ],
    ids=["another picture", "memory not stated", "more memory than stated"],
)
def test_a_fault_is_found(tmp_path, options, words):
    printed = run(tmp_path, **options)
    assert words in printed and ("failed" in printed or "error" in printed), printed
