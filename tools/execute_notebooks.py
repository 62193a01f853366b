"""Run lessons from top to bottom in fresh kernels and keep their outputs.

``python tools/execute_notebooks.py [notebook …]``; without a name, all. Prints what each cost.
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def peak_memory(client: NotebookClient) -> float:
    """Largest memory of the kernel so far, in GB; 0 where the system does not say."""
    status = Path(f"/proc/{client.km.provisioner.process.pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e6


def execute(path: Path) -> None:
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
    begin = time.time()
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        memory = peak_memory(client)
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, path)
    seconds, size = time.time() - begin, path.stat().st_size / 1e6
    print(f"{path.name}: {seconds:.0f} s, {memory:.2f} GB of memory, {size:.2f} MB on disk")


if __name__ == "__main__":
    for path in [Path(p) for p in sys.argv[1:]] or sorted(NOTEBOOKS.glob("*.ipynb")):
        execute(path)
