"""Files that appear under their name only when they are complete."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4


@contextmanager
def placed(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that takes the place of ``path`` in one step, once it is complete.

    What was there before stays as it was if anything goes wrong. Missing folders are made.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with placed(Path(folder, "new", "hello.txt")) as file:
    ...         _ = file.write(b"hello")
    ...     Path(folder, "new", "hello.txt").read_text()
    'hello'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part-{uuid4().hex}")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
