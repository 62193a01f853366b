import base64

import numpy as np
import pytest

from helpers import plots
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
    "curves": lambda: plots.show_curves(
        {"a": [1, 0, 1], "b": [0, 0, 1]}, [0, 1, 2], xlabel="x", ylabel="y", alt="x"
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
