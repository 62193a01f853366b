"""The book: whole, linked, without a network, and alive in a real browser."""

import ast
import re
import resource
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from helpers.exercises.checks import LESSONS
from helpers.exercises.quiz import questions
from helpers.images import data_uri, encode_png
from tests import browser, live
from tools import make_book, make_gallery, make_live
from tools.book import misconceptions, pages, pictures
from tools.book.lesson import page
from tools.book.questions import answer, asked_in
from tools.editions import predictions

WIDGET = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "<an explorer>"}
TABLE = "question | you predicted | result\nHow many? | no prediction | three"
SHOWN = ("index", "02_visualize_filters", "05_grad_cam_on_vgg16", "misconceptions")
SQUASHED = """[...document.querySelectorAll("figure img[width][height]")].filter((one) => {
  const wanted = one.getAttribute("height") / one.getAttribute("width")
  const style = getComputedStyle(one)
  const inner = (side) => one["client" + side] - 2 * parseFloat(style.padding || 0)
  return inner("Width") > 0 && Math.abs(inner("Height") - wanted * inner("Width")) > 2
}).length"""
LOADING = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    book = tmp_path_factory.mktemp("book")
    command = [sys.executable, "-m", "tools.make_book", book]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(command, cwd=browser.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 60
    return book / "site"


class Page(HTMLParser):
    """What a page leads to, what it loads, and the places in it that links can name."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.links, self.loaded = path, [], []
        self.places, self.alts, self.forms, self.folded = {""}, [], 0, 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.places |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if given.get(LOADING.get(tag, "")):
            self.loaded.append(given[LOADING[tag]])
        if tag == "img":
            self.alts.append(given.get("alt"))
        self.forms += "question" in given.get("class", "").split()
        self.folded += tag == "details"


@pytest.fixture(scope="module")
def read(site) -> dict[Path, Page]:
    return {path: Page(path) for path in site.rglob("*.html") if "_static" not in path.parts}


def outside(address: str) -> bool:
    return bool(re.match(r"(?!data:)[a-z]+:|//", address))


def test_the_book_is_modest(site):
    shown = (path for path in site.rglob("*.*") if not path.is_relative_to(site / "live"))
    sizes = [path.stat().st_size for path in shown]
    assert sum(sizes) < 45e6 and max(sizes) < 4e6


def test_the_cover_opens_the_live_page_which_leads_back(site, read):
    live.built()
    assert "live/index.html" in read[site / "index.html"].links
    assert "../index.html" in read[site / "live" / "index.html"].links
    assert (site / "live" / "page.js").exists()


def test_without_npm_the_book_does_without_the_live_page(tmp_path, monkeypatch, capsys):
    def refused():
        raise make_live.NoPage("npm is missing here")

    monkeypatch.setattr(make_live, "main", refused)
    assert make_book.write_live(tmp_path) == "" and not list(tmp_path.iterdir())
    said = capsys.readouterr().out
    assert said == "The book is without the live page: npm is missing here\n"


def test_the_gallery_shows_what_is_drawn(site, read):
    drawn = {f"gallery/{name}.html" for name in make_gallery.drawn()}
    assert "gallery/heatmaps.html" in drawn
    assert drawn == {link for link in read[site / "gallery.html"].links if "gallery/" in link}
    assert "gallery/heatmaps.html" in read[site / "05_grad_cam_on_vgg16.html"].links


def test_what_is_slow_to_draw_is_left_to_make_gallery(tmp_path, monkeypatch, capsys):
    drawn = []
    monkeypatch.setattr(make_gallery, "drawn", lambda: ["feature_maps"])
    monkeypatch.setattr(make_gallery, "draw", drawn.append)
    make_book.draw_gallery()
    said = capsys.readouterr().out
    assert drawn == ["heatmaps"]
    assert said == "The book is without the gallery's page patterns; make gallery draws it\n"


def test_every_link_inside_leads_to_a_place(site, read):
    for page_ in read.values():
        for link in page_.links + page_.loaded:
            place, anchor = urldefrag(unquote(link))
            if outside(link) or link.startswith("data:"):
                continue
            path = (page_.path.parent / place.partition("?")[0]).resolve()
            path = page_.path if not place else path / "index.html" if path.is_dir() else path
            assert path.exists(), f"{page_.path.name}: {link}"
            if path in read and not path.is_relative_to(site / "gallery"):
                assert anchor in read[path].places, f"{page_.path.name}: {link}"


def test_nothing_is_loaded_from_elsewhere(site, read):
    for page_ in read.values():
        assert not [address for address in page_.loaded if outside(address)], page_.path
    for path in site.rglob("*.css"):
        found = re.findall(r"(?:url\(|@import )['\"]?((?:https?:)?//[^'\")]+)", path.read_text())
        assert not found, path


def test_every_lesson_is_there_with_alt_texts_and_no_plumbing(site, read):
    for notebook in sorted((browser.ROOT / "notebooks").glob("*.ipynb")):
        made = read[site / f"{notebook.stem}.html"]
        text = made.path.read_text(encoding="utf-8")
        assert all(alt is not None for alt in made.alts) and made.alts
        assert not re.search(r"google\.colab|No answer yet|widget-view|>compare<", text)
        assert [link for link in made.links if "colab.research" in link], notebook
        assert [link for link in made.links if "mybinder" in link], notebook
        if notebook.stem[:2] in LESSONS:
            assert made.forms >= 1 and made.folded >= 4


def public(room: str) -> set[str]:
    """Names of the functions and classes of a room, read without importing it."""
    body = ast.parse(pages.module_file(room).read_text(encoding="utf-8")).body
    assigned = [one for one in body if isinstance(one, ast.Assign)]
    listed = [
        ast.literal_eval(one.value) for one in assigned if ast.unparse(one.targets[0]) == "__all__"
    ]
    defined = [one.name for one in body if isinstance(one, ast.FunctionDef | ast.ClassDef)]
    names = listed[0] if listed else defined
    return {name for name in names if name[0] != "_" and not name.isupper()}


def test_every_public_function_is_documented(read, site):
    for room in pages.rooms():
        places = read[site / "helpers" / f"{room}.html"].places
        assert {f"helpers.{room}.{name}" for name in public(room)} <= places


@pytest.fixture(scope="module")
def window():
    with browser.chromium() as started:
        yield started


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_pages_need_no_network_and_fit(site, window, scheme, width):
    with browser.opened(window, "about:blank", "book", color_scheme=scheme, offline=True) as shown:
        faults = []
        shown.on("console", lambda m: m.type in ("error", "warning") and faults.append(m.text))
        shown.on("pageerror", lambda error: faults.append(str(error)))
        shown.on("requestfailed", lambda request: faults.append(request.url))
        shown.set_viewport_size({"width": width, "height": 900})
        for name in (*SHOWN, "helpers/cam"):
            shown.goto((site / f"{name}.html").as_uri())
            shown.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert shown.evaluate("document.documentElement.scrollWidth") <= width
            assert not shown.evaluate(SQUASHED), name
            browser.screenshot(shown, f"book-{name.replace('/', '-')}-{scheme}-{width}")
        assert not faults


def test_questions_unfold_their_answers(site, window):
    with browser.opened(
        window, (site / "02_visualize_filters.html").as_uri(), "questions"
    ) as shown:
        answer = shown.locator("details.answer").first
        assert answer.get_attribute("open") is None
        shown.locator(".prediction input").first.check()
        assert answer.locator(".chosen").inner_text().startswith("You predicted: ")
        assert "What happened" in answer.inner_text()
        shown.locator(".quiz fieldset").first.locator("input").first.check()
        assert shown.locator(".quiz .reply:visible").count() == 1
        assert re.match(r"[01] of \d right so far", shown.locator(".score").inner_text())


def test_search_finds_a_page_from_a_file(site, window):
    with browser.opened(window, (site / "search.html").as_uri() + "?q=heatmap", "search") as shown:
        shown.get_by_text("Search finished").wait_for(timeout=20_000)
        assert shown.locator("#search-results a").count() > 5


def lesson(*cells):
    notebook = new_notebook(cells=[new_markdown_cell("# 99 · A page\n\nIt begins."), *cells])
    return [nbformat.from_dict(cell) for cell in notebook.cells]


def made(folder, *cells) -> list[str]:
    """Sources of the cells of a page that is made of a small lesson."""
    notebook = page(new_notebook(cells=lesson(*cells)), "99_page", folder)
    return [cell.source for cell in notebook.cells]


def code(source, *outputs, tags=()):
    data = [new_output("display_data", data=dict(one)) for one in outputs]
    return new_code_cell(source, outputs=data, metadata={"tags": list(tags)})


ASK = code('guess = predict("How many?", ["two", "three"])\nguess', WIDGET)
TELL = code("count = 3\nguess.compare(count)", {"text/plain": TABLE})


def test_a_prediction_folds_all_up_to_the_next_heading(tmp_path):
    after = new_markdown_cell("Three it is.\n\n## Next\n\nGo on.")
    _, ask, fold, work, told, end, rest = made(tmp_path, ASK, TELL, after)
    assert "<legend>How many?</legend>" in ask and ask.count("<input") == 2
    assert "See what happens" in fold and "<b>three</b>" in fold
    assert (work, told, end) == ("count = 3", "Three it is.", "</details>")
    assert rest.startswith("## Next")


def test_an_answer_far_away_is_folded_alone(tmp_path):
    middle = new_markdown_cell("## Another section")
    _, ask, heading, fold, work, end = made(tmp_path, ASK, middle, TELL)
    assert "<form" in ask and heading == "## Another section"
    assert "The answer to “How many?”" in fold and (work, end) == ("count = 3", "</details>")


def test_a_question_without_options_gets_a_box(tmp_path):
    asked = made(tmp_path, code('guess = predict("How many?", [f"{n}" for n in range(9)])'))[1]
    assert "How many?" in asked and "<input" not in asked and "<textarea" in asked
    with pytest.raises(ValueError, match="written out"):
        made(tmp_path, code("guess = predict(question)"))


def test_all_predictions_stand_beside_what_happened(tmp_path):
    *_, table = made(tmp_path, ASK, TELL, code("predictions()", {"text/plain": TABLE}))
    assert 'data-answer="prediction-1"' in table and "<td>three</td>" in table


def test_an_exercise_keeps_hints_and_a_folded_solution(tmp_path):
    cells = (
        code("answer_02_1 = ...", tags=["exercise"]),
        code('check("02.1", answer_02_1)', {"text/plain": "No answer yet."}, tags=["check"]),
        code('hint("02.1")', {"text/plain": "A hint."}),
        code('answer_02_1 = [4]\nassert check("02.1", answer_02_1)', tags=["solution"]),
    )
    _, hints, fold, answer, end = made(tmp_path, *cells)
    assert "<summary>Hint 1</summary>" in hints and "Solution to exercise 02.1" in fold
    assert (answer, end) == ("answer_02_1 = [4]", "</details>")


def test_a_quiz_replies_in_the_page_and_setup_is_gone(tmp_path):
    _, quiz = made(tmp_path, code("import os", tags=["setup"]), code('quiz("02")', WIDGET))
    assert quiz.count("reply right") == quiz.count("<fieldset id=") >= 4
    assert quiz.count('type="radio"') == quiz.count("reply ")


def results(folder, cell) -> list[str]:
    notebook = page(new_notebook(cells=lesson(cell)), "99_page", folder)
    return [output.data.get("text/html", "") for output in notebook.cells[1].outputs]


def test_an_explorer_becomes_its_twin_or_says_where_it_moves(tmp_path):
    (absent,) = results(tmp_path, code("explore_cam(model)", WIDGET))
    (tmp_path / "gallery").mkdir()
    (tmp_path / "gallery" / "heatmaps.html").touch()
    (twin,) = results(tmp_path, code("explore_cam(model)", WIDGET))
    assert 'src="gallery/heatmaps.html"' in twin
    (still,) = results(tmp_path, code("sliders", WIDGET))
    assert "move in a notebook that runs" in still and absent == still
    picture = {"text/html": f'<img alt="a square" src="{data_uri(encode_png(np.eye(4)))}">'}
    (shown,) = results(tmp_path, code("explore_cam(model)", WIDGET | picture))
    assert "gallery" not in shown and 'alt="a square" src="pictures/99_page/01.png"' in shown
    assert (tmp_path / "pictures" / "99_page" / "01.png").exists()


def test_the_cards_show_figures_that_are_there():
    for stem, card in pictures.CHOSEN.items():
        cells = nbformat.read(browser.ROOT / "notebooks" / f"{stem}.ipynb", 4).cells
        (cell,) = (each for each in cells if each.id == card["cell"])
        shown = [out.data.get("text/html", "") for out in cell.outputs if "data" in out]
        assert any(map(pictures.STORED.search, shown)), stem
        for left, top, right, bottom in card.get("parts", []):
            assert 0 <= left < right <= 100 and 0 <= top < bottom <= 100


def test_a_card_shows_the_parts_that_were_chosen_and_nothing_is_cut_off(tmp_path):
    figure = Image.new("RGB", (200, 100), "red")
    figure.paste("blue", (100, 0, 200, 100))
    made = Image.open(
        tmp_path / pictures.card(figure, "9", tmp_path, [[50, 0, 100, 100], [0, 0, 50, 100]])
    )
    corners = [made.getpixel(place) for place in ((5, 150), (474, 150), (240, 5))]
    nearest = [np.argmax(corner) for corner in corners[:2]]
    assert made.size == pictures.CARD and nearest == [2, 0] and min(corners[2]) > 245


def test_imports_fold_and_launch_links_become_buttons(tmp_path):
    marks = (
        "<!-- badges -->\n\nIn [Colab](https://c) or in [Binder](https://b).\n\n<!-- /badges -->"
    )
    notebook = new_notebook(
        cells=[
            new_markdown_cell(f"# 99\n\nText.\n\n{marks}"),
            code("import os"),
            code("import cv2"),
        ]
    )
    first, imports = page(notebook, "99_page", tmp_path).cells
    assert first.source.splitlines()[2].startswith('<p class="launch"><a href="https://c">')
    assert imports.source.split() == ["import", "os", "import", "cv2"]
    assert "hide-input" in imports.metadata.tags


def test_links_to_files_outside_lead_to_the_repository():
    folder = browser.ROOT / "docs"
    text = pages.outside_links(
        "[a](../README.md#start), [b](glossary.md#x)", folder, {"glossary.md"}
    )
    assert text.endswith("/blob/main/README.md#start), [b](glossary.md#x)")


def test_a_misconception_is_shown_once_with_what_refutes_it(tmp_path):
    drawn = f'<img alt="three" src="{data_uri(encode_png(np.zeros((4, 4, 3), np.uint8)))}">'
    cell = code("count = 3\nprint(count)", {"text/html": drawn})
    cell.outputs.insert(0, new_output("stream", text="3\n"))
    other = code("count = 4", {"text/html": "<p>no picture</p>"})
    nbformat.write(new_notebook(cells=[other, cell]), tmp_path / "00_counting.ipynb")
    text = "# Misconceptions\n\n## 00 · Counting" + "".join(
        f"\n\n### {name}\n\n**Belief.** {belief}.\n\n**Betrayed by** {where}.\n\n"
        f"**Refuted by** [00](00_counting.ipynb), in the cell that begins with `{begins}`"
        for name, belief, where, begins in (
            ("it-is-two", "It is two", "the quiz question `00-ranges`", "count = 3"),
            ("it-is-one", "It is one", "the exercise `00.1`", "count = 3"),
            ("it-is-no-code", "It is no code", "the exercise `00.1`", "count = 4"),
        )
    )
    made = misconceptions.page(text + "\n", tmp_path, tmp_path / "site")
    shown, again, silent = (part.strip().split("\n\n") for part in made.split('<a id="')[1:])
    assert shown[:2] == ['it-is-two"></a>', "### “It is two”"]
    number = [one.id for one in questions("00")].index("00-ranges") + 1
    asked = f'<a href="00_counting.html#00-ranges">question {number} of the quiz of lesson 00</a>'
    assert f"**Asked in** {asked}." in shown and "**Asked in** exercise 00.1." in again
    *_, printed, figure = shown
    assert again[-1] == 'It is shown above, under <a href="#it-is-two">“It is two”</a>.'
    assert silent[-1] == "```python\ncount = 4\n```"
    assert printed == "```text\n3\n```" and 'alt="three"' in figure
    (file,) = (tmp_path / "site").rglob("*.png")
    assert file.relative_to(tmp_path / "site").as_posix() in figure


@pytest.mark.parametrize(
    ("more", "options"),
    [
        ("", ()),
        (", why=True", ()),
        (", OPTIONS", ()),
        (", ['1', '2']", ("1", "2")),
        (", why=True, options=['1', '2']", ("1", "2")),
    ],
)
def test_the_book_and_the_sheet_read_a_prediction_alike(more, options):
    cell = new_code_cell(f"mine = predict('How many?'{more})", metadata={"tags": ["predict"]})
    assert asked_in(cell, []).options == options
    assert predictions(new_notebook(cells=[cell])) == [("How many?", options)]


def test_an_answer_of_several_lines_is_kept_whole():
    cell = code("mine = predict('How many?')")
    answers = code("mine.compare('1 three\\n2 four')")
    table = "question | you predicted | result\nHow many? | no prediction | 1 three\n2 four\n"
    table += "And now? | no prediction | five"
    answers.outputs = [new_output("execute_result", {"text/plain": table})]
    asked = asked_in(cell, [cell, answers])
    assert asked.answer == "1 three\n2 four"
    assert "<b>1 three<br>2 four</b>" in answer(asked, "prediction-1", near=True)
