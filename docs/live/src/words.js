// Sentences that both panels say of an answer.
import { percent } from "./dom.js";

/** Say for which class a heatmap speaks, and warn where stretching makes it look strong. */
export function heatSentence(name, share, map) {
  const hot = map.values.some((value) => value > 0);
  const words = `${hot ? "What speaks" : "No place speaks"} for ${name}, which gets ${percent(share)}.`;
  if (!hot || share >= 0.01) return words;
  return `${words} The heatmap is stretched, so even a hopeless class glows.`;
}

/** Say how a logit stands against the one of the photo with nothing covered, if that is known. */
export function logitSentence(now, before, isCovered) {
  if (before === null) return `It is ${now.toFixed(2)}.`;
  const start = `${before.toFixed(2)} with nothing covered`;
  if (!isCovered) return `It is ${start}. Cover a part to see it move.`;
  const difference = (now < before ? "" : "+") + (now - before).toFixed(2);
  return `It was ${start}; now ${now.toFixed(2)} (${difference}).`;
}
