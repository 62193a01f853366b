"""Explorers of one layer, and of one filter of it."""

import ipywidgets as widgets
from traitlets import Int, Unicode, observe, validate

from helpers._choices import check_index, unknown
from helpers._keras import keras
from helpers.explorers.album import check_pictures
from helpers.explorers.base import Explorer
from helpers.explorers.slider import Slider, choice
from helpers.models import conv_layers, find_layer
from helpers.models.layers import channel_count


class LayerExplorer(Explorer):
    """An explorer of one convolution layer."""

    layer = Unicode()

    def __init__(self, controls: list[widgets.Widget], watched: tuple[str, ...]) -> None:
        layers = choice("layer", self.layers).follow(self, "layer")
        super().__init__([layers, *controls], ("layer", *watched))

    def start_at(self, model: keras.Model, first: keras.Layer | None = None) -> None:
        """Take a model and begin at one of its convolutions, or the first; nothing is drawn yet.

        Raises:
            ValueError: the model has no convolution layer, or no square input of 1 or 3 channels.
        """
        self._quiet, self.model, self.layers = True, model, conv_layers(model)
        if not self.layers:
            raise ValueError(f"the model {model.name!r} has no convolution layer")
        check_pictures(model)
        names = {find_layer(model, name): name for name in self.layers}
        self.layer = self.layers[0] if first is None else names[first]

    @validate("layer")
    def _known_layer(self, proposal: dict) -> str:
        if proposal["value"] not in self.layers:
            raise unknown("convolution layer", proposal["value"], self.layers)
        return proposal["value"]


class FilterExplorer(LayerExplorer):
    """An explorer of one filter of one convolution layer."""

    filter = Int(0)
    live = True  # whether pictures follow a drag; growing a pattern takes too long for that

    def __init__(self, controls: list[widgets.Widget], watched: tuple[str, ...] = ()) -> None:
        self._filters = Slider(label="filter", max=self.filters - 1, live=self.live)
        self._filters.follow(self, "filter")
        super().__init__([self._filters, *controls], ("filter", *watched))

    @property
    def filters(self) -> int:
        """How many filters the layer has."""
        return channel_count(self.model, find_layer(self.model, self.layer))

    @validate("filter")
    def _known_filter(self, proposal: dict) -> int:
        check_index("filter", proposal["value"], self.filters)
        return proposal["value"]

    @observe("layer")
    def _fit_filters(self, _) -> None:
        with self.quietly():
            self.filter = min(self.filter, self.filters - 1)
            if hasattr(self, "_filters"):
                self._filters.max = self.filters - 1

    @property
    def title(self) -> str:
        """Name the filter: layer, number, and how many there are."""
        return f"{self.layer}, filter {self.filter} of {self.filters}"
