"""The live page in a real browser, cut off from the network."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests import browser
from tools import make_live

PATIENCE = 180_000  # milliseconds; a busy machine is no fault of the page
AXE = make_live.MODULES / "axe-core" / "axe.min.js"
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
READY = "document.querySelector('#draw-bars button, #fault:not([hidden])')"
PACKED = """async ([name, layer]) => {
  const maps = await lab.featureMaps(name, window.image, layer);
  const shape = [maps.length, maps[0].length, maps[0][0].length];
  const bytes = new Uint8Array(Float32Array.from(maps.flat(2)).buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192)
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return [shape, btoa(text)];
}"""


def built() -> Path:
    """The folder of the page; without npm the test is skipped, and the reason says so.

    ``CNN_COURSE_BROWSER=1`` makes it fail instead.
    """
    try:
        return make_live.main()
    except make_live.NoPage as fault:
        browser.without(f"the live page is not built: {fault}")


@contextmanager
def chromium(*flags: str) -> Iterator:
    """A browser whose camera is a moving test picture."""
    path = browser.program()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = [*browser.FLAGS, *CAMERA, *flags]
        window = playwright.chromium.launch(executable_path=path, args=options, timeout=PATIENCE)
        yield window
        window.close()


class Page:
    """The page as somebody uses it, and as tests ask it."""

    def __init__(self, page) -> None:
        self.page, self.said = page, []
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def give(self, image: np.ndarray) -> None:
        """Hand over the image that ``lab`` and ``maps`` ask about."""
        self.page.evaluate("image => { window.image = image }", image.tolist())

    def lab(self, function: str, net: str, *given):
        """Ask ``window.lab`` about the image."""
        call = "([net, given]) => lab.FUNCTION(net, window.image, ...given)"
        return self.page.evaluate(call.replace("FUNCTION", function), [net, list(given)])

    def maps(self, net: str, layer: str) -> np.ndarray:
        shape, text = self.page.evaluate(PACKED, [net, layer])
        return np.frombuffer(base64.b64decode(text), np.float32).reshape(shape)

    def settle(self) -> None:
        self.page.evaluate(FRAMES)

    def text(self, place: str) -> str:
        self.settle()
        return self.page.locator(place).inner_text()

    def picture(self, place: str) -> str:
        self.settle()
        return self.page.locator(place).evaluate("canvas => canvas.toDataURL()")

    def bars(self, place: str) -> dict[str, str]:
        """Names and shares of the bars, in their order."""
        lines = [button.inner_text().split("\n") for button in self.page.locator(place).all()]
        return {line[0]: line[-1] for line in lines}

    def press(self, place: str, *keys: str) -> None:
        self.page.locator(place).focus()
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def stroke(self, place: str, *points: tuple[float, float]) -> None:
        """Draw with the mouse from point to point, each in shares of the canvas's sides."""
        canvas, mouse = self.page.locator(place), self.page.mouse
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        for number, (x, y) in enumerate(points):
            mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
            if not number:
                mouse.down()
        mouse.up()
        self.settle()

    def rub(self, place: str, x: float, y: float) -> None:
        """Rub over a spot of a photo."""
        turns = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, 0), (1, 0))
        self.stroke(place, *((x + 0.04 * dx, y + 0.04 * dy) for dx, dy in turns))

    def show_photos(self) -> None:
        self.page.get_by_role("tab", name="Show a photo").click()
        self.page.locator("#photo-bars button").first.wait_for()
        self.settle()

    @property
    def fault(self) -> str:
        self.settle()
        place = self.page.locator("#fault")
        return place.inner_text() if place.is_visible() else ""

    def violations(self) -> list[tuple[str, str]]:
        """What axe calls serious or critical: the rule and the element."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("() => axe.run({ preload: false })")["violations"]
        grave = [one for one in found if one["impact"] in ("serious", "critical")]
        return [(one["id"], node["html"]) for one in grave for node in one["nodes"]]


@contextmanager
def opened(window, folder: Path, name: str, *, before: str = "", **options) -> Iterator[Page]:
    """Open the page without a network; ``before`` is run in it first. Failures are pictured."""
    options = {"viewport": {"width": 1280, "height": 900}, **options}
    context = window.new_context(offline=True, **options)
    context.set_default_timeout(PATIENCE)
    if before:
        context.add_init_script(before)
    page = Page(context.new_page())
    try:
        page.page.goto((folder / "index.html").as_uri(), wait_until="commit")
        page.page.wait_for_function(READY)
        yield page
        assert all(url.startswith(("file:", "data:", "blob:")) for url in page.asked)
    except BaseException:
        browser.screenshot(page.page, f"failed-live-{name}")
        raise
    finally:
        context.close()
