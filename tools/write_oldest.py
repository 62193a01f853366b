"""Print constraints that pin every dependency to the oldest version that pyproject allows."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def oldest() -> list[str]:
    """Turn each ``name>=1.2`` into ``name==1.2.*``, markers kept."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [re.sub(r">=([\d.]+)", r"==\1.*", line) for line in project["dependencies"]]


if __name__ == "__main__":
    print("\n".join(oldest()))
