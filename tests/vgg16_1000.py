"""VGG16 with 1,000 classes, the course's and Keras' own, each in a process of its own.

``python -m tests.vgg16_1000 course|keras FILE RESULTS.npz`` computes with the weights in FILE and
writes the results, with the most memory that the process ever held.
``python -m tests.vgg16_1000 seconds FILE`` times both in turn in one process.
"""

import sys
import time
from importlib import import_module
from pathlib import Path

import h5py
import numpy as np

CONVOLUTIONS = {
    f"block{block}_conv{number + 1}": (3, 3, before if number == 0 else width, width)
    for block, before, width, count in [
        (1, 3, 64, 2),
        (2, 64, 128, 2),
        (3, 128, 256, 3),
        (4, 256, 512, 3),
        (5, 512, 512, 3),
    ]
    for number in range(count)
}
DENSE = {"fc1": (25088, 4096), "fc2": (4096, 4096), "predictions": (4096, 1000)}
NO_WEIGHTS = ["input_1", *(f"block{i}_pool" for i in range(1, 6)), "flatten"]


def write_file(path, names=("{}_W_1:0", "{}_b_1:0"), **storage):
    """Write a file of the layout of Keras' own, with random weights that keep activations alive."""
    rng = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        shapes = CONVOLUTIONS | DENSE
        file.attrs["layer_names"] = [name.encode() for name in [*NO_WEIGHTS, *shapes]]
        for name in NO_WEIGHTS:
            file.create_group(name).attrs["weight_names"] = np.array([], "S1")
        for name, shape in shapes.items():
            group = file.create_group(name)
            kernel, bias = (pattern.format(name) for pattern in names)
            group.attrs["weight_names"] = [kernel.encode(), bias.encode()]
            data = group.create_dataset(kernel, shape, "f4", **storage)
            spread = np.float32(np.sqrt(2 / np.prod(shape[:-1])))
            for first in range(0, shape[0], 1024):
                part = min(1024, shape[0] - first)
                data[first : first + part] = spread * rng.standard_normal(
                    (part, *shape[1:]), dtype=np.float32
                )
            group[bias] = rng.standard_normal(shape[-1:], dtype=np.float32)


def peak():
    """Most memory in GB that this process ever held.

    ``getrusage`` would not do: its maximum is handed down from the process that started this one.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e9


def photos(names):
    from helpers._keras import keras
    from helpers.datasets import load_photo

    pixels = np.stack([load_photo(name, 224) for name in names]).astype(np.float32)
    return keras.applications.vgg16.preprocess_input(pixels)


def keras_own(path):
    """Build Keras' own net; its ``load_weights`` would hold the largest kernel four times."""
    from helpers._keras import keras

    with h5py.File(path) as file:
        kernels = (file[name][f"{name}_W_1:0"] for name in CONVOLUTIONS | DENSE)
        own = keras.initializers.GlorotUniform.__call__
        keras.initializers.GlorotUniform.__call__ = lambda *_, **__: next(kernels)[()]
        net = keras.applications.VGG16(weights=None, classifier_activation=None)
        keras.initializers.GlorotUniform.__call__ = own
        for name in CONVOLUTIONS | DENSE:
            net.get_layer(name).bias.assign(file[name][f"{name}_b_1:0"][()])
    return net


def load(which, path):
    from helpers.models import load_vgg16, vgg16

    if which == "keras":
        return keras_own(path)
    vgg16.fetch = lambda asset: Path(path).parent
    return load_vgg16("imagenet")


def main(which, file, path):
    from helpers import activations, cam, saliency
    from helpers.classes import probabilities

    score_cam = import_module("helpers.cam.score_cam")

    results = {"imports_gb": peak()}
    net = load(which, file)
    results["loaded_gb"] = peak()
    images = photos(["cat"])
    results["predict"] = net.predict(images, verbose=0)
    results["grad_cam"] = cam.grad_cam(net, images)
    results["lesson_gb"] = peak()

    images = photos(["cat", "coffee"])
    results["logits"] = net(images, training=False).numpy()
    results["probabilities"] = probabilities(net, images)
    for method in (cam.grad_cam, cam.grad_cam_plus_plus, cam.layer_cam):
        results[f"{method.__name__} of two"] = method(net, images, [1, 999])
    results["grad_cam block3"] = cam.grad_cam(net, images, 7, "block3_conv2")
    results["saliency"] = saliency.saliency(net, images)
    names = ["block2_conv1", "fc1", "fc2"]
    for name, maps in zip(names, activations.feature_maps(net, images, names), strict=True):
        results[f"maps of {name}"] = maps
    score_cam.feature_maps = lambda *given: [m[..., :32] for m in activations.feature_maps(*given)]
    scores, softmax = [], score_cam.softmax
    score_cam.softmax = lambda given: softmax(scores.append(given) or given)
    for precision in ("float32", "bfloat16"):
        options = {"precision": precision, "progress": False}
        results[f"score_cam {precision}"] = cam.score_cam(net, images[:1], 3, **options)
        results[f"scores {precision}"] = scores.pop()
    results["all_gb"] = peak()
    np.savez(path, **results)


def seconds(path):
    """Print the fastest of ten calls of each net, called in turn."""
    from helpers.cam import grad_cam
    from helpers.classes import probabilities

    nets, image = {which: load(which, path) for which in ("keras", "course")}, photos(["cat"])
    for work in (probabilities, grad_cam):
        times = {which: [] for which in nets}
        for _ in range(11):
            for which, net in nets.items():
                begin = time.perf_counter()
                work(net, image)
                times[which].append(time.perf_counter() - begin)
        fastest = {which: min(taken) for which, taken in times.items()}
        ratio = fastest["course"] / fastest["keras"]
        print(work.__name__, {k: round(v, 3) for k, v in fastest.items()}, f"ratio {ratio:.2f}")


if __name__ == "__main__":
    seconds(sys.argv[2]) if sys.argv[1] == "seconds" else main(*sys.argv[1:])
