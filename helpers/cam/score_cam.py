"""Score-CAM: what each feature map is worth on its own, by masking the image with it."""

from collections.abc import Callable

import numpy as np
from tqdm.auto import tqdm

from helpers._keras import keras, tf
from helpers._keras.gradients import chosen_scores, logits_of
from helpers._keras.precision import check_precision
from helpers._keras.steps import compiled, once
from helpers.activations import feature_maps
from helpers.cam.heatmap import positive, to_heatmap
from helpers.classes import Classes, check_question, explicit_classes, softmax
from helpers.models.layers import LayerLike, spatial_layer

BATCH = 16  # masks at once


def _build(model: keras.Model, precision: str) -> Callable:
    def scores(image, masks, chosen):
        stretched = tf.image.resize(masks, tf.shape(image)[:2])
        _, logits, _ = logits_of(model, image * stretched, precision)
        return chosen_scores(logits, tf.fill(tf.shape(masks)[:1], chosen))

    image, masks = tf.TensorSpec(model.input_shape[1:]), tf.TensorSpec((None, None, None, 1))
    return compiled(scores, image, masks, tf.TensorSpec((), tf.int32))


def score_cam(
    model: keras.Model,
    images: np.ndarray,
    class_index: Classes = None,
    layer: LayerLike = None,
    *,
    precision: str = "float32",
    progress: bool = True,
    on_step: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Compute Score-CAM (Wang et al. 2020, algorithm 1), without any gradient.

    Each feature map, stretched to [0, 1] and to the size of the image, masks the image; its
    weight is the softmax over channels of how far the class score then rises above that of an
    image of zeros. One forward pass a channel.

    Args:
        images: float32 (n, h, w, c) in the range that the model expects.
        class_index: one class for all images, or one for each; ``None``, the predicted one.
        layer: name or index of a layer with height and width, or the layer itself, also inside a
            nested model; ``None``, the last convolution whose maps have an extent.
        precision: ``"float32"``, or ``"bfloat16"``, which rounds more and is faster on
            processors that have it; ``ValueError`` on those that cannot compute in it.
        progress: show a progress bar.
        on_step: called after each batch with the number of channels done, and of all.

    Returns:
        float32 (n, height, width) of the layer: at least 0, not normalised (``to_heatmap`` does
        that). A map that is zero everywhere comes with a warning.

    Raises:
        ValueError: unknown layer or class, a layer without height and width, images of a wrong
            shape or range, or a model that cannot be explained; the message says what to do.

    >>> from helpers.models import build_fashion_cnn
    >>> score_cam(build_fashion_cnn(), np.ones((2, 28, 28, 1)), progress=False).shape
    (2, 14, 14)
    """
    check_precision(precision)
    images, _ = check_question(model, images, class_index)
    found, classes = spatial_layer(model, layer), explicit_classes(model, class_index, images)
    (maps,) = feature_maps(model, images, [found])
    run = once(model, ("score-cam", precision), lambda: _build(model, precision))
    count, channels = len(images), maps.shape[-1]
    scores = np.zeros((count, channels), np.float32)
    starts = [(n, start) for n in range(count) for start in range(0, channels, BATCH)]
    for n, start in tqdm(starts, desc="Score-CAM", leave=False, disable=not progress):
        masks = to_heatmap(np.moveaxis(maps[n, ..., start : start + BATCH], -1, 0))[..., None]
        chosen = tf.constant(classes[n])
        scores[n, start : start + BATCH] = run(tf.constant(images[n]), tf.constant(masks), chosen)
        if on_step:
            on_step(n * channels + start + len(masks), scores.size)
    return positive(np.einsum("nhwc,nc->nhw", maps, softmax(scores)))
