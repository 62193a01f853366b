// The logit of one class, step after step, beside what it was before anything was covered.

const MOST = 120; // steps in sight
const MARGIN = 12;

export function chart(canvas) {
  let values = [];
  let start = null;

  function draw() {
    const context = canvas.getContext("2d");
    const { width, height } = canvas;
    const all = start === null ? values : [...values, start];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const span = Math.max(high - low, 1);
    const y = (v) => height - MARGIN - ((v - low) / span) * (height - 2 * MARGIN);
    const x = (i) => MARGIN + (i / Math.max(values.length - 1, 1)) * (width - 2 * MARGIN);
    const style = getComputedStyle(canvas);
    context.clearRect(0, 0, width, height);
    context.lineWidth = 4;
    if (start !== null) {
      context.strokeStyle = style.getPropertyValue("--line");
      context.setLineDash([10, 8]);
      context.beginPath();
      context.moveTo(0, y(start));
      context.lineTo(width, y(start));
      context.stroke();
      context.setLineDash([]);
    }
    context.strokeStyle = context.fillStyle = style.getPropertyValue("--accent");
    context.beginPath();
    values.forEach((v, i) => context.lineTo(x(i), y(v)));
    context.stroke();
    context.beginPath();
    context.arc(x(values.length - 1), y(values.at(-1)), 7, 0, 7);
    context.fill();
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
