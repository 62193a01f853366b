"""Time several ways to do the same thing, in turn, so that a slow minute hits all of them."""

import platform
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """Medians over the repeats, in seconds."""

    wall: float
    processor: float


def measure(
    ways: Mapping[str, Callable[[], object]], repeats: int, *, warm: bool = True
) -> dict[str, Cost]:
    """Run every way once to warm up, unless all are, then ``repeats`` times in turn."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for way in ways.values() if warm else ():
        way()
    for _ in range(repeats):
        for name, way in ways.items():
            wall, processor = time.perf_counter(), time.process_time()
            way()
            times[name].append((time.perf_counter() - wall, time.process_time() - processor))
    return {name: Cost(*map(statistics.median, zip(*t, strict=True))) for name, t in times.items()}


def table(title: str, costs: Mapping[str, Cost], unit: str) -> str:
    """Lay out costs as Markdown: seconds, and ratios to the row named ``unit``."""
    lines = [
        f"### {title}",
        "",
        "| way | wall | processor | × wall | × processor |",
        "|---|---|---|---|---|",
    ]
    base = costs[unit]
    for name, cost in costs.items():
        lines.append(
            f"| {name} | {cost.wall:.3g} s | {cost.processor:.3g} s "
            f"| {cost.wall / base.wall:.2f} | {cost.processor / base.processor:.2f} |"
        )
    return "\n".join(lines) + "\n"


def machine() -> str:
    """Describe the machine in one paragraph."""
    import os

    import keras
    import tensorflow as tf

    from helpers._keras.precision import runs

    info = Path("/proc/cpuinfo")
    names = (
        [line for line in info.read_text().splitlines() if "model name" in line]
        if info.exists()
        else []
    )
    processor = names[0].split(":")[1].strip() if names else platform.processor()
    return (
        f"{processor}, {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, TensorFlow {tf.__version__}, Keras {keras.__version__}; "
        f"bfloat16 {'runs' if runs('bfloat16') else 'does not run'}."
    )
