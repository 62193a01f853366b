"""Checks tried with right and wrong answers, quizzes with computed ones, and their cells."""

import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib import import_module
from pathlib import Path

import ipywidgets as widgets
import nbformat
import numpy as np
import pytest

from helpers.exercises import (
    Verdict,
    check,
    expect,
    hint,
    predict,
    predictions,
    quiz,
    save_predictions,
)
from helpers.exercises.checks import (
    LESSONS,
    LESSONS_FOLDER,
    QUIZZES,
    Slip,
    all_exercises,
    last_mistake,
    tries,
)
from helpers.exercises.feedback import compared
from helpers.exercises.hints import _given
from helpers.exercises.order import mixed
from helpers.exercises.quiz import questions

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
JUNK = [object(), "", "x", [], {}, np.nan, [1, "a"], lambda: 1 / 0, lambda *_: None, 10**400, True]


def answers(lesson: str):
    return import_module(f"tests.exercises.lesson_{lesson}")


@cache
def cases(lesson: str) -> dict:
    return answers(lesson).cases()


def start_anew():
    for memory in (tries, last_mistake, _given):
        memory.clear()


@pytest.fixture(params=sorted(all_exercises()))
def exercise(request):
    start_anew()
    return request.param, cases(request.param.split(".")[0])[request.param]


def test_every_lesson_has_three_exercises_and_a_quiz():
    assert [path.name[:2] for path in sorted(NOTEBOOKS.glob("0*.ipynb"))] == LESSONS
    for lesson in LESSONS:
        names = [name for name in all_exercises() if name.startswith(lesson)]
        assert len(names) >= 3 and set(cases(lesson)) == set(names), lesson
        assert 3 <= len(questions(lesson)) <= 6


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
        verdict = check(name, answer)
        assert verdict.passed is False, answer
        assert re.search(words, verdict.message), (words, verdict.message)


@pytest.mark.parametrize("name", all_exercises())
def test_every_exercise_has_hints(name):
    start_anew()
    assert len(all_exercises()[name].hints) >= 2
    assert all_exercises()[name].hints[0] in repr(hint(name))


EVEN = [-1, 0, 1], [-1, 0, 1], [-1, 0, -1]  # a wrong kernel of the right shape


def test_hints_come_on_request_and_one_a_try():
    start_anew()
    first, second, *_ = all_exercises()["02.2"].hints
    assert first in repr(hint("02.2")) and first in repr(hint("02.2"))  # nothing tried since
    assert "hint" not in check("02.2", EVEN).message
    assert second in repr(hint("02.2")) and second in hint("02.2")._repr_html_()
    assert check("02.2", EVEN).message.endswith(' For a hint, run hint("02.2").')
    for _ in range(9):
        check("02.2", EVEN)
        last = repr(hint("02.2"))
    assert all_exercises()["02.2"].hints[-1] in last
    with pytest.raises(ValueError, match=r"did you mean '02\.1"):
        hint("02.11")


def test_slips_are_no_tries():
    start_anew()
    for slip in (..., None, object(), "x", [1, 2], np.ones((5, 5)), lambda: 0):
        assert not check("02.2", slip)
    for slip in (lambda *_: ..., lambda *_: 1.0):
        assert not check("05.2", slip)
    assert not tries and not last_mistake


def test_a_hint_is_tied_to_the_mistake_made_last():
    start_anew()
    for_the_class = cases("05").get("05.1").wrong[0][0]
    check("05.1", for_the_class)
    assert "rises when the logit of the class falls" in repr(hint("05.1"))
    assert repr(hint("05.1")).startswith("Hint 1 of")


def test_a_picture_stands_under_the_verdict():
    verdict = check("05.3", lambda photo, heatmap: photo.copy())
    assert 'alt="Your answer, the expected one' in verdict._repr_html_()
    assert repr(verdict).startswith("Not yet.") and "img" not in repr(verdict)
    right = check("05.3", cases("05")["05.3"].right[0])
    assert right and right._repr_html_().startswith("<p role='status'><b>Right.</b>")
    assert "0 % of the places differ" in right.picture.alt
    assert "<img" not in check("02.2", EVEN)._repr_html_()


def test_yours_expected_and_difference_are_counted():
    yours, expected = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 3), np.uint8)
    yours[0, 0, 1] = expected[3, 3] = 200
    assert ": 12 % of the places differ" in compared(yours, expected).alt
    assert ": 25 % of the places differ" in compared(np.eye(4), np.zeros((4, 4))).alt


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


@pytest.mark.parametrize("leave", [lambda *given: exit(), lambda *given: sys.exit(3)])
def test_an_answer_that_exits_is_wrong_and_the_lesson_goes_on(leave):
    verdict = check("00.3", leave)
    assert verdict.passed is False and "SystemExit" in verdict.message


def test_an_exception_of_an_answer_names_its_line():
    for answer in (_fails_in_its_second_line, _fails_in_another_function):
        message = check("00.3", answer).message
        assert _line(_fails_in_its_second_line, 1) in message and "division by zero" in message
        assert "of its cell, “return photo.mean() + 1 / 0”." in message
    elsewhere = check("00.3", lambda photo: np.concatenate(photo, axis=9)).message
    assert _line(test_an_exception_of_an_answer_names_its_line, 5) in elsewhere
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


@pytest.mark.parametrize("lesson", QUIZZES)
def test_quiz_answers_are_what_the_code_computes(lesson):
    computed = answers(lesson).quiz_answers()
    for question in questions(lesson):
        assert sum(choice.right for choice in question.choices) == 1, question.id
        assert all(len(choice.reason) > 20 for choice in question.choices), question.id
        assert question.choices[question.right].text == computed[question.id]


@pytest.mark.parametrize("lesson", QUIZZES)
def test_a_quiz_answers_every_choice(lesson):
    made = quiz(lesson)
    assert made.score == 0
    for box in made.boxes:
        for index, choice in enumerate(box.question.choices):
            box.choose(index)
            assert choice.reason in box.message
            assert box.message.startswith("Right" if choice.right else "No")
    assert made.score == sum(box.question.right == 0 for box in made.boxes)
    with pytest.raises(ValueError, match="nearest"):
        made.boxes[0].choose(9)


def test_a_quiz_ends_with_the_score_of_first_tries():
    made = quiz("05")
    for box in made.boxes[1:]:
        box.choose(box.question.right)
    shown = made.children[-1]
    assert not shown.value and made.message == ""
    wrong = (made.boxes[0].question.right + 1) % 3
    made.boxes[0].choose(wrong)
    made.boxes[0].choose(made.boxes[0].question.right)
    made.boxes[1].choose((made.boxes[1].question.right + 1) % 3)
    assert made.score == 5 and "<b>5 of 6 right at the first try</b>" in shown.value


@pytest.mark.parametrize("lesson", QUIZZES)
def test_the_length_of_an_option_gives_nothing_away(lesson):
    longest = []
    for question in questions(lesson):
        lengths = [len(choice.text) for choice in question.choices]
        right = lengths.pop(question.right)
        assert right <= 1.5 * np.mean([right, *lengths]), question.id
        longest.append(right > max(lengths))
    assert np.mean(longest) <= 0.5


def test_options_are_mixed_and_the_same_everywhere():
    guess = predict("How many?", ["few", "some", "many"])
    (field,) = (c for c in guess.children if isinstance(c, widgets.RadioButtons))
    assert field.options == ("some", "many", "few") and field.value is None
    assert guess.options == ["few", "some", "many"]
    firsts = {tuple(sorted("abc")).index(mixed(str(i), "abc")[0]) for i in range(30)}
    assert firsts == {0, 1, 2}
    written = tomllib.loads((LESSONS_FOLDER / "lesson_05/quiz.toml").read_text())["question"]
    for question, entry in zip(questions("05"), written, strict=True):
        assert {c.text for c in question.choices} == {c["text"] for c in entry["choice"]}
    assert len({question.right for lesson in LESSONS for question in questions(lesson)}) > 2


def test_predictions_are_kept_and_compared(tmp_path):
    guess = predict("How many?", ["few", "many"])
    assert "no prediction" in repr(guess.compare("few"))
    guess.choose("many")
    assert "one<br>&amp; two</td>" in guess.compare("one\n& two")._repr_html_()
    table = guess.compare("few")
    assert repr(table).splitlines()[1] == "How many? | many | few"
    assert "<td align='left'>many</td>" in table._repr_html_()
    free = predict("Which <one>?")
    next(c for c in free.children if isinstance(c, widgets.Textarea)).value = "this"
    assert free.value == "this" and "&lt;one&gt;" in predictions()._repr_html_()
    assert "not yet" in repr(predictions())
    text = save_predictions(tmp_path / "mine.csv").read_text()
    assert "How many?,many,few" in text
    with pytest.raises(ValueError, match="Valid: few, many"):
        guess.choose("none")


def test_a_reason_is_kept_with_its_prediction(tmp_path):
    guess = predict("Where?", ["left", "right"], why=True)
    guess.choose("left")
    assert repr(guess.compare("right")).endswith("Where? | left | right")
    guess.children[-1].value = "it is brighter"
    told = "Where? | left, because it is brighter | right"
    assert repr(guess.compare("right")).endswith(told) and told in repr(predictions())
    assert '"left, because it is brighter"' in save_predictions(tmp_path / "a.csv").read_text()


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
        assert f'check("{name}", {variable})' in code[2].source
        assert code[2].metadata["jupyter"]["source_hidden"]


def test_numbers_in_quotation_marks_are_text():
    assert expect.array([1, "2"][:1]).tolist() == [1.0]
    for answer in (["1", "2"], "3", [1, "2"], [b"4"]):
        with pytest.raises(Slip, match="not text"):
            expect.array(answer)


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
