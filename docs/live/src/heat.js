// Heatmaps: what Grad-CAM and to_heatmap of the course compute.

/** Weigh feature maps, add them up, cut off what is negative, stretch to [0, 1]. */
export function heatmap({ values, height, width, channels }, weights) {
  const raw = new Float32Array(height * width);
  for (let place = 0; place < raw.length; place++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += values[place * channels + c] * weights[c];
    raw[place] = Math.max(sum, 0);
  }
  let low = Infinity;
  let high = -Infinity;
  for (const value of raw) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const span = high - low;
  return { values: raw.map((v) => (span > 0 ? (v - low) / span : 0)), height, width };
}

/** The probabilities of logits. */
export function softmax(logits) {
  const top = logits.reduce((a, b) => Math.max(a, b));
  const powers = logits.map((logit) => Math.exp(logit - top));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** The number of the largest value, of the first where several are. */
export function largest(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
