"""The report as one page of HTML that needs nothing but itself."""

from html import escape

import numpy as np

from helpers.cam import to_heatmap
from helpers.images import data_uri, encode_jpeg, enlarge, overlay
from helpers.report.case import Case
from helpers.report.limits import FAILED, PASSED, UNDECIDED, UNKNOWN
from helpers.report.questions import Finding

HEIGHT = 180  # pixels of a photo; three fit the width of the book
COLOURS = {PASSED: "#1a7f37", UNDECIDED: "#9a6700", FAILED: "#b3261e", UNKNOWN: "#57606a"}
STYLE = """<style>
.trust { max-width: 60rem; margin: auto; font: 16px/1.5 system-ui, sans-serif; color: #1f2328;
  background: #fff; padding: 0 1rem }
.trust h1 { font-size: 1.6rem } .trust h2 { font-size: 1.2rem; margin: 1.5rem 0 .5rem }
.trust h3 { font-size: 1rem; margin: 1rem 0 .2rem } .trust p { margin: .2rem 0 }
.trust figure { display: inline-block; margin: 0 1rem 1rem 0; vertical-align: top }
.trust figcaption { font-size: .85rem; max-width: 34rem }
.trust b.state { color: #fff; border-radius: .3rem; padding: 0 .5rem; font-size: .85rem }
.trust .verdict { border-left: .3rem solid; padding-left: .8rem; margin: .6rem 0 }
</style>"""


def _image(picture: np.ndarray, alt: str) -> str:
    source = data_uri(encode_jpeg(enlarge(picture, HEIGHT), 75))
    return f'<img alt="{escape(alt)}" src="{source}" height="{HEIGHT}">'


def photos(case: Case) -> list[str]:
    """Draw each photo beside its heatmap and what covering costs, as far as they can be had."""
    maps: dict[str, np.ndarray] = {}
    for name, compute in (
        ("Grad-CAM", lambda: to_heatmap(case.heatmaps)),
        ("covering", lambda: to_heatmap(np.maximum(case.falls, 0))),
    ):
        try:
            maps[name] = compute()
        except ValueError:
            continue
    figures = []
    for number, photo in enumerate(case.photos):
        try:
            says = f"{case.names[number]}, {case.sureness[number]:.0%}"
        except ValueError:
            says = "no name"
        title = f"photo {number + 1}: {says}"
        large = enlarge(photo, HEIGHT)
        drawn = {title: photo} | {
            f"{name} of photo {number + 1}": overlay(large, each[number])
            for name, each in maps.items()
        }
        images = "\n".join(_image(picture, alt) for alt, picture in drawn.items())
        caption = escape(f"{title}. From left: {', '.join(['photo', *maps])}")
        figures.append(f"<figure>{images}<figcaption>{caption}</figcaption></figure>")
    return figures


def finding(one: Finding) -> str:
    """Write one question with its state, what was measured, shown and not shown."""
    state = f'<b class="state" style="background: {COLOURS[one.state]}">{one.state}</b>'
    shown = f"<p><b>What it shows.</b> {escape(one.shows)}</p>" if one.shows else ""
    return (
        f"<h3>{escape(one.question)} {state}</h3><p>{escape(one.measured)}</p>{shown}"
        f"<p><b>What it does not show:</b> {escape(one.not_shown)}.</p>"
    )


def verdict(text: str, state: str) -> str:
    """Write a verdict in a sentence."""
    return f'<p class="verdict" style="border-color: {COLOURS[state]}">{escape(text)}</p>'


def paragraphs(lines: list[str]) -> str:
    """Write sentences, one a paragraph."""
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def whole(title: str, body: str) -> str:
    """Write a file that a browser opens by itself."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{escape(title)}</title></head><body>{body}</body>'
        "</html>\n"
    )
