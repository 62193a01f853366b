"""A notebook open in JupyterLab, and the explorers that it shows."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

from tests.browser import TOKEN, opened

SLOW = 120_000  # milliseconds for one picture
PANEL = "window.jupyterapp.shell.currentWidget"
RUN_ALL = """async () => {
  const app = window.jupyterapp;
  await app.restored;
  for (let i = 0; i < 600 && !app.shell.currentWidget?.sessionContext; i++)
    await new Promise(done => setTimeout(done, 50));
  const panel = app.shell.currentWidget;
  await panel.context.ready;
  await panel.revealed;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  await app.commands.execute('notebook:run-all-cells');
}"""
OUTPUTS = f"""() => {PANEL}.content.widgets.filter(cell => cell.model.type === 'code')
  .flatMap(cell => cell.model.outputs.toJSON())"""
ASK = f"""async code => {{
  const kernel = {PANEL}.sessionContext.session.kernel;
  const reply = await kernel.requestExecute(
    {{code: '', silent: true, user_expressions: {{answer: code}}}}).done;
  return reply.content.user_expressions.answer.data?.['text/plain'];
}}"""
VIEW = "application/vnd.jupyter.widget-view+json"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
NAMELESS = r"^\s*- (?:slider|combobox|spinbutton|textbox|button|checkbox)(?! \")"


class Explorer:
    """An explorer on the screen."""

    def __init__(self, page, box) -> None:
        self.page, self.box = page, box
        self.image = box.locator("img").first

    @property
    def sliders(self) -> list:
        """The sliders that can move, from top to bottom, once the picture stands still."""
        self.settled()
        return [s for s in self.box.get_by_role("slider").all() if s.is_visible()]

    @property
    def shows(self) -> tuple[str, str]:
        """The pictures' data, and the alt text of the first one, which is the caption."""
        sources = self.box.locator("img").evaluate_all("all => all.map(one => one.src).join(' ')")
        return sources, self.image.get_attribute("alt")

    @property
    def takes_photos(self) -> bool:
        """Whether it has a button for one's own photo."""
        return self.box.get_by_role("button", name="your photo").count() == 1

    @property
    def alert(self) -> str:
        """What went wrong, as the learner reads it."""
        return " ".join(self.box.get_by_role("alert").all_inner_texts())

    def press(self, slider, times: int = 1) -> None:
        """Hold the arrow key that leads away from the slider's end."""
        slider.focus()
        at_end = slider.evaluate("one => one.value === one.max")
        key = "ArrowLeft" if at_end else "ArrowRight"
        for _ in range(times):
            self.page.keyboard.down(key)
        self.page.keyboard.up(key)

    def changed(self, before: tuple[str, str]) -> tuple[str, str]:
        """Wait until another picture is shown and the kernel has nothing more to draw."""
        self.page.wait_for_function(
            """([box, before]) => before !==
              [...box.querySelectorAll('img')].map(one => one.src).join(' ')""",
            arg=[self.box.element_handle(), before[0]],
            timeout=SLOW,
        )
        return self.settled()

    def settled(self) -> tuple[str, str]:
        """Wait until the picture stays what it is."""
        shown = ("", "")
        while shown != self.shows:
            shown = self.shows
            self.page.wait_for_timeout(100)
            self.page.evaluate(ASK, "0")
        return shown

    def upload(self, photo: Path) -> None:
        """Choose a file with the button for one's own photo."""
        with self.page.expect_file_chooser() as chooser:
            self.box.get_by_role("button", name="your photo").click()
        chooser.value.set_files(photo)

    def label_of(self, slider) -> str:
        """The name of a slider."""
        return slider.get_attribute("aria-label")

    def slider(self, label: str):
        """The slider after a text."""
        return next(s for s in self.sliders if self.label_of(s) == label)

    def nameless(self) -> list[str]:
        """Fields and buttons that a screen reader could not name."""
        return re.findall(NAMELESS, self.box.aria_snapshot(), re.M)


def write(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook of code cells."""
    cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)


@contextmanager
def notebook(browser, server: str, name: str) -> Iterator:
    """Open a notebook, run all of it, wait for its widgets; its kernel is ended afterwards."""
    url = f"{server}/doc/tree/{name}.ipynb?token={TOKEN}"
    with opened(browser, url, name) as page:
        page.wait_for_function("() => window.jupyterapp", timeout=SLOW)
        page.evaluate(RUN_ALL)
        try:
            views = sum(VIEW in output.get("data", {}) for output in page.evaluate(OUTPUTS))
            page.wait_for_function(
                """views => document.querySelectorAll(
                  '.jp-OutputArea-output:has(> .jupyter-widgets)').length >= views""",
                arg=views,
                timeout=SLOW,
            )
            yield page
        finally:
            page.evaluate(f"() => {PANEL}.sessionContext.shutdown()")


def explorers(page) -> list[Explorer]:
    """All explorers that a notebook shows, from top to bottom."""
    boxes = page.locator(".cnn-explorer:has(img)")
    return [Explorer(page, boxes.nth(i)) for i in range(boxes.count())]


def errors(page) -> list[str]:
    """Errors of cells, and of widgets that could not be shown."""
    failed = [o["evalue"] for o in page.evaluate(OUTPUTS) if o["output_type"] == "error"]
    return failed + page.locator(".jupyter-widgets-error-widget").all_inner_texts()


def violations(page, shown: Sequence[Explorer]) -> list[str]:
    """What axe calls serious or critical in explorers: the rule and the element."""
    pytest.importorskip("axe_playwright_python")
    from axe_playwright_python.sync_playwright import Axe

    faults = []
    for explorer in shown:
        mark = f"explorer-{len(faults)}-{id(explorer)}"
        explorer.box.evaluate("(box, mark) => box.id = mark", mark)
        for one in Axe().run(page, context=f"#{mark}").response["violations"]:
            if one["impact"] in ("serious", "critical"):
                faults += [f"{one['id']}: {node['html'][:200]}" for node in one["nodes"]]
    return faults


def ask(page, code: str) -> str:
    """Let the notebook's kernel evaluate an expression; returns its ``repr``."""
    return page.evaluate(ASK, code)


def set_theme(page, name: str) -> None:
    """Choose JupyterLab's theme, light or dark."""
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})",
        f"JupyterLab {name.title()}",
    )
    light = str(name == "light").lower()
    page.wait_for_selector(f"body[data-jp-theme-light={light}]", state="attached")
