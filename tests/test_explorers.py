"""Every explorer over the whole range of every control, and with photos that hurt."""

import gc
import sys
import time
import types
import weakref
from datetime import UTC, datetime
from io import BytesIO

import cv2
import ipywidgets as widgets
import numpy as np
import pytest
from PIL import Image

from helpers._keras import keras
from helpers.classes import probabilities
from helpers.datasets import DATA, collage, load_fashion_mnist
from helpers.explorers import (
    cover,
    explore_cam,
    explore_feature_maps,
    explore_filters,
    explore_patterns,
    microscope,
)
from helpers.explorers import microscope as package_microscope
from helpers.explorers.base import Explorer
from helpers.explorers.controls import all_parts
from helpers.explorers.cover import covered
from helpers.explorers.filters import kernel_of
from helpers.explorers.kernels import kernel_panels
from helpers.explorers.panels import MARK, close_up, framed, number
from helpers.explorers.photos import MAPS
from helpers.explorers.slider import Slider
from helpers.images import encode_png
from helpers.models import build_photo_cnn, conv_layers, describe, load_trained, load_vgg16
from helpers.pixels import signed
from tests.nets import random_cnn
from tests.pictures import DATA_URI, decode, is_blank

WITH_PHOTOS = (explore_filters, explore_feature_maps, explore_cam, microscope, cover)
EXPLORERS = (*WITH_PHOTOS, explore_patterns)
OF_FILTERS = (explore_filters, explore_feature_maps, explore_patterns, microscope)
LOOKS = ("opacity", "colormap")  # change the picture, but not what it says
NETS = ("fashion_cnn", "deep_fashion_cnn", "photo_cnn", "vgg16")


@pytest.fixture(scope="module")
def models():
    return {name: load_vgg16("album") if name == "vgg16" else load_trained(name) for name in NETS}


def pictures(explorer: Explorer) -> list[np.ndarray]:
    """The pictures on the screen, BGR, without titles, which change by themselves."""
    return [decode(code) for code in DATA_URI.findall(explorer._view.value)]


def shown(explorer: Explorer) -> list[np.ndarray]:
    """What the explorer shows, after checking that all is well with it."""
    assert explorer.fault is None and not explorer.message
    whole = cv2.imdecode(np.frombuffer(explorer.picture, np.uint8), cv2.IMREAD_COLOR)
    assert not is_blank(whole) and whole.shape[1] >= 280
    html = explorer._view.value
    assert len(explorer.caption) > 20 and html.count('alt="') == html.count("<img") > 0
    return pictures(explorer)


def differ(some: list[np.ndarray], others: list[np.ndarray]) -> bool:
    return len(some) != len(others) or not all(map(np.array_equal, some, others))


def sweep(explorer: Explorer, trait: str, values: list) -> None:
    """Give a trait several values; each new one must change the caption and the picture itself."""
    for value in values:
        before, caption = pictures(explorer), explorer.caption
        same = getattr(explorer, trait) == value
        setattr(explorer, trait, value)
        assert same or differ(shown(explorer), before), (trait, value)
        assert same or trait in LOOKS or explorer.caption != caption, (trait, value)


def ends(count: int) -> list[int]:
    return sorted({0, count // 2, count - 1})


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("explore", (*OF_FILTERS, explore_cam), ids=lambda f: f.__name__)
def test_every_layer_and_its_first_middle_and_last_filter(models, net, explore, monkeypatch):
    monkeypatch.setitem(sys.modules[package_microscope.__module__].GROWTH, "steps", 3)
    monkeypatch.setattr("helpers.explorers.growth.SIZE", 32)
    explorer = explore(models[net])
    if explore is explore_patterns:
        explorer.steps = 3
    for layer in conv_layers(models[net]):
        sweep(explorer, "layer", [layer])
        if explore is not explore_cam:
            sweep(explorer, "filter", ends(explorer.filters))


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("explore", WITH_PHOTOS, ids=lambda f: f.__name__)
def test_every_kind_of_picture(models, net, explore):
    explorer = explore(models[net])
    sweep(explorer, "image", ends(len(explorer.album)))


def test_the_other_controls_of_patterns(models):
    explorer = explore_patterns(models["fashion_cnn"])
    for trait, values in {
        "steps": [1, 100, 200],
        "step_size": [0.1, 5.0, 10.0],
        "gradient_scale": ["max", "std", "rms"],
        "recipe": ["plain", "natural", "alive"],
    }.items():
        sweep(explorer, trait, values)


@pytest.mark.parametrize("net", NETS)
def test_the_other_controls_of_cam(models, net):
    explorer = explore_cam(models[net])
    classes = len(explorer.classes)
    predicted = probabilities(models[net], explorer.album.prepared([0]))[0].argmax()
    for trait, values in {
        "class_index": [k for k in ends(classes) if k != predicted],
        "method": ["Grad-CAM++", "Layer-CAM", "Grad-CAM"],
        "compare_with": [0, classes - 1],
        "opacity": [0.0, 0.5, 1.0],
        "colormap": ["cividis", "viridis", "magma", "inferno"],
    }.items():
        sweep(explorer, trait, values)


def test_score_cam_shows_how_far_it_is(models):
    explorer, seen = explore_cam(models["fashion_cnn"]), []
    (bar,) = (part for part in all_parts(explorer) if isinstance(part, widgets.IntProgress))
    bar.observe(lambda change: seen.append(change["new"] / bar.max), "value")
    explorer.method = "Score-CAM"
    shown(explorer)
    assert seen[0] < 1 and seen[-1] == 1 and bar.layout.display == "none"


def test_controls_and_traits_move_together(models):
    explorer = explore_feature_maps(models["vgg16"])
    sliders = {part.label: part for part in controls(explorer) if isinstance(part, Slider)}
    number = sliders["filter"]
    number.value = 9
    assert explorer.filter == 9
    sliders["layer"].value = 12
    assert explorer.layer == "block5_conv3" and number.max == 511
    explorer.filter = 511
    explorer.layer = "block1_conv1"
    assert explorer.filter == number.value == number.max == 63 and sliders["layer"].value == 0
    shown(explorer)


def test_every_control_has_a_name(models):
    for explore in EXPLORERS:
        explorer = explore(models["fashion_cnn"])
        for control in controls(explorer):
            assert getattr(control, "label", "") or control.description, control


def controls(explorer: Explorer) -> list[widgets.Widget]:
    """All that a learner can move, type into or press."""
    return [
        part
        for part in all_parts(explorer)
        if part.has_trait("value") or isinstance(part, widgets.Button)
        if not isinstance(part, widgets.HTML | widgets.IntProgress)
    ]


def test_what_does_not_exist_is_named(models):
    explorer = explore_cam(models["vgg16"])
    for trait, value, words in [
        ("layer", "block3_conv9", "did you mean 'block3_conv"),
        ("image", 6, "nearest is 5"),
        ("class_index", 8, "nearest is 7"),
        ("method", "Grad-CAN", "did you mean 'Grad-CAM"),
        ("colormap", "jet", "viridis"),
    ]:
        before = explorer.picture
        with pytest.raises(ValueError, match=words):
            setattr(explorer, trait, value)
        assert explorer.picture == before
    with pytest.raises(ValueError, match="output for each pixel"):
        explore_cam(load_vgg16(None))
    with pytest.raises(ValueError, match="only a guess"):
        explore_feature_maps(models["vgg16"], [np.full((9, 9, 3), -100.0)])
    with pytest.raises(ValueError, match="at least one"):
        explore_feature_maps(models["vgg16"], [])


def test_an_error_becomes_a_message_and_the_next_move_works(models, monkeypatch):
    explorer = explore_feature_maps(models["fashion_cnn"])
    good = type(explorer).draw

    def broken(self):
        raise RuntimeError("out of paint")

    monkeypatch.setattr(type(explorer), "draw", broken)
    explorer.filter = 3
    assert "out of paint" in explorer.message and isinstance(explorer.fault, RuntimeError)
    assert "out of paint" in explorer._note.value
    monkeypatch.setattr(type(explorer), "draw", good)
    explorer.filter = 4
    shown(explorer)


def test_a_pattern_is_seen_growing_and_kept(models):
    explorer, seen = explore_patterns(models["vgg16"]), []
    explorer.observe(lambda change: seen.append(change["new"]), "caption")
    explorer.layer = "block3_conv1"
    assert len(seen) >= 3 and "step" in seen[0]
    grown, seen[:] = explorer.picture, []
    explorer.filter = 1
    explorer.filter = 0
    growing = {caption.split(",")[1] for caption in seen if ", step " in caption}
    assert growing == {" filter 1 of 256"}
    assert explorer.picture != grown  # filter 1 now stands among the earlier ones


def test_names_of_classes_can_be_searched(models):
    explorer = explore_cam(
        models["vgg16"], {"four": collage(("windmill3", "clownfish", "hammer5", "dam1"))}
    )
    explorer._search.value = "Hamm"
    assert explorer.class_index == 2 and "'hammer'" in explorer.caption
    explorer._search.value = "dog"
    assert "dog" in explorer.message and explorer.class_index == 2
    explorer._search.value = "m"
    assert explorer.class_index == 2 and "Which one?" in explorer.message
    explorer._search.value = "4"
    assert explorer.class_index == 4 and "'monument'" in explorer.caption
    explorer._compare.value = "dam"
    assert explorer.compare_with == 0 and "for 'monument'" in explorer.caption
    assert "for 'dam'" in explorer.caption and explorer._view.value.count("cnn-chosen") == 2
    explorer._top.value = -1
    explorer._compare.value = ""
    assert explorer.class_index is None and explorer.compare_with is None
    shown(explorer)


def test_the_strongest_slices_of_a_large_kernel_are_shown_white_at_zero():
    kernel = np.zeros((3, 3, 40), np.float32)
    kernel[1, 1, 17], kernel[0, 0, 3] = 2, -1
    (one,) = kernel_panels(kernel)
    assert "9 of 40" in one.title
    first, second = one.picture[24:120, :96], one.picture[24:120, 104:200]  # channels 17 and 3
    assert first[48, 48].tolist() == [103, 0, 31] and first[5, 5].tolist() == [255] * 3
    assert second[5, 5].tolist() == [67, 147, 195] and second[48, 48].tolist() == [255] * 3
    assert (signed(np.zeros((2, 2)), 0) == 255).all()


@pytest.mark.parametrize("box", [(0, 40, 0, 30), (60, 100, 70, 100), (20, 60, 30, 70)])
def test_a_frame_leaves_what_it_frames_and_stays_inside(box):
    picture = np.full((100, 100, 3), 7, np.uint8)
    marked = framed(picture, box)
    frame = (marked == MARK).all(axis=-1)
    top, bottom, left, right = box
    assert (picture == 7).all() and ((marked == 7).all(axis=-1) | frame).all()
    assert not frame[top + 1 : bottom - 1, left + 1 : right - 1].any()
    assert frame[[max(top - 1, 0), min(bottom, 99)], left:right].all()
    assert frame[top:bottom, [max(left - 1, 0), min(right, 99)]].all()


@pytest.mark.parametrize("box", [(0, 40, 0, 30), (184, 224, 164, 224), (100, 176, 60, 136)])
def test_a_close_up_shows_all_that_it_frames_and_little_else(box):
    picture = np.full((224, 224, 3), 7, np.uint8)
    top, bottom, left, right = box
    picture[top:bottom, left:right] = 200
    close = close_up(picture, box)
    assert close.shape == (300, 300, 3) and (close == MARK).all(axis=-1).any()
    longest = max(bottom - top, right - left)
    inside = (np.abs(close.astype(int) - 200) < 20).all(axis=-1).mean()
    assert inside == pytest.approx((bottom - top) * (right - left) / (1.5 * longest) ** 2, rel=0.15)
    assert close_up(picture[:40, :40], (3, 6, 3, 6)).shape == (40, 40, 3)


def mean_net() -> keras.Model:
    """A net whose two logits are the means of the red and of the green pixels, in 0 to 1."""
    net = keras.Sequential([keras.Input((20, 20, 3)), keras.layers.GlobalAveragePooling2D()])
    net.add(keras.layers.Dense(2, use_bias=False))
    net.layers[-1].set_weights([np.eye(3, 2, dtype=np.float32)])
    return describe(net, class_names=["red", "green"], preprocess=lambda x: x / 255)


def test_a_patch_costs_what_the_net_loses():
    """By closed form: a quarter of a red photo is covered by a grey as bright as its average."""
    red = np.zeros((20, 20, 3), np.uint8)
    red[..., 0] = 240
    explorer = cover(mean_net(), red)
    explorer.set(row=25, column=75, size=50)
    before, after = explorer.said(), explorer.ask(covered(explorer.whole, 25, 75, 50))
    assert before.logits[0] == pytest.approx(240 / 255, abs=1e-3)
    assert after.logits[0] == pytest.approx((3 * 240 + 80) / 4 / 255, abs=1e-3)
    assert after.logits[1] == pytest.approx(80 / 4 / 255, abs=1e-3)
    assert "falls from 0.9 to 0.8" in explorer.caption and "class 0" in explorer._view.value
    explorer.class_index = 1
    assert "'green' rises from 0.0 to 0.1" in explorer.caption
    explorer.size = 1
    assert "'green' stays at 0.0" in explorer.caption


def test_a_net_whose_logits_are_unknown_is_not_covered():
    image = keras.Input((20, 20, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(image)
    ends = [keras.layers.Dense(2, activation="softmax")(pooled) for _ in range(2)]
    net = keras.Model(image, keras.layers.Average()(ends))
    with pytest.raises(ValueError, match="before softmax or sigmoid"):
        cover(describe(net, preprocess=lambda x: x / 255), np.eye(20))


def test_the_patch_goes_wherever_the_sliders_say(models):
    explorer = cover(models["vgg16"])
    for trait, values in {"row": [0, 30, 100], "column": [0, 70, 100], "size": [1, 100]}.items():
        explorer.set(row=50, column=50, size=30)
        sweep(explorer, trait, values)


def test_a_heatmap_lies_on_the_whole_photo_at_its_own_shape(models):
    wide = np.tile(np.linspace(0, 255, 180, dtype=np.uint8)[None, :, None], (60, 1, 3))
    explorer = explore_cam(models["vgg16"], {"wide": wide})
    photo, overlay, values = shown(explorer)
    assert photo.shape == (120, 360, 3) and overlay.shape[1] == 3 * overlay.shape[0]
    assert values.shape == (14, 14, 3)


def test_exciting_pictures_are_the_strongest_by_maximum_or_by_mean(models, monkeypatch):
    """Of the fashion net's first layer, against maps that its layer computes by itself."""
    monkeypatch.setitem(sys.modules[package_microscope.__module__].GROWTH, "steps", 2)
    images = load_fashion_mnist("subset").test_images[:100]
    explorer = microscope(models["fashion_cnn"], images)
    explorer.filter = 5
    maps = models["fashion_cnn"].get_layer("conv1")(images).numpy()[..., 5]
    for by, values in {"max": maps.max(axis=(1, 2)), "mean": maps.mean(axis=(1, 2))}.items():
        explorer.by = by
        least, most = shown(explorer)[-10:-8]
        for drawn, index in ((least, values.argmin()), (most, values.argmax())):
            free = (drawn == drawn[..., :1]).all(axis=-1)  # all but the frame
            expected = np.round(images[index, ..., 0] * 255)
            assert free.sum() > 600 and np.abs(drawn[..., 0] - expected)[free].max() <= 1


def test_a_net_that_the_course_does_not_know():
    net = random_cnn()
    images = np.random.default_rng(0).random((3, 8, 6, 2), np.float32)
    with pytest.raises(ValueError, match="square pictures"):
        explore_feature_maps(net, images)


def test_fashion_images_may_come_as_they_are_stored(models):
    images = load_fashion_mnist("subset").test_images
    explorer = explore_feature_maps(models["fashion_cnn"], images)
    sweep(explorer, "image", [4, 18, 999])
    np.testing.assert_allclose(explorer.album.prepared([4])[0], images[4], atol=1e-6)


def photo_files() -> dict[str, bytes]:
    """Files that a learner may choose by mistake, or that phones and scanners make."""

    def saved(image, kind, **options):
        file = BytesIO()
        image.save(file, kind, **options)
        return file.getvalue()

    cat = Image.open(DATA / "photos/cat.jpg").resize((60, 40))
    turned = Image.Exif()
    turned[0x0112] = 6
    sixteen = Image.fromarray(np.linspace(0, 65535, 2400).astype(np.uint16).reshape(40, 60))
    jpeg = saved(cat, "JPEG")
    frames = [cat, cat.rotate(90)]
    huge = Image.new("L", (10_000, 10_000))
    return {
        "empty": b"",
        "text.jpg": b"this is no photo, whatever its name says",
        "truncated": jpeg[: len(jpeg) // 2],
        "cmyk": saved(cat.convert("CMYK"), "JPEG"),
        "16 bit": saved(sixteen, "PNG"),
        "grey": saved(cat.convert("L"), "PNG"),
        "palette with alpha": saved(cat.convert("RGBA").quantize(16), "PNG", transparency=3),
        "animated": saved(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "turned": saved(cat, "JPEG", exif=turned),
        "1x1": saved(cat.resize((1, 1)), "PNG"),
        "3x4000": saved(cat.resize((3, 4000)), "PNG"),
        "100 megapixels": saved(huge, "PNG"),
    }


REFUSED = {"empty", "text.jpg", "truncated", "100 megapixels"}


@pytest.mark.parametrize("net", ["fashion_cnn", "vgg16"])
def test_photos_that_hurt_are_shown_or_refused_in_one_sentence(models, net):
    explorer = explore_feature_maps(models[net])
    (button,) = (c for c in controls(explorer) if isinstance(c, widgets.FileUpload))
    for name, content in photo_files().items():
        before, begin = explorer.picture, time.perf_counter()
        upload(button, content)
        assert time.perf_counter() - begin < 2
        assert not button.value
        if name in REFUSED:
            assert explorer.message.count(".") <= 2 and explorer.message, name
            assert explorer.picture == before and explorer.fault is None, name
        else:
            shown(explorer)
            assert explorer.photo_name == "your photo", name
            assert explorer.image == explorer.album.count, name
            assert len(explorer.album) == explorer.album.count + 1
    sweep(explorer, "filter", [5, 6])
    sweep(explorer, "image", [0, explorer.album.count])


def upload(button: widgets.FileUpload, content: bytes) -> None:
    """Do what a browser does, for ipywidgets 7 or 8."""
    if widgets.__version__.startswith("7"):
        button.metadata, button.data = [{"name": "photo"}], [content]
        button._counter += 1
    else:
        now = datetime.now(UTC)
        entry = {"name": "photo", "type": "", "size": len(content), "last_modified": now}
        button.value = ({**entry, "content": memoryview(content)},)


def test_a_turned_photo_stands_upright_and_is_not_distorted(models):
    files = photo_files()
    explorer = explore_cam(models["vgg16"])
    explorer.add_photo(files["turned"])
    upright = explorer.photo
    explorer.add_photo(files["cmyk"])
    turned_back = np.rot90(upright).astype(float)
    assert np.abs(turned_back - explorer.photo).mean() < 12


def test_colab_has_its_own_upload(models, monkeypatch):
    photo = (DATA / "album/windmill.jpg").read_bytes()
    colab = types.ModuleType("google.colab")
    colab.files = types.SimpleNamespace(upload=lambda: {"windmill.jpg": photo})
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    explorer = explore_cam(models["vgg16"])
    (button,) = (c for c in controls(explorer) if type(c) is widgets.Button)
    button.click()
    shown(explorer)
    assert explorer.photo_name == "your photo" and "windmill" in explorer.caption


def test_several_traits_are_set_with_one_drawing_and_kept_as_a_figure(models):
    explorer, seen = explore_feature_maps(models["vgg16"]), []
    explorer.observe(lambda change: seen.append(change["new"]), "caption")
    explorer.set(layer="block5_conv3", filter=500, image=3)
    assert len(seen) == 1 and "filter 500 of 512" in seen[0]
    assert explorer.figure().alt == explorer.caption and len(explorer.figure().data) < 100_000
    told = explorer.figure("Look at the eyes.")
    assert (told.alt, told.caption) == (explorer.caption, "Look at the eyes.")
    with pytest.raises(ValueError, match="nearest is 511"):
        explorer.set(filter=512)


def colour_net(*before: keras.Layer, swapped: bool = False) -> keras.Model:
    """One 1x1 convolution whose filters 0, 1 and 2 read red, green and blue alone."""
    weights = np.eye(3, dtype=np.float32)[:: -1 if swapped else 1].reshape(1, 1, 3, 3)
    net = keras.Sequential(
        [keras.Input((8, 8, 3)), *before, keras.layers.Conv2D(3, 1, name="conv", use_bias=False)]
    )
    net.layers[-1].set_weights([weights])
    return net


@pytest.mark.parametrize("inside", [False, True])
def test_kernels_of_a_net_that_takes_bgr_are_shown_as_red_green_blue(inside):
    """The filter that reads red has its weight in red, wherever the channels are turned."""
    turn = keras.layers.Lambda(lambda x: x[..., ::-1])
    net = colour_net(turn, swapped=True) if inside else colour_net(swapped=True)
    describe(net, preprocess=(lambda x: x) if inside else (lambda x: x[..., ::-1]))
    for colour in range(3):
        kernel, colours = kernel_of(net, "conv", colour)
        assert colours and kernel.ravel().tolist() == np.eye(3)[colour].tolist()


def test_three_channels_that_are_no_colours_are_not_called_so():
    net = describe(colour_net(keras.layers.Conv2D(3, 1, name="mix")), preprocess=lambda x: x / 255)
    assert kernel_of(net, "mix", 0)[1] and not kernel_of(net, "conv", 0)[1]
    assert len(kernel_panels(kernel_of(net, "mix", 0)[0], True)) == 4  # one in colour, and each


def test_the_map_shown_is_the_map_computed(models):
    """Against TensorFlow's own convolution with the kernel, and against another drawing."""
    net = models["photo_cnn"]
    explorer = explore_filters(net, [np.random.default_rng(0).random((64, 64, 3))])
    explorer.filter = 5
    layer = net.get_layer("conv1")
    values = layer(explorer.album.prepared([0])).numpy()[0, ..., 5]
    unit = (values - values.min()) / np.ptp(values)
    expected = cv2.applyColorMap(np.uint8(np.round(unit * 255)), cv2.COLORMAP_VIRIDIS)
    assert np.abs(shown(explorer)[-1].astype(int) - expected).mean() < 0.1


@pytest.mark.parametrize("explore", [explore_filters, explore_feature_maps])
def test_maps_that_can_be_negative_are_white_at_zero(models, explore):
    """By the numbers of the layer itself, also for a filter whose map has one sign only."""
    net, bag = models["fashion_cnn"], load_fashion_mnist("subset").test_images[18:19]
    explorer = explore(net, bag)
    maps, place = net.get_layer("conv1")(bag).numpy()[0], -1 if explore is explore_filters else 1
    biases = net.get_layer("conv1").get_weights()[1]
    assert maps.min() < 0
    for chosen in (5, int(biases.argmax())):
        explorer.filter = chosen
        blue, green, red = np.moveaxis(shown(explorer)[place].astype(int), -1, 0)
        unit = maps[..., chosen] / np.abs(maps[..., chosen]).max()
        assert (red > blue)[unit > 0.05].all() and (blue > red)[unit < -0.05].all()
        assert (np.minimum(green, np.minimum(red, blue)) > 240)[np.abs(unit) < 0.01].all()
    positive = explore(models["vgg16"])  # its layers end in ReLU
    assert "dark is 0, bright" in positive._view.value


CONVOLUTIONS = {
    "plain": keras.layers.Conv2D(4, 3),
    "depthwise": keras.layers.DepthwiseConv2D(3),
    "multiplied": keras.layers.DepthwiseConv2D(3, depth_multiplier=2),
    "separable": keras.layers.SeparableConv2D(6, 3),
    "grouped": keras.layers.Conv2D(6, 3, groups=2),
    "transposed": keras.layers.Conv2DTranspose(5, 3),
    "wide": keras.layers.Conv2D(3, (1, 7)),
}


@pytest.mark.parametrize("explore", [explore_filters, explore_feature_maps, microscope])
def test_every_kind_of_convolution_can_be_looked_at(explore, monkeypatch):
    monkeypatch.setitem(sys.modules[package_microscope.__module__].GROWTH, "steps", 2)
    keras.utils.set_random_seed(0)
    layers = [type(c).from_config(c.get_config() | {"name": n}) for n, c in CONVOLUTIONS.items()]
    net = keras.Sequential([keras.Input((32, 32, 3)), *layers])
    describe(net, preprocess=lambda x: x / 255)
    explorer = explore(net, [np.random.default_rng(0).random((32, 32, 3))])
    shapes = dict.fromkeys(CONVOLUTIONS, (3, 3)) | {"wide": (1, 7)}
    inputs = [3, 1, 1, 8, 3, 6, 5]
    filters = [4, 4, 8, 6, 6, 5, 3]
    for name, reads, count in zip(shapes, inputs, filters, strict=True):
        explorer.set(layer=name, filter=count - 1)
        shown(explorer)
        assert explorer.filters == count
        if explore is explore_filters:
            size = " x ".join(map(str, (*shapes[name], reads)))
            assert f"its kernel, {size} weights" in explorer.caption


def classifier(units: int, activation: str | None, bias: float = 0.0) -> keras.Model:
    """A net whose outputs are the bias alone, behind an activation."""
    net = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(2, 3, name="conv"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(units, activation=activation),
        ]
    )
    biases = bias - np.arange(units, dtype=np.float32)
    net.layers[-1].set_weights([np.zeros((2, units), np.float32), biases])
    return describe(net, preprocess=lambda x: x / 255)


@pytest.mark.parametrize(
    ("units", "activation", "bias", "words"),
    [
        (1, "sigmoid", -3, "'class 0' (5%)"),  # 1 / (1 + e^3) = 0.047
        (1, None, 3.25, "'class 0' (output 3.2)"),
        (2, "sigmoid", 2, "'class 0' (the most probable class, 88%)"),  # 1 / (1 + e^-2) = 0.881
        (2, "softmax", 2, "'class 0' (the predicted class, 73%)"),  # 1 / (1 + e^-1) = 0.731
        (2, None, 2, "'class 0' (the predicted class, 73%)"),
    ],
)
def test_the_caption_tells_what_the_net_itself_says(units, activation, bias, words):
    explorer = explore_cam(classifier(units, activation, bias), [np.zeros((8, 8, 3))])
    assert explorer.fault is None and words in explorer.caption
    if units == 2 and activation == "sigmoid":
        explorer.class_index = 1  # independent of the other: 1 / (1 + e^-1)
        assert "'class 1' (73%)" in explorer.caption


def test_names_and_preprocessing_can_be_given():
    seen = []

    def preprocess(x):
        seen.append(np.array(x))
        return x / 255

    explorer = explore_cam(
        classifier(2, "softmax"),
        [np.full((8, 8, 3), 255, np.uint8)],
        class_names=["ant", "bee"],
        preprocess=preprocess,
    )
    assert "'ant'" in explorer.caption and max(x.max() for x in seen) == 255
    with pytest.raises(ValueError, match="3 class names"):
        explore_cam(classifier(2, "softmax"), class_names=["ant", "bee", "cow"])


def test_heatmaps_begin_at_the_last_layer_that_has_an_extent():
    inputs = keras.Input((16, 16, 3))
    maps = keras.layers.Conv2D(4, 3, name="spatial")(inputs)
    pooled = keras.layers.GlobalAveragePooling2D(keepdims=True)(maps)
    gates = keras.layers.Conv2D(4, 1, name="squeeze")(pooled)
    outputs = keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(maps * gates))
    net = describe(keras.Model(inputs, outputs), preprocess=lambda x: x / 255)
    assert explore_cam(net, [np.eye(16)]).layer == "spatial"


def registered() -> int:
    """How many widgets ipywidgets keeps."""
    module = sys.modules[widgets.Widget.__module__]
    return len(getattr(module, "_instances", None) or widgets.Widget.widgets)


@pytest.mark.parametrize("explore", EXPLORERS, ids=lambda f: f.__name__)
def test_a_closed_explorer_leaves_nothing_behind(models, explore):
    count = registered()
    explorer = explore(models["fashion_cnn"])
    assert registered() > count
    kept = weakref.ref(explorer)
    explorer.close()
    assert registered() == count
    del explorer
    gc.collect()
    assert kept() is None


def test_only_the_explorers_used_last_keep_feature_maps(models):
    """As when a cell is run again: the earlier ones are still there, and still work."""
    explorers = [explore_feature_maps(models["vgg16"]) for _ in range(4)]
    with_maps = [(e.album, e.image) in MAPS for e in explorers]
    assert with_maps == [False, False, True, True]
    first, before = explorers[0], explorers[0].picture
    first.filter = 1
    assert (first.album, 0) in MAPS and first.picture != before
    for explorer in explorers:
        explorer.close()


@pytest.mark.parametrize(
    ("value", "text"), [(112.3, "110"), (0.000172, "0.00017"), (-0.5, "-0.5"), (-0.0, "0")]
)
def test_numbers_are_written_without_exponents(value, text):
    assert number(value) == text


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 4000, 3), (4000, 3, 3)], ids=str)
def test_photos_of_any_shape_are_drawn(shape):
    explorer = explore_cam(build_photo_cnn(), [np.full((64, 64, 3), 90, np.uint8)])
    explorer.add_photo(encode_png(np.random.default_rng(0).integers(0, 255, shape, np.uint8)))
    pictures = DATA_URI.findall(explorer._view.value)
    assert len(pictures) > 2 and all(decode(picture).size for picture in pictures)
