"""What a cell of a lesson is for, read from its tags and from the functions that it calls."""

import ast
import re
from collections.abc import Callable, Iterator

import nbformat
from nbformat import NotebookNode

Test = Callable[[ast.stmt], bool]
HEADING = re.compile(r"#{1,6} |\*\*(?:Predict|Exercise )")
FENCE = "```"


def statements(cell: NotebookNode) -> list[ast.stmt]:
    """Parse a code cell; text, and code that only IPython reads, has no statements."""
    if cell.cell_type != "code":
        return []
    try:
        return ast.parse(cell.source).body
    except SyntaxError:
        return []


def call_of(statement: ast.stmt) -> ast.Call | None:
    """Find the call that a statement makes, asserts or keeps, if it is one."""
    if isinstance(statement, ast.Expr | ast.Assign):
        value: ast.expr = statement.value
    elif isinstance(statement, ast.Assert):
        value = statement.test
    else:
        return None
    return value if isinstance(value, ast.Call) else None


def called(statement: ast.stmt) -> str:
    """Name what a statement calls: ``"predict"``, or ``".compare"`` for a method; else ``""``."""
    call = call_of(statement)
    if call is None:
        return ""
    return f".{call.func.attr}" if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def asked_by(call: ast.Call) -> tuple[str, tuple[str, ...]]:
    """Read the question of a call of ``predict``, and its options; none where code computes them.

    Raises:
        ValueError: the question is not written out.
    """
    given = {word.arg: word.value for word in call.keywords if word.arg}
    given |= zip(("question", "options"), call.args, strict=False)
    try:
        question = ast.literal_eval(given["question"])
    except ValueError:
        raise ValueError(f"A question has to be written out: {ast.unparse(call)}") from None
    try:
        return question, tuple(ast.literal_eval(given["options"]) or ())
    except (KeyError, ValueError):
        return question, ()


def sole_call(cell: NotebookNode) -> ast.Call | None:
    """Return the call of a cell that holds nothing else, like ``quiz("05")``."""
    body = statements(cell)
    return call_of(body[0]) if len(body) == 1 else None


def sole_name(cell: NotebookNode) -> str:
    """Name the function of ``sole_call``; ``""`` where there is none."""
    return called(statements(cell)[0]) if sole_call(cell) else ""


def only_imports(cell: NotebookNode) -> bool:
    """Say whether a cell does nothing but import."""
    body = statements(cell)
    return bool(body) and all(isinstance(one, ast.Import | ast.ImportFrom) for one in body)


def without(cell: NotebookNode, unwanted: Test) -> None:
    """Take statements out of the source of a cell."""
    lines = cell.source.splitlines()
    for one in reversed(statements(cell)):
        if unwanted(one):
            del lines[one.lineno - 1 : one.end_lineno]
    cell.source = "\n".join(lines).strip("\n")


def _parts(text: str) -> Iterator[str]:
    part: list[str] = []
    in_code = False
    for line in text.splitlines():
        in_code ^= line.startswith(FENCE)
        if HEADING.match(line) and part and not in_code:
            yield "\n".join(part)
            part = []
        part.append(line)
    yield "\n".join(part)


def split_text(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Let every heading, prompt to predict and exercise begin a cell of its own."""
    split: list[NotebookNode] = []
    for cell in cells:
        if cell.cell_type == "markdown":
            split += [text_cell(part) for part in _parts(cell.source) if part.strip()]
        else:
            split.append(cell)
    return split


def begins_section(cell: NotebookNode) -> bool:
    """Say whether a cell begins with a heading, a prompt to predict or an exercise."""
    return cell.cell_type == "markdown" and bool(HEADING.match(cell.source))


def text_cell(text: str) -> NotebookNode:
    """Make a cell of Markdown or HTML."""
    return nbformat.v4.new_markdown_cell(text)
