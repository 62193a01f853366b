"""Put one fault at a time into a copy of the helpers and see whether the tests notice it.

``mutants.toml`` lists the faults, each with the test that must fail.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PYTEST = [sys.executable, "-m", "pytest", "-qx", "-p", "no:cacheprovider", "-o", "addopts="]
PASSED, FAILED = 0, 1  # what pytest exits with; anything else is no verdict on the fault


class Mutant(NamedTuple):
    """A fault, the text that it replaces in one file, and the test that must notice it."""

    fault: str
    file: str
    old: str
    new: str
    test: str

    def source(self, root: Path = ROOT) -> str:
        """Return the file with the fault in it.

        Raises:
            ValueError: the text does not occur exactly once.
        """
        text = (root / self.file).read_text(encoding="utf-8")
        if (count := text.count(self.old)) != 1:
            raise ValueError(f"{self.file} holds {self.old!r} {count} times, not once")
        return text.replace(self.old, self.new)


def mutants() -> list[Mutant]:
    """Read the list."""
    table = tomllib.loads((ROOT / "tools/mutants.toml").read_text(encoding="utf-8"))
    return [Mutant(**row) for row in table["mutant"]]


def copy_course(folder: Path) -> None:
    """Copy what may be changed, and link what is only read."""
    for name in ("helpers", "tests", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    for name in ("build", "data", "notebooks"):
        (folder / name).symlink_to(ROOT / name)


def run(tests: set[str], folder: Path) -> tuple[bool, str]:
    """Run tests on the copy: whether they pass, and what pytest prints."""
    settings = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    environment = os.environ | settings | {"CNN_COURSE_OFFLINE": "1"}
    command = [*PYTEST, *(f"tests/{test}" for test in sorted(tests))]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    printed = done.stdout + done.stderr
    if done.returncode not in (PASSED, FAILED):
        raise SystemExit(printed)
    return done.returncode == PASSED, printed


def survives(mutant: Mutant, folder: Path) -> bool:
    """Say whether the mutant's test passes on it; the copy is whole again afterwards."""
    path = folder / mutant.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(mutant.source(folder), encoding="utf-8")
    try:
        return run({mutant.test}, folder)[0]
    finally:
        path.write_text(whole, encoding="utf-8")


def main() -> int:
    """Try every mutant; 1 if one survives."""
    survivors = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_course(folder)
        passed, printed = run({mutant.test for mutant in mutants()}, folder)
        if not passed:
            raise SystemExit(f"{printed}\nThese tests fail without any fault: `make test` first.")
        for mutant in mutants():
            survived = survives(mutant, folder)
            survivors += survived
            print("SURVIVED" if survived else "caught  ", mutant.fault, flush=True)
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main())
