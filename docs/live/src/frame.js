// From a canvas to the numbers of the large net: the whole picture, squeezed into a square.
import { SIZE } from "./efficientnet_lite0.js";
import { make } from "./dom.js";

const square = make("canvas", { width: SIZE, height: SIZE });

/** Red, green and blue in 0 to 255, row by row. */
export function pixelsOf(canvas) {
  const context = square.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, SIZE, SIZE);
  const { data } = context.getImageData(0, 0, SIZE, SIZE);
  const pixels = new Float32Array(SIZE * SIZE * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    pixels[to++] = data[from];
    pixels[to++] = data[from + 1];
    pixels[to++] = data[from + 2];
  }
  return pixels;
}

/** RGBA bytes of a whole canvas. */
export function bytesOf(canvas) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
}
