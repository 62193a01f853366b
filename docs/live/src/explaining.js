// One photo, asked and explained: names and heatmaps. Nothing here listens to anything.
import { make } from "./dom.js";
import { bytesOf, pixelsOf } from "./frame.js";
import { scaled } from "./photo_source.js";

const TOP = 5;

/** Numbers of the most probable classes; `always` are among them. */
export function best(probabilities, always) {
  const order = Array.from(probabilities.keys()).sort(
    (a, b) => probabilities[b] - probabilities[a],
  );
  const top = order.slice(0, TOP);
  return always === null || top.includes(always) ? top : [...top, always];
}

const under = make("canvas");

/** The picture as the net gets it: the photo with what covers it. */
export function covered(photo, strokes, colour) {
  if (!strokes.any()) return photo;
  const canvas = scaled(photo, photo.width, photo.height, under);
  strokes.paint(canvas, colour);
  return canvas;
}

/** Ask a net about a canvas. `classes` may hold null for the winner. */
export function ask(net, canvas, classes, layer) {
  const answer = net.run(pixelsOf(canvas), { layer, classIndices: classes });
  return { ...answer, rgba: bytesOf(canvas), width: canvas.width, height: canvas.height };
}
