// The small net of lesson 01. Its Grad-CAM is worked out by the chain rule, in a loop or two.
import * as tf from "@tensorflow/tfjs-core";

export const SIZE = 28;
export const CHANNELS = 1;
export const LAYERS = ["conv1", "bn1", "relu1", "pool1", "conv2", "bn2", "relu2", "pool2"];
export const ARRAYS = [
  ...["conv1", "conv2", "dense1", "probabilities"].flatMap((n) => [`${n}/kernel`, `${n}/bias`]),
  ...["bn1", "bn2", "bn3"].flatMap((n) => [`${n}/scale`, `${n}/shift`]),
];
const SLOPE = 0.3; // of LeakyReLU below zero

const scaled = (x, w, name) => tf.add(tf.mul(x, w[`${name}/scale`]), w[`${name}/shift`]);

/** Tensors of all layers with maps, of bn3 and of the logits. Call it within tf.tidy. */
export function forward(w, pixels) {
  const out = {};
  let x = tf.tensor4d(pixels, [1, SIZE, SIZE, CHANNELS]);
  for (const block of [1, 2]) {
    x = tf.conv2d(x, w[`conv${block}/kernel`], 1, "same");
    x = out[`conv${block}`] = tf.add(x, w[`conv${block}/bias`]);
    x = out[`bn${block}`] = scaled(x, w, `bn${block}`);
    x = out[`relu${block}`] = tf.leakyRelu(x, SLOPE);
    x = out[`pool${block}`] = tf.maxPool(x, 2, 2, "valid");
  }
  x = tf.matMul(tf.reshape(x, [1, -1]), w["dense1/kernel"]);
  x = out.bn3 = scaled(tf.add(x, w["dense1/bias"]), w, "bn3");
  x = tf.matMul(tf.leakyRelu(x, SLOPE), w["probabilities/kernel"]);
  out.logits = tf.add(x, w["probabilities/bias"]);
  return out;
}

export const HEAT = "conv2";
export const HEAT_NEEDS = ["conv2", "pool2", "bn3"];
const slope = (value) => (value > 0 ? 1 : SLOPE);

/** The mean gradient of a logit on each of the 64 maps of conv2. */
export function heatWeights({ pool2, bn3, conv2 }, arrays, classIndex) {
  const values = (name) => arrays[name].values;
  const [end, dense] = [values("probabilities/kernel"), values("dense1/kernel")];
  const [scale2, scale3] = [values("bn2/scale"), values("bn3/scale")];
  const units = bn3.values.map((value, j) => end[j * 10 + classIndex] * slope(value) * scale3[j]);
  const sums = new Float64Array(conv2.channels);
  pool2.values.forEach((value, i) => {
    let gradient = 0;
    for (let j = 0; j < units.length; j++) gradient += dense[i * units.length + j] * units[j];
    sums[i % sums.length] += gradient * slope(value); // max pooling hands it to the largest of four
  });
  return sums.map((sum, c) => (sum * scale2[c]) / (conv2.height * conv2.width));
}
