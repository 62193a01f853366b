"""Where data and weights come from: the first source that answers, checked, wins.

Files that are fetched go to ``seeing-like-a-cnn`` inside Keras' own folder (``KERAS_HOME``, or
``~/.keras``). Files that Keras put there itself are read, never written.
``CNN_COURSE_OFFLINE=1`` forbids the network. ``python -m helpers.sources`` fetches everything.
"""

import gzip
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from filelock import FileLock

from helpers._assets import SOURCES, OnDisk, Remote, course_cache
from helpers._choices import unknown


class SourceError(RuntimeError):
    """No source of an asset answered."""


def verify(folder: Path, files: Mapping[str, str]) -> None:
    """Check that a folder holds the files with the hashes named.

    ``files`` maps a file name to its SHA-256, or to ``"md5:…"``. For ``.gz`` it is the hash of
    the unpacked bytes, because the same data is packed differently in different places.

    Raises:
        FileNotFoundError: a file is missing.
        ValueError: a file has another hash than the pinned one.
    """
    for name, pinned in files.items():
        method, _, digest = pinned.rpartition(":")
        with (gzip.open if name.endswith(".gz") else open)(folder / name, "rb") as file:
            found = hashlib.file_digest(file, method or "sha256").hexdigest()
        if found != digest:
            raise ValueError(f"{name} is damaged or another version (hash {found[:12]}…)")


def _serve(asset: str, source: OnDisk | Remote) -> Path:
    """Return the folder in which a source has put its files, checked."""
    if isinstance(source, OnDisk):
        verify(source.folder(), source.files)
        return source.folder()
    if os.environ.get("CNN_COURSE_OFFLINE") == "1":
        raise ConnectionError("CNN_COURSE_OFFLINE=1 forbids the network")
    staging = Path(tempfile.mkdtemp(prefix=f"{asset}.part-", dir=course_cache()))
    try:
        source.origin.fill(staging, source.files)
        verify(staging, source.files)
        place = course_cache() / asset
        shutil.rmtree(place, ignore_errors=True)
        return staging.rename(place)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _first_that_answers(
    asset: str, sources: Iterable[OnDisk | Remote], faults: dict[str, str]
) -> Path | None:
    """Try sources in order; say which one served; note in ``faults`` why others did not."""
    for source in sources:
        try:
            folder = _serve(asset, source)
        except FileNotFoundError:
            faults[source.says] = "not there"
        except Exception as fault:  # whatever goes wrong with one source, the next is tried
            faults[source.says] = f"{type(fault).__name__}: {fault}"
        else:
            print(f"{asset}: from {source.says}")
            return folder
    return None


def _on_disk(asset: str) -> list[OnDisk]:
    sources = SOURCES[asset]
    fetched = [
        OnDisk("this course's cache", lambda: course_cache() / asset, source.files)
        for source in sources
        if isinstance(source, Remote)
    ]
    return [*fetched, *(source for source in sources if isinstance(source, OnDisk))]


def _alone(asset: str, faults: dict[str, str]) -> Path | None:
    """Try all sources while no other process fetches the same asset."""
    course_cache().mkdir(parents=True, exist_ok=True)
    with FileLock(course_cache() / f"{asset}.lock"):
        for abandoned in course_cache().glob(f"{asset}.part-*"):  # by a process that was killed
            shutil.rmtree(abandoned, ignore_errors=True)
        remote = [source for source in SOURCES[asset] if isinstance(source, Remote)]
        return _first_that_answers(asset, [*_on_disk(asset), *remote], faults)


@cache
def fetch(asset: str) -> Path:
    """Return the folder that holds an asset's files, fetched from the first source that answers.

    Files on disk are tried first, then the network, by one process at a time. Every file is
    checked against its pinned hash before it is moved into place in one step.

    Args:
        asset: ``"fashion_mnist"``, ``"vgg16"`` or ``"vgg16_convolutions"``.

    Raises:
        ValueError: unknown asset.
        SourceError: no source answered; the message lists what was tried and what to do.
    """
    if asset not in SOURCES:
        raise unknown("asset", asset, SOURCES)
    faults: dict[str, str] = {}
    found = _first_that_answers(asset, _on_disk(asset), faults)
    if found is None:
        try:
            found = _alone(asset, faults)
        except OSError as fault:
            faults[f"writing to {course_cache()}"] = (
                f"{fault}; set KERAS_HOME to a folder of yours that has room"
            )
    if found is None:
        tried = "\n".join(f"  - {source}: {fault}" for source, fault in faults.items())
        raise SourceError(
            f"{asset}: no source answered.\n{tried}\nWhat to do: connect to a network and run "
            f"`make data` once, or copy the folder {course_cache()} from a machine that has it."
        )
    return found


def available(asset: str) -> bool:
    """Say whether ``fetch(asset)`` can be expected to work, without downloading anything.

    True where the files are on disk (their hashes are not checked) or where a source on the
    network answers within seconds.

    Raises:
        ValueError: unknown asset.
    """
    if asset not in SOURCES:
        raise unknown("asset", asset, SOURCES)
    if any(all((s.folder() / n).is_file() for n in s.files) for s in _on_disk(asset)):
        return True
    if os.environ.get("CNN_COURSE_OFFLINE") == "1":
        return False
    return any(s.origin.answers(s.files) for s in SOURCES[asset] if isinstance(s, Remote))


def main() -> None:
    """Fetch all that the lessons need; the 528 MB of VGG16's 1,000 classes stay optional."""
    missing = 0
    for asset in ("fashion_mnist", "vgg16_convolutions"):
        try:
            fetch(asset)
        except SourceError as fault:
            print(fault)
            missing += 1
    raise SystemExit(missing)


if __name__ == "__main__":
    main()
