// One photo, asked and explained: names, heatmaps, the logit. Nothing here listens to anything.
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

/** Say how a logit stands against the one of the photo before anything covered it. */
export function logitSentence(name, now, before) {
  const stands = `The logit of ${name} is ${now.toFixed(2)}`;
  const difference = before === null ? 0 : now - before;
  if (Math.abs(difference) < 0.005) return `${stands}.`;
  const word = difference < 0 ? "fallen" : "risen";
  return `${stands}. It has ${word} by ${Math.abs(difference).toFixed(2)} from ${before.toFixed(2)}.`;
}
