"""Fetch the files of an asset from the first of its sources that answers."""

import gzip
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from functools import cache
from pathlib import Path

from filelock import FileLock

from helpers._choices import unknown
from helpers.sources.assets import SOURCES, OnDisk, Remote, course_cache


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
            actual = hashlib.file_digest(file, method or "sha256").hexdigest()
        if actual != digest:
            raise ValueError(f"{name} is damaged or another version (hash {actual[:12]}…)")


def _alone(asset: str) -> AbstractContextManager:
    """Keep other processes from fetching the same asset for as long as the context lasts."""
    try:
        course_cache().mkdir(parents=True, exist_ok=True)
        return FileLock(course_cache() / f"{asset}.lock").acquire()
    except OSError as fault:
        raise OSError(
            f"{fault}; set KERAS_HOME to a folder of yours that has room and can be written to"
        ) from fault


def _download(asset: str, source: Remote) -> Path:
    """Bring files from the network into this course's cache, checked, in one step."""
    if os.environ.get("CNN_COURSE_OFFLINE") == "1":
        raise ConnectionError("CNN_COURSE_OFFLINE=1 forbids the network")
    place = course_cache() / asset
    with _alone(asset):
        with suppress(OSError, EOFError, ValueError):  # another process may have been first
            verify(place, source.files)
            return place
        for abandoned in course_cache().glob(f"{asset}.part-*"):  # by a process that was killed
            shutil.rmtree(abandoned, ignore_errors=True)
        staging = Path(tempfile.mkdtemp(prefix=f"{asset}.part-", dir=course_cache()))
        try:
            source.origin.fill(staging, source.files)
            verify(staging, source.files)
            shutil.rmtree(place, ignore_errors=True)
            return staging.rename(place)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _in_order(asset: str) -> Iterator[OnDisk | Remote]:
    """All sources of an asset; what a source on the network brought earlier comes before it."""
    if asset not in SOURCES:
        raise unknown("asset", asset, SOURCES)
    place = course_cache() / asset
    for source in SOURCES[asset]:
        if isinstance(source, Remote):
            yield OnDisk("this course's cache", lambda: place, source.files, source.note)
        yield source


@cache
def fetch(asset: str) -> Path:
    """Return the folder that holds an asset's files, fetched from the first source that answers.

    Sources are tried in the order of ``assets.SOURCES``, those on the network by one process at
    a time. Every file is checked against its pinned hash before it is moved into place in one
    step. One line says which source it was.

    Args:
        asset: ``"fashion_mnist"``, ``"vgg16"`` or ``"vgg16_convolutions"``.

    Raises:
        ValueError: unknown asset.
        SourceError: no source answered; the message lists what was tried and what to do.
    """
    faults: dict[str, str] = {}
    for source in _in_order(asset):
        try:
            if isinstance(source, Remote):
                folder = _download(asset, source)
            else:
                folder = source.folder()
                verify(folder, source.files)
        except FileNotFoundError:
            faults[source.description] = "not there"
        except Exception as fault:  # whatever goes wrong with one source, the next is tried
            faults[source.description] = f"{type(fault).__name__}: {fault}"
        else:
            print(f"{asset}: from {source.description}{source.note}")
            return folder
    tried = "\n".join(f"  - {source}: {fault}" for source, fault in faults.items())
    raise SourceError(
        f"{asset}: no source answered.\n{tried}\nWhat to do: connect to a network and run "
        f"`make data` once, or copy the folder {course_cache()} from a machine that has it."
    )


def available(asset: str) -> bool:
    """Say whether ``fetch(asset)`` can be expected to work, without downloading anything.

    True where the files are on disk (their hashes are not checked) or where a source on the
    network answers within seconds.

    Raises:
        ValueError: unknown asset.
    """
    sources = list(_in_order(asset))
    on_disk = (source for source in sources if isinstance(source, OnDisk))
    if any(all((s.folder() / name).is_file() for name in s.files) for s in on_disk):
        return True
    if os.environ.get("CNN_COURSE_OFFLINE") == "1":
        return False
    return any(s.origin.answers(s.files) for s in sources if isinstance(s, Remote))
