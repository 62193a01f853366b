import base64

import cv2
import keras
import matplotlib
import numpy as np
import pytest

from helpers import plots
from helpers.classes import class_number
from helpers.datasets import DATA
from helpers.images import overlay, read_photo, to_uint8_rgb
from helpers.inputs import prepare_photo
from helpers.models import build_fashion_cnn, describe
from helpers.plots import answers, grids
from tests import pictures

RNG = np.random.default_rng(0)


def decoded(picture):
    return pictures.decode(base64.b64encode(picture.data).decode())


FIGURES = {
    "images": lambda: plots.show_images(list(RNG.random((6, 28, 28, 1))), list("abcdef"), alt="x"),
    "photos": lambda: plots.show_images([RNG.integers(0, 256, (99, 99, 3), np.uint8)], alt="x"),
    "kernels": lambda: plots.show_kernels(RNG.random((3, 3, 1, 32)), alt="x"),
    "rgb kernels": lambda: plots.show_kernels(RNG.random((3, 3, 3, 64)), alt="x"),
    "mosaic": lambda: plots.show_mosaic(RNG.random((40, 60)), alt="x", zoom=2),
    "heatmaps": lambda: plots.show_heatmaps(
        [np.full((64, 64, 3), 90, np.uint8)], [RNG.random((7, 7))], ["cat"], alt="x"
    ),
    "raw heatmaps": lambda: plots.show_heatmaps(
        [np.full((64, 96, 3), 90, np.uint8)] * 2,
        [3 * RNG.random((7, 7)), RNG.random((7, 7))],
        caption="x",
        colorbar=True,
    ),
    "signed maps": lambda: plots.show_images(
        [RNG.normal(size=(7, 7)), RNG.normal(size=(7, 7))], caption="x", signed=True, colorbar=True
    ),
    "step": lambda: plots.show_step(RNG.random((3, 3)), np.eye(3), np.eye(3) * RNG.random((3, 3))),
    "curves": lambda: plots.show_curves(
        {"a": [1, 0, 1], "b": [0, 0, 1]}, [0, 1, 2], xlabel="x", ylabel="y", alt="x"
    ),
    "dots": lambda: plots.show_dots({"a": RNG.random(9), "b": [0, 1]}, xlabel="x", caption="x"),
    "receptive fields": lambda: plots.show_receptive_fields(
        {"a": RNG.random((7, 28)), "b": np.eye(7)}, caption="x"
    ),
    "training": lambda: plots.show_training(
        {"a": {"loss": [2, 1], "accuracy": [0.5, 0.6], "val_loss": [2, 2], "val_accuracy": [0, 1]}},
        alt="x",
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_pictures_with_content(name):
    figure = FIGURES[name]()
    assert not pictures.is_blank(decoded(figure))
    assert len(figure.data) < 400_000


def test_a_picture_carries_its_description_safely():
    shown = plots.show_mosaic(RNG.random((4, 4)), alt='a "cat" <b>')._repr_mimebundle_()
    assert 'alt="a &quot;cat&quot; &lt;b&gt;"' in shown["text/html"]
    assert shown["text/plain"] == 'a "cat" <b>'
    assert pictures.found_in([{"data": shown}])


def test_mosaic_is_drawn_pixel_by_pixel():
    figure = decoded(plots.show_mosaic(np.array([[0.0, 1.0]]), alt="x", zoom=3))
    assert figure.shape == (3, 6, 3)
    assert figure[0, 0].mean() < 60 < 140 < figure[0, 5].mean()


def zero_line(figure) -> int:
    """Column of the grey line that marks zero in a figure of dots."""
    return int((abs(figure.astype(int) - 128).max(axis=2) < 8).sum(axis=0).argmax())


def test_dots_of_other_sizes_share_an_axis_where_its_limits_are_given():
    wide, narrow = {"a": [-0.9, 0.8]}, {"a": [0.1, 0.2]}
    for limits, same in ((None, False), ((-1, 1), True)):
        lines = [
            zero_line(decoded(plots.show_dots(values, xlabel="x", xlim=limits, caption="x")))
            for values in (wide, narrow)
        ]
        assert (abs(lines[0] - lines[1]) < 2) == same


def test_receptive_fields_that_look_further_right_are_drawn_further_right():
    bright = []
    for first in (0, 14):
        table = np.zeros((2, 28))
        table[:, first : first + 14] = 1
        figure = decoded(plots.show_receptive_fields({"a": table}, caption="x")).astype(int)
        yellow = (figure[..., 0] < 60) & (figure[..., 1] > 200) & (figure[..., 2] > 200)  # as BGR
        bright.append(np.flatnonzero(yellow.any(axis=0)).mean() / figure.shape[1])
    assert bright[0] < 0.4 < 0.6 < bright[1]


def test_figures_with_wrong_counts_are_refused():
    with pytest.raises(ValueError):
        plots.show_heatmaps([np.zeros((4, 4, 3), np.uint8)], [], alt="x")


def test_the_comparison_of_figures_tells_content_from_accident():
    panels = [RNG.random((28, 28)) for _ in range(8)]
    draw = lambda images, **kw: decoded(plots.show_images(images, columns=4, alt="x", **kw))  # noqa: E731
    first = draw(panels)
    assert (
        pictures.difference(first, draw([p + RNG.normal(0, 1e-3, p.shape) for p in panels]))
        <= pictures.TOLERANCE
    )
    moved = np.roll(first, 2, axis=(0, 1))
    assert pictures.difference(first, moved) <= pictures.TOLERANCE
    turned = [*panels[:5], panels[5].T, *panels[6:]]
    assert pictures.difference(first, draw(turned)) > pictures.TOLERANCE
    assert pictures.difference(first, np.full_like(first, 255)) > pictures.TOLERANCE
    assert pictures.difference(first, first[:, : first.shape[1] // 2]) == 64
    assert pictures.is_blank(np.full((50, 50, 3), 255, np.uint8))


def waves(angle, colour, shift=0):
    """A picture of stripes with some noise."""
    row, column = np.mgrid[:96, :96]
    stripes = np.sin((row * np.sin(angle) + column * np.cos(angle) + shift) / 3)
    picture = 128 + 60 * stripes[..., None] * colour + RNG.normal(0, 5, (96, 96, 3))
    return picture.clip(0, 255).astype(np.uint8)


def test_the_comparison_of_textures_ignores_places_and_sees_directions_and_colours():
    red, green = np.array([0.2, 0.2, 1]), np.array([0.2, 1, 0.2])
    first = waves(0.3, red)
    assert pictures.difference(first, waves(0.3, red, shift=8)) > pictures.TOLERANCE
    assert pictures.texture_difference(first, waves(0.3, red, shift=8)) < 0.1
    assert pictures.texture_difference(first, waves(1.4, red)) > pictures.TEXTURE_TOLERANCE
    assert pictures.texture_difference(first, waves(0.3, green)) > pictures.TEXTURE_TOLERANCE
    assert pictures.texture_difference(first, np.full_like(first, 128)) > pictures.TEXTURE_TOLERANCE
    assert pictures.texture_difference(first, first[:, :48]) == 2


LOW, ZERO, HIGH = (5, 48, 97), (255, 255, 255), (103, 0, 31)


def colours(picture):
    """The RGB colours that fill at least 1 % of a picture."""
    shown = read_photo(picture.data).reshape(-1, 3)
    found, counts = np.unique(shown, axis=0, return_counts=True)
    return {tuple(colour.tolist()) for colour in found[counts > 0.01 * len(shown)]}


def test_a_cold_heatmap_leaves_the_photo_untouched_and_a_hot_one_is_mixed_with_it():
    photo = RNG.integers(0, 256, (30, 50, 3), np.uint8)
    np.testing.assert_array_equal(overlay(photo, np.zeros((7, 7))), photo)
    inferno = 255 * np.array(matplotlib.colormaps["inferno"](1.0)[:3])
    for alpha in (0.75, 0.4, 1):
        mixed = (1 - alpha) * photo + alpha * inferno
        assert np.abs(overlay(photo, np.ones((7, 7)), alpha) - mixed).max() <= 1
    half = 255 * np.array(matplotlib.colormaps["inferno"](128)[:3])
    mixed = (1 - 0.375) * photo + 0.375 * half
    assert np.abs(overlay(photo, np.full((7, 7), 0.502)) - mixed).max() <= 1.5


def test_a_heatmap_is_stretched_smoothly_and_never_beyond_its_range():
    photo = np.full((1, 80, 3), 200, np.uint8)
    step = np.array([[0, 0, 0, 0, 1, 1, 1, 1]])
    shown = overlay(photo, step).astype(int)
    np.testing.assert_array_equal(shown[:, :25], photo[:, :25])  # cubic undershoots at 30 to 34
    np.testing.assert_array_equal(shown[:, 25:34], photo[:, 25:34])
    np.testing.assert_array_equal(shown[0, 46:], np.broadcast_to(shown[0, -1], (34, 3)))
    middle = cv2.resize(np.float32(step), (80, 1), interpolation=cv2.INTER_LINEAR)[0, 37]
    blue = 0.75 * np.clip((200 - shown[0, 37, 2]) / 200, 0, 1)
    assert blue != middle  # not the straight line


@pytest.mark.parametrize("shape", [(28, 28, 1), (28, 28), (3, 400, 3), (1, 1, 3), (90, 60, 3)])
def test_an_overlay_keeps_the_shape_of_the_photo(shape):
    for mode in ("heat", "blend"):
        shown = overlay(RNG.integers(0, 256, shape, np.uint8), RNG.random((7, 7)), mode=mode)
        assert shown.shape == (*shape[:2], 3)


def test_a_caption_stands_under_the_figure_and_is_its_alt_text():
    shown = plots.show_images([np.eye(3)], caption="A <diagonal>.")
    assert shown.alt == shown.caption == "A <diagonal>."
    assert "<figcaption>A &lt;diagonal&gt;.</figcaption>" in shown.html
    silent = plots.show_images([np.eye(3)], alt="a diagonal")
    assert "figcaption" not in silent.html and silent.alt == "a diagonal"
    both = plots.show_images([np.eye(3)], caption="See the diagonal.", alt="a diagonal")
    assert (both.alt, both.caption) == ("a diagonal", "See the diagonal.")
    with pytest.raises(ValueError, match="caption="):
        plots.show_images([np.eye(3)])


@pytest.mark.parametrize("noise", [0, 1])
def test_a_picture_is_saved_as_png(tmp_path, noise):
    photo = (128 + noise * RNG.normal(0, 60, (300, 400, 3))).clip(0, 255).astype(np.uint8)
    shown = plots.show_images([photo], caption="x", size=4)
    assert shown.data.startswith(b"\xff\xd8" if noise else b"\x89PNG")
    shown.save(tmp_path / "figure.png")
    saved = (tmp_path / "figure.png").read_bytes()
    assert saved.startswith(b"\x89PNG")
    np.testing.assert_array_equal(read_photo(saved), read_photo(shown.data))


def test_zero_is_white_in_kernels_and_signed_maps():
    unit = np.repeat([0.0, 0.5, 1.0], 9).reshape(3, 3, 3).transpose(1, 2, 0)[:, :, None]
    assert {LOW, ZERO, HIGH} <= colours(plots.show_kernels(unit, caption="x", numbers=False))
    maps = [np.zeros((3, 3)), np.full((3, 3), -1.0), np.full((3, 3), 4.0)]
    shown = colours(plots.show_images(maps, caption="x", signed=True))
    assert HIGH in shown and ZERO in shown and LOW not in shown


def test_raw_heatmaps_share_one_scale_that_the_bar_tells(monkeypatch):
    drawn = []
    monkeypatch.setattr(grids, "finish", lambda figure, *_: drawn.append(figure))
    photo = np.zeros((40, 40, 3), np.uint8)
    plots.show_heatmaps([photo] * 2, [np.full((2, 2), 3.0), np.ones((2, 2))], colorbar=True)
    hot, mild, bar = drawn[0].axes
    assert bar.get_ylim() == (0, 3)
    np.testing.assert_array_equal(hot.images[0].get_array(), overlay(photo, np.ones((2, 2))))
    third = overlay(photo, np.full((2, 2), 1 / 3))
    np.testing.assert_array_equal(mild.images[0].get_array(), third)


def test_a_step_says_the_sum():
    patch, kernel = np.array([[0.5, 0], [1, 1]]), np.array([[1, 5], [-2, 0.25]])
    assert "the sum is -1.25." in plots.show_step(patch, kernel, patch * kernel).caption
    shown = plots.show_step(patch[..., None], kernel, patch * kernel, caption="Look.")
    assert shown.alt == "Look."
    with pytest.raises(ValueError, match="one shape"):
        plots.show_step(patch, kernel, np.ones((3, 3)))


SHARES = [0.1, 0.4, 0.05, 0.2, 0.15, 0.1]
NAMES = ["ant", "bee", "cat", "dog", "elk", "fox"]
CAT = read_photo(DATA / "photos/cat.jpg")


def to_unit(pixels):
    return pixels / 255


def constant_net():
    """A net that answers with ``SHARES`` whatever it sees, in logits."""
    image = keras.Input((None, None, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(1, 1)(image))
    dense = keras.layers.Dense(6, kernel_initializer="zeros")
    model = keras.Model(image, dense(pooled))
    dense.bias.assign(np.log(SHARES))
    return model


def test_names_are_listed_by_their_probabilities():
    shown = plots.show_names(constant_net(), CAT, class_names=NAMES, preprocess=to_unit)
    assert shown.alt.endswith("names: bee 40.0%, dog 20.0%, elk 15.0%, ant 10.0%, fox 10.0%.")
    assert shown.caption == "The most probable name of 6 is bee."
    assert not pictures.is_blank(decoded(shown))
    own = plots.show_names(constant_net(), CAT, preprocess=to_unit, caption="Look at the bee.")
    assert own.alt == own.caption == "Look at the bee."


def test_the_bars_are_as_long_as_the_probabilities(monkeypatch):
    drawn = []
    monkeypatch.setattr(answers, "finish", lambda figure, *_, **__: drawn.append(figure))
    plots.show_names(constant_net(), CAT, class_names=NAMES, preprocess=to_unit)
    photo, bars = drawn[0].axes
    height, width = photo.images[0].get_array().shape[:2]
    assert abs(width / height - CAT.shape[1] / CAT.shape[0]) < 0.01
    lengths = [bar.get_width() for bar in bars.patches]
    np.testing.assert_allclose(lengths, [0.4, 0.2, 0.15, 0.1, 0.1], rtol=1e-5)
    labels = [label.get_text() for label in bars.get_yticklabels()]
    assert labels[0] == "bee\nclass 1" and bars.yaxis_inverted()
    assert [text.get_text() for text in bars.texts][:2] == ["40.0%", "20.0%"]


def two_colour_net():
    """A net whose class activation maps are the red and the blue of its input."""
    image = keras.Input((None, None, 3))
    conv = keras.layers.Conv2D(2, 1, activation="relu", name="colours")
    dense = keras.layers.Dense(2)
    model = keras.Model(image, dense(keras.layers.GlobalAveragePooling2D()(conv(image))))
    conv.kernel.assign(np.array([[1, 0], [0, 0], [0, 1]]).reshape(1, 1, 3, 2))
    dense.kernel.assign(np.eye(2))
    return describe(model, class_names=["rose", "sky"], preprocess=to_unit)


@pytest.mark.parametrize("asked", ["sky", "Sky", 1, None])
def test_a_heatmap_is_hot_where_the_class_activation_map_is(asked):
    photo = np.zeros((100, 150, 3), np.uint8)
    photo[10:40, 10:40, 0] = 255
    photo[50:90, 90:140, 2] = 255  # larger, so that "sky" is predicted
    shown = plots.show_heatmap(two_colour_net(), photo, asked)
    picture = read_photo(shown.data).astype(int)
    assert picture.shape == (576, 864, 3)
    scale = 576 / 100
    rose, sky, ground = (
        picture[round(row * scale), round(column * scale)]
        for row, column in ((25, 25), (70, 115), (70, 40))
    )
    assert np.abs(rose - (255, 0, 0)).max() <= 3 and np.abs(ground).max() <= 3
    hottest = 0.25 * np.array([0, 0, 255]) + 0.75 * np.array([252, 255, 164])
    assert np.abs(sky - hottest).max() <= 4
    assert "sky (5" in shown.alt and "colours, a map of 224x224" in shown.alt


def test_classes_are_called_by_their_own_names():
    net = two_colour_net()
    assert class_number(net, "ROSE") == 0
    with pytest.raises(ValueError, match="did you mean 'rose'"):
        plots.show_heatmap(net, CAT, "roses")
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        plots.show_heatmap(net, CAT, "it", class_names=["it", "it"])


@pytest.mark.parametrize("show", [plots.show_names, plots.show_heatmap])
def test_a_net_that_nobody_described_is_asked_about(show):
    with pytest.raises(ValueError, match=r"preprocess=.*pixels / 255.*preprocess_input") as refusal:
        show(constant_net(), CAT)
    assert str(refusal.value).count(". ") == 0


def test_a_whole_photo_is_squeezed_into_what_a_net_takes():
    photo = np.zeros((50, 300, 3), np.uint8)
    photo[:, 200:] = 255
    x = prepare_photo(two_colour_net(), photo)
    assert x.shape == (1, 224, 224, 3) and abs(x.mean() - 1 / 3) < 0.01
    assert prepare_photo(build_fashion_cnn(), photo).shape == (1, 28, 28, 1)
    relu = keras.layers.ReLU()
    wide = describe(keras.Sequential([keras.Input((20, 30, 3)), relu]), preprocess=to_unit)
    x = prepare_photo(wide, photo)
    assert x.shape == (1, 20, 30, 3) and (x[0, :, :20] == 0).all() and (x[0, :, 20:] == 1).all()
    with pytest.raises(ValueError, match="pictures"):
        prepare_photo(keras.Sequential([keras.Input((8,)), relu]), photo)


@pytest.mark.parametrize(
    "photo", [CAT[:1, :1], np.resize(CAT, (3, 4000, 3)), CAT / 255, CAT[..., 0]]
)
def test_odd_photos_are_shown_at_their_own_shape(photo):
    shown = plots.show_heatmap(two_colour_net(), photo, 0, caption="x")
    height, width = read_photo(shown.data).shape[:2]
    assert height <= 576 and width <= 864 * 1.25 and max(height, width) >= 500
    assert to_uint8_rgb(photo).shape[0] / photo.shape[1] == pytest.approx(height / width, rel=0.4)


def test_a_large_mosaic_in_colour_is_a_jpeg_of_the_same_pixels():
    large, small = (RNG.integers(0, 256, (side, side, 3), np.uint8) for side in (400, 40))
    jpeg, png = (plots.show_mosaic(picture, alt="x").data for picture in (large, small))
    assert jpeg[:2] == b"\xff\xd8" and read_photo(jpeg).shape == large.shape
    assert png[1:4] == b"PNG" and (read_photo(png) == small).all()
