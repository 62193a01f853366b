"""64 patterns of block3_conv1, 64 px, 40 steps."""

from collections.abc import Iterator

import numpy as np
from tf_keras_vis.activation_maximization import ActivationMaximization

from helpers._keras import keras, tf
from helpers._keras.hooks import computing_in
from helpers.models import load_vgg16
from helpers.patterns import gradient_ascent
from helpers.patterns.ascent import BATCH
from tests.benchmarks.timing import Cost, measure, table

LAYER, FILTERS, SIZE, STEPS = "block3_conv1", range(64), 64, 40
LOOPED = 16  # filters that the book's loop is timed on; its time is multiplied to 64


def book_loop(part: keras.Model, compiled: bool) -> None:
    """One filter after the other, a tape around the net, as textbooks have it; LOOPED of them."""

    def step(image, index):
        with tf.GradientTape() as tape:
            tape.watch(image)
            loss = tf.reduce_mean(part(image)[..., index])
        gradient = tape.gradient(loss, image)
        return image + gradient / (tf.sqrt(tf.reduce_mean(tf.square(gradient))) + 1e-5)

    run = tf.function(step) if compiled else step
    for index in FILTERS[:: len(FILTERS) // LOOPED]:
        image = tf.random.uniform((1, SIZE, SIZE, 3), 108, 148)
        for _ in range(STEPS):
            image = run(image, tf.constant(index))


def bare(part: keras.Model, dtype: str) -> None:
    """Nothing but the net forwards and backwards, in the same batches."""

    @tf.function
    def step(images):
        with tf.GradientTape(watch_accessed_variables=False) as tape, computing_in(dtype, part):
            tape.watch(images)
            output = part(images)
        return tape.gradient(output, images)

    images = tf.random.uniform((BATCH, SIZE, SIZE, 3), -20, 20)
    for _ in range(STEPS * len(FILTERS) // BATCH):
        step(images)


def tables() -> Iterator[str]:
    model = load_vgg16(None)
    part = keras.Model(model.inputs[0], model.get_layer(LAYER).output)
    small = keras.applications.VGG16(include_top=False, weights=None, input_shape=(SIZE, SIZE, 3))
    small.set_weights(model.get_weights())
    visible = ActivationMaximization(
        small, model_modifier=lambda m: keras.Model(m.inputs[0], m.get_layer(LAYER).output)
    )
    seeds = np.random.uniform(-20, 20, (64, SIZE, SIZE, 3)).astype(np.float32)
    scores = lambda output: [output[i, ..., i] for i in FILTERS]  # noqa: E731

    def grow(recipe: str, precision: str):
        return lambda: gradient_ascent(
            model, LAYER, FILTERS, size=SIZE, steps=STEPS, recipe=recipe, precision=precision
        )

    ways = {
        "bare convolutions, float32": lambda: bare(part, "float32"),
        "bare convolutions, bfloat16": lambda: bare(part, "bfloat16"),
    }
    for recipe in ("plain", "alive", "natural"):
        for precision in ("float32", "bfloat16"):
            ways[f"{recipe}, {precision}"] = grow(recipe, precision)
    ways[f"the book's loop, compiled (on {LOOPED}, times 4)"] = lambda: book_loop(part, True)
    ways[f"the book's loop, eager (on {LOOPED}, times 4)"] = lambda: book_loop(part, False)
    ways["tf-keras-vis, one batch"] = lambda: visible(scores, seed_input=seeds, steps=STEPS)
    costs = measure(ways, 3)
    for name in ways:
        if "book" in name:
            costs[name] = Cost(*(len(FILTERS) / LOOPED * seconds for seconds in costs[name]))
    yield table("64 patterns of block3_conv1, 64 px, 40 steps", costs, "alive, float32")
