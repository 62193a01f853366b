"""Grad-CAM and its family on VGG16, 224 px."""

from collections.abc import Iterator

import numpy as np
from tf_keras_vis.gradcam import Gradcam
from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus
from tf_keras_vis.saliency import Saliency
from tf_keras_vis.scorecam import Scorecam

from helpers._keras import tf
from helpers.cam import grad_cam, grad_cam_plus_plus, layer_cam, score_cam
from helpers.datasets import load_photo
from helpers.inputs import prepare
from helpers.models import load_vgg16
from helpers.saliency import saliency
from tests.benchmarks.timing import measure, table

LAYER = "block5_conv3"


def tables() -> Iterator[str]:
    model = load_vgg16("album")
    image = prepare(model, load_photo("cat", 224)[None])
    forward = tf.function(lambda x: model(x, training=False))
    score = lambda output: output[0][0]  # noqa: E731
    theirs = {
        "Grad-CAM": Gradcam(model),
        "Grad-CAM++": GradcamPlusPlus(model),
        "saliency": Saliency(model),
        "Score-CAM": Scorecam(model),
    }
    ways = {
        "bare forward pass": lambda: forward(image),
        "grad_cam": lambda: grad_cam(model, image, 0),
        "grad_cam_plus_plus": lambda: grad_cam_plus_plus(model, image, 0),
        "layer_cam": lambda: layer_cam(model, image, 0),
        "saliency": lambda: saliency(model, image, 0),
        "tf-keras-vis Gradcam": lambda: theirs["Grad-CAM"](score, image, penultimate_layer=LAYER),
        "tf-keras-vis GradcamPlusPlus": lambda: theirs["Grad-CAM++"](
            score, image, penultimate_layer=LAYER
        ),
        "tf-keras-vis Saliency": lambda: theirs["saliency"](score, image),
    }
    yield table("Heatmaps of VGG16, 224 px", measure(ways, 15), "bare forward pass")
    many = np.repeat(image, 16, axis=0)
    ways = {
        "512 bare forward passes, batches of 16": lambda: [forward(many) for _ in range(32)],
        "score_cam, float32": lambda: score_cam(
            model, image, 0, precision="float32", progress=False
        ),
        "score_cam, bfloat16": lambda: score_cam(
            model, image, 0, precision="bfloat16", progress=False
        ),
        "tf-keras-vis Scorecam": lambda: theirs["Score-CAM"](
            lambda output: output[:, 0], image, penultimate_layer=LAYER
        ),
    }
    forward(many)
    for precision in ("float32", "bfloat16"):  # compile both, on the 32 channels of another layer
        score_cam(model, image, 0, "block1_conv1", precision=precision, progress=False)
    costs = measure(ways, 3, warm=False)  # minutes each
    yield table("Score-CAM, all 512 channels", costs, "512 bare forward passes, batches of 16")
