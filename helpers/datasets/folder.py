"""Where the files that come with the course lie."""

from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "data"
