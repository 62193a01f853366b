"""Run lessons from top to bottom in fresh kernels and keep their outputs.

``python -m tools.execute_notebooks [notebook …]``; without a name, all. Prints what each cost.
"""

import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


class Cost(NamedTuple):
    """Of one run: seconds on the wall and of all processors, gigabytes at the peak."""

    wall: float
    processor: float
    memory: float


def peak_memory(pid: int) -> float:
    """Largest memory of a process so far, in GB as memory is sold (2**30 bytes); 0 if unknown."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 2**20


def processor_time(pid: int) -> float:
    """Seconds that a process has used; 0 where the system does not say."""
    status = Path(f"/proc/{pid}/stat")
    fields = (
        status.read_text(encoding="utf-8").rpartition(")")[2].split()
        if status.exists()
        else [0] * 15
    )
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def run(path: Path) -> tuple[NotebookNode, Cost]:
    """Run a notebook in a fresh kernel; returns it with its outputs, and what it cost."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=3600,
        coalesce_streams=True,
        kernel_name="python3",
        store_widget_state=False,
        record_timing=False,
        resources={"metadata": {"path": path.parent}},
    )
    begin = time.perf_counter()
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        pid = client.km.provisioner.process.pid  # type: ignore[union-attr]
        cost = Cost(time.perf_counter() - begin, processor_time(pid), peak_memory(pid))
    return notebook, cost


def execute(path: Path) -> None:
    notebook, cost = run(path)
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, path)
    size = path.stat().st_size / 1e6
    print(f"{path.name}: {cost.wall:.0f} s, {cost.memory:.2f} GB of memory, {size:.2f} MB on disk")


if __name__ == "__main__":
    for path in [Path(p) for p in sys.argv[1:]] or sorted(NOTEBOOKS.glob("*.ipynb")):
        execute(path)
