"""Predictions, quizzes, hints and answers as HTML that works from a file."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from nbformat import NotebookNode

from helpers.exercises.predictions import Table
from helpers.exercises.quiz import Question
from tools.book.cells import asked_by, call_of, called, statements

HEAD = " | ".join(Table.HEAD)
END = "</details>"


@dataclass(frozen=True)
class Asked:
    """A prediction that a lesson asks for: its variable, its options, and what happened."""

    name: str
    question: str
    options: tuple[str, ...]
    answer: str


def is_table(output: NotebookNode) -> bool:
    """Say whether an output is a table of predictions and results."""
    return "".join(output.get("data", {}).get("text/plain", "")).startswith(HEAD)


def _answer(question: str, cells: Iterable[NotebookNode]) -> str:
    """Look up what happened in the stored results of a lesson."""
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        if is_table(output):
            table = "".join(output.data["text/plain"])
            for row in re.split(r"\n(?=.+ \| .+ \| )", table)[1:]:
                asked, _, result = row.rsplit(" | ", 2)
                if asked == question:
                    return result
    return ""


def asked_in(cell: NotebookNode, cells: Iterable[NotebookNode]) -> Asked | None:
    """Read the prediction that a cell asks for, and its answer from the results of all cells.

    Options that code computes are not known here; the page then asks without them.

    Raises:
        ValueError: the question is not written out.
    """
    for one in statements(cell):
        call = call_of(one)
        if call is None or not isinstance(one, ast.Assign) or called(one) != "predict":
            continue
        question, options = asked_by(call)
        return Asked(ast.unparse(one.targets[0]), question, options, _answer(question, cells))
    return None


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _choices(name: str, texts: Iterable[str], replies: Iterable[str] = ()) -> str:
    given = list(replies)
    lines = []
    for number, text in enumerate(texts):
        lines.append(
            f'<label><input type="radio" name="{name}" value="{escape(text)}">'
            f"<span>{escape(text)}</span></label>"
        )
        lines += given[number : number + 1]
    return "\n".join(lines)


def prediction(asked: Asked, name: str) -> str:
    """Ask for a prediction; the page's script opens the answer when one is chosen.

    Without options there is a box for a sentence of the reader's own.
    """
    fields = (
        _choices(name, asked.options) or '<textarea rows="2" aria-label="Your answer"></textarea>'
    )
    return (
        f'<form class="question prediction" data-answer="{name}" autocomplete="off">\n<fieldset>\n'
        f"<legend>{escape(asked.question)}</legend>\n{fields}\n"
        "</fieldset>\n</form>"
    )


def answer(asked: Asked, name: str, near: bool) -> str:
    """Open the folded answer of a prediction; ``END`` closes it."""
    title = "See what happens" if near else f"The answer to “{escape(asked.question)}”"
    result = f"<p>What happened: <b>{_lines(asked.answer)}</b></p>\n" if asked.answer else ""
    return f'<details class="answer" id="{name}">\n<summary>{title}</summary>\n{result}'.strip()


def all_answers(everything: Iterable[tuple[str, Asked]]) -> str:
    """Set all predictions of a page beside what happened."""
    rows = "\n".join(
        f'<tr data-answer="{name}"><td>{escape(asked.question)}</td><td class="chosen">–</td>'
        f"<td>{_lines(asked.answer)}</td></tr>"
        for name, asked in everything
    )
    head = "".join(f'<th scope="col">{title}</th>' for title in Table.HEAD)
    return (
        '<details class="answer">\n<summary>What you predicted, and what happened</summary>\n'
        f"<table>\n<tr>{head}</tr>\n{rows}\n</table>\n{END}"
    )


def _reply(right: bool, reason: str, misconception: str | None) -> str:
    more = f' <a href="misconceptions.html#{misconception}">More</a>' if misconception else ""
    word = "Right." if right else "No."
    kind = "right" if right else "wrong"
    return f'<p class="reply {kind}"><b>{word}</b> {escape(reason)}{more}</p>'


def quiz(questions: Iterable[Question]) -> str:
    """Write a quiz: a choice shows its own reply, without any script; the script counts."""
    asked = []
    for number, one in enumerate(questions, start=1):
        replies = [_reply(c.right, c.reason, c.misconception) for c in one.choices]
        choices = _choices(f"quiz-{one.id}", (c.text for c in one.choices), replies)
        legend = f"<legend>{number}. {escape(one.text)}</legend>"
        asked.append(f'<fieldset id="{one.id}">\n{legend}\n{choices}\n</fieldset>')
    body = "\n".join(asked)
    score = '<p class="score" role="status"></p>'
    return f'<form class="question quiz" autocomplete="off">\n{body}\n{score}\n</form>'


def hints(texts: Iterable[str]) -> str:
    """Fold the hints to an exercise, one by one, from gentle to plain."""
    return "\n".join(
        f'<details class="hint">\n<summary>Hint {number}</summary>\n<p>{escape(text)}</p>\n{END}'
        for number, text in enumerate(texts, start=1)
    )


def solution(name: str) -> str:
    """Open a folded solution; ``END`` closes it."""
    return f'<details class="answer solution">\n<summary>Solution to exercise {name}</summary>'
