// A garment of 28 by 28 grey pixels under a soft pen.

export const SIDE = 28;
const MOST = 50; // steps back

export function drawing(pixels = new Float32Array(SIDE * SIDE)) {
  const past = [];

  /** How much of a pixel the pen covers: all in the middle, less at its rim. */
  function touch(column, row, radius, change) {
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) {
        const distance = Math.hypot(x + 0.5 - column, y + 0.5 - row);
        const share = Math.min(1, Math.max(0, radius + 0.5 - distance));
        if (share) pixels[y * SIDE + x] = change(pixels[y * SIDE + x], share);
      }
  }

  return {
    pixels,
    keep() {
      past.push(pixels.slice());
      if (past.length > MOST) past.shift();
    },
    undo() {
      if (past.length) pixels.set(past.pop());
    },
    take(values) {
      this.keep();
      pixels.set(values);
    },
    /** Move the pen between two places in 0 to 1. `shade` 0 rubs out. */
    line([x0, y0], [x1, y1], radius, shade) {
      const change = shade ? (old, share) => Math.max(old, shade * share) : (o, s) => o * (1 - s);
      const steps = Math.max(1, Math.ceil(2 * SIDE * Math.hypot(x1 - x0, y1 - y0)));
      for (let i = 0; i <= steps; i++) {
        const t = i / steps;
        touch((x0 + t * (x1 - x0)) * SIDE, (y0 + t * (y1 - y0)) * SIDE, radius, change);
      }
    },
  };
}
