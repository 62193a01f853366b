"""Heatmaps that say where a convnet looked: class activation maps."""

from helpers.cam.grad_cam import grad_cam
from helpers.cam.grad_cam_plus_plus import grad_cam_plus_plus
from helpers.cam.heatmap import to_heatmap
from helpers.cam.layer_cam import layer_cam
from helpers.cam.placing import centres, placed
from helpers.cam.score_cam import score_cam

__all__ = [
    "centres",
    "grad_cam",
    "grad_cam_plus_plus",
    "layer_cam",
    "placed",
    "score_cam",
    "to_heatmap",
]
