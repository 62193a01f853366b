"""The pages of the gallery: whole, light, and alive in a real browser without a network."""

import re
import sys

import pytest

from tests import browser

ROOT = browser.ROOT
GALLERY = ROOT / "docs" / "gallery"
sys.path.insert(0, str(ROOT / "tools"))
PAGES = ("feature_maps", "patterns", "heatmaps")


@pytest.fixture(scope="module")
def window():
    with browser.chromium() as started:
        yield started


def test_pages_are_light_and_say_what_they_do_not_show():
    sizes = {path.name: path.stat().st_size for path in GALLERY.iterdir()}
    assert set(sizes) == {"index.html", *(f"{name}.html" for name in PAGES)}
    assert max(sizes.values()) < 1_500_000 and sum(sizes.values()) < 3_000_000
    for name in PAGES:
        assert "What it does not show." in (GALLERY / f"{name}.html").read_text()


@pytest.mark.parametrize("name", PAGES)
def test_pages_follow_their_template_and_texts(name):
    from tools import make_gallery

    data = make_gallery.stored(name)
    count = 1
    for control in data["controls"]:
        count *= len(control["options"])
    assert len(data["frames"]) == count
    assert len({frame["caption"] for frame in data["frames"]}) == count
    written = (GALLERY / f"{name}.html").read_text()
    assert written == make_gallery.render(name, data), "run `make gallery`"


def test_the_index_follows_the_pages():
    from tools import make_gallery

    assert (GALLERY / "index.html").read_text() == make_gallery.index(), "run `make gallery`"


@pytest.mark.parametrize("path", sorted(GALLERY.glob("*.html")), ids=lambda path: path.stem)
def test_links_lead_somewhere(path):
    links = re.findall(r'<a\s+href="([^"]+)"', path.read_text())
    assert links
    for link in links:
        assert (path.parent / link).resolve().exists(), link


def shows(page):
    picture = page.locator("#picture")
    return (
        picture.get_attribute("src"),
        picture.get_attribute("alt"),
        page.locator("#caption[aria-live=polite]").inner_text(),
    )


KEYS = {"range": ("ArrowRight", "ArrowLeft"), "select-one": ("ArrowDown", "ArrowUp")}


def forth_and_back(page, field):
    """Move a field to its next value and back by keyboard: all that is shown follows."""
    before = shows(page)
    forth, back = KEYS[field.evaluate("field => field.type")]
    field.focus()
    page.keyboard.press(forth)
    assert all(new != old for new, old in zip(shows(page), before, strict=True))
    page.keyboard.press(back)
    assert shows(page) == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_sliders_move_by_arrow_keys_without_a_network(window, name, scheme):
    url = (GALLERY / f"{name}.html").as_uri()
    with browser.opened(window, "about:blank", f"{name}-{scheme}", color_scheme=scheme) as page:
        asked, said = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(url)
        browser.screenshot(page, f"gallery-{name}-{scheme}")
        fields = page.locator("input, select").all()
        assert page.get_by_text("The sliders need scripting.").is_hidden()
        assert len(fields) >= 2 and page.locator("input[type=range]").count() >= 2
        for field in fields:
            forth_and_back(page, field)
        assert not re.findall(r"- (?:slider|combobox)(?! \")", page.locator("form").aria_snapshot())
        loaded = "() => [...document.images].every(i => i.hidden || i.naturalWidth > 99)"
        assert page.evaluate(loaded)
        assert not said and all(one.startswith(("file:", "data:")) for one in asked)


def test_the_first_picture_needs_no_scripting(window):
    for name in PAGES:
        url = (GALLERY / f"{name}.html").as_uri()
        with browser.opened(window, url, name, java_script_enabled=False) as page:
            assert page.get_by_text("The sliders need scripting.").is_visible()
            assert page.locator("#picture").is_visible() and all(shows(page))
