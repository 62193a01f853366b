"""Checks tried with right and wrong answers, quizzes with computed ones, and their cells."""

import re
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import ipywidgets as widgets
import nbformat
import numpy as np
import pytest

from helpers.exercises import check, predict, predictions, quiz, save_predictions
from helpers.exercises.checks import LESSONS, LESSONS_FOLDER, Verdict, _attempts, all_exercises
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
        names = [name for name in all_exercises() if name.startswith(lesson)]
        assert len(names) >= 3 and set(cases(lesson)) == set(names), lesson
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
        assert re.search(words, verdict.message), (words, verdict.message)


def test_hints_come_one_after_the_other(exercise):
    name, tried = exercise
    hints, wrong = all_exercises()[name].hints, tried.wrong[0][0]
    assert len(hints) >= 2
    messages = [check(name, wrong).message for _ in range(len(hints) + 2)]
    assert "Hint" not in messages[0] and messages[-1] == messages[-2]
    for hint, text in zip(hints, messages[1:], strict=False):
        assert hint in text


def test_no_answer_and_junk_never_raise_and_never_pass(exercise):
    name, tried = exercise
    assert check(name).passed is check(name, ...).passed is None
    for junk in JUNK:
        if not any(junk is right or junk == right for right in tried.right if np.isscalar(right)):
            assert check(name, junk).passed is False, junk


def test_none_is_an_answer_that_some_method_returned():
    verdict = check("02.1", [3, 1, 2].sort())
    assert verdict.passed is False and "sort() changes the list and returns nothing" in str(verdict)


def _fails_in_its_second_line(photo):
    return photo.mean() + 1 / 0


def _fails_in_another_function(photo):
    return _fails_in_its_second_line(photo)


def _line(function, offset: int) -> str:
    return f"line {function.__code__.co_firstlineno + offset} "


def test_an_exception_of_an_answer_names_its_line():
    for answer in (_fails_in_its_second_line, _fails_in_another_function):
        message = check("00.3", answer).message
        assert _line(_fails_in_its_second_line, 1) in message and "division by zero" in message
    elsewhere = check("00.3", lambda photo: np.concatenate(photo, axis=9)).message
    assert _line(test_an_exception_of_an_answer_names_its_line, 4) in elsewhere
    assert " line " not in check("00.3", lambda: 0).message  # it was not even entered


@pytest.mark.parametrize("lesson", LESSONS)
def test_lessons_have_one_shape(lesson):
    """One module an exercise, which registers that one; beside them ``data.py`` at most."""
    folder = LESSONS_FOLDER / f"lesson_{lesson}"
    tests = [one.test for name, one in all_exercises().items() if name.startswith(lesson)]
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "data"}
    assert sorted(test.__module__.rpartition(".")[2] for test in tests) == sorted(modules)
    assert {test.__module__.rpartition(".")[0] for test in tests} == {
        f"helpers.exercises.lessons.lesson_{lesson}"
    }


def test_the_engine_imports_no_lesson_and_no_tensorflow():
    code = "import sys, helpers.exercises as e; e.quiz('03'); print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    names = printed.split()
    assert "helpers.exercises.quiz" in names and "tensorflow" not in names
    assert not [name for name in names if name.startswith("helpers.exercises.lessons")]


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
            assert choice.reason in box.message
            assert box.message.startswith("Right" if choice.right else "No")
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
