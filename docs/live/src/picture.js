// Numbers become pictures: colour maps, cubic stretching, a heatmap over a photo.

const TABLES = {}; // colour map -> 256 pixels
const RANGE = Array.from({ length: 256 }, (_, i) => i);

/** Pixels as one number each, of bytes red, green and blue. */
function pixels(bytes) {
  const rgba = new Uint8ClampedArray(1024).fill(255);
  for (let i = 0; i < 256; i++) rgba.set(bytes.subarray(3 * i, 3 * i + 3), 4 * i);
  return new Uint32Array(rgba.buffer);
}

/** Give a colour map its 256 x 3 bytes. */
export function setColours(name, bytes) {
  TABLES[name] = pixels(bytes);
}
setColours("grey", Uint8Array.from(RANGE.flatMap((level) => [level, level, level])));

/** Put RGBA bytes on a canvas, which takes their size. */
export function put(canvas, rgba, width, height) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.getContext("2d").putImageData(new ImageData(rgba, width, height), 0, 0);
}

const levelOf = (value) => (value > 0 ? (value < 1 ? (255 * value + 0.5) | 0 : 255) : 0);

/** RGBA of values in [0, 1] in a colour map. */
export function coloured(values, name) {
  const table = TABLES[name];
  const all = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) all[i] = table[levelOf(values[i])];
  return new Uint8ClampedArray(all.buffer);
}

/** RGBA of a square of grey values in [0, 1], each `times` as wide and as high. */
export function enlarged(values, side, times) {
  const table = TABLES.grey;
  const width = side * times;
  const all = new Uint32Array(width * width);
  for (let row = 0; row < side; row++) {
    const start = row * times * width;
    for (let column = 0; column < side; column++) {
      const from = start + column * times;
      all.fill(table[levelOf(values[row * side + column])], from, from + times);
    }
    for (let copy = 1; copy < times; copy++)
      all.copyWithin(start + copy * width, start, start + width);
  }
  return new Uint8ClampedArray(all.buffer);
}

const kept = new Map(); // taps, by both sizes

/** Where to read and how much of each, for one axis: cubic as in OpenCV. */
function taps(from, to) {
  const key = `${from} ${to}`;
  if (kept.has(key)) return kept.get(key);
  const a = -0.75;
  const near = (d) => ((a + 2) * d - (a + 3)) * d * d + 1;
  const far = (d) => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  const all = Array.from({ length: to }, (_, i) => {
    const place = ((i + 0.5) * from) / to - 0.5;
    const base = Math.floor(place);
    const t = place - base;
    const at = [-1, 0, 1, 2].map((k) => Math.min(from - 1, Math.max(0, base + k)));
    return { at, weights: [far(t + 1), near(t), near(1 - t), far(2 - t)] };
  });
  kept.set(key, all);
  return all;
}

/** Stretch a map to another size; values are clipped to [0, 1]. */
export function stretched({ values, width, height }, toWidth, toHeight) {
  const rows = new Float32Array(height * toWidth);
  taps(width, toWidth).forEach(({ at, weights }, x) => {
    for (let y = 0; y < height; y++)
      for (let k = 0; k < 4; k++) rows[y * toWidth + x] += weights[k] * values[y * width + at[k]];
  });
  const all = new Float32Array(toHeight * toWidth);
  taps(height, toHeight).forEach(({ at, weights }, y) => {
    const [a, b, c, d] = at.map((row) => rows.subarray(row * toWidth, (row + 1) * toWidth));
    const [p, q, r, s] = weights;
    for (let x = 0; x < toWidth; x++) {
      const value = p * a[x] + q * b[x] + r * c[x] + s * d[x];
      all[y * toWidth + x] = value > 0 ? (value < 1 ? value : 1) : 0;
    }
  });
  return all;
}

/** Lay a heatmap over RGBA bytes, opaque where it is hot and clear where it is cold. */
export function overlay(rgba, map, width, height, alpha = 0.75) {
  const heat = stretched(map, width, height);
  const colours = new Uint8ClampedArray(TABLES.inferno.buffer);
  const mixed = new Uint8ClampedArray(rgba);
  for (let i = 0; i < heat.length; i++) {
    const opacity = alpha * heat[i];
    if (!opacity) continue;
    const from = 4 * levelOf(heat[i]);
    const to = 4 * i;
    mixed[to] += opacity * (colours[from] - mixed[to]);
    mixed[to + 1] += opacity * (colours[from + 1] - mixed[to + 1]);
    mixed[to + 2] += opacity * (colours[from + 2] - mixed[to + 2]);
  }
  return mixed;
}
