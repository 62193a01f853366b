"""Folders that the course's tools write, and may therefore write anew."""

from pathlib import Path

MARK = ".written-by-the-course"  # a file in a folder that may go


def refuse_full(folder: Path) -> None:
    """Refuse a folder in which something lies.

    Raises:
        FileExistsError: the folder is not empty, or is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is a file: name a folder")
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: name another folder or remove it")


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder in which something lies that may be somebody's own; raises likewise."""
    if not (folder / MARK).exists():
        refuse_full(folder)
