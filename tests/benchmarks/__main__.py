"""``make bench``: print all tables and write them to ``tests/benchmarks/README.md``.

``python -m tests.benchmarks heatmaps maps`` measures some of them again and keeps the others.
"""

import re
import sys
from pathlib import Path

from tests.benchmarks import explorers, heatmaps, lessons, live, maps, patterns, start, training
from tests.benchmarks.timing import machine

README = Path(__file__).parent / "README.md"
HEAD = """\
# What the helpers cost

Written by `make bench`. Each table compares ways to do the same thing, run in turn in one
process; medians. Ratios count, seconds depend on the machine and its load. A ratio is to the row
with 1.00.
"""
PARTS = {
    "heatmaps": heatmaps,
    "patterns": patterns,
    "maps": maps,
    "explorers": explorers,
    "training": training,
    "start": start,
    "live": live,
    "lessons": lessons,
}


def kept() -> dict[str, str]:
    """Read the tables that were written before, by part."""
    text = README.read_text(encoding="utf-8") if README.exists() else ""
    return dict(re.findall(r"<!-- (\w+) -->\n(.*?)\n(?=<!-- |\Z)", text, re.S))


def write(found: dict[str, str]) -> None:
    """Write all tables."""
    parts = [f"<!-- {name} -->\n{found[name].strip()}\n" for name in PARTS if name in found]
    README.write_text("\n".join([HEAD, *parts]), encoding="utf-8")


if __name__ == "__main__":
    tables = kept()
    for name in sys.argv[1:] or PARTS:
        tables[name] = f"*{machine()}*\n"
        for piece in PARTS[name].tables():
            print(piece, flush=True)
            tables[name] += "\n" + piece
        write(tables)
