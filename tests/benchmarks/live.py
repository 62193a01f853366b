"""How long the live page takes for one change, in Chromium without a graphics card."""

import os
import statistics
import time
from collections.abc import Iterator

from tests import live
from tools import make_live

CHANGES, SECONDS = 60, 6
TIMED = """
window.spent = [];
const ask = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = work => ask(now => {
  const start = performance.now();
  work(now);
  window.spent.push(performance.now() - start);
});
"""
LEAST = 1  # millisecond; what takes less than this computes nothing


def spent(page) -> list[float]:
    """Milliseconds of each update since the last call."""
    page.settle()
    return [one for one in page.page.evaluate("spent.splice(0)") if one > LEAST]


def stroke(page, place: str) -> str:
    """Move a finger over a canvas; the median of its updates."""
    page.page.locator(place).scroll_into_view_if_needed()
    box, mouse = page.page.locator(place).bounding_box(), page.page.mouse
    mouse.move(box["x"] + 10, box["y"] + 10)
    mouse.down()
    spent(page)
    for i in range(CHANGES):
        mouse.move(box["x"] + (7 * i) % box["width"], box["y"] + (37 * i) % box["height"])
        page.page.wait_for_timeout(20)
    mouse.up()
    return f"{statistics.median(spent(page)):.0f} ms"


def camera(page) -> tuple[str, str]:
    """Median of the updates, and pictures a second."""
    page.page.locator("#camera").click()
    page.page.get_by_role("button", name="Stop the camera").wait_for()
    page.page.wait_for_timeout(1000)
    spent(page)
    begin = time.perf_counter()
    page.page.wait_for_timeout(1000 * SECONDS)
    found = spent(page)
    rate = len(found) / (time.perf_counter() - begin)
    return f"{statistics.median(found):.0f} ms", f"{rate:.1f}"


def rows(window) -> Iterator[tuple[str, str]]:
    begin = time.perf_counter()
    with live.opened(window, make_live.main(), "bench", before=TIMED) as page:
        page.settle()
        yield "the page opens, until its first picture", f"{time.perf_counter() - begin:.1f} s"
        yield "the small net, 32 maps and heatmap, a move of the pen", stroke(page, "#pen")
        page.show_photos()
        large = "EfficientNet-Lite0, 24 maps and heatmap"
        yield f"{large}, a move of the finger", stroke(page, "#picture")
        median, rate = camera(page)
        yield f"{large}, a picture of the camera", median
        yield "pictures of the camera in a second", rate


def tables() -> Iterator[str]:
    make_live.main()
    lines = [f"### The live page, while {os.getloadavg()[0]:.1f} programs wanted a core", ""]
    lines += ["| what | median |", "|---|---|"]
    with live.chromium() as window:
        lines += [f"| {name} | {value} |" for name, value in rows(window)]
    yield "\n".join(lines) + "\n"
