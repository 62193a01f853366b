// A net that runs: weights in the backend, pixels in; probabilities, maps and a heatmap out.
import * as tf from "@tensorflow/tfjs-core";
import { arraysOf } from "./arrays.js";
import * as efficientnet_lite0 from "./efficientnet_lite0.js";
import * as fashion_cnn from "./fashion_cnn.js";
import { heatmap, largest, softmax } from "./heat.js";

export const KINDS = { fashion_cnn, efficientnet_lite0 };

function read(tensor) {
  const [, height, width, channels] = tensor.shape;
  return { values: tensor.dataSync(), height, width, channels };
}

/** Make a net of a file of weights. */
export function netOf(file) {
  const kind = KINDS[file.name];
  const arrays = arraysOf(file, kind.ARRAYS);
  const weights = {};
  for (const [name, { shape, values }] of Object.entries(arrays))
    weights[name] = tf.tensor(values, shape.length ? shape : [1]);

  /** Run on pixels; `layer` asks for its maps, `classIndices` for heatmaps (null: the winner). */
  function run(pixels, { layer = null, classIndices = [] } = {}) {
    let answer;
    tf.tidy(() => {
      const out = kind.forward(weights, pixels);
      const logits = out.logits.dataSync();
      answer = { logits, probabilities: softmax(logits), top: largest(logits), heatmaps: [] };
      if (layer) answer.maps = read(out[layer]);
      if (!classIndices.length) return;
      const needed = Object.fromEntries(kind.HEAT_NEEDS.map((n) => [n, read(out[n])]));
      answer.heatmaps = classIndices.map((index) =>
        heatmap(needed[kind.HEAT], kind.heatWeights(needed, arrays, index ?? answer.top)),
      );
    }); // what tidy returns it walks through, number after number
    return answer;
  }

  /** Give the weights' memory back; the net must not run any more. */
  const free = () => Object.values(weights).forEach((tensor) => tensor.dispose());
  return { name: file.name, title: file.title, layers: kind.LAYERS, run, free };
}
