"""``make bench``: print all tables and write them to ``tests/benchmarks/README.md``."""

import sys
from pathlib import Path

from tests.benchmarks import explorers, heatmaps, maps, patterns, training
from tests.benchmarks.timing import machine

HEAD = """\
# What the helpers cost

Written by `make bench`. Each table compares ways to do the same thing, run in turn in one
process; medians. Ratios count, seconds depend on the machine. A ratio is to the row with 1.00.

"""

if __name__ == "__main__":
    chosen = sys.argv[1:] or ["heatmaps", "patterns", "maps", "explorers", "training"]
    parts = {
        "heatmaps": heatmaps,
        "patterns": patterns,
        "maps": maps,
        "explorers": explorers,
        "training": training,
    }
    text = HEAD + machine() + "\n\n"
    for name in chosen:
        for piece in parts[name].tables():
            print(piece, flush=True)
            text += piece + "\n"
    if not sys.argv[1:]:
        (Path(__file__).parent / "README.md").write_text(text)
