"""One lesson as a page: questions to click, folded answers, and no plumbing."""

import ast
import re
from pathlib import Path

from nbformat import NotebookNode

from helpers.exercises.checks import all_exercises
from helpers.exercises.quiz import questions
from tools.book import questions as html
from tools.book.cells import (
    begins_section,
    called,
    only_imports,
    sole_call,
    sole_name,
    split_text,
    text_cell,
    without,
)
from tools.book.pictures import CHOSEN, to_files
from tools.editions import exercise_name, has
from tools.write_badges import BEGIN, END

TWINS = {
    "explore_cam": "heatmaps",
    "explore_feature_maps": "feature_maps",
    "explore_patterns": "patterns",
}
WIDGET = "application/vnd.jupyter.widget-view+json"
TWIN = (
    '<figure class="twin"><iframe src="gallery/{name}.html" title="The explorer, computed '
    'beforehand" loading="lazy"></iframe><figcaption>A smaller edition of the explorer, computed '
    'beforehand. <a href="gallery/{name}.html">Open it alone</a>.</figcaption></figure>'
)
STILL = (
    '<p class="still">These sliders move in a notebook that runs: open this page in Colab or '
    "Binder, above.</p>"
)
PLUMBING = {"check", "hint"}


def launch(text: str) -> str:
    """Turn the launch links of a lesson into two buttons."""
    links = re.findall(r"\[(Colab|Binder)\]\((\S+?)\)", text)
    buttons = " ".join(f'<a href="{address}">Open in {name}</a>' for name, address in links)
    line = f'<p class="launch">{buttons}</p>'
    marked = re.compile(rf"{re.escape(BEGIN)}.*?{re.escape(END)}", re.S)
    head, _, body = marked.sub("", text).strip().partition("\n")
    return f"{head}\n\n{line}\n{body}" if links else text


def is_plumbing(statement: ast.stmt) -> bool:
    """Say whether a statement only serves the engine: a check, or a comparison."""
    return called(statement) in {*PLUMBING, ".compare"}


def show_results(cell: NotebookNode, stem: str, site: Path) -> None:
    """Leave what a page without a kernel can show: pictures as files, twins for sliders."""
    kept = []
    chosen = CHOSEN.get(stem, {}).get("cell", "")
    twin = next((page for name, page in TWINS.items() if f"{name}(" in cell.source), None)
    there = (site / "gallery" / f"{twin}.html").exists()
    for output in cell.outputs:
        data = output.get("data", {})
        if html.is_table(output):
            continue
        if WIDGET in data and data.keys() == {WIDGET, "text/plain"}:
            data["text/html"] = TWIN.format(name=twin) if there else STILL
        if "text/html" in data:
            data["text/html"] = to_files(
                "".join(data["text/html"]), stem, site, cell.get("id") == chosen
            )
        data.pop(WIDGET, None)
        kept.append(output)
    cell.outputs = kept


def fold_exercises(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Give hints and a folded solution instead of cells that wait for an answer."""
    folded: list[NotebookNode] = []
    exercises, name = all_exercises(), ""
    for cell in cells:
        if has(cell, "exercise"):
            name = exercise_name(cell)
            folded.append(text_cell(html.hints(exercises[name].hints)))
        elif has(cell, "solution"):
            folded += [text_cell(html.solution(name)), cell, text_cell(html.END)]
        elif not has(cell, "check") and sole_name(cell) not in PLUMBING:
            folded.append(cell)
    return folded


def place_of_answer(cells: list[NotebookNode], asking: int, name: str) -> tuple[int, int, bool]:
    """Find the cells that answer a prediction: first, one past the last, and whether near.

    All between question and answer is folded, and the text after it; where a section or another
    question lies between, only the cell with the answer and its text.
    """
    last = next(
        (i for i, cell in enumerate(cells) if f"{name}.compare(" in cell.source and i > asking),
        asking,
    )
    between = cells[asking + 1 : last]
    near = not any(begins_section(cell) or "= predict(" in cell.source for cell in between)
    after = last + 1
    if after < len(cells) and cells[after].cell_type == "markdown":
        after += not begins_section(cells[after])
    return (asking + 1 if near else last), after, near


def fold_predictions(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Turn predictions into questions that can be answered in the page, and fold the answers."""
    before: dict[int, list[str]] = {}
    asked: dict[str, html.Asked] = {}
    for index, cell in enumerate(cells):
        one = html.asked_in(cell, cells)
        if one is None:
            continue
        name = f"prediction-{len(asked) + 1}"
        asked[name] = one
        first, after, near = place_of_answer(cells, index, one.name)
        before.setdefault(first, []).append(html.answer(one, name, near))
        before.setdefault(after, []).insert(0, html.END)
        cells[index] = text_cell(html.prediction(one, name))
    folded: list[NotebookNode] = []
    for index, cell in enumerate(cells):
        folded += map(text_cell, before.get(index, []))
        if sole_name(cell) == "predictions":
            cell = text_cell(html.all_answers(asked.items()))
        folded.append(cell)
    return folded + [text_cell(text) for text in before.get(len(cells), [])]


def join_imports(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Make one cell of imports that follow each other."""
    joined = cells[:1]
    for cell in cells[1:]:
        if only_imports(cell) and only_imports(joined[-1]):
            joined[-1].source += "\n\n" + cell.source
        else:
            joined.append(cell)
    return joined


def written(cell: NotebookNode) -> NotebookNode:
    """Clean the code of a cell; imports fold, a quiz becomes a form."""
    call = sole_call(cell)
    if call and called(ast.Expr(call)) == "quiz":
        return text_cell(html.quiz(questions(ast.literal_eval(call.args[0]))))
    if only_imports(cell):
        cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-input"]
        cell.metadata["mystnb"] = {"code_prompt_show": "Imports", "code_prompt_hide": "Imports"}
    without(cell, is_plumbing)
    return cell


def page(notebook: NotebookNode, stem: str, site: Path) -> NotebookNode:
    """Make the page of a lesson from its stored notebook; its pictures go to ``site``."""
    cells = [cell for cell in notebook.cells if not has(cell, "setup")]
    cells[0].source = launch(cells[0].source)
    cells = fold_predictions(split_text(fold_exercises(join_imports(cells))))
    for cell in (cell for cell in cells if cell.cell_type == "code"):
        show_results(cell, stem, site)
    cells = [written(cell) for cell in cells]
    notebook.cells = [cell for cell in cells if cell.source or cell.get("outputs")]
    return notebook
