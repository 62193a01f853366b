// EfficientNet-Lite0: the same layers under the same names as in helpers/models/efficientnet_lite.py.
import * as tf from "@tensorflow/tfjs-core";

export const SIZE = 224;
export const CHANNELS = 3;
const STAGES = [
  { blocks: 1, stride: 1, expansion: 1, channels: 16 },
  { blocks: 2, stride: 2, expansion: 6, channels: 24 },
  { blocks: 2, stride: 2, expansion: 6, channels: 40 },
  { blocks: 3, stride: 2, expansion: 6, channels: 80 },
  { blocks: 3, stride: 1, expansion: 6, channels: 112 },
  { blocks: 4, stride: 2, expansion: 6, channels: 192 },
  { blocks: 1, stride: 1, expansion: 6, channels: 320 },
];

/** All layers in order, as steps {name, kind, stride}. */
function plan() {
  const steps = [{ name: "stem_conv", kind: "conv", stride: 2, activation: "relu6" }];
  STAGES.forEach(({ blocks, stride, expansion }, stage) => {
    for (let number = 0; number < blocks; number++) {
      const name = `block${stage + 1}${"abcd"[number]}`;
      const first = number === 0;
      if (expansion > 1)
        steps.push({ name: `${name}_expand`, kind: "conv", stride: 1, activation: "relu6" });
      steps.push({ name: `${name}_depthwise`, kind: "depthwise", stride: first ? stride : 1 });
      steps.push({ name: `${name}_project`, kind: "conv", stride: 1, activation: "linear" });
      if (!first) steps.push({ name: `${name}_add`, kind: "add" });
    }
  });
  return [...steps, { name: "head_conv", kind: "conv", stride: 1, activation: "relu6" }];
}

const PLAN = plan();
export const LAYERS = PLAN.map((step) => step.name);
export const ARRAYS = [...PLAN.filter((step) => step.kind !== "add"), { name: "logits" }].flatMap(
  ({ name }) => [`${name}/kernel`, `${name}/bias`],
);

function convolved(x, w, { name, kind, stride, activation }) {
  const options = { x, strides: stride, pad: "same", filter: w[`${name}/kernel`] };
  options.bias = w[`${name}/bias`];
  if (kind === "conv") return tf.fused.conv2d({ ...options, activation });
  return tf.fused.depthwiseConv2d({ ...options, activation: "relu6" });
}

/** Tensors of all layers and of the logits. Call it within tf.tidy. */
export function forward(w, pixels) {
  const out = {};
  const image = tf.tensor4d(pixels, [1, SIZE, SIZE, CHANNELS]);
  let x = tf.div(tf.sub(image, 127), 128);
  let entrance = x; // of the block, which its end adds
  for (const step of PLAN) {
    x = out[step.name] = step.kind === "add" ? tf.add(entrance, x) : convolved(x, w, step);
    const last = step.kind === "add" || step.name.endsWith("a_project");
    if (last || step.name === "stem_conv") entrance = x;
  }
  const pooled = tf.mean(x, [1, 2]);
  out.logits = tf.add(tf.matMul(pooled, w["logits/kernel"]), w["logits/bias"]);
  return out;
}

export const HEAT = "head_conv";
export const HEAT_NEEDS = ["head_conv"];

/** Behind the maps stand a mean and a linear layer: the gradient is the class's own weights. */
export function heatWeights({ head_conv: head }, arrays, classIndex) {
  const { shape, values } = arrays["logits/kernel"];
  const places = head.height * head.width;
  return Float64Array.from(
    { length: shape[0] },
    (_, c) => values[c * shape[1] + classIndex] / places,
  );
}
