"""What a class believed: predictions, quiz answers and hints of returned notebooks, anonymous."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from nbformat import NotebookNode

from helpers.exercises.predictions import Table
from helpers.exercises.quiz import questions
from tools.editions import predictions, read
from tools.returned import LESSON_OF, load

STATE = "application/vnd.jupyter.widget-state+json"
HINT = re.compile(r"hint\(\s*[\"'](\d\d\.\w+)[\"']")
NOTE = (
    "Counted from the returned notebooks; nobody is named. Quiz answers, and predictions that were "
    "not compared, are there only if JupyterLab saved the state of widgets, as the kit's does."
)
HINTS = ("none", "to the mistake", "first", "second", "third")


def chosen(notebook: NotebookNode) -> dict[frozenset[str], str]:
    """What was chosen in radio buttons: the options -> the one chosen first, or else last.

    It stands in the state of widgets, where JupyterLab saved it.
    """
    models = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    states = {name: model.get("state", {}) for name, model in models.items()}
    first = {
        child.removeprefix("IPY_MODEL_"): state["first"]
        for state in states.values()
        if state.get("first") is not None
        for child in state.get("children", ())
    }
    found = {}
    for name, state in states.items():
        labels, index = state.get("_options_labels"), first.get(name, state.get("index"))
        if labels and index is not None:
            found[frozenset(labels)] = labels[index]
    return found


def _printed(cell: NotebookNode) -> str:
    texts = [o.get("data", {}).get("text/plain", "") for o in cell.get("outputs", ())]
    return "\n".join("".join(text) for text in texts)


def predicted(notebook: NotebookNode) -> dict[str, str]:
    """Read predictions out of the tables that ``compare`` shows: question -> prediction."""
    found = {}
    for cell in notebook.cells:
        for line in _printed(cell).splitlines():
            if line.count(" | ") == len(Table.HEAD) - 1:
                question, prediction, _ = line.split(" | ")
                found[question] = prediction.partition(", because ")[0]
    return found


def hints_used(notebook: NotebookNode) -> dict[str, int]:
    """Which hint was asked for, by exercise: a place in ``HINTS``."""
    used: dict[str, int] = {}
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        for name in HINT.findall(cell.source):
            numbers = [int(number) + 1 for number in re.findall(r"Hint (\d) of", _printed(cell))]
            used[name] = max([used.get(name, 1), *numbers])
    return used


class Beliefs(NamedTuple):
    """What one returned notebook says of its student."""

    chosen: dict[frozenset[str], str]
    predicted: dict[str, str]
    hints: dict[str, int]


def beliefs(path: Path) -> Beliefs | None:
    """Read a returned notebook; ``None`` where that is not possible."""
    try:
        notebook = load(path)
        return Beliefs(chosen(notebook), predicted(notebook), hints_used(notebook))
    except Exception:  # anything can stand in a returned file
        return None


def _counted(texts: Iterable[str]) -> str:
    return "; ".join(f"{text} ({n})" for text, n in Counter(texts).most_common()) or "nobody"


def _table(*rows: Iterable[object]) -> list[str]:
    first, *others = [f"| {' | '.join(map(str, row))} |" for row in rows]
    return [first, "|" + "---|" * (first.count(" | ") + 1), *others, ""]


def _predictions(lesson: str, read_of: list[Beliefs]) -> list[str]:
    rows = [("prediction", "chosen (by how many)")]
    for question, options in predictions(read(LESSON_OF[lesson])):
        if not options:
            continue
        said = [b.predicted.get(question, b.chosen.get(frozenset(options))) for b in read_of]
        rows.append((question, _counted(text for text in said if text in options)))
    return _table(*rows)


def _quiz(lesson: str, read_of: list[Beliefs]) -> list[str]:
    rows = [("quiz question", "right", "misconceptions (of how many)")]
    for one in questions(lesson):
        choices = {choice.text: choice for choice in one.choices}
        texts = [text for b in read_of if (text := b.chosen.get(frozenset(choices)))]
        wrong = [choices[text].misconception or "none of these" for text in texts]
        wrong = [w for w, text in zip(wrong, texts, strict=True) if not choices[text].right]
        rows.append((one.id, f"{len(texts) - len(wrong)} of {len(texts)}", _counted(wrong)))
    return _table(*rows)


def _exercises(lesson: str, read_of: list[Beliefs], points: Mapping[str, float]) -> list[str]:
    rows: list[tuple] = [("exercise", "right", *(f"hint: {hint}" for hint in HINTS))]
    for name in sorted(name for name in points if name.startswith(lesson)):
        times = Counter(b.hints.get(name, 0) for b in read_of)
        rows.append((name, f"{points[name]:g}", *(times[place] for place in range(len(HINTS)))))
    return _table(*rows)


def class_table(found: Mapping[tuple[str, str], list[Path]], points: Mapping[str, float]) -> str:
    """Lay out what a class believed, as Markdown without names.

    Args:
        found: the files of each student and lesson, of which the first counts.
        points: of the whole class, by exercise.
    """
    everybody = defaultdict(list)
    for (_, lesson), files in found.items():
        if one := beliefs(files[0]):
            everybody[lesson].append(one)
    lines = ["# What the class believed", "", NOTE, ""]
    for lesson, read_of in everybody.items():
        several = "s" * (len(read_of) > 1)
        lines += [f"## Lesson {lesson}: {len(read_of)} notebook{several}", ""]
        lines += _predictions(lesson, read_of) + _quiz(lesson, read_of)
        lines += _exercises(lesson, read_of, points)
    return "\n".join(lines)
