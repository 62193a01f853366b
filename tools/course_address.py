"""The address of the repository: one setting in pyproject.toml, under ``[project.urls]``.

A fork may take its own from git's remote "origin". Where there is no address on GitHub, which Colab
and Binder need, a LookupError says so in one sentence.
"""

import os
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "pyproject.toml"
GITHUB = re.compile(
    r"([a-z]+://)?([^@/]+@)?(www\.)?github\.com(:\d+)?[:/]+"
    r"(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(\.git)?/?",
    re.IGNORECASE,
)


def on_github(url: str, what: str) -> str:
    """Web address of a repository on GitHub, from any of the forms that git accepts."""
    match = GITHUB.fullmatch(url)
    if not match:
        raise LookupError(f"{what} is not a repository on GitHub, but Colab and Binder need one.")
    return f"https://github.com/{match['owner']}/{match['name']}"


def address() -> str:
    """Address that pyproject.toml states."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    return on_github(project["urls"]["Repository"], "The address in pyproject.toml")


def book_address() -> str:
    """Address at which the repository's workflow publishes the book."""
    owner, name = address().split("/")[-2:]
    return f"https://{owner.lower()}.github.io/{name}"


def origin() -> str:
    """Address of git's remote "origin"."""
    command = ["git", "-C", str(ROOT), "remote", "get-url", "origin"]
    only_here = os.environ | {"GIT_CEILING_DIRECTORIES": str(ROOT.parent)}
    try:
        url = subprocess.run(command, env=only_here, capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:
        raise LookupError("As git is not installed, a fork's own address is not known.") from None
    if ":" not in url or url.startswith("file:"):
        raise LookupError('This folder has no git remote "origin" that Colab and Binder can reach.')
    return on_github(url, 'The git remote "origin"')


def offer() -> str:
    """Say how to take the address of "origin", or why not; empty where it is the setting."""
    try:
        own = origin()
    except LookupError as reason:
        return str(reason)
    if own.lower() == address().lower():
        return ""
    return f"This clone comes from {own}; to lead there, run: make badges ADDRESS={own}"


def take(wish: str) -> None:
    """Make an address, or that of "origin", the setting."""
    new = origin() if wish == "origin" else on_github(wish, wish)
    text = PROJECT.read_text(encoding="utf-8")
    text = re.sub(r'^Repository = ".*"$', f'Repository = "{new}"', text, flags=re.M)
    PROJECT.write_text(text, encoding="utf-8")
