"""What a lesson costs, and how many learners a machine can serve."""

import statistics
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tools.execute_notebooks import NOTEBOOKS, run

ROOM = (1, 2, 6)  # kernels at once
LESSON = "05_grad_cam_on_vgg16.ipynb"


def tables() -> Iterator[str]:
    lines = ["### Each lesson from top to bottom", ""]
    lines += ["| lesson | wall | processor | peak memory |", "|---|---|---|---|"]
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        cost = run(path)[1]
        seconds = f"{cost.wall:.0f} s | {cost.processor:.0f} s"
        lines.append(f"| {path.stem} | {seconds} | {cost.memory:.2f} GB |")
    yield "\n".join(lines) + "\n"
    lines = [f"### {LESSON.removesuffix('.ipynb')} in several kernels at once", ""]
    lines += ["| kernels | wall, median | sum of their peaks |", "|---|---|---|"]
    for kernels in ROOM:
        with ThreadPoolExecutor(kernels) as pool:
            costs = [cost for _, cost in pool.map(run, [NOTEBOOKS / LESSON] * kernels)]
        wall = statistics.median(cost.wall for cost in costs)
        lines.append(f"| {kernels} | {wall:.0f} s | {sum(c.memory for c in costs):.1f} GB |")
    yield "\n".join(lines) + "\n"
