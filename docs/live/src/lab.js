// What tests and the curious can call: window.lab.
import { nested } from "./arrays.js";
import { KINDS } from "./net.js";

function flat(kind, image) {
  const { SIZE, CHANNELS } = kind;
  const values = new Float32Array(SIZE * SIZE * CHANNELS);
  const rows = Array.isArray(image) ? image : [];
  const numbers = rows.length === SIZE && rows.every((row) => row?.length === SIZE);
  const all = numbers ? rows.flat(2) : [];
  if (all.length !== values.length || !all.every(Number.isFinite))
    throw new Error(
      `The image must have ${SIZE} rows of ${SIZE} ${CHANNELS > 1 ? "[red, green, blue]" : "numbers"}.`,
    );
  values.set(all);
  return values;
}

/** `start()` promises the backend, `netFor(name)` a net. Functions promise plain arrays. */
export function makeLab(start, netFor) {
  async function run(name, image, question) {
    if (!Object.hasOwn(KINDS, name))
      throw new Error(`Unknown net “${name}”. There are ${Object.keys(KINDS).join(" and ")}.`);
    const pixels = flat(KINDS[name], image);
    await start();
    return (await netFor(name)).run(pixels, question);
  }

  return {
    get ready() {
      return start();
    },
    async predict(name, image) {
      return Array.from((await run(name, image)).probabilities);
    },
    async featureMaps(name, image, layer) {
      const layers = KINDS[name]?.LAYERS;
      if (layers && !layers.includes(layer))
        throw new Error(`Unknown layer “${layer}”. Valid: ${layers.join(", ")}.`);
      return nested((await run(name, image, { layer })).maps);
    },
    async heatmap(name, image, classIndex = null) {
      const outputs = name === "fashion_cnn" ? 10 : 1000;
      const known = Number.isInteger(classIndex) && classIndex >= 0 && classIndex < outputs;
      if (classIndex !== null && !known)
        throw new Error(`There is no class ${classIndex}: choose 0 to ${outputs - 1}.`);
      return nested((await run(name, image, { classIndices: [classIndex] })).heatmaps[0]);
    },
  };
}
