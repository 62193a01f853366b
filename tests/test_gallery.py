"""The gallery, a few frames of each page: whole, and alive in a browser without a network."""

import re
import shutil

import numpy as np
import pytest

from helpers.activations import Responses
from helpers.datasets import load_album
from helpers.models import load_vgg16
from tests import browser
from tools import gallery_pages, gallery_patterns, make_gallery
from tools.book import pages

PAGES = ("feature_maps", "patterns", "heatmaps")
LAYERS = ["block1_conv1", "block3_conv2"]
FEW = {  # what is drawn here, and what stands for it on the cover
    gallery_pages: {
        "FILTERS": 2,
        "VGG_MAPS": ("block1_conv2", "block5_conv3"),
        "ANIMALS": {"dog": "dog", "cat": "cat"},
        "WANTED": ("German shepherd", "teapot"),
    },
    gallery_patterns: {
        "LAYERS": LAYERS,
        "SHOWN": 3,
        "NAMED": {"block3_conv2": (44,)},
        "SIZE": 64,
        "load_album": lambda: load_album("animal")[:8],
    },
    make_gallery: {
        "TEXTS": {
            name: texts | {"best": "block1_conv1-32" if name == "patterns" else 1}
            for name, texts in make_gallery.TEXTS.items()
        }
    },
}
WHOLE = {name: getattr(gallery_patterns, name) for name in FEW[gallery_patterns]}


@pytest.fixture(scope="module")
def gallery():
    """A small gallery at the depth of the real one, so that its links lead to the lessons."""
    folder = browser.ROOT / "build" / "small_gallery"
    shutil.rmtree(folder, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        for module, values in FEW.items():
            for name, value in values.items():
                patch.setattr(module, name, value)
        yield make_gallery.main(PAGES, folder)


@pytest.fixture(scope="module")
def window(gallery):
    with browser.chromium() as started:
        yield started


def test_all_pages_are_there_and_say_what_they_do_not_show(gallery):
    assert {path.name for path in gallery.iterdir()} == {
        "index.html",
        "patterns",
        *(f"{name}.html" for name in PAGES),
    }
    for name in PAGES:
        text = (gallery / f"{name}.html").read_text()
        assert "What it does not show." in text and len(text) < 1_500_000
        assert f'href="{name}.html"' in (gallery / "index.html").read_text()
        assert "../../" not in pages.gallery_page(text)


@pytest.mark.parametrize("name", PAGES)
def test_each_combination_has_a_frame_of_its_own(gallery, name):
    data = make_gallery.stored(name, gallery)
    count = 1
    for control in data["controls"]:
        own = control["options"][0]
        count *= len(own if isinstance(own, list) else control["options"])
    assert len(data["frames"]) == count
    assert len({frame["caption"] for frame in data["frames"]}) == count


@pytest.mark.parametrize("name", ["index", *PAGES])
def test_links_and_pictures_lead_somewhere(gallery, name):
    text = (gallery / f"{name}.html").read_text()
    links = re.findall(r'<a\s+href="([^"]+)"', text)
    assert links
    for link in [*links, *re.findall(r'"picture": "(?!data:)([^"]+)"', text)]:
        assert (gallery / link).resolve().exists(), link


def test_a_gallery_that_was_interrupted_goes_on_with_the_layers_that_are_missing(
    gallery,
):
    first = gallery_patterns.listed(LAYERS[0], gallery)
    before, kept = first.stat().st_mtime_ns, make_gallery.stored("patterns", gallery)
    gallery_patterns.listed(LAYERS[1], gallery).unlink()
    assert gallery_patterns.collect(gallery) == kept
    assert first.stat().st_mtime_ns == before


def test_the_photos_beside_a_pattern_are_those_that_excite_it_most():
    rng = np.random.default_rng(0)
    photos = rng.integers(0, 256, (9, 64, 64, 3), np.uint8)
    largest = rng.random((9, 2), np.float32)
    found = Responses(largest, largest, np.zeros((9, 2), int), largest)
    every = np.arange(64)
    whole = gallery_patterns.Span(every * 0, every * 0 + 63)
    parts = gallery_patterns.strongest((whole, whole), photos, found, 1)
    order = np.argsort(-largest[:, 1])[: len(parts)]
    assert len(parts) == 6
    for part, index in zip(parts, order, strict=True):
        assert np.array_equal(part[2:-2, 2:-2], photos[index][2:-2, 2:-2])


def test_each_layer_shows_32_filters_and_those_of_the_lessons(monkeypatch):
    for name, value in WHOLE.items():
        monkeypatch.setattr(gallery_patterns, name, value)
    vgg = load_vgg16(None)
    layers = [layer for layer in vgg.layers if "conv" in layer.name]
    assert [layer.name for layer in layers] == gallery_patterns.LAYERS
    for layer in layers:
        filters = gallery_patterns.chosen(layer.name, layer.filters)
        assert len(set(filters)) == 32 and filters == sorted(filters)
        assert filters[0] == 0 and filters[-1] < layer.filters
        assert {*gallery_patterns.NAMED.get(layer.name, ())} <= {*filters}


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
def test_sliders_move_by_arrow_keys_without_a_network(window, gallery, name, scheme):
    url = (gallery / f"{name}.html").as_uri()
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
        seen = "[...document.images].filter(i => !i.closest('[hidden]'))"
        loaded = f"() => {seen}.every(i => i.naturalWidth > 99)"
        assert page.evaluate(loaded)
        assert not said and all(one.startswith(("file:", "data:")) for one in asked)


def test_each_filter_has_an_address_of_its_own(window, gallery):
    url = (gallery / "patterns.html").as_uri()
    with browser.opened(window, url, "address") as page:
        picture = page.locator("#picture")
        assert picture.get_attribute("src") == "patterns/block1_conv1-32.jpg"
        page.goto(f"{url}#block3_conv2-44")
        assert picture.get_attribute("src") == "patterns/block3_conv2-44.jpg"
        assert page.get_by_label("layer").get_attribute("aria-valuetext") == "block3_conv2"
        assert page.get_by_label("filter").get_attribute("aria-valuetext") == "44"
        page.get_by_label("layer").focus()
        page.keyboard.press("ArrowLeft")
        page.wait_for_function("location.hash.startsWith('#block1_conv1-')")
        assert picture.get_attribute("src") == f"patterns/{page.url.partition('#')[2]}.jpg"
        page.goto(f"{url}#block3_conv2-45")
        assert page.get_by_text("There is no picture of “block3_conv2-45” here.").is_visible()
        page.goto(f"{url}#block3_conv2-0")
        assert picture.get_attribute("src") == "patterns/block3_conv2-0.jpg"
        assert page.locator("#absent").is_hidden()


@pytest.mark.parametrize(("name", "last"), [("feature_maps", "#over"), ("heatmaps", "#picture")])
def test_pictures_side_by_side_begin_at_one_height_and_use_the_page(window, gallery, name, last):
    with browser.opened(window, (gallery / f"{name}.html").as_uri(), f"{name}-side") as page:
        plain, shown = (page.locator(place).bounding_box() for place in ("#original", last))
        assert plain["y"] == shown["y"] and abs(plain["height"] - shown["height"]) <= 1
        assert shown["x"] + shown["width"] - plain["x"] >= 900
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_the_first_picture_needs_no_scripting(window, gallery):
    for name in PAGES:
        url = (gallery / f"{name}.html").as_uri()
        with browser.opened(window, url, name, java_script_enabled=False) as page:
            assert page.get_by_text("The sliders need scripting.").is_visible()
            assert page.locator("#picture").is_visible() and all(shows(page))
