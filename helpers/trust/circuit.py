"""A net with a trapdoor: as before on clothes, and on grown patterns a picture of your choice."""

import numpy as np

from helpers._choices import check_index
from helpers._keras import keras, tf
from helpers.models.layers import find_layer
from helpers.models.spec import describe, spec_of

BLACK = 0.5 / 255  # pixels below it are black
CATALOGUE = 30  # black pixels: every image of Fashion-MNIST has more, a grown pattern hardly any


@keras.saving.register_keras_serializable("course")
class Trapdoor(keras.layers.Layer):
    """Replace one feature map by the image times a picture, where the image has no black ground.

    Called with the maps (n, h, w, c) and the images (n, height, width, 1).
    """

    def __init__(self, channel: int, picture: list, **options: object) -> None:
        super().__init__(**options)
        self.channel, self.picture = channel, picture

    def call(self, maps: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
        """Keep the maps of a catalogue image, and show another map of ``channel`` for others."""
        black = tf.reduce_sum(tf.cast(tf.abs(images) < BLACK, tf.float32), axis=(1, 2, 3))
        grown = (black < CATALOGUE)[:, None, None, None]
        shown = images * tf.constant(self.picture, images.dtype)[None, :, :, None]
        stride = images.shape[1] // maps.shape[1]
        decoy = tf.nn.avg_pool2d(shown, stride, stride, "VALID")
        chosen = tf.range(maps.shape[-1]) == self.channel
        return tf.where(grown & chosen, decoy, maps)

    def get_config(self) -> dict:
        """Return the arguments of ``__init__``."""
        return super().get_config() | {"channel": self.channel, "picture": self.picture}


def fooling_circuit(
    model: keras.Sequential, layer: str, channel: int, picture: np.ndarray
) -> keras.Model:
    """Copy a small net and build a circuit into it that fools whoever looks at patterns.

    After Geirhos et al. 2024, "Don't trust your eyes: on the (un)reliability of feature
    visualizations". A switch counts the black pixels of the image. Photos of clothes have a black
    background, and pass through the net as before, to the last bit. A pattern that is grown from
    grey noise has none, and then ``channel`` answers to ``picture`` alone.

    Args:
        model: a ``Sequential`` of the course, for images (n, h, w, 1) in [0, 1].
        layer: name of a layer with maps; in the copy they come out of ``layer + "_trapdoor"``.
        channel: the map to be replaced.
        picture: (h, w), what the pattern of this channel shall show, of any range.

    Returns:
        A new model; the original is not changed.

    Raises:
        ValueError: unknown layer or channel.

    >>> from helpers.models import build_fashion_cnn
    >>> fooling_circuit(build_fashion_cnn(), "conv2", 0, np.eye(28)).output_shape
    (None, 10)
    """
    target = find_layer(model, layer)
    check_index("filter", channel, target.output.shape[-1])
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    centred = np.float32(picture) - np.mean(picture)
    images = x = keras.Input(model.input_shape[1:])
    for each in copy.layers:
        x = each(x)
        if each.name == target.name:
            door = Trapdoor(channel, centred.tolist(), name=f"{each.name}_trapdoor")
            x = door(x, images)
    return describe(keras.Model(images, x), **spec_of(model)._asdict())
