// A canvas to draw on: with a pointer, or with the arrow keys and Space.

const STEP = 1 / 28; // of the side, for an arrow key
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Call `stroke([x, y], [x, y])` with two places in 0 to 1, and `begin()` before each stroke. */
export function surface(canvas, { begin, stroke, radius, keys = {} }) {
  const cursor = canvas.nextElementSibling;
  let pen = null; // the pointer that draws; a second finger or a palm does not
  let last = null;
  let place = [0.5, 0.5];

  function mark() {
    const { clientWidth, clientHeight } = canvas;
    cursor.style.left = `${place[0] * clientWidth}px`;
    cursor.style.top = `${place[1] * clientHeight}px`;
    cursor.style.width = cursor.style.height = `${Math.max(6, 2 * radius() * clientWidth)}px`;
  }

  function at(event) {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || (pen !== null && pen !== event.pointerId)) return;
    pen = event.pointerId;
    canvas.setPointerCapture(event.pointerId);
    last = place = at(event);
    begin();
    stroke(last, last);
    mark();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pen) return;
    const next = at(event);
    stroke(last, next);
    last = place = next;
    mark();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
    canvas.addEventListener(end, ({ pointerId }) => {
      if (pointerId === pen) pen = null;
    });

  let held = false; // Space draws along while arrow keys are pressed
  canvas.addEventListener("keydown", (event) => {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key in ARROWS) {
      const next = place.map((p, axis) => Math.min(1, Math.max(0, p + STEP * ARROWS[key][axis])));
      if (held) stroke(place, next);
      place = next;
    } else if (key === " ") {
      if (!held) begin();
      held = true;
      stroke(place, place);
    } else if (keys[key.toLowerCase()]) keys[key.toLowerCase()]();
    else return;
    event.preventDefault();
    mark();
  });
  canvas.addEventListener("keyup", ({ key }) => key === " " && (held = false));
  canvas.addEventListener("blur", () => (held = false));
  canvas.addEventListener("focus", mark);
}
