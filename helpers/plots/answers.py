"""What a net says of one photo: its most probable names, and where it looked."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers import classes
from helpers._keras import keras
from helpers.cam import grad_cam, to_heatmap
from helpers.figures import Picture, captioned, encoded, finish
from helpers.images import enlarge, overlay, squeeze, to_uint8_rgb
from helpers.inputs import prepare_photo
from helpers.models import describe
from helpers.models.layers import LayerLike, spatial_layer
from helpers.models.spec import Preprocess

TOP = 5
WIDTH, HEIGHT = 864, 576  # pixels of a large picture: 9 by 6 inches


def _fill(photo: ArrayLike) -> np.ndarray:
    """Scale a photo, its proportions kept, to the width or the height of a large picture."""
    pixels = to_uint8_rgb(photo)
    height, width = pixels.shape[:2]
    filled = enlarge(pixels, max(1, min(HEIGHT, round(height * WIDTH / width))))
    return filled if filled.shape[1] <= WIDTH else squeeze(filled, len(filled), WIDTH)


def _bars(photo: np.ndarray, names: Sequence[str], shares: np.ndarray) -> Figure:
    """Draw a photo, and a bar for each name beside it, the first one on top."""
    figure = Figure(figsize=(9, 3.4), dpi=96, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1))
    left.imshow(photo)
    left.axis("off")
    bars = right.barh(names, shares, color="C0", height=0.6)
    right.bar_label(bars, [f"{share:.1%}" for share in shares], padding=4, fontsize=11)
    right.set(xlim=(0, 1.18), xticks=[])
    right.invert_yaxis()
    right.tick_params(length=0, labelsize=11)
    right.spines[:].set_visible(False)
    return figure


def show_names(
    model: keras.Model,
    photo: ArrayLike,
    *,
    class_names: Sequence[str] | None = None,
    preprocess: Preprocess | None = None,
    caption: str | None = None,
) -> Picture:
    """Show a photo and the five most probable of a model's names for it.

    The whole photo is squeezed into the size that the model takes, 224x224 if it takes any.

    Args:
        photo: plain pixels, not prepared ones, such as uint8 RGB (h, w, 3).
        class_names, preprocess: what is not known of the model yet, as in ``models.describe``.
        caption: as in ``show_images``; ``None``, a sentence with the first name. A reader who
            cannot see the figure is told all five.

    Raises:
        ValueError: no photo, a model without probabilities of classes, or one of which nobody has
            said how pixels are prepared for it.

    >>> from helpers.models import build_fashion_cnn
    >>> shirt = np.zeros((28, 28, 1))
    >>> show_names(build_fashion_cnn(), shirt, caption="What an untrained net says.").caption
    'What an untrained net says.'
    """
    model = describe(model, class_names=class_names, preprocess=preprocess)
    shares = classes.probabilities(model, prepare_photo(model, photo))[0]
    best = np.argsort(-shares, kind="stable")[:TOP]
    names = classes.class_names(model)
    listed = ", ".join(f"{names[i]} {shares[i]:.1%}" for i in best)
    alt = caption or f"The photo and its most probable names: {listed}."
    caption = caption or f"The most probable name of {len(names):,} is {names[best[0]]}."
    figure = _bars(_fill(photo), [f"{names[i]}\nclass {i}" for i in best], shares[best])
    return finish(figure, caption, alt, quality=85)


def show_heatmap(
    model: keras.Model,
    photo: ArrayLike,
    class_index: int | str | None = None,
    *,
    layer: LayerLike = None,
    class_names: Sequence[str] | None = None,
    preprocess: Preprocess | None = None,
    caption: str | None = None,
) -> Picture:
    """Show with Grad-CAM where a model looked, over the whole photo in its own colours.

    Args:
        photo, class_names, preprocess: as in ``show_names``.
        class_index: number or name of a class; ``None``, the predicted one.
        layer: as in ``cam.grad_cam``.
        caption: as in ``show_images``; ``None``, a sentence that says the class, its probability,
            the layer and the size of its map.

    Raises:
        ValueError: as in ``show_names``, or an unknown class or layer.

    >>> from helpers.models import build_fashion_cnn
    >>> net, bag = build_fashion_cnn(), np.eye(28)
    >>> show_heatmap(net, bag, "Bag", caption="Where it looked for a bag.").alt
    'Where it looked for a bag.'
    """
    model = describe(model, class_names=class_names, preprocess=preprocess)
    x = prepare_photo(model, photo)
    shares = classes.probabilities(model, x)[0]
    if isinstance(class_index, str):
        class_index = classes.class_number(model, class_index)
    chosen = int(classes.explicit_classes(model, class_index, x)[0])
    heatmap = to_heatmap(grad_cam(model, x, chosen, layer))[0]
    if caption is None:
        height, width = heatmap.shape
        caption = (
            f"Grad-CAM for {classes.class_names(model)[chosen]} ({shares[chosen]:.1%}) at the "
            f"layer {spatial_layer(model, layer).name}, a map of {height}x{width} places."
        )
    return captioned(encoded(overlay(_fill(photo), heatmap), 75), caption, None)
