"""One page about a net: what it says of some photos, and whether there is reason to trust it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers import classes
from helpers._keras import keras
from helpers.inputs import preprocessing_of
from helpers.models import describe
from helpers.models.layers import check_model, find_layer
from helpers.models.spec import Preprocess, spec_of
from helpers.report import page
from helpers.report.case import Case
from helpers.report.limits import ABOUT_MAPS, ABOUT_NET, FAILED, PASSED, UNDECIDED, UNKNOWN
from helpers.report.questions import QUESTIONS, Finding, answered

VERDICTS = {
    (ABOUT_NET, FAILED): "Do not trust this net yet: a test of it failed.",
    (ABOUT_NET, UNDECIDED): "Whether to trust this net stays open: a test is undecided.",
    (ABOUT_NET, PASSED): "Nothing was found against this net. That is no proof that it is good.",
    (ABOUT_NET, UNKNOWN): "About this net nothing can be said.",
    (ABOUT_MAPS, FAILED): "Do not explain this net by these heatmaps: a test of them failed.",
    (ABOUT_MAPS, UNDECIDED): "Take the heatmaps as a hint only: a test of them is undecided.",
    (ABOUT_MAPS, PASSED): "Nothing was found against these heatmaps. They remain hints.",
    (ABOUT_MAPS, UNKNOWN): "About heatmaps of this net nothing can be said.",
}


@dataclass(frozen=True, repr=False)
class Report:
    """A trust report: a notebook shows it as a page, ``print`` as a few lines.

    Attributes:
        name: of the model.
        facts: what the model is, as described, and what could not be done.
        findings: one ``Finding`` a question.
        figures: HTML of the photos.
    """

    name: str
    facts: list[str]
    findings: list[Finding]
    figures: list[str]

    def state(self, about: str) -> str:
        """Sum up the findings about ``"the net"`` or ``"the heatmaps"``: the worst one counts."""
        states = {one.state for one in self.findings if one.about == about}
        return next((s for s in (FAILED, UNDECIDED, PASSED) if s in states), UNKNOWN)

    @property
    def verdicts(self) -> list[str]:
        """Return two sentences, one about the net and one about its heatmaps."""
        return [VERDICTS[about, self.state(about)] for about in (ABOUT_NET, ABOUT_MAPS)]

    def _repr_html_(self) -> str:
        states = [self.state(about) for about in (ABOUT_NET, ABOUT_MAPS)]
        pairs = zip(self.verdicts, states, strict=True)
        return (
            f'{page.STYLE}<div class="trust"><h1>Trust report: {page.escape(self.name)}</h1>'
            + "".join(page.verdict(*pair) for pair in pairs)
            + "<h2>The net</h2>"
            + page.paragraphs(self.facts)
            + (f"<h2>The photos</h2>{''.join(self.figures)}" if self.figures else "")
            + (f"<h2>The tests</h2>{''.join(map(page.finding, self.findings))}</div>")
        )

    def html(self, path: str | Path) -> Path:
        """Write the report as a page that needs no other file, and return where it is."""
        path = Path(path)
        path.write_text(page.whole(f"Trust report: {self.name}", self._repr_html_()), "utf-8")
        return path

    def __repr__(self) -> str:
        lines = [f"{one.question} {one.state}" for one in self.findings]
        return "\n".join([f"Trust report: {self.name}", *self.verdicts, *lines])


def _facts(model: keras.Model) -> list[str]:
    """Say what a model takes and answers, as described; what it lacks, in its own words."""
    *_, channels = model.input_shape
    ends = np.zeros((1, 1, 2, channels), np.float32)
    ends[:, :, 1] = 255
    low, high = np.ravel(preprocessing_of(model)(ends))[[0, -1]]
    facts = [f"Pixels 0 and 255 become {low:.4g} and {high:.4g}."]
    try:
        names = classes.class_names(model)
        listed = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
        facts.append(f"It tells {len(names)} classes apart: {listed}.")
        if spec_of(model).class_names is None:
            facts.append("Nobody has said what the classes are called.")
    except ValueError as fault:
        facts.append(f"{fault}.")
    try:
        facts.append(f"The heatmaps are Grad-CAM at the layer {find_layer(model).name}.")
    except ValueError as fault:
        facts.append(f"{fault}.")
    return facts


def trust_report(
    model: keras.Model,
    photos: object,
    *,
    class_names: Sequence[str] | None = None,
    preprocess: Preprocess | None = None,
) -> Report:
    """Put a net and its heatmaps on trial with a few photos, on one page.

    Five questions are asked (see ``report.questions``), three of the net and two of its heatmaps.
    Give photos with different answers, best four or more. What cannot be asked of this net, such as
    a heatmap of one without convolutions, is said in a sentence, and the rest goes on.

    Args:
        photos: one photo, or up to 12: plain pixels, not prepared ones, or names of files.
        class_names, preprocess: what is not known of the model yet, as in ``models.describe``.

    Raises:
        ValueError: no Keras model, no photo at all, or a model of which nobody has said how pixels
            are prepared for it.

    >>> from helpers.models import build_fashion_cnn
    >>> report = trust_report(build_fashion_cnn(), np.random.default_rng(0).random((4, 28, 28)))
    >>> report.verdicts[0]
    'Do not trust this net yet: a test of it failed.'
    """
    if not isinstance(model, keras.Model):
        check_model(model)
    try:
        check_model(model)
    except ValueError as fault:
        return Report(str(getattr(model, "name", "model")), [f"{fault}."], [], [])
    model = describe(model, class_names=class_names, preprocess=preprocess)
    case = Case(model, photos)
    findings = [answered(question, case) for question in QUESTIONS]
    return Report(model.name, _facts(model) + case.faults, findings, page.photos(case))
