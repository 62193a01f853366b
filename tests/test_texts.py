"""Lengths, terms and links of all prose that a learner reads."""

import re
from pathlib import Path

import nbformat
import pytest

from helpers.exercises.checks import LESSONS, QUIZZES, all_exercises
from helpers.exercises.quiz import questions

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
PAGES = sorted(NOTEBOOKS.glob("*.ipynb"))
EXTRAS = {"setup", "predict", "exercise", "check", "solution", "quiz"}
LINES = 15  # of a code cell
MOST = {  # words of prose, and cells that teach; short cells, as in 00 and 05, make more of them
    "00": (1780, 32),
    "01": (2845, 95),
    "02": (2700, 98),
    "03": (2830, 94),
    "04": (2945, 96),
    "05": (2750, 93),
    "06": (2800, 95),
    "07": (2750, 96),
    "08": (2500, 75),
}
STRAYS = {
    r"(?<!class )activation maps?": "feature map",
    r"neurons?": "filter, or unit",
    r"attention maps?": "heatmap",
    r"saliency heatmaps?": "saliency",
    r"feature detectors?": "filter",
    r"pre-?softmax scores?": "logit",
    r"convolutional kernels?": "kernel",
}


def page(lesson: str):
    (path,) = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
    return nbformat.read(path, 4)


def prose(notebook) -> str:
    return "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")


@pytest.mark.parametrize("lesson", LESSONS)
def test_lessons_grow_no_longer(lesson):
    notebook, (most_words, most_cells) = page(lesson), MOST[lesson]
    text = re.sub(r"\]\([^)]*\)", "]", prose(notebook))
    assert len(re.findall(r"\w+(?:['’-]\w+)*", text)) <= most_words
    taught = [c for c in notebook.cells if not EXTRAS & set(c.metadata.get("tags", []))]
    assert len(taught) <= most_cells
    for cell in taught:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= LINES


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_one_term_for_one_thing(path):
    text = prose(nbformat.read(path, 4))
    for stray, term in STRAYS.items():
        found = re.search(rf"\b{stray}\b", text, re.I)
        assert not found, f"{found[0]!r}: the course says {term}"


def anchors(name: str) -> set[str]:
    text = (NOTEBOOKS / name).read_text(encoding="utf-8")
    return {
        re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-")
        for h in re.findall(r"^## (.+)$", text, re.M)
    }


@pytest.mark.parametrize("lesson", LESSONS)
def test_first_uses_of_terms_lead_to_the_glossary(lesson):
    linked = re.findall(r"\]\(glossary\.md#([\w-]+)\)", prose(page(lesson)))
    assert len(linked) >= 3 and len(set(linked)) == len(linked)
    assert set(linked) <= anchors("glossary.md"), set(linked) - anchors("glossary.md")


def test_glossary_links_to_itself_and_is_in_order():
    text = (NOTEBOOKS / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^## (.+)$", text, re.M)
    assert terms == sorted(terms, key=str.lower)
    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) <= anchors("glossary.md")


def misconceptions() -> dict[str, str]:
    text = (NOTEBOOKS / "misconceptions.md").read_text(encoding="utf-8")
    parts = re.split(r"^### ([\w-]+)$", re.sub(r"^## .*$", "", text, flags=re.M), flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_misconception_of_a_quiz_is_listed():
    used = {
        choice.misconception
        for quiz in QUIZZES
        for question in questions(quiz)
        for choice in question.choices
        if choice.misconception
    }
    assert used and used <= set(misconceptions())


@pytest.mark.parametrize("name", misconceptions())
def test_misconceptions_are_betrayed_and_refuted_where_they_say(name):
    text = misconceptions()[name]
    assert "**Belief.**" in text and "**Betrayed by**" in text and "**Refuted by**" in text
    betrayed = re.search(r"\*\*Betrayed by\*\*.*?`([^`]+)`", text)[1]
    if betrayed in all_exercises():
        pass
    else:
        found = [q for q in questions(betrayed.partition("-")[0]) if q.id == betrayed]
        assert [c for c in found[0].choices if c.misconception == name], betrayed
    target, begins = re.search(
        r"\*\*Refuted by\*\*.*?\]\((\w+\.ipynb)\).*?`([^\n]+)`\.?\s*$", text.strip(), re.S
    ).groups()
    cells = nbformat.read(NOTEBOOKS / target, 4).cells
    assert any(cell.source.startswith(begins) for cell in cells), begins
