"""The live page: the nets of Keras in a browser, and all that one can do with them."""

import base64
import json
import re
import shutil
import subprocess
import sys
import zlib

import nbformat
import numpy as np
import pytest
from PIL import Image

from helpers import models
from helpers._keras import keras
from helpers.activations import feature_maps, mosaic
from helpers.cam import grad_cam, to_heatmap
from helpers.classes import probabilities
from helpers.datasets import imagenet_class_names, load_fashion_mnist, load_photo
from helpers.images import encode_png, overlay, squeeze
from helpers.inputs import prepare
from tests import browser, live
from tests.slices import needed
from tools import make_live
from tools.folders import MARK

SMALL, LARGE = "fashion_cnn", "efficientnet_lite0"
SMALL_LAYERS = ["conv1", "bn1", "relu1", "pool1", "conv2", "bn2", "relu2", "pool2"]
MAPS, HEAT = 1e-4, 1e-3  # how far the page may be from Keras; maps relative to their largest value
DRAWN = "#draw-bars button"
NAMED = "#photo-bars button"
NO_SIMD = "WebAssembly.validate = () => false;"
NO_CAMERA = (
    "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{}'));"
)
ASKING_CAMERA = """
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.streams = [];
  window.permits = [];
  window.running = () => streams.filter((stream) => stream.active).length;
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    await new Promise((done) => permits.push(done));
    streams.push(await ask(wanted));
    return streams.at(-1);
  };"""
DARK_VIDEO = """
  HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException("", "Odd"));"""
SLOW_FILES = """
  const { get, set } = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
  Object.defineProperty(HTMLImageElement.prototype, "src", {
    get,
    set(address) {
      const arrive = () => set.call(this, address);
      if (address.startsWith("blob:")) window.arrive = arrive;
      else arrive();
    },
  });"""
TENSORS = "_tfengine.memory().numTensors"


@pytest.fixture(scope="module")
def folder():
    return live.built()


@pytest.fixture(scope="module")
def window(folder):
    with live.chromium() as started:
        yield started


@pytest.fixture
def page(window, folder, request):
    with live.opened(window, folder, request.node.name) as shown:
        yield shown


@pytest.fixture(scope="module")
def garments():
    return load_fashion_mnist("subset").test_images[:5]


@pytest.fixture(scope="module")
def own_net():
    """A net like that of lesson 01 with other weights and other statistics."""
    keras.utils.set_random_seed(3)
    model = models.build_fashion_cnn()
    rng = np.random.default_rng(3)
    model.set_weights([one + rng.uniform(0, 0.02, one.shape) for one in model.get_weights()])
    return model


# The folder and its sources


def test_the_folder_is_whole_and_light(folder):
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    scripts = {"course.js", "page.js", "wasm_simd.js", "wasm_plain.js"}
    texts = {"index.html", "live.css", "LICENSES.txt", "LICENSE-APACHE-2.0"}
    assert set(sizes) == scripts | texts | {f"{SMALL}.js", f"{LARGE}.js", MARK}
    assert sum(sizes.values()) <= 16e6


def test_sources_are_formatted_and_linted(folder):
    for tool in (("prettier", "--check", "."), ("eslint", ".")):
        done = make_live.run_tool(*tool)
        assert done.returncode == 0, done.stdout + done.stderr


def test_modules_are_short_and_packages_pinned_without_addresses():
    modules = sorted((make_live.SOURCES / "src").glob("*.js"))
    assert modules
    for path in modules:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 150, path.name
    wanted = json.loads((make_live.SOURCES / "package.json").read_text())
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert all(re.fullmatch(r"[\d.]+", version) for version in versions.values())
    assert (
        versions["@tensorflow/tfjs-core"] == versions["@tensorflow/tfjs-backend-wasm"] == "4.22.0"
    )
    locked = (make_live.SOURCES / "package-lock.json").read_text()
    assert "://" not in locked and "funding" not in locked


def test_without_npm_a_line_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(make_live, "MODULES", tmp_path / "node_modules")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(make_live.NoPage, match="npm is missing here"):
        make_live.main(tmp_path / "live")
    monkeypatch.setenv("CNN_COURSE_BROWSER", "0")
    with pytest.raises(pytest.skip.Exception, match="npm is missing"):
        live.built()
    monkeypatch.setenv("CNN_COURSE_BROWSER", "1")
    with pytest.raises(pytest.fail.Exception, match="npm is missing"):
        live.built()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "npm warn deprecated glob@7\nnpm error code EFIRST\nnpm error A log",
            "npm error code EFIRST",
        ),
        ("npm WARN old\nnpm ERR! code EOLD\nnpm ERR! A log", "npm ERR! code EOLD"),
        ("Killed", "Killed"),
        ("", "no reason given"),
    ],
)
def test_where_npm_fails_its_error_is_the_reason(tmp_path, monkeypatch, said, reason):
    (tmp_path / "said").write_text(said)
    for name in ("npm", "node"):
        (tmp_path / name).write_text(f"#!/bin/sh\ncat '{tmp_path}/said' >&2\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(make_live, "MODULES", tmp_path / "node_modules")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(make_live.NoPage) as refused:
        make_live.install()
    assert str(refused.value).endswith(f"made of: {reason}")


def test_the_page_is_written_anew_when_anything_of_it_changes():
    files = {path.relative_to(browser.ROOT).as_posix() for path in make_live.made_of()}
    course = {"album/album.csv", "album/dog.jpg", "imagenet_class_index.json"}
    course |= {"fashion_mnist/t10k-images-idx3-ubyte.gz", "models/LICENSE-APACHE-2.0"}
    course |= {f"models/{SMALL}.npz", f"models/{LARGE}.npz"}
    code = {"datasets/photos.py", "datasets/fashion_mnist.py", "images.py"}
    code |= {"models/live.py", "explorers/answer.py"}
    assert {f"data/{name}" for name in course} | {f"helpers/{name}" for name in code} <= files
    page = {"docs/live/index.html", "docs/live/src/main.js", "docs/live/package-lock.json"}
    assert page | {"tools/make_live.py"} <= files
    assert not any("node_modules" in file for file in files)
    assert sum((browser.ROOT / file).stat().st_size for file in files) < 40e6, "quickly read"


# The nets against Keras


@pytest.mark.filterwarnings("ignore:a heatmap is zero everywhere")
def test_the_small_net_is_the_one_of_keras(page, garments):
    net = models.load_trained(SMALL)
    for image in garments:
        batch = image[None]
        page.give(image[:, :, 0])
        given = page.lab("predict", SMALL)
        assert np.allclose(given, probabilities(net, batch)[0], atol=1e-5)
        for index in (None, 0, 7):
            heat = page.lab("heatmap", SMALL, index)
            assert np.allclose(heat, to_heatmap(grad_cam(net, batch, index))[0], atol=HEAT)
    for name, maps in zip(SMALL_LAYERS, feature_maps(net, batch, SMALL_LAYERS), strict=True):
        assert np.abs(page.maps(SMALL, name) - maps[0]).max() <= MAPS, name


@pytest.mark.parametrize("photo", ["dog", "cat"])
def test_the_large_net_is_the_one_of_keras(page, photo):
    net, pixels = models.load_efficientnet_lite(), squeeze(load_photo(photo), 224)
    batch = prepare(net, pixels[None])
    page.give(pixels)
    given = page.lab("predict", LARGE)
    assert np.allclose(given, probabilities(net, batch)[0], atol=1e-4)
    for index in (None, 281, 0):
        heat = page.lab("heatmap", LARGE, index)
        assert np.allclose(heat, to_heatmap(grad_cam(net, batch, index))[0], atol=HEAT)
    layers = [layer.name for layer in net.layers if re.search("conv|_", layer.name)]
    assert len(layers) == 58
    for name, maps in zip(layers, feature_maps(net, batch, layers), strict=True):
        most = max(1, np.abs(maps).max())
        assert np.abs(page.maps(LARGE, name) - maps[0]).max() <= MAPS * most, name


def test_without_vector_instructions_it_computes_the_same_and_says_so(window, folder, garments):
    with live.opened(window, folder, "simd") as page:
        page.give(garments[0, :, :, 0])
        expected = page.lab("heatmap", SMALL, None)
        assert "SIMD" not in page.text("#status")
    with live.opened(window, folder, "plain", before=NO_SIMD) as page:
        page.page.get_by_text("lacks WebAssembly SIMD").wait_for()
        page.give(garments[0, :, :, 0])
        assert any(url.endswith("wasm_plain.js") for url in page.asked)
        assert np.allclose(page.lab("heatmap", SMALL, None), expected, atol=HEAT)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("predict('mnist', [])", "fashion_cnn and efficientnet_lite0"),
        ("predict('fashion_cnn', [[0, 1]])", "28 rows of 28 numbers"),
        ("predict('efficientnet_lite0', 'cat')", "224 rows of 224"),
        ("featureMaps('fashion_cnn', [], 'conv9')", "Valid: conv1, bn1"),
        ("heatmap('fashion_cnn', [], 10)", "choose 0 to 9"),
    ],
)
def test_wrong_questions_are_refused_in_a_sentence(page, question, says):
    assert says in page.page.evaluate(f"lab.{question}.catch(fault => fault.message)")


# A net of one's own


def test_a_net_of_ones_own_takes_the_place_of_the_course_s(
    window, folder, own_net, garments, tmp_path
):
    mine = shutil.copytree(folder, tmp_path / "live")
    models.export_live(own_net, mine)
    expected = probabilities(own_net, garments[:1])[0]
    heat = to_heatmap(grad_cam(own_net, garments[:1]))[0]
    with live.opened(window, mine, "own-net") as page:
        page.give(garments[0, :, :, 0])
        assert np.allclose(page.lab("predict", SMALL), expected, atol=1e-5)
        assert np.allclose(page.lab("heatmap", SMALL, None), heat, atol=HEAT)
        assert "your own net" in page.text("#net-title")


def test_a_net_of_ones_own_can_be_opened_in_the_page(page, own_net, garments, tmp_path):
    before = page.bars(DRAWN)
    file = models.export_live(own_net, tmp_path)
    page.page.set_input_files("#net-file", file)
    page.page.get_by_text("your own net, from fashion_cnn.js").wait_for()
    assert page.bars(DRAWN) != before and not page.fault
    page.give(garments[0, :, :, 0])
    given = page.lab("predict", SMALL)
    assert np.allclose(given, probabilities(own_net, garments[:1])[0], atol=1e-5)


def test_a_net_that_is_replaced_or_refused_leaves_no_numbers_behind(page, own_net, tmp_path):
    file = models.export_live(own_net, tmp_path)
    odd = tmp_path / "odd.js"
    odd.write_text(file.read_text().replace("[3, 3, 1, 32]", "[3, 3, 32, 1]"))
    page.settle()
    before = page.page.evaluate(TENSORS)
    for _ in range(2):
        page.page.set_input_files("#net-file", file)
        page.page.get_by_text("your own net, from fashion_cnn.js").wait_for()
        page.page.set_input_files("#net-file", odd)
        page.page.locator("#fault:not([hidden])").wait_for()
        page.settle()
        assert page.page.evaluate(TENSORS) == before
    assert len(page.bars(DRAWN)) == 10


def test_the_export_holds_the_numbers_of_the_net(own_net, tmp_path):
    text = models.export_live(own_net, tmp_path / "new", title="mine").read_text()
    file = json.loads(text.removeprefix("liveFile(").removesuffix(");\n"))
    data = base64.b64decode(file["data"])
    assert file["title"] == "mine" and zlib.crc32(data) == file["crc32"]
    sizes = [int(np.prod(shape)) for shape in file["shapes"].values()]
    parts = np.split(np.frombuffer(data, "<f4"), np.cumsum(sizes)[:-1])
    arrays = dict(zip(file["shapes"], parts, strict=True))
    kernel = own_net.get_layer("dense1").get_weights()[0]
    assert np.array_equal(arrays["dense1/kernel"], kernel.ravel())
    images = np.random.default_rng(0).random((2, 28, 28, 1), np.float32)
    before, after = feature_maps(own_net, images, ["conv1", "bn1"])
    assert np.allclose(before * arrays["bn1/scale"] + arrays["bn1/shift"], after, atol=1e-5)


def test_the_net_that_lesson_01_builds_is_taken(tmp_path):
    path = browser.ROOT / "notebooks/01_train_a_fashion_mnist_cnn.ipynb"
    cells = [c.source for c in nbformat.read(path, 4).cells if c.cell_type == "code"]
    names: dict = {}
    for source in needed(cells[1:], lambda source: source.startswith("def build")):
        exec(source, names)
    assert models.export_live(names["mine"], tmp_path).exists()


def test_another_structure_is_refused_by_name(tmp_path):
    other = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 5, padding="same", name="wide"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ],
        name="other_net",
    )
    slope = models.build_fashion_cnn()
    for layer in slope.layers:
        if isinstance(layer, keras.layers.LeakyReLU):
            layer.negative_slope = 0.1
    broken = models.build_fashion_cnn()
    broken.set_weights([one * np.nan for one in broken.get_weights()])
    for model, says in (
        (other, "other_net.*Flatten"),
        (models.build_deep_fashion_cnn(), "deep_fashion_cnn.*relu1|deep_fashion_cnn.*ReLU"),
        (models.build_photo_cnn(), "photo_cnn.*conv1"),
        (slope, "fashion_cnn.*setting differs"),
        (broken, "NaN"),
    ):
        with pytest.raises(ValueError, match=says):
            models.export_live(model, tmp_path)
    assert not list(tmp_path.iterdir())


# Drawing


def test_the_pen_changes_what_the_net_says(page):
    box = page.page.locator("#pen").bounding_box()
    bars, heat, maps = page.bars(DRAWN), page.picture("#draw-heat"), page.picture(".all")
    assert len(bars) == 10
    page.page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 40, steps=5)
    page.page.mouse.up()
    assert page.picture("#draw-heat") != heat and page.picture(".all") != maps
    assert page.bars(DRAWN) != bars
    page.page.get_by_role("button", name="Undo").click()
    assert page.picture("#draw-heat") == heat and page.bars(DRAWN) == bars


def test_the_first_stroke_of_a_pen_takes_the_example_away(page):
    coat = page.picture("#pen")
    page.stroke("#pen", (0.5, 0.4), (0.5, 0.6))
    line = page.picture("#pen")
    page.press("#pen-undo", "Enter")
    assert page.picture("#pen") == coat
    page.press("#pen-clear", "Enter")
    page.stroke("#pen", (0.5, 0.4), (0.5, 0.6))
    assert page.picture("#pen") == line, "nothing of the coat was left"


@pytest.mark.parametrize("first", ["#pen-erase", "#garments button:nth-child(5)"])
def test_what_somebody_works_on_stays_under_the_pen(page, first):
    page.press(first, "Enter")
    page.stroke("#pen", (0.02, 0.1), (0.02, 0.2))
    if first == "#pen-erase":
        page.press("#pen-erase", "Enter")
        page.stroke("#pen", (0.02, 0.1), (0.02, 0.2))
    given = np.array(page.page.locator("#pen").evaluate(PIXELS)).reshape(28, 28, 4)[..., 0]
    assert (given[:, 14] > 50).sum() > 14, "the cloth is still there"


PIXELS = """canvas => Array.from(
  canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data)"""


def test_maps_and_heatmap_are_painted_as_the_course_paints_them(page):
    net, garment = models.load_trained(SMALL), make_live.garments()[0][24, ..., 0]
    batch = (garment / np.float32(255))[None, ..., None]
    (maps,) = feature_maps(net, batch, ["conv1"])
    levels = np.rint(mosaic(maps[0], columns=8) * 255).astype(int)
    large = np.repeat(np.kron(garment, np.ones((12, 12), np.uint8))[..., None], 3, axis=2)
    heat = overlay(large, to_heatmap(grad_cam(net, batch))[0])
    for place, wanted in ((".all", make_live.colours("viridis")[levels]), ("#draw-heat", heat)):
        page.settle()
        given = np.array(page.page.locator(place).first.evaluate(PIXELS)).reshape(
            *wanted.shape[:2], 4
        )
        assert np.abs(given[..., :3] - wanted.astype(int)).max() <= 4, place


def test_one_can_draw_rub_out_and_clear_by_keyboard(page):
    page.press("#pen-clear", "Enter")
    empty = page.picture("#pen")
    page.page.locator("#pen").focus()
    page.page.keyboard.down(" ")
    for _ in range(5):
        page.page.keyboard.press("ArrowRight")
    page.page.keyboard.up(" ")
    drawn = page.picture("#pen")
    assert drawn != empty
    page.press("#pen", "e", " ")
    assert page.page.locator("#pen-erase").get_attribute("aria-pressed") == "true"
    assert page.picture("#pen") not in (empty, drawn)
    page.press("#pen-undo", "Enter")
    assert page.picture("#pen") == drawn


def test_a_second_finger_or_a_palm_does_not_draw(window, folder):
    with live.opened(window, folder, "palm", has_touch=True) as page:
        page.press("#pen-clear", "Enter")
        empty, box = page.picture("#pen"), page.page.locator("#pen").bounding_box()
        devtools = page.page.context.new_cdp_session(page.page)

        def touch(kind: str, **places: tuple[float, float]) -> None:
            points = [
                {
                    "id": len(name),
                    "x": box["x"] + x * box["width"],
                    "y": box["y"] + y * box["height"],
                }
                for name, (x, y) in places.items()
            ]
            devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        drawn = []
        for palms in (False, True):
            touch("touchStart", pen=(0.2, 0.2))
            for step in range(1, 5):
                pen = (0.2, 0.2 + 0.1 * step)
                palm = {"a_palm": (0.8, 0.5 + 0.1 * step)} if palms else {}
                touch("touchStart" if palms and step == 1 else "touchMove", pen=pen, **palm)
            touch("touchEnd")
            drawn.append(page.picture("#pen"))
            page.press("#pen-undo", "Enter")
            assert page.picture("#pen") == empty, "one stroke is one step"
        assert drawn[0] == drawn[1] != empty


def test_another_class_gets_another_heatmap(page):
    heat = page.picture("#draw-heat")
    page.page.get_by_role("button", name=re.compile("^Bag")).click()
    assert page.picture("#draw-heat") != heat and "Bag" in page.text("#draw-heat-caption")
    page.press("#draw-winner", "Enter")
    assert page.picture("#draw-heat") == heat
    assert page.page.locator("#draw-winner").is_hidden(), "nothing to go back to"


def test_the_line_above_the_drawing_says_what_the_bars_say(page):
    for _ in range(2):
        name, share = max(page.bars(DRAWN).items(), key=lambda bar: float(bar[1].split()[0]))
        assert page.text("#pen-says") == f"{name} {share}"
        page.page.get_by_role("button", name="Test image: Sandal").click()
        page.settle()


def test_what_says_little_is_said_to_say_little(page):
    assert "stretched" not in page.text("#draw-heat-caption")
    page.page.get_by_role("button", name=re.compile("^Shirt")).click()
    assert "so even a hopeless class glows" in page.text("#draw-heat-caption")
    page.press("#pen-clear", "Enter")
    assert "Even an empty picture must get one" in page.text("#draw-heat-caption")


@pytest.mark.parametrize("place", ["#pen-clear", "#garments button:first-child", "#tour-start"])
def test_the_eraser_goes_back_to_the_pen_with_the_next_picture(page, place):
    page.press("#pen-erase", "Enter")
    assert page.text("#pen-title") == "Erase here"
    page.press(place, "Enter")
    page.page.wait_for_function("document.getElementById('pen-title').textContent === 'Draw here'")
    assert page.page.locator("#pen-erase").get_attribute("aria-pressed") == "false"
    if place == "#tour-start":
        for _ in range(2):
            page.press("#tour-next", "Enter")
            page.press("#pen-erase", "Enter")
        page.press("#tour-back", "Enter")
        page.page.get_by_role("heading", name="Draw here").wait_for()


def test_sliders_of_layer_and_filter_move_by_arrow_keys(page):
    moves = {
        "#draw-maps": ("conv1", "relu1", 0),
        "#photo-maps": ("block2b_add", "block3a_depthwise", 4),
    }
    for panel, (first, second, number) in moves.items():
        if panel == "#photo-maps":
            page.show_photos()
        assert page.text(f"{panel} .caption").startswith(f"{first}, filter {number} of")
        one, every = page.picture(f"{panel} .one"), page.picture(f"{panel} .all")
        page.press(f"{panel} .filter", "ArrowRight")
        assert page.picture(f"{panel} .one") != one and page.picture(f"{panel} .all") == every
        assert page.text(f"{panel} .caption").startswith(f"{first}, filter {number + 1} of")
        page.press(f"{panel} .layer", "ArrowRight", "ArrowRight")  # bn1 looks as conv1 does
        assert page.picture(f"{panel} .all") != every
        assert page.text(f"{panel} .caption").startswith(f"{second}, filter {number + 1} of")


# Photos


def test_maps_have_the_proportions_of_the_photo(page):
    def ratio(place: str) -> float:
        box = page.page.locator(place).bounding_box()
        return box["width"] / box["height"]

    page.show_photos()
    for number in (0, 1):  # two photos side by side, and one
        page.page.locator("#photos button").nth(number).click()
        page.page.locator(f"#photos button:nth-child({number + 1})[aria-pressed=true]").wait_for()
        page.settle()
        photo = ratio("#picture")
        assert photo > 1.2 and abs(ratio("#photo-maps .one") / photo - 1) < 0.01
        eight_by_three = photo * 8 / 3
        assert abs(ratio("#photo-maps .all") / eight_by_three - 1) < 0.02


def test_a_photo_of_ones_own_is_named(page, tmp_path):
    file = tmp_path / "mine.png"
    file.write_bytes(encode_png(load_photo("panda")))
    page.show_photos()
    page.page.set_input_files("#photo-file", file)
    page.page.get_by_text("This is mine.png").wait_for()
    bars = page.bars(NAMED)
    assert len(bars) == 5 and next(iter(bars)) == "giant panda"
    assert "giant panda" in page.text("#picture-caption") and not page.fault


def test_two_classes_are_compared(page):
    page.show_photos()
    page.page.locator("#class-search").fill("german shepherd")
    page.press("#class-search", "Enter")
    page.page.locator("#compare-search").fill("giant panda")
    page.press("#compare-search", "Enter")
    assert "German shepherd" in page.text("#picture-caption")
    assert "giant panda" in page.text("#compare-picture-caption")
    assert page.picture("#picture") != page.picture("#compare-picture")
    page.page.locator("#class-search").fill("unicorn")
    page.press("#class-search", "Enter")
    assert "None of the 1,000 names holds “unicorn”" in page.text("#class-search-fault")
    assert not page.fault, "the complaint stands under the field"


def test_part_of_a_name_is_taken_where_only_one_name_holds_it(page):
    page.show_photos()
    before = page.text("#picture-caption")
    for words, says in (
        ("panda", "2 names hold “panda”: lesser panda, giant panda. Which one?"),
        ("dog", "names hold “dog”: "),
    ):
        page.page.locator("#class-search").fill(words)
        page.press("#class-search", "Enter")
        assert says in page.text("#class-search-fault")
        assert page.text("#picture-caption") == before
    page.page.locator("#class-search").fill("giant pan")
    page.press("#class-search", "Enter")
    assert page.page.locator("#class-search-fault").is_hidden()
    assert page.page.locator("#class-search").input_value() == "giant panda"
    assert "giant panda" in page.text("#picture-caption")
    page.press("#photo-winner", "Enter")
    assert page.page.locator("#class-search").input_value() == ""


@pytest.mark.parametrize("name", ["crane", "cardigan", "maillot"])
def test_two_classes_of_one_name_are_told_apart(page, name):
    numbers = [i for i, one in enumerate(imagenet_class_names()) if one.lower() == name]
    page.show_photos()
    field, fault = page.page.locator("#class-search"), "#class-search-fault"
    field.fill(name)
    page.press("#class-search", "Enter")
    assert "2 names hold" in page.text(fault) and len(numbers) == 2
    for number in numbers:
        assert f"(class {number})" in page.text(fault)
        field.fill(f"{name} (class {number})")
        page.press("#class-search", "Enter")
        assert f"{name} (class {number})" in page.text("#picture-caption").lower()
        field.fill(name)
        page.press("#class-search", "Enter")


def test_a_new_photo_begins_anew_and_its_button_is_pressed(page, tmp_path):
    page.show_photos()
    pressed = page.page.locator("#photos [aria-pressed=true]")
    assert pressed.get_attribute("aria-label") == "A dog and a panda, side by side."
    for field in ("#class-search", "#compare-search"):
        page.page.locator(field).fill("tabby")
        page.press(field, "Enter")
    assert page.page.locator("#compare").is_visible()
    page.page.locator("#photos button").nth(2).click()
    page.page.wait_for_function("compare.hidden")
    assert page.page.locator("#photos button").nth(2).get_attribute("aria-pressed") == "true"
    assert pressed.count() == 1
    for field in ("#class-search", "#compare-search"):
        assert page.page.locator(field).input_value() == ""
    (tmp_path / "mine.png").write_bytes(encode_png(load_photo("panda")))
    page.page.set_input_files("#photo-file", tmp_path / "mine.png")
    page.page.get_by_text("This is mine.png").wait_for()
    assert pressed.count() == 0


def logit(page) -> float:
    return float(re.search(r"(?:now| is) (-?[\d.]+\d)", page.text("#logit"))[1])


def test_the_chart_grows_only_where_the_picture_changes(page):
    page.show_photos()
    chart = page.page.locator("#chart")
    assert chart.is_hidden() and "Cover a part to see it move" in page.text("#logit")
    for spot in ((0.2, 0.5), (0.4, 0.5)):
        page.rub("#picture", *spot)
    assert chart.is_visible()
    before = page.picture("#chart")
    page.page.locator("#compare-search").fill("giant panda")
    page.press("#compare-search", "Enter")
    page.press("#opacity", "ArrowLeft")
    assert page.page.locator("#compare").is_visible() and page.picture("#chart") == before
    page.press("#cover-undo", "Enter")
    assert page.picture("#chart") != before


def test_covering_changes_the_logit_and_uncovering_brings_it_back(page):
    page.show_photos()
    before, picture = logit(page), page.picture("#picture")
    page.press("#picture", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", " ")
    covered = logit(page)
    assert covered != before and f"({covered - before:+.2f})" in page.text("#logit")
    page.press("#cover-undo", "Enter")
    assert logit(page) == before and page.picture("#picture") == picture
    box = page.page.locator("#picture").bounding_box()
    ends = [(box["x"] + box["width"] * s, box["y"] + box["height"] / 2) for s in (0.3, 0.7)]
    for end in ends:
        page.page.mouse.click(*end)
    touched = logit(page)
    assert touched != before
    page.page.mouse.move(*ends[0])
    page.page.mouse.down()
    page.page.mouse.move(*ends[1], steps=4)
    page.page.mouse.up()
    assert abs(logit(page) - touched) > 0.3, "the rim of a dot alone changes less"
    page.press("#cover-clear", "Enter")
    assert logit(page) == before


def test_the_camera_is_followed_until_it_is_stopped(page):
    page.show_photos()
    page.page.get_by_role("button", name="Use the camera").click()
    stop = page.page.get_by_role("button", name="Stop the camera")
    stop.wait_for()
    seen = page.picture("#picture")
    page.page.wait_for_function(
        "seen => document.getElementById('picture').toDataURL() !== seen", arg=seen
    )
    stop.click()
    page.page.get_by_text("The camera is off").wait_for()
    still = page.picture("#picture")
    assert page.picture("#picture") == still and not page.fault


@pytest.mark.parametrize("then", ["photo", "tab"])
def test_a_camera_that_still_asks_gives_way_to_what_comes_after(window, folder, then):
    with live.opened(window, folder, f"asking-{then}", before=ASKING_CAMERA) as page:
        page.show_photos()
        page.page.get_by_role("button", name="Use the camera").click()
        page.page.wait_for_function("permits.length === 1")
        if then == "photo":
            page.page.locator("#photos button").nth(2).click()
            page.page.locator("#photos button:nth-child(3)[aria-pressed=true]").wait_for()
        else:
            page.page.get_by_role("tab", name="Draw a garment").click()
        page.page.evaluate("permits.forEach((permit) => permit())")
        page.page.wait_for_function("streams.length === 1 && !running()", timeout=10_000)
        assert page.page.locator("#camera").inner_text() in ("Use the camera", "")
        assert page.page.locator("#camera").get_attribute("aria-pressed") == "false"
        assert not page.fault


def test_a_double_click_starts_one_camera(window, folder):
    with live.opened(window, folder, "double", before=ASKING_CAMERA) as page:
        page.show_photos()
        page.page.get_by_role("button", name="Use the camera").dblclick()
        page.page.wait_for_function("permits.length === 2")
        page.page.evaluate("permits.forEach((permit) => permit())")
        page.page.wait_for_function("streams.length === 2 && running() === 1", timeout=10_000)
        page.page.get_by_role("button", name="Stop the camera").click()
        page.page.wait_for_function("!running()", timeout=10_000)
        assert not page.fault


def test_a_camera_whose_film_does_not_play_is_switched_off(window, folder):
    with live.opened(window, folder, "dark", before=ASKING_CAMERA + DARK_VIDEO) as page:
        page.show_photos()
        page.page.get_by_role("button", name="Use the camera").click()
        page.page.wait_for_function("permits.length === 1")
        page.page.evaluate("permits[0]()")
        page.page.locator("#fault:not([hidden])").wait_for()
        page.page.wait_for_function("!running()", timeout=10_000)
        assert "The camera does not start" in page.fault


def test_a_slow_file_gives_way_to_a_photo_that_is_chosen_after_it(window, folder, tmp_path):
    (tmp_path / "mine.png").write_bytes(encode_png(load_photo("panda")))
    with live.opened(window, folder, "slow", before=SLOW_FILES) as page:
        page.show_photos()
        page.page.set_input_files("#photo-file", tmp_path / "mine.png")
        page.page.wait_for_function("!!window.arrive")
        third = page.page.locator("#photos button:nth-child(3)")
        third.click()
        page.page.locator("#photos button:nth-child(3)[aria-pressed=true]").wait_for()
        seen = page.picture("#picture")
        page.page.evaluate("arrive()")
        page.page.wait_for_function("!document.getElementById('photo-file').value")
        assert page.picture("#picture") == seen and "mine.png" not in page.text("#status")
        assert third.get_attribute("aria-pressed") == "true"


# The tour, and people who use no mouse, a phone or a dark screen


def test_the_tour_is_walked_by_keyboard(page):
    page.press("#tour-start", "Enter")
    titles = [page.text("#tour-title")]
    while page.page.locator("#tour-next").inner_text() == "Next":
        page.press("#tour-next", "Enter")
        titles.append(page.text("#tour-title"))
        if page.page.locator("#photo").is_visible():
            page.page.locator(NAMED).first.wait_for()
        browser.screenshot(page.page, f"live-tour-{len(titles)}")
        assert not page.fault
    assert len(set(titles)) == len(titles) >= 5
    page.press("#tour-next", "Enter")
    assert page.page.locator("#tour").is_hidden()


def go_to_step(page, number: int) -> None:
    page.press("#tour-start", "Enter")
    for _ in range(number - 1):
        page.press("#tour-next", "Enter")
    if number > 3:
        page.page.locator(NAMED).first.wait_for()


def test_the_tour_s_pullover_loses_its_name_with_its_sleeves(page):
    go_to_step(page, 1)
    page.page.get_by_text("Pullover 100").wait_for()
    page.press("#pen-erase", "Enter")
    for side in (0.06, 0.14, 0.86, 0.94):
        page.stroke("#pen", (side, 0.97), (side, 0.25))
    assert not page.text("#pen-says").startswith("Pullover")


def test_the_tour_s_kitten_needs_its_face_and_the_dog_does_not_need_its_neck(page):
    def changed(work, *where) -> float:
        before = logit(page)
        work("#picture", *where)
        change = logit(page) - before
        page.press("#cover-clear", "Enter")
        return change

    go_to_step(page, 5)
    page.page.get_by_text("speaks for Egyptian cat").wait_for()
    fall, little = changed(page.rub, 0.26, 0.35), changed(page.rub, 0.85, 0.15)
    assert fall < -2 and abs(little) < abs(fall) / 4
    page.press("#tour-next", "Enter")
    page.page.get_by_text("speaks for German shepherd").wait_for()
    hottest, head = (0.68, 0.34), (0.82, 0.28)
    for dx, dy in ((0, 0), (-0.04, -0.04), (-0.04, 0.04), (0.04, -0.04), (0.04, 0.04)):
        assert changed(page.stroke, (hottest[0] + dx, hottest[1] + dy)) > 0, (dx, dy)
        assert changed(page.stroke, (head[0] + dx, head[1] + dy)) < 0, (dx, dy)


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800)])
def test_the_tour_hides_nothing_that_a_step_is_about(window, folder, width, height):
    size = {"viewport": {"width": width, "height": height}}
    with live.opened(window, folder, f"tour-{width}", **size) as page:
        for number, place in ((1, "#pen"), (4, "#picture"), (5, "#picture")):
            go_to_step(page, number)
            page.settle()
            card = page.page.locator("#tour").bounding_box()
            box = page.page.locator(place).bounding_box()
            assert card["y"] + card["height"] <= box["y"], number
            if number > 3 and width > 400:
                strip = page.page.locator("#photos").bounding_box()
                assert strip["y"] + strip["height"] <= card["y"] + card["height"], "no sliver"
            assert box["y"] + box["height"] <= height, number
            page.press("#tour-end", "Enter")


def test_on_a_phone_the_answer_is_in_sight_while_one_draws_and_covers(window, folder):
    with live.opened(window, folder, "phone", viewport={"width": 360, "height": 740}) as page:
        bottom = {}
        for place in ("#pen-says", "#pen-clear"):
            box = page.page.locator(place).bounding_box()
            bottom[place] = box["y"] + box["height"]
        assert max(bottom.values()) <= 740
        assert page.page.locator("#draw-heat").bounding_box()["width"] >= 200
        page.show_photos()
        places = ("#picture", "#logit", "#cover-clear", "#photo-bars")
        heights = [page.page.locator(place).bounding_box()["y"] for place in places]
        assert heights == sorted(heights)


def test_the_tour_ends_where_somebody_goes_on_alone(page):
    page.press("#tour-start", "Enter")
    assert page.page.locator("#tour").is_visible()
    page.press("#tab-draw", "Enter")
    assert page.page.locator("#tour").is_visible()
    page.show_photos()
    assert page.page.locator("#tour").is_hidden()


def test_tabs_change_by_arrow_keys(page):
    page.press("#tab-draw", "ArrowRight")
    assert page.page.locator("#photo").is_visible() and page.page.locator("#draw").is_hidden()
    page.page.get_by_text("A dog and a panda, side by side.").wait_for()
    page.press("#tab-photo", "ArrowLeft")
    assert page.page.locator("#draw").is_visible() and page.text("#status") == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_a_phone_and_axe_finds_nothing_grave(window, folder, scheme, width):
    size = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with live.opened(window, folder, f"{width}-{scheme}", **size) as page:
        page.page.get_by_role("button", name="Take the tour").click()
        for panel in ("draw", "photo"):
            if panel == "photo":
                page.show_photos()
            page.settle()
            path = browser.SCREENSHOTS / f"live-{panel}-{width}-{scheme}.png"
            page.page.screenshot(path=path, full_page=True)
            assert not page.violations()
            wide = "() => document.documentElement.scrollWidth"
            assert page.page.evaluate(wide) <= width
        assert page.said == []


# Bad input


def test_what_is_no_photo_is_refused_and_the_page_goes_on(page, tmp_path):
    page.show_photos()
    (tmp_path / "text.jpg").write_text("no picture")
    Image.new("1", (10_000, 10_000)).save(tmp_path / "huge.png")
    before = page.bars(NAMED)
    for name, says in (("text.jpg", "no picture"), ("huge.png", "100 million pixels")):
        page.page.set_input_files("#photo-file", tmp_path / name)
        page.page.locator("#fault", has_text=says).wait_for()
        assert page.bars(NAMED) == before
    page.page.locator("#photos button").nth(2).click()
    page.page.wait_for_function("fault.hidden")
    assert page.bars(NAMED) != before


@pytest.mark.parametrize(
    ("fault", "says"),
    [("NotAllowedError", "not allowed"), ("NotFoundError", "No camera"), ("Odd", "does not start")],
)
def test_a_camera_that_fails_is_told_in_a_sentence(window, folder, fault, says):
    with live.opened(window, folder, fault, before=NO_CAMERA.format(fault)) as page:
        page.show_photos()
        before = page.bars(NAMED)
        page.page.get_by_role("button", name="Use the camera").click()
        page.page.locator("#fault", has_text=says).wait_for()
        assert page.bars(NAMED) == before
        page.page.get_by_role("button", name="Use the camera").wait_for()


def damaged(text: str, how: str) -> str:
    if how == "cut":
        return text[: len(text) // 2]
    middle = len(text) // 2
    return text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]


@pytest.mark.parametrize("how", ["cut", "changed", "missing"])
def test_damaged_weights_are_told_in_a_sentence(window, folder, tmp_path, how):
    broken = shutil.copytree(folder, tmp_path / "live")
    for name in (LARGE, SMALL):
        file = broken / f"{name}.js"
        if how == "missing":
            file.unlink()
        else:
            file.write_text(damaged(file.read_text(), how))
        with live.opened(window, broken, how) as page:
            says = "is missing beside this page" if how == "missing" else "is damaged"
            if name == LARGE:
                assert len(page.bars(DRAWN)) == 10 and not page.fault
                page.page.get_by_role("tab", name="Show a photo").click()
            page.page.locator("#fault", has_text=f"{name}.js {says}").wait_for()
            page.page.get_by_role("tab", name="Draw a garment").click()
            assert page.page.locator("#draw").is_visible()


@pytest.mark.parametrize(
    ("name", "tab", "answers"),
    [
        (SMALL, "Draw a garment", DRAWN),
        (LARGE, "Show a photo", NAMED),
        ("course", "Draw a garment", DRAWN),
        ("wasm_simd", "Show a photo", NAMED),
    ],
)
def test_weights_that_did_not_arrive_are_asked_for_again(
    window, folder, tmp_path, name, tab, answers
):
    weak = shutil.copytree(folder, tmp_path / "live")
    (weak / f"{name}.js").unlink()
    with live.opened(window, weak, f"again-{name}") as page:
        page.page.get_by_role("tab", name=tab).click()
        page.page.locator("#fault", has_text=f"{name}.js").wait_for()
        assert "the connection was lost" in page.fault and "loading" not in page.text("#status")
        shutil.copy(folder / f"{name}.js", weak)
        page.page.get_by_role("tab", name=tab).click()
        page.page.locator(answers).first.wait_for(timeout=30_000)
        assert not page.fault


def test_a_file_that_is_no_net_is_refused_and_never_run(page, own_net, tmp_path):
    whole = models.export_live(own_net, tmp_path).read_text()
    before = page.bars(DRAWN)
    for name, text, says in (
        ("photo.jpg", "no net", "is no net for this page"),
        ("evil.js", "document.title = 'run'", "is no net for this page"),
        ("cut.js", whole[:1000], "is no net for this page"),
        ("changed.js", damaged(whole, "changed"), "is damaged"),
        ("other.js", whole.replace(SMALL, LARGE), "is damaged"),
        ("small.js", whole.replace("[3, 3, 1, 32]", "[3, 3, 1, 16]"), "is damaged"),
    ):
        (tmp_path / name).write_text(text)
        page.page.set_input_files("#net-file", tmp_path / name)
        page.page.locator("#fault", has_text=says).wait_for()
        assert page.bars(DRAWN) == before, name
    assert page.page.title() != "run"


def test_make_live_says_where_the_page_is(folder):
    command = [sys.executable, "-m", "tools.make_live"]
    done = subprocess.run(command, cwd=browser.ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.strip().endswith("index.html")
