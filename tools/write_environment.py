"""Write environment.yml for conda and Binder from pyproject.toml, with what the tests need."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """\
# Written by `make environment` from pyproject.toml; do not edit.
name: seeing-like-a-cnn
channels:
  - conda-forge
dependencies:
  - python=3.13
  - pip
  - pip:
"""


def environment() -> str:
    """Python and pip from conda, everything else from pip, so that builds are not mixed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = project["dependencies"] + project["optional-dependencies"]["test"]
    lines = [f'      - "{requirement}"' for requirement in requirements]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "environment.yml").write_text(environment(), encoding="utf-8")
