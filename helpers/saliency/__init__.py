"""Heatmaps at the resolution of the image: the gradient of the class score by the pixels."""

from helpers.saliency.guided_backprop import guided_backprop
from helpers.saliency.integrated_gradients import integrated_gradients
from helpers.saliency.saliency import saliency
from helpers.saliency.smooth_grad import smooth_grad

__all__ = ["guided_backprop", "integrated_gradients", "saliency", "smooth_grad"]
