// The logit of one class, step after step, beside what it was before anything was covered.

const MOST = 120; // steps in sight
const MARGIN = 16;
const LABEL = 100; // pixels at the right, for two numbers
const LINE = 28; // pixels from one number to the other, at least

/** Heights of two labels, moved apart where they would meet. */
function apart(one, other) {
  const push = Math.max(0, LINE - Math.abs(one - other)) / 2;
  return one < other ? [one - push, other + push] : [one + push, other - push];
}

export function chart(canvas) {
  let values = [];
  let start = null;

  function write(context, y, colours) {
    const now = values.at(-1);
    const left = canvas.width - LABEL + MARGIN;
    const inside = (at) => Math.min(canvas.height - LINE / 2, Math.max(LINE / 2, at));
    const [high, low] = start === null ? [y(now)] : apart(inside(y(now)), inside(y(start)));
    context.font = "600 26px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.fillStyle = colours.now;
    context.fillText(now.toFixed(2), left, high);
    if (start === null) return;
    context.fillStyle = colours.start;
    context.fillText(start.toFixed(2), left, low);
  }

  function draw() {
    const context = canvas.getContext("2d");
    const { width, height } = canvas;
    const all = start === null ? values : [...values, start];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const span = Math.max(high - low, 1);
    const y = (v) => height - MARGIN - ((v - low) / span) * (height - 2 * MARGIN);
    const last = width - LABEL - MARGIN;
    const x = (i) => last - ((values.length - 1 - i) / Math.max(values.length - 1, 1)) * last;
    const style = getComputedStyle(canvas);
    const [now, quiet] = ["--accent", "--quiet"].map((name) => style.getPropertyValue(name));
    context.clearRect(0, 0, width, height);
    context.lineWidth = 4;
    if (start !== null) {
      context.strokeStyle = quiet;
      context.setLineDash([10, 8]);
      context.beginPath();
      context.moveTo(0, y(start));
      context.lineTo(last, y(start));
      context.stroke();
      context.setLineDash([]);
    }
    context.strokeStyle = context.fillStyle = now;
    context.beginPath();
    values.forEach((v, i) => context.lineTo(x(i), y(v)));
    context.stroke();
    context.beginPath();
    context.arc(x(values.length - 1), y(values.at(-1)), 7, 0, 7);
    context.fill();
    write(context, y, { now, start: quiet });
  }

  return {
    restart(value) {
      values = [];
      start = value;
    },
    add(value) {
      values = [...values, value].slice(-MOST);
      draw();
    },
  };
}
