// What a finger covers: strokes over the photo, in the photo's mean colour.

export function covers() {
  const strokes = [];
  return {
    any: () => strokes.length > 0,
    begin: () => strokes.push([]),
    line: (from, to, radius) => strokes.at(-1).push({ from, to, radius }),
    undo: () => strokes.pop(),
    clear: () => strokes.splice(0),
    /** Paint them on a canvas, each in one go. Radii are shares of its width. */
    paint(canvas, colour) {
      const context = canvas.getContext("2d");
      const { width, height } = canvas;
      context.strokeStyle = context.fillStyle = colour;
      context.lineCap = context.lineJoin = "round";
      for (const lines of strokes.filter((one) => one.length)) {
        const { from, radius } = lines[0];
        context.lineWidth = 2 * radius * width;
        context.beginPath(); // a touch without a movement is a dot
        context.arc(from[0] * width, from[1] * height, radius * width, 0, 7);
        context.fill();
        context.beginPath();
        context.moveTo(from[0] * width, from[1] * height);
        for (const { to } of lines) context.lineTo(to[0] * width, to[1] * height);
        context.stroke();
      }
    },
  };
}

/** The mean colour of RGBA bytes, as CSS writes it. */
export function meanColour(rgba) {
  const sums = [0, 0, 0];
  for (let i = 0; i < rgba.length; i++) if (i % 4 < 3) sums[i % 4] += rgba[i];
  return `rgb(${sums.map((sum) => Math.round((4 * sum) / rgba.length)).join(" ")})`;
}
