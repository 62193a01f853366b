"""Keep the learner's own copies of the lessons in ``my_course``: ``python -m tools.my_course``.

Each copy carries a fingerprint of its cells as they were handed out. While its cells still have
that fingerprint nobody has changed it, and it is replaced when the lesson changes. A copy that was
only run counts as unchanged, because every result in it can be made again by running it. A copy
that the learner has changed is never written to: the newer lesson is laid beside it, as
``03_feature_maps.new.ipynb``.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path

import nbformat

from tools.editions import NOTEBOOKS, read
from tools.helper_names import missing_names

ROOT = NOTEBOOKS.parent
MASTERS = ("0*.ipynb", "microscope.ipynb", "*.md")
RECORD = re.compile(r"\s*<!-- handed out: (\w+) -->")
Cell = tuple[str, str]


def fingerprint(cells: Iterable[Cell]) -> str:
    """Hash kind and text of all cells but empty ones, which JupyterLab adds when a cell is run."""
    kept = [(kind, text.strip()) for kind, text in cells if text.strip()]
    return sha256(json.dumps(kept).encode()).hexdigest()[:16]


def make_copy(master: Path) -> tuple[str, str]:
    """Return the text of a fresh copy and its fingerprint."""
    if master.suffix == ".md":
        text = master.read_text(encoding="utf-8")
        mark = fingerprint([("markdown", text)])
        return f"{text}\n<!-- handed out: {mark} -->\n", mark
    notebook = read(master)
    mark = fingerprint((cell.cell_type, cell.source) for cell in notebook.cells)
    notebook.metadata["course"] = {"handed_out": mark}
    return nbformat.writes(notebook) + "\n", mark


def read_copy(path: Path) -> tuple[list[Cell], str | None]:
    """Return the cells of a copy and the fingerprint that it was handed out with."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".md":
        record = RECORD.search(text)
        return [("markdown", RECORD.sub("", text))], record and record[1]
    notebook = json.loads(text)
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]
    return cells, notebook["metadata"].get("course", {}).get("handed_out")


def state(path: Path, mark: str) -> str:
    """Say how a copy stands to the lesson with this fingerprint.

    Returns:
        ``"absent"``; ``"unreadable"``, whatever lies there; ``"current"``; ``"untouched"``, an
        earlier version that nobody changed; ``"changed"`` by the learner, from this version of
        the lesson; ``"older"``, changed from an earlier one.
    """
    if not os.path.lexists(path):
        return "absent"
    try:
        cells, handed_out = read_copy(path)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "unreadable"
    now = fingerprint(cells)
    if now in (mark, handed_out):
        return "current" if now == mark else "untouched"
    return "changed" if handed_out == mark else "older"


def places(name: str, folder: Path) -> Iterator[Path]:
    """Where a lesson may lie: under its own name, then beside copies that have to stay."""
    path = folder / name
    yield path
    for number in count(1):
        yield path.with_stem(f"{path.stem}.new{number if number > 1 else ''}")


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _remove_overtaken(later: Iterator[Path], mark: str) -> None:
    """Remove unchanged copies beside one that is up to date."""
    for path in later:
        match state(path, mark):
            case "absent":
                return
            case "current" | "untouched":
                path.unlink()


def _failing_imports(path: Path, helpers_root: Path) -> str:
    code = [text for kind, text in read_copy(path)[0] if kind == "code"]
    names = " or ".join(missing_names(code, helpers_root))
    return names and f"In {_shown(path)}, imports will fail: the helpers do not have {names}."


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def hand_out(master: Path, folder: Path, helpers_root: Path = ROOT) -> str:
    """Bring the copies of one lesson up to date.

    Args:
        master: the lesson in ``notebooks``.
        folder: the learner's folder.
        helpers_root: the folder that holds ``helpers``.

    Returns:
        What the learner should know about it; empty where there is nothing to say.

    Raises:
        OSError: a copy cannot be written; what was there is still there.
    """
    text, mark = make_copy(master)
    stay: dict[Path, str] = {}
    candidates = places(master.name, folder)
    for place in candidates:
        found = state(place, mark)
        if found not in ("older", "unreadable"):
            break
        stay[place] = found
    if found in ("absent", "untouched"):
        write(place, text)
    _remove_overtaken(candidates, mark)

    damaged = [path for path in stay if stay[path] == "unreadable"]
    older = [path for path in stay if stay[path] == "older"]
    lines = [
        f"{_shown(path)} cannot be read and stays as it is; a whole copy is {_shown(place)}."
        for path in damaged
    ]
    if older:
        names = " and ".join(map(_shown, older))
        lines.append(f"Your changes stay in {names}; the newer version is {_shown(place)}.")
    elif found == "untouched" and not damaged:
        lines.append(f"{_shown(place)} was unchanged, so it is now the newest version.")
    changed = [*older, place] if found == "changed" else older
    lines += [_failing_imports(path, helpers_root) for path in changed]
    return " ".join(filter(None, lines))


def hand_out_all(notebooks: Path, folder: Path, helpers_root: Path = ROOT) -> list[str]:
    """Bring all copies up to date, and return the lines to print, whatever goes wrong."""
    is_new, lines, failed = not folder.exists(), [], {}
    for master in (path for pattern in MASTERS for path in sorted(notebooks.glob(pattern))):
        try:
            lines.append(hand_out(master, folder, helpers_root))
        except OSError as fault:
            failed[master.name] = fault.strerror or str(fault)
        except ValueError:
            lines.append(f"{_shown(master)} cannot be read, so there is no new copy of it.")
    if failed:
        names, reasons = ", ".join(failed), ", ".join(sorted(set(failed.values())))
        lines.append(
            f"{folder.name} could not be brought up to date ({reasons}). What was there is still "
            f"there. The pages in question, which you can open in {notebooks.name}: {names}."
        )
    elif is_new:
        lines.append(f"{folder.name} now holds your own copies of the lessons.")
    return [line for line in lines if line]


if __name__ == "__main__":
    for line in hand_out_all(NOTEBOOKS, ROOT / "my_course"):
        print(line)
