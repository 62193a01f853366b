// Numbers become pictures: colour maps, cubic stretching, a heatmap over a photo.

export const COLOURS = {}; // name -> 256 x 3 bytes, given by the course's file

/** Put RGBA bytes on a canvas, which takes their size. */
export function put(canvas, rgba, width, height) {
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").putImageData(new ImageData(rgba, width, height), 0, 0);
}

/** RGBA of values in [0, 1] in a colour map. */
export function coloured(values, name) {
  const rgba = new Uint8ClampedArray(values.length * 4).fill(255);
  for (let i = 0; i < values.length; i++) {
    const level = Math.round(255 * Math.min(1, Math.max(0, values[i])));
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = COLOURS[name][3 * level + c];
  }
  return rgba;
}

export function grey(values) {
  const rgba = new Uint8ClampedArray(values.length * 4).fill(255);
  for (let i = 0; i < values.length; i++) rgba.fill(255 * values[i], 4 * i, 4 * i + 3);
  return rgba;
}

/** Where to read and how much of each, for one axis: cubic as in OpenCV. */
function taps(from, to) {
  const a = -0.75;
  return Array.from({ length: to }, (_, i) => {
    const place = ((i + 0.5) * from) / to - 0.5;
    const base = Math.floor(place);
    const t = place - base;
    const near = (d) => ((a + 2) * d - (a + 3)) * d * d + 1;
    const far = (d) => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
    const weights = [far(t + 1), near(t), near(1 - t), far(2 - t)];
    return weights.map((w, k) => [Math.min(from - 1, Math.max(0, base - 1 + k)), w]);
  });
}

/** Stretch a map to another size; values are clipped to [0, 1]. */
export function stretched({ values, width, height }, toWidth, toHeight) {
  const rows = new Float32Array(height * toWidth);
  taps(width, toWidth).forEach((tap, x) => {
    for (let y = 0; y < height; y++)
      for (const [at, w] of tap) rows[y * toWidth + x] += w * values[y * width + at];
  });
  const all = new Float32Array(toHeight * toWidth);
  taps(height, toHeight).forEach((tap, y) => {
    const row = all.subarray(y * toWidth, (y + 1) * toWidth);
    for (const [at, w] of tap)
      for (let x = 0; x < toWidth; x++) row[x] += w * rows[at * toWidth + x];
    for (let x = 0; x < toWidth; x++) row[x] = Math.min(1, Math.max(0, row[x]));
  });
  return all;
}

/** Lay a heatmap over RGBA bytes, opaque where it is hot and clear where it is cold. */
export function overlay(rgba, map, width, height, alpha = 0.75) {
  const heat = stretched(map, width, height);
  const colours = coloured(heat, "inferno");
  const mixed = new Uint8ClampedArray(rgba);
  for (let i = 0; i < heat.length; i++) {
    const opacity = alpha * heat[i];
    for (let c = 4 * i; c < 4 * i + 3; c++)
      mixed[c] = (1 - opacity) * rgba[c] + opacity * colours[c];
  }
  return mixed;
}
