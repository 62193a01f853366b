"""Every slider of every lesson, moved by keyboard in a real browser."""

import re

import nbformat
import pytest

from helpers.datasets import load_photo
from helpers.images import encode_png
from tests import browser, lab
from tests.slices import needed

LESSONS = browser.ROOT / "notebooks"
EXPLORER = re.compile(r"\b(explore_\w+|microscope|cover)\(")
STANDS = """([box, beside]) => {
  const [controls, view] = ['controls', 'view']
    .map(name => box.querySelector(`.cnn-${name}`).getBoundingClientRect());
  return (view.left >= controls.right) === beside;
}"""
LOOKS = ("opacity",)  # sliders that change the picture, but not what it says
START = """\
from helpers.explorers import *
from helpers.models import load_trained, load_vgg16
model = load_trained("fashion_cnn")"""
ALL = (
    START,
    "explore_filters(model)",
    "explore_feature_maps(model)",
    "explore_patterns(model)",
    "explore_cam(model)",
    "microscope(model)",
    "cover(model)",
    "explore_cam(load_vgg16('album'))",
)
HELD = """\
held = explore_feature_maps(model)
drawn, draw_well = [], held.draw
held.draw = lambda: drawn.append(held.filter) or draw_well()
held"""
BROKEN = """\
broken = explore_filters(model)
draw_kernel = broken.draw
def draw():
    if broken.filter == 1:
        raise ValueError("broken on purpose")
    return draw_kernel()
broken.draw = draw
broken"""


def sources(path):
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


PAGES = {path.stem: sources(path) for path in sorted(LESSONS.glob("*.ipynb"))}
WITH_EXPLORERS = [name for name, cells in PAGES.items() if EXPLORER.search("\n".join(cells))]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Lessons in a browser: ``desk(name)`` opens one and runs what its explorers need."""
    browser.program()
    home = tmp_path_factory.mktemp("lab")
    folder = home / "notebooks"
    folder.mkdir()
    for name in WITH_EXPLORERS:
        lab.write(folder / f"{name}.ipynb", needed(PAGES[name], EXPLORER.search))
    lab.write(folder / "all_explorers.ipynb", ALL)
    lab.write(folder / "moves.ipynb", (START, HELD, BROKEN))
    with browser.chromium() as window, browser.jupyterlab(folder, home) as server:
        yield lambda name: lab.notebook(window, server, name)


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("photo") / "mine.png"
    path.write_bytes(encode_png(load_photo("coffee")[:, ::-1]))
    return path


def walk(explorer, photo):
    """Move every slider one step by keyboard and give it a photo; look at all that is shown."""
    assert not explorer.nameless()
    assert explorer.sliders
    for slider in explorer.sliders:
        label, before = explorer.label_of(slider), explorer.settled()
        explorer.press(slider)
        after = explorer.changed(before)
        assert after[0] != before[0] and not explorer.alert, label
        assert after[1] != before[1] or label in LOOKS, label
    if explorer.takes_photos:
        before = explorer.settled()
        explorer.upload(photo)
        after = explorer.changed(before)
        assert after[0] != before[0] and "your photo" in after[1]
    assert not explorer.alert


def sides(locator) -> list[dict]:
    return [one.bounding_box() for one in locator.all()]


def test_pictures_stand_beside_the_controls_and_below_them_in_a_narrow_window(desk):
    with desk("moves") as page:
        explorer = lab.explorers(page)[0]
        for width, beside in ((1400, True), (600, False)):
            page.set_viewport_size({"width": width, "height": 1000})
            page.wait_for_function(STANDS, arg=[explorer.box.element_handle(), beside])
            for picture in sides(explorer.box.locator("img")):
                assert picture["width"] >= 280 and picture["x"] + picture["width"] <= width


@pytest.mark.parametrize("name", WITH_EXPLORERS)
def test_sliders_of_the_lessons_move(desk, photo, name):
    with desk(name) as page:
        explorers = lab.explorers(page)
        assert explorers
        for explorer in explorers:
            walk(explorer, photo)
        assert not lab.errors(page)


def test_all_explorers_move_in_both_themes(desk, photo):
    with desk("all_explorers") as page:
        explorers = lab.explorers(page)
        assert len(explorers) == len(ALL) - 1
        for theme in ("light", "dark"):
            lab.set_theme(page, theme)
            assert not lab.violations(page, explorers), theme
            for number, explorer in enumerate(explorers):
                browser.screenshot(explorer.box, f"explorer-{number}-{theme}")
        for explorer in explorers:
            walk(explorer, photo)
        assert not lab.errors(page)


def test_a_slider_held_skips_positions_and_ends_at_the_last(desk):
    with desk("moves") as page:
        held, broken = lab.explorers(page)
        before = held.settled()
        held.press(held.slider("filter"), times=10)
        caption = held.changed(before)[1]
        assert lab.ask(page, "held.filter") == "10" and caption.startswith("conv1, filter 10 ")
        assert lab.ask(page, "held.caption") == repr(caption)
        drawn = [int(number) for number in re.findall(r"\d+", lab.ask(page, "drawn"))]
        assert drawn[-1] == 10 and len(drawn) < 10

        before = broken.settled()
        broken.press(broken.slider("filter"))
        broken.box.get_by_role("alert").wait_for()
        assert "broken on purpose" in broken.alert and broken.shows == before
        broken.press(broken.slider("filter"))
        broken.changed(before)
        assert not broken.alert and lab.ask(page, "broken.filter") == "2"
        assert not lab.errors(page)
