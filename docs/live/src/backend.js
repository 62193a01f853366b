// TensorFlow.js on WebAssembly, from a file beside the page.
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { load } from "./store.js";

const NAMES = ["", "-simd", "-threaded-simd"].map((end) => `tfjs-backend-wasm${end}.wasm`);

/** Start it; says whether the processor's vector instructions (SIMD) are used. */
export async function startBackend() {
  if (typeof WebAssembly === "undefined")
    throw new Error("This browser has no WebAssembly, which the nets need. Try another browser.");
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
  const { data } = await load(simd ? "wasm_simd" : "wasm_plain");
  const address = URL.createObjectURL(new Blob([data], { type: "application/wasm" }));
  setWasmPaths(Object.fromEntries(NAMES.map((name) => [name, address])));
  if (!(await tf.setBackend("wasm"))) throw new Error("WebAssembly does not start here.");
  await tf.ready();
  URL.revokeObjectURL(address);
  return simd;
}
