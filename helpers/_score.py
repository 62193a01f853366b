"""What each feature map of a layer is worth on its own, by masking the image with it."""

from collections.abc import Callable

import numpy as np
from tqdm.auto import tqdm

from helpers._gradients import Classes, chosen_logits, explicit_classes, spatial_layer
from helpers._precision import check_precision
from helpers._recorder import computing_in, once
from helpers._tensorflow import keras, tf
from helpers.activations import feature_maps
from helpers.inputs import check_images

BATCH = 16


def _build(model: keras.Model, dtype: str) -> Callable:
    @tf.function(reduce_retracing=True)
    def scores(image, masks, chosen):
        stretched = tf.image.resize(masks, tf.shape(image)[:2])
        with computing_in(dtype, model):
            return chosen_logits(model, image * stretched, tf.fill(tf.shape(masks)[:1], chosen))

    return scores


def _unit_range(maps: np.ndarray) -> np.ndarray:
    """Stretch every channel of (h, w, c) to [0, 1]; a constant channel becomes zeros."""
    low = maps.min(axis=(0, 1))
    span = maps.max(axis=(0, 1)) - low
    return np.where(span > 0, (maps - low) / np.where(span > 0, span, 1), 0)


def channel_scores(
    model: keras.Model,
    images: np.ndarray,
    class_index: Classes,
    layer: str | int | None,
    *,
    precision: str,
    progress: bool,
    on_step: Callable[[int, int], None],
) -> tuple[np.ndarray, np.ndarray]:
    """Compute the logit of each image masked with each channel of its own feature maps.

    Returns:
        The maps, float32 (n, height, width, channels), and the logits, float32 (n, channels).
        The logit of an image of zeros, the same for all channels, is not subtracted: it does
        not change a softmax over channels.
    """
    check_precision(precision)
    found, images = spatial_layer(model, layer), check_images(model, images)
    run = once(model, ("score", precision), lambda: _build(model, precision))
    (maps,) = feature_maps(model, images, [found.name])
    classes = explicit_classes(model, class_index, images)
    channels = maps.shape[-1]
    scores = np.zeros((len(images), channels), np.float32)
    starts = [(n, start) for n in range(len(images)) for start in range(0, channels, BATCH)]
    for n, start in tqdm(starts, desc="Score-CAM", leave=False, disable=not progress):
        masks = _unit_range(maps[n, ..., start : start + BATCH]).astype(np.float32)
        masks = np.moveaxis(masks, -1, 0)[..., None]
        scores[n, start : start + BATCH] = run(images[n], masks, np.int32(classes[n]))
        on_step(n * channels + start + len(masks), scores.size)
    return maps, scores
