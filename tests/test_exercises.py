"""Checks tried with right and wrong answers, quizzes with computed ones, and their cells."""

import re
from functools import cache
from importlib import import_module
from pathlib import Path

import ipywidgets as widgets
import nbformat
import numpy as np
import pytest

from helpers.exercises import check, predict, predictions, quiz, save_predictions
from helpers.exercises.checks import LESSONS, Verdict, _attempts, all_exercises
from helpers.exercises.quiz import questions

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
JUNK = [object(), "", "x", [], {}, np.nan, [1, "a"], lambda: 1 / 0, lambda *_: None, 10**400, True]


def answers(lesson: str):
    return import_module(f"tests.exercises.lesson_{lesson}")


@cache
def cases(lesson: str) -> dict:
    return answers(lesson).cases()


@pytest.fixture(params=sorted(all_exercises()))
def exercise(request):
    _attempts.clear()
    return request.param, cases(request.param.split(".")[0])[request.param]


def test_every_lesson_has_three_exercises_and_a_quiz():
    assert [path.name[:2] for path in sorted(NOTEBOOKS.glob("0*.ipynb"))] == LESSONS
    for lesson in LESSONS:
        found = [name for name in all_exercises() if name.startswith(lesson)]
        assert len(found) >= 3 and set(cases(lesson)) == set(found), lesson
        assert 3 <= len(questions(lesson)) <= 5


def test_right_answers_pass(exercise):
    name, tried = exercise
    assert tried.right
    for answer in tried.right:
        verdict = check(name, answer)
        assert verdict and verdict.passed, verdict


def test_wrong_answers_are_told_what_is_wrong(exercise):
    name, tried = exercise
    assert len(tried.wrong) >= 3
    for answer, words in tried.wrong:
        _attempts.clear()
        verdict = check(name, answer)
        assert verdict.passed is False, answer
        assert re.search(words, verdict.says), (words, verdict.says)


def test_hints_come_one_after_the_other(exercise):
    name, tried = exercise
    hints, wrong = all_exercises()[name].hints, tried.wrong[0][0]
    assert len(hints) >= 2
    said = [check(name, wrong).says for _ in range(len(hints) + 2)]
    assert "Hint" not in said[0] and said[-1] == said[-2]
    for hint, text in zip(hints, said[1:], strict=False):
        assert hint in text


def test_no_answer_and_junk_never_raise_and_never_pass(exercise):
    name, tried = exercise
    for nothing in (..., None):
        assert check(name, nothing).passed is None
    for junk in JUNK:
        if not any(junk is right or junk == right for right in tried.right if np.isscalar(right)):
            assert check(name, junk).passed is False, junk


def test_an_unknown_exercise_is_named():
    with pytest.raises(ValueError, match=r"did you mean '02\.1"):
        check("02.11", 3)


def test_a_verdict_is_a_sentence():
    verdict = Verdict("02.1", False, "Half of it is < 1.")
    assert repr(verdict) == "Not yet. Half of it is < 1." and not verdict
    assert "&lt;" in verdict._repr_html_()


@pytest.mark.parametrize("lesson", LESSONS)
def test_quiz_answers_are_what_the_code_computes(lesson):
    computed = answers(lesson).quiz_answers()
    for question in questions(lesson):
        assert sum(choice.right for choice in question.choices) == 1, question.id
        assert all(len(choice.reason) > 20 for choice in question.choices), question.id
        assert question.choices[question.right].text == computed[question.id]


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_quiz_answers_every_choice(lesson):
    made = quiz(lesson)
    assert made.score == 0
    for box in made.children:
        for index, choice in enumerate(box.question.choices):
            box.choose(index)
            assert choice.reason in box.says
            assert box.says.startswith("Right" if choice.right else "No")
        box.choose(box.question.right)
    assert made.score == len(made.children)
    with pytest.raises(ValueError, match="nearest"):
        made.children[0].choose(9)


def test_predictions_are_kept_and_compared(tmp_path):
    guess = predict("How many?", ["few", "many"])
    assert "no prediction" in repr(guess.compare("few"))
    guess.choose("many")
    table = guess.compare("few")
    assert repr(table).splitlines()[1] == "How many? | many | few"
    assert "<td align='left'>many</td>" in table._repr_html_()
    free = predict("Which <one>?")
    next(c for c in free.children if isinstance(c, widgets.Text)).value = "this"
    assert free.value == "this" and "&lt;one&gt;" in predictions()._repr_html_()
    assert "not yet" in repr(predictions())
    text = save_predictions(tmp_path / "mine.csv").read_text()
    assert "How many?,many,few" in text
    with pytest.raises(ValueError, match="Valid: few, many"):
        guess.choose("none")


def tagged(notebook, tag: str) -> list[int]:
    return [i for i, c in enumerate(notebook.cells) if tag in c.metadata.get("tags", [])]


@pytest.mark.parametrize("lesson", LESSONS)
def test_exercises_of_a_lesson_have_one_format(lesson):
    """Task, stub, check and folded solution stand in this order, one exercise after the other."""
    (path,) = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
    notebook = nbformat.read(path, 4)
    names = [name for name in all_exercises() if name.startswith(lesson)]
    stubs, checks, solutions = (tagged(notebook, t) for t in ("exercise", "check", "solution"))
    assert len(stubs) == len(checks) == len(solutions) == len(names)
    for name, stub, checked, solved in zip(names, stubs, checks, solutions, strict=True):
        assert (checked, solved) == (stub + 1, stub + 2)
        task, *code = notebook.cells[stub - 1 : solved + 1]
        assert task.cell_type == "markdown" and f"Exercise {name}" in task.source
        variable = f"answer_{name.replace('.', '_')}"
        assert variable in code[0].source and "..." in code[0].source
        assert code[1].source == f'check("{name}", {variable})'
        assert f'assert check("{name}", {variable})' in code[2].source
        assert code[2].metadata["jupyter"]["source_hidden"]


@pytest.mark.parametrize("lesson", LESSONS)
def test_lessons_ask_for_predictions_and_set_them_beside_the_results(lesson):
    (path,) = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
    notebook = nbformat.read(path, 4)
    code = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    asked = re.findall(r"(\w+) = predict\(", code)
    assert len(asked) >= (3 if lesson != "00" else 1)
    for name in asked:
        assert f"{name}.compare(" in code, name
    assert "\npredictions()" in code and f'quiz("{lesson}")' in code
